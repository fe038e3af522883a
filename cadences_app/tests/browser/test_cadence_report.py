"""The page *Cadence Report* in Chromium (S8). Run like test_desk.py."""

from cadences_app.tests.browser.chromium import expect, keep_picture, serious_faults
from cadences_app.tests.browser.test_follow_ups_for_today import RepTest


class ReportTest(RepTest):
	roles = ("Cadence Manager", "Sales User")

	def test_funnel_and_what_stands_still(self) -> None:
		cadence = self.give_work()
		self.as_rep()
		self.visit(f"/app/cadence-report?cadence={cadence.replace(' ', '+')}")
		expect(self.page.locator(".cr-card", has_text="Enrolled").locator(".cr-number")).to_have_text("3")
		row = self.page.locator(".cr-funnel tbody tr", has_text="First call")
		expect(row.locator("td").first).to_contain_text("3")
		expect(self.page.locator("[data-still='Open Task or Call'] a")).to_have_text("3")
		keep_picture(self.page, "report")
		self.assertEqual(serious_faults(self.page, ".cr"), [])
		self.page.set_viewport_size({"width": 390, "height": 844})
		self.settle()
		self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 390)
		keep_picture(self.page, "report_phone")
		self.page.set_viewport_size({"width": 1280, "height": 900})
		self.page.locator("[data-still='Open Task or Call'] a").click()
		expect(self.page.locator(".list-row-checkbox:visible")).to_have_count(3)
		self.assertEqual(self.faults, [])
