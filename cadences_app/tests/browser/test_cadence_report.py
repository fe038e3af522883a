"""The page *Cadence Report* in Chromium (S8). Run like test_desk.py."""

from cadences_app.tests.browser.chromium import expect, keep_picture, serious_faults
from cadences_app.tests.browser.held import first_answer_held
from cadences_app.tests.browser.test_follow_ups_for_today import RepTest

CHANGE_SIZE = """async (part) => {
	for (let turn = 0; turn < 40; turn++) {
		part.style.maxWidth = `${600 + (turn % 2) * 60}px`;
		window.dispatchEvent(new Event("resize"));
		await new Promise((done) => setTimeout(done, 40));
	}
	part.style.maxWidth = "";
}"""
CHOOSE = "([field, value]) => cur_page.page.report.then((report) => report.fields[field].set_value(value))"


class ReportTest(RepTest):
	roles = ("Cadence Manager", "Sales User")

	def enrolled(self):
		return self.page.locator(".cr-card", has_text="Enrolled").locator(".cr-number")

	def visit_report(self, cadence: str) -> None:
		self.visit(f"/app/cadence-report?cadence={cadence.replace(' ', '+')}")

	def test_funnel_and_what_stands_still(self) -> None:
		cadence = self.give_work()
		self.as_rep()
		self.visit_report(cadence)
		expect(self.enrolled()).to_have_text("3")
		row = self.page.locator(".cr-funnel tbody tr", has_text="First call")
		expect(row.locator("td").first).to_contain_text("3")
		expect(self.page.locator("[data-still='Open Task or Call'] a")).to_have_text("3")
		expect(self.page.locator(".cr-flow .cr-node")).to_have_count(2)  # enrolled, and the first call
		keep_picture(self.page, "report")
		self.assertEqual(serious_faults(self.page, ".cr"), [])
		self.page.set_viewport_size({"width": 390, "height": 844})
		self.settle()
		self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 390)
		keep_picture(self.page, "report_phone")
		self.page.set_viewport_size({"width": 1280, "height": 900})
		self.page.locator("[data-still='Open Task or Call'] a").press("Enter")
		expect(self.page.locator(".list-row-checkbox:visible")).to_have_count(3)
		self.assertEqual(self.faults, [])

	def test_a_change_of_size_while_the_chart_is_new(self) -> None:
		"""A chart that moves as it comes in fails on each change of size meanwhile."""
		cadence = self.give_work()
		self.as_rep()
		self.visit_report(cadence)
		chart = self.page.locator("[data-part=days]")
		expect(chart.locator("svg")).to_be_visible()
		self.page.evaluate(CHOOSE, ["owner", self.user])
		self.page.wait_for_timeout(100)
		chart.evaluate(CHANGE_SIZE)
		expect(chart.locator("svg")).to_have_count(1)
		self.assertEqual(self.faults, [])

	def test_the_newest_answer_is_shown_whichever_comes_last(self) -> None:
		full, empty = self.give_work(), self.make_cadence("Nobody in it")
		self.as_rep()
		self.visit_report(empty)
		expect(self.enrolled()).to_have_text("0")
		with first_answer_held(self.page, "cadences_app.api.reports.cadence") as let_go:
			self.page.evaluate(CHOOSE, ["cadence", full])
			self.page.wait_for_timeout(300)
			self.page.evaluate(CHOOSE, ["cadence", empty])
			self.page.wait_for_timeout(600)
			let_go()
			expect(self.enrolled()).to_have_text("0")
		self.assertEqual(self.faults, [])

	def test_what_is_refused_leaves_no_figures_of_another_choice(self) -> None:
		full, other = self.give_work(), self.make_cadence("Another")
		version = self.value("Cadence", other, "version")
		self.as_rep()
		self.visit_report(full)
		expect(self.enrolled()).to_have_text("3")
		self.page.evaluate(CHOOSE, ["version", version])
		expect(self.page.locator(".cr-note")).to_contain_text("no figures")
		expect(self.page.locator(".cr-card")).to_have_count(0)

	def test_an_answer_for_a_page_that_was_left_is_not_drawn(self) -> None:
		full = self.give_work()
		self.as_rep()
		self.visit("/app/cadence")
		with first_answer_held(self.page, "cadences_app.api.reports.cadence") as let_go:
			self.page.evaluate("(cadence) => void frappe.set_route('cadence-report', {cadence})", full)
			expect(self.page.locator(".cr")).to_be_attached()
			self.page.wait_for_timeout(600)
			self.page.evaluate("void frappe.set_route('List', 'Cadence')")
			self.page.wait_for_timeout(600)
			let_go()
		self.assertNotIn("cadence-report", self.page.url)
		self.assertEqual(self.faults, [])
