import json

import frappe

from cadences_app.api import builder
from cadences_app.enrolling import activation
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_cadence, make_user

MAIL = {"follow_up_key": "f1", "title": "First mail", "channel": "Email", "to_field": "email_id"}
TASK = {
	"follow_up_key": "f2",
	"title": "Look",
	"channel": "Task",
	"subject": "Look",
	"parent_follow_up": "f1",
}


def draft(*rows: dict, **fields) -> dict:
	return {"module": "Lead", "cadence_name": "Unsaved", "follow_ups": list(rows), **fields}


def arrow_of(**row) -> str:
	return builder.check(draft(MAIL, {**TASK, **row}))["follow_ups"][1]["arrow"]


class TestWhatIsOffered(SiteTestCase):
	def test_a_subject_is_no_markup_beside_its_template(self):
		"""Frappe keeps a tag in quotes for JSON, and shows what stands beside a name as HTML."""
		subject = '"<img src=x onerror=alert(1)>"'
		name = builders.unique("Template")
		values = {"doctype": "Email Template", "name": name, "subject": subject, "response": "x"}
		frappe.get_doc(values).insert()
		self.assertEqual(frappe.db.get_value("Email Template", name, "subject"), subject)
		((found, beside),) = builder.search_templates("Email Template", name, "name", 0, 10)
		self.assertEqual(found, name)
		self.assertNotIn("<", beside)
		self.assertIn("onerror", beside)


class TestTheUnsavedCadence(SiteTestCase):
	def test_arrows_are_told_in_words(self):
		"""S3.2, S3.3: what starts a follow-up and when, with one day in the singular."""
		unanswered = {"trigger_absent": 1, "trigger_within_unit": "Days"}
		for row, told in (
			({}, "right away"),
			({"delay_amount": 1, "delay_unit": "Days"}, "1 day later"),
			(
				{"delay_amount": 2, "delay_unit": "Business Days", "at_time": "9:30"},
				"2 business days later at 09:30",
			),
			({"trigger_outcome": "Opened", "trigger_times": 2}, "opened 2 times"),
			(
				{"trigger_outcome": "Opened", "trigger_within_amount": 3, **unanswered},
				"not opened within 3 days",
			),
			(
				{
					"trigger_outcome": "Replied",
					"trigger_since": "Opened",
					"trigger_within_amount": 1,
					**unanswered,
				},
				"opened, but not replied within 1 day of it",
			),
		):
			self.assertEqual(arrow_of(**row), told)

	def test_faults_stand_with_their_follow_up(self):
		"""S1.6: a fault marks its card and names follow-ups by what people call them."""
		untitled = {"follow_up_key": "f3", "channel": "Call", "parent_follow_up": "f3"}
		told = builder.check(draft(MAIL, TASK, untitled))
		self.assertIn("it has no email template.", told["faults_of"]["f1"])
		self.assertNotIn("f2", told["faults_of"])
		self.assertTrue(any("Call in row 3" in each for each in told["faults"]))
		self.assertFalse(any("f3" in each for each in told["faults"]), told["faults"])

	def test_days_add_up_along_the_tree(self):
		waits = {**TASK, "trigger_outcome": "Opened", "trigger_absent": 1, "trigger_within_amount": 3}
		waits |= {"trigger_within_unit": "Days", "delay_amount": 12, "delay_unit": "Hours"}
		told = builder.check(draft(MAIL, waits))["follow_ups"]
		self.assertEqual([each["day"] for each in told], [0, 3.5])

	def test_a_boost_stands_beside_the_main_line(self):
		"""S3.7"""
		clicked = {**TASK, "trigger_outcome": "Clicked", "trigger_detail": "https://example.com/prices"}
		self.assertTrue(builder.check(draft(MAIL, clicked))["follow_ups"][1]["is_boost"])
		self.assertFalse(
			builder.check(draft(MAIL, {**TASK, "trigger_outcome": "Clicked"}))["follow_ups"][1]["is_boost"]
		)

	def test_what_cannot_be_read_is_told_and_not_raised(self):
		told = builder.check(draft({**MAIL, "at_time": "noon"}))
		self.assertEqual(list(told), ["unreadable"])
		self.assertIn("time of day", told["unreadable"])

	def test_nothing_of_it_is_kept(self):
		builder.check(json.dumps(draft(MAIL, name="Unsaved")))
		self.assertFalse(frappe.db.exists("Cadence", "Unsaved"))

	def test_who_may_not_edit_is_refused(self):
		"""S14.1: and is told of a cadence that they may read as it is saved, whatever they send."""
		cadence = make_cadence("Kept", follow_ups=[MAIL])
		with as_user(make_user("rep@cadence.example", "Cadence User", "Sales User")):
			self.assertRaises(frappe.PermissionError, builder.check, draft(MAIL))
			told = builder.check(draft({**MAIL, "title": "Mine"}, name=cadence.name))
			self.assertEqual([each["name"] for each in told["follow_ups"]], ["First mail"])
		with as_user(make_user("stranger@cadence.example", "Sales User")):
			self.assertRaises(frappe.PermissionError, builder.check, draft(MAIL, name=cadence.name))

	def test_hostile_drafts_are_refused_or_harmless(self):
		for sent in ("[]", "{", draft(MAIL, module="No Such"), draft(*[MAIL] * 1001), draft("row")):
			self.assertRaises((frappe.ValidationError, ValueError), builder.check, sent)
		nested = draft({**MAIL, "title": {"a": 1}}, doctype="User", policy=[{"doctype": "User"}])
		self.assertEqual(builder.check(nested)["follow_ups"][0]["name"], "Email in row 1")


class TestThePublishedCadence(SiteTestCase):
	def test_it_shows_what_runs_and_not_the_draft(self):
		"""S1.7"""
		cadence = builders.make_cadence(builders.task("now"), builders.task("later", "now", days=3))
		cadence.reload()
		cadence.follow_ups[1].delay_amount = 9
		cadence.save()
		told = builder.published(cadence.name)
		self.assertEqual(told["number"], 1)
		self.assertEqual(told["rows"][1]["delay_amount"], 3)
		self.assertEqual(told["picture"]["follow_ups"][1]["arrow"], "3 days later")

	def test_numbers_stand_with_the_follow_ups(self):
		cadence = builders.make_cadence(builders.task("now"), builders.task("later", "now", days=3))
		builders.enroll(cadence, builders.make_lead(), builders.make_lead())
		told = builder.published(cadence.name)["numbers"]
		self.assertEqual(told["now"], {"reached": 2, "waiting": 0, "answered": 0, "stuck": 0})
		self.assertEqual(told["later"], {"reached": 0, "waiting": 2, "answered": 0, "stuck": 0})

	def test_a_draft_has_no_published_side(self):
		cadence = make_cadence("Draft", follow_ups=[TASK | {"parent_follow_up": ""}])
		self.assertRaises(frappe.ValidationError, builder.published, cadence.name)
		activation.activate(cadence)
		with as_user(make_user("stranger@cadence.example", "Sales User")):
			self.assertRaises(frappe.PermissionError, builder.published, cadence.name)

	def test_ready_made_cadences_can_be_drawn(self):
		"""S1.8"""
		told = builder.ready_made_picture("outbound_qualification")
		self.assertEqual(len(told["rows"]), len(told["picture"]["follow_ups"]))
		self.assertRaises(frappe.ValidationError, builder.ready_made_picture, "../../hooks")
