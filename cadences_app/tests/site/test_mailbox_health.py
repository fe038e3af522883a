"""The figures of a mailbox, and the mailbox that pauses itself."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from cadences_app.mail.sending import health
from cadences_app.mail.sending.health import Figures
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.mailing import ACCOUNT, MailTestCase, SentMail


class TestMailboxHealth(MailTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_up(bounce_limit=5, complaint_limit=1, least_sent_to_judge=10)
		account = {"doctype": "Email Account", "email_account_name": ACCOUNT, "email_id": "rep@sales.example"}
		self.keep(frappe.get_doc(account).insert())
		self.mailbox = frappe.get_doc({"doctype": "Cadence Mailbox", "email_account": ACCOUNT}).insert()
		first = self.send("one@buyer.example")
		self.lead, self.enrollment, self.count = first.lead, first.enrollment, 1

	def send_more(self, number: int, **columns) -> list[SentMail]:
		sent = []
		for _each in range(number):
			self.count += 1
			key = f"mail-{self.count}"
			sent.append(
				self.send(
					f"{key}@buyer.example",
					lead=self.lead,
					enrollment=self.enrollment,
					follow_up=key,
					**columns,
				)
			)
		return sent

	def complain(self, mail: SentMail, clue: str = "Returned Message") -> None:
		self.count += 1
		insert_row(
			"Cadence Incoming Mail",
			kind="Complaint",
			clue=clue,
			activity=mail.activity,
			email_account=ACCOUNT,
			received_at=now_datetime(),
			mail_key=f"{mail.activity}:{self.count}",
		)

	def measure(self, days: int = 7) -> Figures:
		return health.measure(ACCOUNT, now_datetime() - timedelta(days=days))

	def check(self) -> None:
		health.check()
		self.mailbox.reload()

	def alerts(self) -> int:
		return frappe.db.count(
			"Notification Log", {"document_type": "Cadence Mailbox", "document_name": ACCOUNT}
		)

	def test_what_is_counted(self):
		self.send_more(2, delivery="Bounced")
		self.send_more(1, delivery="Bounced", taken_at=None, bounced_at=now_datetime())
		self.send_more(1, unsubscribed_at=now_datetime())
		self.send_more(1, taken_at=None, delivery="Queued")
		(reported,) = self.send_more(1)
		self.complain(reported)
		self.complain(reported)
		(guessed,) = self.send_more(1)
		self.complain(guessed, clue="Sender")
		self.assertEqual(self.measure(), Figures(sent=7, bounced=3, complaints=1, unsubscribed=1))
		self.assertEqual(self.measure().bounce_rate, 42.86)

	def test_only_the_last_days_count(self):
		self.send_more(2, days_ago=8, delivery="Bounced")
		self.assertEqual(self.measure().sent, 1)
		self.assertEqual(self.measure(30), Figures(sent=3, bounced=2, complaints=0, unsubscribed=0))

	def test_a_mailbox_without_mails_has_no_rates(self):
		self.assertEqual(Figures(0, 0, 0, 0).bounce_rate, 0.0)

	def test_too_many_bounces_pause_it(self):
		self.send_more(17)
		self.send_more(2, delivery="Bounced")
		self.check()
		self.assertTrue(self.mailbox.paused)
		self.assertIn("10.0%", self.mailbox.pause_reason)
		self.assertGreater(self.alerts(), 0)
		self.assertEqual((self.mailbox.sent_week, self.mailbox.bounce_rate), (20, 10.0))

	def test_too_many_complaints_pause_it(self):
		mails = self.send_more(19)
		self.complain(mails[0])
		self.check()
		self.assertTrue(self.mailbox.paused)
		self.assertIn("spam", self.mailbox.pause_reason)

	def test_at_the_limit_it_goes_on(self):
		self.send_more(18)
		self.send_more(1, delivery="Bounced")
		self.check()
		self.assertEqual((self.mailbox.bounce_rate, self.mailbox.paused), (5.0, 0))

	def test_with_few_mails_nothing_is_judged(self):
		self.send_more(3, delivery="Bounced")
		self.check()
		self.assertEqual((self.mailbox.bounce_rate, self.mailbox.paused), (75.0, 0))

	def test_a_limit_of_zero_is_none(self):
		self.set_up(bounce_limit=0)
		self.send_more(12, delivery="Bounced")
		self.check()
		self.assertFalse(self.mailbox.paused)

	def test_who_lets_it_go_on_is_not_overruled_by_what_was(self):
		self.send_more(12, delivery="Bounced")
		self.check()
		alerts = self.alerts()
		self.mailbox.paused = 0
		self.mailbox.save()
		self.check()
		self.assertEqual((self.mailbox.paused, self.alerts()), (0, alerts))
		self.send_more(12, delivery="Bounced", days_ago=-0.01)
		self.check()
		self.assertTrue(self.mailbox.paused)

	def test_the_overview_tells_how_much_of_the_caps_is_used(self):
		self.mailbox.update({"per_hour": 4, "per_day": 0}).save()
		self.send_more(3, days_ago=0)
		seen = health.overview(ACCOUNT)
		self.assertEqual((seen["used_of_hour"], seen["used_of_day"]), (75.0, None))
		self.assertEqual((seen["days_7"]["sent"], seen["days_30"]["sent"]), (4, 4))
