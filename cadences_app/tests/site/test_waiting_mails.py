import frappe
from frappe.utils import now_datetime

from cadences_app.api import activities
from cadences_app.engine.outcomes import Outcome
from cadences_app.runtime.waiting_mails import NotWaiting
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.mailing import MailTestCase, SentMail


class WaitingMailTestCase(MailTestCase):
	def unknown(self) -> SentMail:
		return self.send(delivery="Unknown", taken_at=None, error="The worker stopped.")

	def held(self, delivery: str) -> SentMail:
		return self.send(delivery=delivery, taken_at=None)


class TestSettling(WaitingMailTestCase):
	def test_a_mail_that_was_sent_counts_as_sent_from_now_on(self):
		mail = self.unknown()
		activities.settle(mail.activity, was_sent=True)
		self.assertEqual(mail.column("delivery"), "Sent")
		self.assertIsNone(mail.column("error"))
		self.assertEqual(mail.outcomes(), [Outcome.SENT])

	def test_a_mail_that_was_not_sent_is_sent(self):
		mail = self.unknown()
		activities.settle(mail.activity, was_sent=False)
		self.assertEqual(mail.column("delivery"), "Queued")
		self.assertLessEqual(mail.column("send_after"), now_datetime())
		self.assertEqual(mail.outcomes(), [])

	def test_it_is_settled_once(self):
		mail = self.unknown()
		activities.settle(mail.activity, was_sent=True)
		with self.assertRaises(NotWaiting):
			activities.settle(mail.activity, was_sent=False)
		self.assertEqual(mail.column("delivery"), "Sent")

	def test_what_is_known_is_not_settled(self):
		mail = self.send(delivery="Sent")
		with self.assertRaises(NotWaiting):
			activities.settle(mail.activity, was_sent=False)

	def test_who_may_not_read_the_record_settles_nothing(self):
		mail = self.unknown()
		with as_user(make_user("stranger@cadence.example", "Cadence User")):
			self.assertRaises(frappe.PermissionError, activities.settle, mail.activity, was_sent=True)
		self.assertEqual(mail.column("delivery"), "Unknown")


class TestReleasing(WaitingMailTestCase):
	def test_a_reviewed_mail_is_queued(self):
		mail = self.held("Waiting for Review")
		with as_user(make_user("rep@cadence.example", "Cadence User", "Sales User")):
			activities.release(mail.activity)
		self.assertEqual(mail.column("delivery"), "Queued")

	def test_review_is_not_approval(self):
		mail = self.held("Waiting for Approval")
		self.assertRaises(NotWaiting, activities.release, mail.activity)
		self.assertEqual(mail.column("delivery"), "Waiting for Approval")

	def test_who_manages_cadences_approves(self):
		mail = self.held("Waiting for Approval")
		with as_user(make_user("rep@cadence.example", "Cadence User", "Sales User")):
			self.assertRaises(frappe.PermissionError, activities.approve, mail.activity)
		self.assertEqual(mail.column("delivery"), "Waiting for Approval")
		with as_user(make_user("boss@cadence.example", "Cadence Manager", "Sales User")):
			activities.approve(mail.activity)
		self.assertEqual(mail.column("delivery"), "Queued")
