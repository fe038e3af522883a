"""Emails from the outbox to the mail server: what arrives there, and what its answers mean."""

import os
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from cadences_app.mail import mailboxes
from cadences_app.mail.sending import reports
from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import Purpose, read
from cadences_app.store import compat
from cadences_app.tests.site import builders
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.smtp import SENDER, Received, make_account


class SendingTest(OutboxTestCase):
	def deliver(self, lead: Any, **content: Any) -> tuple[Any, Received]:
		"""The activity and the message of an email to the lead."""
		(enrollment,) = self.send_out(lead, **content)
		self.assertEqual(self.work(), 1)
		(received,) = self.server.to(lead.email_id)
		return self.mail_of(enrollment), received

	def test_an_email_goes_out_and_the_cadence_goes_on(self) -> None:
		lead = self.make_lead(first_name="Ada")
		mail, received = self.deliver(lead)
		self.assertEqual((received.sender, received.message["Subject"]), (SENDER, "Hello Ada"))
		self.assertEqual((mail.delivery, mail.status), ("Sent", "Handed Over"))
		self.assertEqual(frappe.db.get_value("Communication", mail.activity_name, "delivery_status"), "Sent")
		self.decide()
		mail = self.mail_of(mail.enrollment)
		self.assertEqual((mail.status, mail.sent_at), ("Carried Out", mail.taken_at))
		self.assertEqual(self.work(), 0)

	def test_the_message_can_be_read_answered_and_left(self) -> None:
		mail, received = self.deliver(self.make_lead(first_name="Ada"))
		message = received.message
		self.assertEqual(message.get_content_type(), "multipart/alternative")
		self.assertEqual(message["Message-ID"], f"<{mail.message_id}>")
		self.assertIn("Dear Ada, look (https://seller.example/offer?a=1&b=2).", received.part("text/plain"))
		self.assertIn("api.tracking.unsubscribe?t=", message["List-Unsubscribe"])
		claim = read(keyring(), Purpose.REPLY, message["X-Cadence-Activity"])
		self.assertEqual(claim.activity, mail.name)

	def test_one_click_unsubscribing_is_offered_over_https(self) -> None:
		with self.at_https():
			_mail, received = self.deliver(self.make_lead())
		self.assertEqual(received.message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

	def test_links_lead_through_the_site_and_their_targets_stay_on_it(self) -> None:
		mail, received = self.deliver(self.make_lead())
		html = received.part("text/html")
		self.assertNotIn("seller.example/offer", html)
		self.assertIn("api.tracking.click?t=", html)
		self.assertIn("api.tracking.open?t=", html)
		self.assertEqual(frappe.parse_json(mail.links), ["https://seller.example/offer?a=1&b=2"])

	def test_a_cadence_can_do_without_tracking(self) -> None:
		lead = self.make_lead()
		cadence = builders.make_cadence(self.email(), policy={"track_opens": False, "track_clicks": False})
		(enrollment,) = self.enroll(cadence, lead)
		self.assertEqual(self.work(), 1)
		html = self.server.to(lead.email_id)[0].part("text/html")
		self.assertIn("https://seller.example/offer?a=1", html)
		self.assertNotIn("api.tracking.open", html)
		self.assertIsNone(self.mail_of(enrollment).links)

	def test_names_and_subjects_in_any_script(self) -> None:
		make_account(self.server.port, "Müller & Söhne, Köln", "koeln@seller.example")
		lead = self.make_lead(first_name="Łukasz 😀")
		_mail, received = self.deliver(lead)
		self.assertEqual(received.message["Subject"], "Hello Łukasz 😀")
		self.assertEqual(received.message["From"].addresses[0].display_name, "Müller & Söhne Köln")
		self.assertTrue(received.source.isascii())

	def test_a_line_that_is_a_dot_arrives_as_one(self) -> None:
		template = self.make_template("Hi", "<p>one</p>\n.\n<p>two</p>")
		_mail, received = self.deliver(self.make_lead(), variants=[{"template": template}])
		self.assertIn("\r\n.\r\n", received.part("text/html"))

	def test_an_answer_in_the_thread_of_an_earlier_email(self) -> None:
		lead = self.make_lead(first_name="Ada")
		cadence = builders.make_cadence(self.email("one"), self.email("two", "one", thread_of="one"))
		(enrollment,) = self.enroll(cadence, lead)
		self.work()
		self.decide()
		self.work()
		first, second = self.server.to(lead.email_id)
		self.assertEqual(second.message["Subject"], "Re: Hello Ada")
		self.assertEqual(second.message["In-Reply-To"], first.message["Message-ID"])
		self.assertEqual(second.message["References"], first.message["Message-ID"])
		earlier = self.mail_of(enrollment, "one").activity_name
		later = self.mail_of(enrollment, "two").activity_name
		self.assertEqual(frappe.db.get_value("Communication", later, "in_reply_to"), earlier)

	def test_files_and_an_invite_go_along(self) -> None:
		file = frappe.get_doc({"doctype": "File", "file_name": "Preise.txt", "content": "10 EUR"}).insert()
		lead = self.make_lead()
		frappe.db.set_value("Lead", lead.name, "modified", "2027-03-01 10:00:00", update_modified=False)
		meeting = {"starts_field": "modified", "minutes": 45, "summary": "A talk"}
		_mail, received = self.deliver(lead, attachments=[file.file_url], invite=meeting)
		self.assertEqual(received.message.get_content_type(), "multipart/mixed")
		names = [part.get_filename() for part in received.message.walk() if part.get_filename()]
		self.assertEqual(names, ["invite.ics", file.file_name])
		calendar = received.part("text/calendar")
		self.assertIn("METHOD:REQUEST", calendar)
		self.assertIn("20270301T104500", calendar)

	def test_a_missing_file_fails_the_mail_and_says_which(self) -> None:
		file = frappe.get_doc({"doctype": "File", "file_name": "gone.txt", "content": "10 EUR"}).insert()
		(enrollment,) = self.send_out(self.make_lead(), attachments=[file.file_url])
		frappe.db.delete("File", {"name": file.name})  # past the guard that keeps what cadences use
		frappe.db.commit()
		self.work()
		mail = self.mail_of(enrollment)
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn(file.file_url, mail.error)
		self.decide()
		self.assertEqual(builders.state(enrollment).status, "Failed")

	def test_a_sent_mail_is_listed_in_the_email_queue(self) -> None:
		mail, received = self.deliver(self.make_lead())
		queued = frappe.get_doc("Email Queue", {"communication": mail.activity_name})
		self.assertEqual((queued.status, queued.recipients[0].status), ("Sent", "Sent"))
		self.assertEqual(queued.recipients[0].recipient, mail.recipient)
		self.assertIn(received.message["Message-ID"], queued.message)

	def test_the_email_queue_keeps_the_beginning_of_a_large_mail(self) -> None:
		content = os.urandom(reports.LONGEST_KEPT)
		file = frappe.get_doc({"doctype": "File", "file_name": "film.bin", "content": content}).insert()
		mail, received = self.deliver(self.make_lead(), attachments=[file.file_url])
		self.assertGreater(len(bytes(received.message)), reports.LONGEST_KEPT)
		queued = frappe.get_doc("Email Queue", {"communication": mail.activity_name})
		self.assertIn(received.message["Message-ID"], queued.message)
		self.assertEqual(len(queued.message), reports.LONGEST_KEPT)

	def test_a_mail_that_no_statement_can_hold_fails_alone_where_another_app_sends(self) -> None:
		frappe.db.set_value("Email Account", self.account.name, "service", "Frappe Mail")
		frappe.clear_document_cache("Email Account", self.account.name)
		size = compat.longest_statement()
		file = frappe.get_doc(
			{"doctype": "File", "file_name": "film.bin", "content": os.urandom(size)}
		).insert()
		large, small = (
			self.send_out(self.make_lead(), attachments=each)[0] for each in ([file.file_url], [])
		)
		self.assertEqual(self.work(), 1)
		self.assertEqual((self.mail_of(large).delivery, self.mail_of(small).delivery), ("Failed", "Sent"))
		self.assertIn("too large", self.mail_of(large).error)

	def test_the_email_queue_can_be_left_alone(self) -> None:
		self.set_up(write_email_queue=0)
		mail, _received = self.deliver(self.make_lead())
		self.assertFalse(frappe.db.exists("Email Queue", {"communication": mail.activity_name}))

	def test_a_few_sessions_take_all_mails_of_an_account(self) -> None:
		"""They are opened as they are needed, and stay open from mail to mail."""
		leads = [self.make_lead() for _ in range(9)]
		self.send_out(*leads)
		before = self.server.sessions
		self.assertEqual(self.work(), 9)
		self.assertLessEqual(self.server.sessions - before, mailboxes.USUAL_SESSIONS)

	def at_https(self) -> Any:
		return patch.dict(frappe.local.conf, host_name="https://crm.seller.example")


class RefusalTest(OutboxTestCase):
	def refuse(self, reply: str) -> Any:
		lead = self.make_lead()
		self.server.refusals[lead.email_id] = reply
		(self.enrollment,) = self.send_out(lead)
		self.work()
		return self.mail_of(self.enrollment)

	def test_an_unknown_person_is_a_bounce_and_never_written_to_again(self) -> None:
		mail = self.refuse("550 5.1.1 No such user")
		self.assertEqual(mail.delivery, "Bounced")
		self.assertEqual(frappe.db.get_value("Cadence Suppression", mail.recipient, "cause"), "Hard Bounce")
		self.decide()
		self.assertIsNotNone(self.mail_of(self.enrollment).bounced_at)
		communication = mail.activity_name
		self.assertEqual(frappe.db.get_value("Communication", communication, "delivery_status"), "Bounced")

	def test_a_refusal_for_now_is_tried_again_later_each_time(self) -> None:
		waits = []
		mail = self.refuse("451 4.3.0 Come back later")
		for attempt in range(1, 4):
			self.assertEqual((mail.delivery, mail.attempts), ("Queued", attempt))
			waits.append(mail.send_after - now_datetime())
			self.make_due(self.enrollment)
			self.work()
			mail = self.mail_of(self.enrollment)
		self.assertEqual(waits, sorted(waits))
		self.server.refusals.clear()
		self.make_due(self.enrollment)
		self.assertEqual(self.work(), 1)
		self.assertEqual(self.mail_of(self.enrollment).delivery, "Sent")

	def test_a_refusal_for_now_is_given_up_in_the_end(self) -> None:
		mail = self.refuse("451 4.3.0 Come back later")
		for _attempt in range(8):
			if mail.delivery != "Queued":
				break
			self.make_due(self.enrollment)
			self.work()
			mail = self.mail_of(self.enrollment)
		self.assertEqual(mail.delivery, "Failed")
		self.assertIn("451", mail.error)
		self.decide()
		self.assertEqual(builders.state(self.enrollment).status, "Failed")

	def test_a_refused_text_fails_the_mail_and_blames_nobody(self) -> None:
		mail = self.refuse("554 5.7.1 Message rejected as spam")
		self.assertEqual(mail.delivery, "Failed")
		self.assertFalse(frappe.db.exists("Cadence Suppression", mail.recipient))

	def test_a_refused_sender_pauses_the_mailbox_and_its_mails_wait(self) -> None:
		self.server.refuse_all = "550 5.7.1 Sender address rejected: not owned by user"
		first, second = self.send_out(self.make_lead(), self.make_lead())
		self.assertEqual(self.work(), 0)
		self.assertTrue(frappe.db.get_value("Cadence Mailbox", self.account.name, "paused"))
		self.assertTrue(frappe.db.exists("Notification Log", {"document_name": self.account.name}))
		self.assertEqual([self.mail_of(each).delivery for each in (first, second)], ["Queued", "Queued"])
		self.server.refuse_all = ""
		self.assertEqual(self.work(), 0)
		mailbox = frappe.get_doc("Cadence Mailbox", self.account.name)
		mailbox.paused = 0
		mailbox.save()
		self.assertEqual(self.work(), 2)

	def test_a_refused_login_pauses_the_mailbox(self) -> None:
		self.server.__exit__()
		self.server.password = "right"
		self.server.__enter__()
		make_account(self.server.port, no_smtp_authentication=0, password="wrong", login_id="sales")
		(enrollment,) = self.send_out(self.make_lead())
		self.assertEqual(self.work(), 0)
		self.assertTrue(frappe.db.get_value("Cadence Mailbox", self.account.name, "paused"))
		self.assertEqual(self.mail_of(enrollment).delivery, "Queued")

	def test_a_server_that_is_down_is_left_alone_for_a_while(self) -> None:
		self.server.__exit__()
		(enrollment,) = self.send_out(self.make_lead())
		self.assertEqual(self.work(), 0)
		mailbox = frappe.get_doc("Cadence Mailbox", self.account.name)
		self.assertFalse(mailbox.paused)
		self.assertGreater(mailbox.waits_until, now_datetime())
		self.assertEqual(self.mail_of(enrollment).delivery, "Queued")
		self.assertIsNone(self.mail_of(enrollment).claimed_by)
		self.server.__enter__()
		make_account(self.server.port)
		frappe.db.set_value("Cadence Mailbox", self.account.name, "waits_until", now_datetime())
		self.assertEqual(self.work(), 1)
		self.assertEqual(frappe.db.get_value("Cadence Mailbox", self.account.name, "failures"), 0)
