"""Every screen light and dark, on a desk and on a phone, in English and French: nothing scrolls sideways, no
button or heading is cut off, and axe finds nothing serious. Run like test_desk.py.

With `CADENCES_SCREENSHOTS` each is seen in every way, and a picture of it kept, to be looked at.
"""

from urllib.parse import quote

from cadences_app.tests.browser.chromium import SCREENSHOTS, expect, has_axe, keep_picture, serious_faults
from cadences_app.tests.browser.desk import DIALOG, SECTION
from cadences_app.tests.browser.test_follow_ups_for_today import RepTest

DESK, PHONE = (1280, 900), (390, 844)
THEMES = ("light", "dark")
FRAPPES_OWN = (DIALOG, SECTION)
"""Made of Frappe's own dialogs and pills, in which axe finds names and contrast wanting."""
SOME = (("en", DESK), ("fr", PHONE))
ALL = (*SOME, ("en", PHONE), ("fr", DESK))
SAID = {"en": "Follow-ups for Today", "fr": "Suivis du jour"}
"""What our translations make of it: a site without them shows English to everybody."""
WEAR = "(theme) => document.documentElement.setAttribute('data-theme', theme)"
CUT_OFF = """(within) => {
	const shown = (each) => each.checkVisibility() && each.getClientRects().length;
	const scrolls = (each) => {
		for (let place = each.parentElement; place; place = place.parentElement) {
			const { overflowX } = getComputedStyle(place);
			if (["auto", "scroll"].includes(overflowX) && place.scrollWidth > place.clientWidth) return true;
			if (place.matches(".vue-flow, .canvas, .frappe-chart, .chart-container")) return true;
		}
		return false;
	};
	const told = (each) => `${each.tagName} "${each.textContent.trim().slice(0, 40)}" (${each.className})`;
	const found = [];
	const told_of = ":is(button, a, h1, h2, h3, label, th, input, select)";
	for (const each of document.querySelectorAll(`${within} ${told_of}`)) {
		if (!shown(each) || scrolls(each)) continue;
		const { left, right, width } = each.getBoundingClientRect();
		const style = getComputedStyle(each);
		if (width > 1 && (right > innerWidth + 1 || left < -1)) found.push(`beside the page: ${told(each)}`);
		const clips = style.overflowX === "hidden" && style.textOverflow !== "ellipsis";
		if (clips && each.scrollWidth > each.clientWidth + 1) found.push(`clipped: ${told(each)}`);
	}
	return found;
}"""


