import frappe
from frappe.utils import now_datetime

from cadences_app.api import activities, queue
from cadences_app.engine.events import FollowUpDeclined
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


class TestWorkingItOver(WaitingMailTestCase):
	"""S3.9 in the queue of follow-ups: edited for this person alone, sent, sent back or not sent at all."""

	REP = "rep@cadence.example"

	def setUp(self):
		super().setUp()
		make_user(self.REP, "Cadence User", "Sales User")

	def waiting(self, delivery: str = "Waiting for Review") -> SentMail:
		mail = self.held(delivery)
		owned = {"record_owner": self.REP}
		frappe.db.set_value("Cadence Enrollment", mail.enrollment, owned, update_modified=False)
		frappe.db.set_value("Cadence Activity", mail.activity, "status", "Handed Over", update_modified=False)
		return mail

	def content(self, mail: SentMail) -> str:
		return frappe.db.get_value("Communication", mail.communication, "content")

	def test_it_stands_in_the_owners_queue(self):
		mail = self.waiting()
		with as_user(self.REP):
			found = queue.today()["items"]
		self.assertEqual([each["name"] for each in found], [mail.activity])

	def test_an_edit_changes_this_mail_alone_and_lets_nothing_run(self):
		mail, other = self.waiting(), self.waiting()
		before = self.content(other)
		with as_user(self.REP):
			queue.edit_mail(mail.activity, "For\nyou", "<p>Hello</p><script>steal()</script><img onerror=x>")
		self.assertEqual(mail.column("subject"), "For you")
		self.assertIn("<p>Hello</p>", self.content(mail))
		for hostile in ("<script", "onerror"):
			self.assertNotIn(hostile, self.content(mail))
		self.assertEqual(self.content(other), before)

	def test_one_that_is_not_to_go_is_skipped(self):
		mail = self.waiting()
		with as_user(self.REP):
			queue.say(mail.activity, "Do Not Send", note="too pushy")
			self.assertEqual(queue.settle([mail.activity]).keys(), {mail.activity})
		self.assertEqual(mail.events(), [FollowUpDeclined(1, "first", "too pushy")])

	def test_what_waits_for_approval_is_no_reps_to_send_or_edit(self):
		mail = self.waiting("Waiting for Approval")
		with as_user(self.REP):
			queue.say(mail.activity, "Send")
			told = queue.settle([mail.activity])[mail.activity]
			self.assertRaises(
				frappe.PermissionError, queue.edit_mail, mail.activity, "Subject", "<p>Text</p>"
			)
			self.assertRaises(frappe.PermissionError, queue.send_back, mail.activity)
		self.assertIn("approval", told)
		self.assertEqual(mail.column("delivery"), "Waiting for Approval")

	def test_a_manager_sends_it_back_to_its_rep(self):
		mail = self.waiting("Waiting for Approval")
		with as_user(make_user("boss@cadence.example", "Cadence Manager", "Sales User")):
			queue.send_back(mail.activity)
		self.assertEqual(mail.column("delivery"), "Waiting for Review")

	def test_a_mail_that_is_gone_is_not_edited(self):
		mail = self.send(delivery="Sent")
		with self.assertRaises(NotWaiting):
			queue.edit_mail(mail.activity, "Subject", "<p>Text</p>")
