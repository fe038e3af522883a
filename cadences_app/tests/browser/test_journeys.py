"""The map of a journey in Chromium (S9.5). The variables that it reads are told in chromium.py."""

import json

from cadences_app.tests.browser import desk
from cadences_app.tests.browser.chromium import expect, watch

STAGES = (
	{"stage_key": "lead", "title": "<b>Lead</b>", "module": "Lead", "next_stages": "open", "is_first": 1},
	{"stage_key": "open", "title": "Open", "module": "Lead", "next_stages": "lead"},
)


class MapTest(desk.DeskTest):
	def test_the_form_draws_its_stages_and_the_ways_between_them(self) -> None:
		faults = watch(self.page)
		conditions = {"lead": [["status", "=", "Lead"]], "open": [["status", "=", "Open"]]}
		stages = [{**each, "conditions": json.dumps(conditions[each["stage_key"]])} for each in STAGES]
		name = self.insert("Cadence Journey", journey_name=f"Sale {self.mark}", stages=stages)
		self.addCleanup(self.delete, "Cadence Journey", {"name": name})
		self.visit_form("Cadence Journey", name)
		cards = self.page.locator("[data-fieldname=map] .card")
		expect(cards).to_have_count(2)
		expect(cards.first).to_contain_text("Lead")
		expect(cards.first).to_contain_text("0 here")
		expect(cards.locator("b b")).to_have_count(0)
		expect(self.page.locator("[data-fieldname=map] svg > path")).to_have_count(2)
		self.assertEqual(faults, [])
