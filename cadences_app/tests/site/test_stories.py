"""Stories of a cadence: run on records of the site, and what an edit changes of them (S1.10)."""

import json
from typing import Any

import frappe

from cadences_app.api import activation, cadence_form, cadences, stories, trying
from cadences_app.enrolling.activation import CadenceFaulty
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user

CALL = {"follow_up_key": "call", "title": "Call", "channel": "Call", "subject": "Call"}
LATER = {"follow_up_key": "look", "title": "Look", "channel": "Task", "subject": "Look"}
LATER |= {"delay_amount": 3, "delay_unit": "Days", "parent_follow_up": "call", "trigger_outcome": "Completed"}
COMPLETED = {"follow_up": "call", "outcome": "Completed", "amount": 1, "unit": "Days"}
MONDAY = "2027-03-01 09:00:00"


class StoriesTest(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.needs("Lead")
		self.lead = builders.make_lead()
		self.doc = {"doctype": "Cadence", "cadence_name": builders.unique("Told"), "module": "Lead"}
		self.doc["follow_ups"] = [dict(CALL), dict(LATER)]

	def story(self, *answers: dict, title: str = "They are called", **more: Any) -> dict:
		"""What was tried, as the builder keeps it."""
		told = trying.dry_run(self.doc, self.lead.name, list(answers), MONDAY)
		kept = {"answers": json.dumps(answers), "expected": json.dumps(told["expected"])}
		return {"title": title, "record": self.lead.name, "starts_at": MONDAY, **kept, **more}

	def given(self, *told: dict) -> Any:
		return frappe.get_doc({**self.doc, "stories": list(told)}).insert()

	def run_all(self, doc: Any) -> dict:
		return stories.run(json.dumps(doc.as_dict(), default=str))


class TestRunning(StoriesTest):
	def test_what_was_tried_holds(self):
		told = self.run_all(self.given(self.story(COMPLETED), self.story(title="Nobody answers")))
		self.assertEqual(told["summary"], "2 of 2 stories hold")
		self.assertEqual([each["holds"] for each in told["stories"]], [True, True])

	def test_an_edit_shows_what_differs_in_words(self):
		doc = self.given(self.story(COMPLETED), self.story(title="Nobody answers"))
		doc.follow_ups[1].delay_amount = 5
		told = self.run_all(doc)
		self.assertEqual(told["summary"], "1 of 2 stories hold")
		self.assertEqual(told["stories"][0]["differences"], ['"Look" comes on day 6 instead of day 4'])

	def test_what_comes_and_what_no_longer_comes_is_named(self):
		doc = self.given(self.story(COMPLETED))
		doc.follow_ups[1].trigger_outcome = "Cancelled"
		[told] = self.run_all(doc)["stories"]
		self.assertEqual(told["differences"], ['"Look" does not come, expected on day 4'])

	def test_what_happens_now_can_be_expected_from_now_on(self):
		doc = self.given(self.story(COMPLETED))
		doc.follow_ups[1].delay_amount = 5
		[told] = self.run_all(doc)["stories"]
		doc.stories[0].expected = json.dumps(told["expected"])
		self.assertEqual(self.run_all(doc)["summary"], "The story holds")

	def test_a_record_that_is_gone_is_told(self):
		doc = self.given(self.story(COMPLETED))
		doc.stories[0].record = "nobody"
		[told] = self.run_all(doc)["stories"]
		self.assertFalse(told["was_run"])
		self.assertIn("is gone", told["problem"])

	def test_one_that_begins_on_no_day_that_can_be_meant_is_refused(self):
		"""And with a sentence: the arithmetic of dates ends with the year 9999."""
		for odd in ("9999-12-31 23:00:00", "0001-01-01 00:00:00"):
			with self.subTest(odd), self.assertRaisesRegex(frappe.ValidationError, "no date and time"):
				self.given(self.story(COMPLETED, starts_at=odd))

	def test_one_that_leads_out_of_the_calendar_keeps_nobody_from_saving(self):
		doc = self.given(self.story(COMPLETED))
		doc.follow_ups[0].update({"delay_amount": 10**9, "delay_unit": "Days"})
		doc.save()
		self.assertIn("never end", self.run_all(doc)["stories"][0]["problem"])

	def test_a_copy_has_them_too(self):
		"""S1.3"""
		copy = cadences.clone(self.given(self.story(COMPLETED)).name, builders.unique("Copy"))
		self.assertEqual(self.run_all(frappe.get_doc("Cadence", copy))["summary"], "The story holds")

	def test_saving_names_those_that_do_not_hold(self):
		doc = self.given(self.story(COMPLETED, title="<b>Called</b>"))
		doc.follow_ups[1].delay_amount = 5
		frappe.clear_messages()
		doc.save()
		shown = "".join(str(each) for each in frappe.message_log)
		self.assertIn("does not hold: &lt;b&gt;Called", shown.replace("\\", ""))


class TestActivating(StoriesTest):
	def test_one_that_is_required_keeps_it_from_being_activated(self):
		doc = self.given(self.story(COMPLETED, is_required=1))
		doc.follow_ups[1].delay_amount = 5
		doc.save()
		told = 'The story "They are called" does not hold: "Look" comes on day 6 instead of day 4'
		self.assertEqual(activation.faults(doc.name), [told])
		self.assertEqual(cadence_form.standing(doc.name)["faults"], [told])
		self.assertRaises(CadenceFaulty, activation.activate, doc.name)
		self.assertEqual(frappe.db.get_value("Cadence", doc.name, "status"), "Draft")

	def test_nor_published(self):
		doc = self.given(self.story(COMPLETED, is_required=1))
		version = activation.activate(doc.name)
		doc.reload()
		doc.follow_ups[1].delay_amount = 5
		doc.save()
		self.assertRaises(CadenceFaulty, activation.publish, doc.name)
		self.assertEqual(frappe.db.get_value("Cadence", doc.name, "version"), version)

	def test_one_that_is_not_required_is_only_shown(self):
		doc = self.given(self.story(COMPLETED))
		doc.follow_ups[1].delay_amount = 5
		doc.save()
		self.assertTrue(activation.activate(doc.name))

	def test_stories_are_no_part_of_what_runs(self):
		"""S1.7: keeping one publishes nothing."""
		doc = self.given()
		activation.activate(doc.name)
		doc.reload()
		doc.append("stories", self.story(COMPLETED))
		doc.save()
		self.assertFalse(cadence_form.standing(doc.name)["is_edited"])


class TestRights(StoriesTest):
	def test_who_may_not_edit_cadences_runs_none(self):
		"""S14.1"""
		doc = self.given(self.story(COMPLETED))
		with as_user(make_user("story-rep@example.com", "Cadence User", "Sales User")):
			self.assertRaises(frappe.PermissionError, self.run_all, doc)

	def test_a_record_that_may_not_be_read_is_not_run(self):
		"""It neither tells anything of the record nor keeps anybody from activating."""
		doc = self.given(self.story(COMPLETED, is_required=1))
		doc.follow_ups[1].delay_amount = 5
		doc.save()
		with as_user(make_user("story-boss@example.com", "Cadence Manager")):
			[told] = self.run_all(doc)["stories"]
			self.assertEqual((told["was_run"], told["differences"], told["expected"]), (False, [], None))
			self.assertEqual(activation.faults(doc.name), [])

	def test_what_is_no_story_is_refused(self):
		for hostile in (
			{"answers": "[1]"},
			{"answers": '[{"follow_up": "call", "outcome": "Vanished"}]'},
			{"answers": json.dumps([{**COMPLETED, "amount": 10**9}])},
			{"answers": json.dumps([COMPLETED] * 201)},
			{"expected": "no json"},
			{"expected": '{"status": "Gone"}'},
			{"title": " "},
			{"title": "x" * 200},
		):
			with self.subTest(hostile=str(hostile)[:60]):
				self.assertRaises(frappe.ValidationError, self.given, {**self.story(COMPLETED), **hostile})

	def test_a_row_is_not_changed_past_its_cadence(self):
		"""S14.1a"""
		doc = self.given(self.story(COMPLETED))
		row = frappe.get_doc("Cadence Story", doc.stories[0].name)
		row.record = new_name()
		self.assertRaises(frappe.PermissionError, row.save)
