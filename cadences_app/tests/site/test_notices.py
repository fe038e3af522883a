"""The owner of a record is told what matters of its cadence (S8.7)."""

from unittest.mock import patch

import frappe

from cadences_app.api import notices as doors
from cadences_app.runtime import notices
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user
from cadences_app.tests.site.builders import GONE, REP, enroll, make_lead, make_reps, task


def add_roles(user, *roles):
	frappe.get_doc("User", user).add_roles(*roles)


class NoticeTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")
		frappe.db.delete("Notification Log", {"for_user": REP})

	def given(self, count=1):
		cadence = builders.make_cadence(task("look"))
		return enroll(cadence, *(make_lead(lead_owner=REP) for _ in range(count)))

	def told(self):
		fields = ["subject", "email_content", "read", "link"]
		rows = frappe.get_all(
			"Notification Log", {"for_user": REP, "type": "Alert"}, fields, order_by="creation"
		)
		return [row for row in rows if row.link]


class TestNotices(NoticeTestCase):
	def test_one_is_named_and_many_stand_in_one(self):
		first, *others = self.given(4)
		notices.tell([(REP, "replies", first)])
		[one] = self.told()
		self.assertIn("replied", one.subject)
		self.assertIn("Ada", one.subject)
		notices.tell([(REP, "replies", each) for each in others])
		[one] = self.told()
		self.assertEqual(one.subject, "4 people replied")
		self.assertEqual(one.email_content.count("<li>"), 4)

	def test_each_kind_stands_alone_and_what_was_read_is_not_reopened(self):
		first, second = self.given(2)
		notices.tell([(REP, "replies", first), (REP, "bounces", second)])
		self.assertEqual(len(self.told()), 2)
		frappe.db.set_value("Notification Log", {"for_user": REP, "read": 0}, "read", 1)
		notices.tell([(REP, "replies", second)])
		self.assertEqual([each.read for each in self.told()], [1, 1, 0])

	def test_a_kind_can_be_switched_off(self):
		[enrollment] = self.given()
		frappe.db.set_single_value("Cadence Settings", "mute_replies", 1)
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")
		self.addCleanup(frappe.clear_document_cache, "Cadence Settings", "Cadence Settings")
		notices.tell([(REP, "replies", enrollment), (REP, "bounces", enrollment)])
		self.assertIn("bounced", self.told()[0].subject)
		self.assertEqual(len(self.told()), 1)

	def test_everybody_switches_kinds_off_for_themselves(self):
		"""S8.7"""
		[enrollment] = self.given()
		self.addCleanup(frappe.clear_cache, user=REP)
		add_roles(REP, "Cadence User")
		with as_user(REP):
			doors.choose({"replies": 0, "bounces": "1"})
			told = {each["kind"]: each["is_told"] for each in doors.own()}
			self.assertRaises(frappe.ValidationError, doors.choose, {"everything": 1})
		self.assertEqual((told["replies"], told["bounces"], told["reviews"]), (False, True, True))
		notices.tell([(REP, "replies", enrollment), (REP, "bounces", enrollment)])
		[one] = self.told()
		self.assertIn("bounced", one.subject)
		self.assertFalse(notices.is_muted_by("Administrator", notices.Notice.REPLY))

	def test_a_record_that_is_gone_keeps_nobody_from_being_told(self):
		"""S8.7: its mail bounced after it was deleted, or its app was uninstalled."""
		deleted, lost, enrollment = self.given(3)
		frappe.db.delete("Lead", {"name": builders.state(deleted).reference_name})
		frappe.db.set_value("Cadence Enrollment", lost, "reference_doctype", "No Such Module")
		notices.tell([(REP, "bounces", deleted), (REP, "bounces", lost), (REP, "replies", enrollment)])
		self.assertTrue(any("replied" in each.subject for each in self.told()))

	def test_who_has_left_is_told_nothing(self):
		[enrollment] = self.given()
		notices.tell([(GONE, "replies", enrollment)])
		self.assertEqual(
			frappe.db.count("Notification Log", {"for_user": GONE, "link": ("like", "/app/cadence%")}), 0
		)

	def test_a_failure_is_found_while_it_is_decided_on(self):
		asked = []
		with (
			patch.object(notices, "enqueue_after_commit", lambda job, **more: asked.append((job, more))),
			patch("cadences_app.channels.task._give_todo", side_effect=RuntimeError("no ink")),
		):
			[enrollment] = self.given()
		self.assertIn(("tell_owners", {"notes": [(REP, "failures", enrollment)]}), asked)