class LooksTest(RepTest):
	roles = ("Cadence Manager", "Sales User")

	def setUp(self) -> None:
		super().setUp()
		self.give_mail()
		mail = {"follow_up_key": "f1", "title": "First mail", "channel": "Email", "to_field": "email_id"}
		mail |= {"email_template": self.make_template(1), "release": "After Review"}
		call = {"follow_up_key": "f2", "title": "Ring them", "channel": "Call", "subject": "Ring them"}
		again = {"follow_up_key": "f3", "title": "A second mail for those who did not read the first"}
		again |= {"channel": "Email", "to_field": "email_id", "email_template": self.make_template(2)}
		again |= {"parent_follow_up": "f1", "trigger_outcome": "Opened", "trigger_absent": 1}
		again |= {"trigger_within_amount": 3}
		task = {"follow_up_key": "f4", "title": "Find the address", "channel": "Task", "subject": "Look"}
		task |= {"parent_follow_up": "f3", "trigger_outcome": "Bounced"}
		self.cadence = self.make_cadence("Looks", follow_ups=[mail, call, again, task])
		for lead in self.leads:
			values = {"lead_owner": self.user, "mobile_no": "+49 30 5550100"}
			self.call("frappe.client.set_value", doctype="Lead", name=lead, fieldname=values)
		self.call("cadences_app.api.enrollments.enroll", cadence=self.cadence, names=self.leads)
		self.enrollment = self.enrollments()[0]["name"]

	def test_every_screen(self) -> None:
		screens = {
			"builder": (".cadence-builder", self.come_to_the_builder),
			"panel": (".cadence-builder", self.come_to_the_panel),
			"try-it": (".cadence-builder", self.come_to_try_it),
			"queue": (".cfq", self.come_to_the_queue),
			"work": (".cfq", self.come_to_work),
			"report": (".cr", self.come_to_the_report),
			"workspace": (".custom-block-widget-box", self.come_to_the_workspace),
			"enrollment": (".form-dashboard", self.come_to_an_enrollment),
			"section": (".form-dashboard-cadences", self.come_to_a_record),
			"adding": (DIALOG, self.come_to_adding),
			"leaving": (DIALOG, self.come_to_leaving),
			"notices": (DIALOG, self.come_to_notices),
		}
		for language, (width, height) in ALL if SCREENSHOTS else SOME:
			self.as_admin()
			values = {"language": language}
			self.call("frappe.client.set_value", doctype="User", name=self.user, fieldname=values)
			self.as_rep()
			self.page.set_viewport_size({"width": width, "height": height})
			self.visit("/app/cadences")
			said = self.page.evaluate("() => __('Follow-ups for Today')")
			self.assertEqual(said, SAID[language])
			for name, (within, come) in screens.items():
				with self.subTest(screen=name, language=language, width=width):
					come()
					self.look(f"look-{name}-{language}-{width}", within, width)
		self.assertEqual(self.faults, [])

	def look(self, name: str, within: str, width: int) -> None:
		"""In both themes: a picture, and what is wrong with it."""
		found = {}
		for theme in THEMES:
			self.page.evaluate(WEAR, theme)
			self.page.wait_for_timeout(300)
			keep_picture(self.page, f"{name}-{theme}")
			wide = self.page.evaluate("document.documentElement.scrollWidth")
			sideways = [f"it is {wide} px wide"] if wide > width else []
			found[theme] = sideways + self.page.evaluate(CUT_OFF, within)
			if within not in FRAPPES_OWN:
				found[theme] += serious_faults(self.page, within)
		self.assertEqual(found, {theme: [] for theme in THEMES})

	def come_to_the_builder(self) -> None:
		self.visit_form("Cadence", self.cadence)
		expect(self.page.locator(".card-of-follow-up").first).to_be_visible()

	def come_to_the_panel(self) -> None:
		self.come_to_the_builder()
		self.page.locator(".card-of-follow-up").first.click()
		expect(self.page.locator(".side-panel")).to_be_visible()

	def come_to_try_it(self) -> None:
		self.come_to_the_builder()
		self.page.locator(".try-it").click()
		expect(self.page.locator(".side-panel")).to_be_visible()

	def come_to_the_queue(self) -> None:
		self.visit("/app/follow-ups-for-today")
		expect(self.page.locator(".cfq-item").first).to_be_visible()

	def come_to_work(self) -> None:
		self.come_to_the_queue()
		self.page.locator(".cfq-item").first.click()
		expect(self.page.locator(".cfq-heading")).to_be_visible()
		self.settle()

	def come_to_the_report(self) -> None:
		self.visit(f"/app/cadence-report?cadence={quote(self.cadence)}")
		expect(self.page.locator(".cr-card").first).to_be_visible()

	def come_to_the_workspace(self) -> None:
		self.visit("/app/cadences")
		expect(self.page.locator("[data-trouble]").first).to_be_visible()

	def come_to_an_enrollment(self) -> None:
		self.visit_form("Cadence Enrollment", self.enrollment)
		expect(self.page.locator(".card-of-follow-up").first).to_be_visible()

	def come_to_a_record(self) -> None:
		self.visit_form("Lead", self.leads[0])
		expect(self.page.locator(SECTION)).to_be_attached()
		if not self.page.locator(SECTION).is_visible():
			tab = self.page.locator(f".tab-pane:has({SECTION})").get_attribute("id")
			self.page.locator(f".form-tabs [href='#{tab}']").click()
		self.page.locator(SECTION).scroll_into_view_if_needed()

	def come_to_adding(self) -> None:
		self.visit_form("Lead", self.leads[0])
		self.choose_by_label("Add to Cadence")
		expect(self.page.locator(".cadence-choice").first).to_be_visible()

	def come_to_leaving(self) -> None:
		self.come_to_work()
		self.page.locator(".cfq-take-out").click()
		expect(self.page.locator(f"{DIALOG} textarea")).to_be_visible()

	def come_to_notices(self) -> None:
		self.come_to_the_queue()
		self.choose_by_label("What I Am Told Of")
		expect(self.page.locator(f"{DIALOG} input[type=checkbox]").first).to_be_visible()

	def choose_by_label(self, label: str) -> None:
		"""From the page's menu, in the reader's language."""
		self.choose_from_menu(self.page.evaluate("(label) => __(label)", label))


class AxeTest(RepTest):
	def test_axe_looks_at_the_screens(self) -> None:
		"""Says so where it does not: the tests above pass without it."""
		if not has_axe():
			self.skipTest("axe-core is not there (pip install axe-playwright-python, or CADENCES_AXE)")
		self.as_rep()
		self.visit("/app/follow-ups-for-today")
		self.page.evaluate("() => $('<button id=\"nameless\"></button>').appendTo('.cfq')")
		self.assertIn("button-name", " ".join(serious_faults(self.page, ".cfq")))
