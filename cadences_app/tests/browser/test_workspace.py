"""The workspace *Cadences* in Chromium (S15.1), and what the app costs on pages that are not its own.

Run like test_desk.py.
"""

from cadences_app.tests.browser.chromium import expect, keep_picture, serious_faults
from cadences_app.tests.browser.test_follow_ups_for_today import RepTest

LARGEST = 15 * 1024
SIZE_OF_BUNDLE = """async () => {
	const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
	const [bundle] = loaded.filter((name) => /cadences\\.bundle\\.\\w+\\.js/.test(name));
	return (await (await fetch(bundle)).text()).length;
}"""


class WorkspaceTest(RepTest):
	roles = ("Cadence Manager", "Sales User")

	def test_it_warns_and_counts(self) -> None:
		self.give_work()
		self.as_rep()
		self.visit("/app/cadences")
		warning = self.page.locator("[data-trouble='Scheduler Off']")
		expect(warning).to_contain_text("The scheduler is off")
		number = self.page.locator(
			"[number_card_name='Cadence Enrollments Under Way'], .number-widget-box"
		).first
		expect(number).to_contain_text("Enrollments Under Way")
		expect(self.page.locator(".dashboard-widget-box svg.frappe-chart").first).to_be_visible()
		keep_picture(self.page, "workspace")
		self.assertEqual(serious_faults(self.page, ".custom-block-widget-box"), [])
		self.page.set_viewport_size({"width": 390, "height": 844})
		self.settle()
		self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 390)
		self.assertEqual(self.faults, [])

	def test_the_figures_are_one_of_frappes_own_reports_too(self) -> None:
		cadence = self.give_work()
		self.as_rep()
		self.visit(f"/app/query-report/Cadence Figures?cadence={cadence}")
		expect(self.page.locator(".dt-cell__content", has_text="First call").first).to_be_visible()
		self.assertEqual(self.faults, [])


class LeadTest(RepTest):
	def asked_while_a_lead_opens(self) -> list[str]:
		"""What is asked of this app, from another page of Desk to the form of a lead."""
		asked: list[str] = []
		self.page.on(
			"request",
			lambda each: (
				asked.append(each.url) if "cadences_app" in each.url and "/api/" in each.url else None
			),
		)
		self.page.evaluate("(name) => void frappe.set_route('Form', 'Lead', name)", self.leads[0])
		self.page.wait_for_function("(name) => window.cur_frm && cur_frm.docname === name", arg=self.leads[0])
		self.settle()
		return asked


class CostTest(LeadTest):
	roles = ("Cadence User", "Sales User")

	def test_what_loads_on_every_page_is_small(self) -> None:
		self.as_rep()
		self.visit("/app/lead")
		self.assertLess(self.page.evaluate(SIZE_OF_BUNDLE), LARGEST)

	def test_a_lead_costs_one_request(self) -> None:
		self.give_work()
		self.as_rep()
		self.visit("/app/lead")
		self.assertLessEqual(len(self.asked_while_a_lead_opens()), 1)

	def test_a_lead_costs_none_where_no_cadence_is_active(self) -> None:
		self.give_work()
		self.as_rep()
		self.visit("/app/lead")
		self.page.evaluate("() => { frappe.boot.cadence_modules = { Lead: false }; }")
		self.assertEqual(self.asked_while_a_lead_opens(), [])


class StrangersCostTest(LeadTest):
	roles = ("Sales User",)

	def test_a_lead_costs_nothing_without_a_role_of_cadences(self) -> None:
		self.give_work()
		self.as_rep()
		self.visit("/app/lead")
		self.assertEqual(self.asked_while_a_lead_opens(), [])
