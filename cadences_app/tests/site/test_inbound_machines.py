"""Bounces, absence notes, complaints and hostile mail through a real mailbox (S4.2)."""

import json
from datetime import timedelta
from unittest.mock import patch

import frappe

from cadences_app.engine.events import HoldRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.store import clock, compat
from cadences_app.tests.site.base import mend_connection
from cadences_app.tests.site.fetching import (
	ACCOUNT,
	InboundTestCase,
	bounced,
	complained,
	invite_answer,
	written,
)


class TestMachines(InboundTestCase):
	def test_out_of_office_holds_until_the_day_it_names(self):
		mail = self.send("ada@buyer.example")
		back = (clock.now() + timedelta(days=12)).date()
		text = f"I am out of the office until {back.strftime('%d %B %Y')} and will answer when I am back."
		subject = "Automatic reply: A question"
		self.fetch(
			written(
				"ada@buyer.example",
				text,
				subject=subject,
				In_Reply_To=mail.message_id,
				Auto_Submitted="auto-replied",
			)
		)
		self.assertEqual(self.account(mail).kind, "Out of Office")
		(event,) = mail.events()
		self.assertIsInstance(event, HoldRequested)
		self.assertLessEqual(abs(clock.to_site(event.until).date() - back), timedelta(days=1))

	def test_out_of_office_without_a_day_holds_for_the_days_of_the_settings(self):
		self.set_up(out_of_office_days=3)
		mail = self.send("ada@buyer.example")
		self.fetch(
			written(
				"ada@buyer.example",
				"I am out of the office.",
				subject="Out of office",
				In_Reply_To=mail.message_id,
				Auto_Submitted="auto-replied",
			)
		)
		(event,) = mail.events()
		self.assertAlmostEqual((event.until - clock.now()).total_seconds(), 3 * 86400, delta=120)

	def test_another_automatic_answer_does_nothing_but_is_written_down(self):
		mail = self.send("ada@buyer.example")
		text = "We have received your message. Your ticket is 4711."
		self.fetch(
			written("desk@buyer.example", text, In_Reply_To=mail.message_id, Auto_Submitted="auto-replied")
		)
		self.assertEqual((mail.events(), self.account(mail).kind), ([], "Automatic Answer"))

	def test_a_returned_mail_has_bounced(self):
		mail = self.send("gone@buyer.example")
		leads = frappe.db.count("Lead")
		self.fetch(bounced(mail))
		self.assertEqual(mail.outcomes(), [Outcome.BOUNCED])
		self.assertEqual(self.suppressed("gone@buyer.example"), "Hard Bounce")
		self.assertEqual(mail.column("delivery"), "Bounced")
		shown = frappe.db.get_value("Communication", mail.communication, "delivery_status")
		self.assertEqual(shown, "Bounced")
		self.assertEqual(
			(self.communication(mail).reference_name, frappe.db.count("Lead")), (mail.lead, leads)
		)

	def test_a_dead_forwarding_target_suppresses_neither_itself_nor_whom_we_mailed(self):
		mail = self.send("gone@buyer.example")
		self.fetch(bounced(mail).replace(b"rfc822; gone@buyer.example", b"rfc822; boss@rival.example"))
		self.assertEqual(mail.outcomes(), [Outcome.BOUNCED])
		self.assertIsNone(self.suppressed("gone@buyer.example"))
		self.assertIsNone(self.suppressed("boss@rival.example"))

	def test_of_two_recipients_each_has_its_own_fate(self):
		mail = self.send("full@buyer.example")
		gone = b"Final-Recipient: rfc822; gone@buyer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
		raw = bounced(mail, "5.2.2", "552 5.2.2 mailbox full")
		self.fetch(raw.replace(b"Final-Recipient: rfc822; full", gone + b"Final-Recipient: rfc822; full"))
		self.assertEqual((mail.outcomes(), self.account(mail).kind), ([], "Soft Bounce"))
		self.assertIsNone(self.suppressed("full@buyer.example"))

	def test_faults_of_our_own_never_count_against_a_person(self):
		mail = self.send("ada@buyer.example")
		for _time in range(4):
			self.fetch(bounced(mail, "5.7.1", "554 5.7.1 your IP address is on our block list"))
			self.fetch(bounced(mail, "5.7.1", "550 5.7.1 rejected as spam"))
		self.assertEqual((mail.outcomes(), self.account(mail).kind), ([], "Soft Bounce"))

	def test_the_notices_of_one_mail_that_waits_are_one(self):
		mail, other = self.send("slow@buyer.example"), self.send("slow@buyer.example")
		for _time in range(4):
			self.fetch(bounced(mail, "4.4.1", "451 4.4.1 connection timed out"))
		self.assertEqual(mail.outcomes(), [])
		self.set_up(soft_bounces_to_bounce=2)
		self.fetch(bounced(other, "4.4.1", "451 4.4.1 connection timed out"))
		self.assertEqual(other.outcomes(), [Outcome.BOUNCED])

	def test_a_notice_of_amazon_ses(self):
		mail = self.send("gone@buyer.example")
		person = {"emailAddress": "gone@buyer.example", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
		notice = {
			"notificationType": "Bounce",
			"bounce": {"bounceType": "Permanent", "bouncedRecipients": [person]},
			"mail": {"headers": [{"name": "Message-ID", "value": mail.message_id}]},
		}
		sender = "AWS Notifications <no-reply@sns.amazonaws.com>"
		self.fetch(written(sender, json.dumps(notice), subject="AWS Notification Message"))
		self.assertEqual(mail.outcomes(), [Outcome.BOUNCED])
		self.assertEqual(self.suppressed("gone@buyer.example"), "Hard Bounce")

	def test_answers_to_an_invite_are_outcomes_and_no_replies(self):
		"""S3.3c, S4.1c: by UID, without In-Reply-To; what others say, or to other meetings, is nobody's."""
		said = {"ACCEPTED": Outcome.INVITE_ACCEPTED, "TENTATIVE": Outcome.INVITE_TENTATIVE}
		said |= {"DECLINED": Outcome.INVITE_DECLINED}
		for number, (partstat, outcome) in enumerate(said.items()):
			mail = self.send(f"ada{number}@buyer.example")
			self.fetch(
				invite_answer(mail, partstat, uid="other@buyer.example"),
				invite_answer(mail, partstat, sender="eve@buyer.example"),
			)
			self.assertEqual(mail.outcomes(), [])
			self.fetch(invite_answer(mail, partstat), invite_answer(mail, partstat))
			self.assertEqual(set(mail.outcomes()), {outcome})
			self.assertEqual(self.account(mail).kind, "Calendar Answer")

	def test_a_bounce_that_names_none_of_our_mails_does_nothing(self):
		"""S4.1a: anybody can write one about anybody, and about several."""
		mails = [self.send(f"person{number}@buyer.example") for number in range(4)]
		forged = bounced(mails[0]).replace(mails[0].message_id.encode(), b"<lost@relay.example>")
		blocks = "".join(
			f"Final-Recipient: rfc822; {mail.recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
			for mail in mails[1:]
		)
		without_id = b"\r\n".join(
			line for line in forged.split(b"\r\n") if not line.startswith(b"Message-ID")
		)
		for message in (forged, without_id):
			self.fetch(
				message.replace(
					b"\r\n--b1\r\nContent-Type: text/rfc822",
					f"{blocks}--b1\r\nContent-Type: text/rfc822".encode(),
					1,
				)
			)
		for mail in mails:
			self.assertEqual(mail.events(), [])
			self.assertNotEqual(mail.column("delivery"), "Bounced")
			self.assertIsNone(self.suppressed(mail.recipient))
		self.assertFalse(frappe.db.exists("Cadence Mailbox", {"paused": 1}))

	def test_a_complaint_that_names_none_of_our_mails_does_nothing(self):
		"""S4.1a"""
		mail = self.send("calm@buyer.example")
		self.fetch(complained(mail).replace(mail.message_id.encode(), b"<lost@relay.example>"))
		self.assertEqual((mail.events(), self.suppressed("calm@buyer.example")), ([], None))

	def test_an_absence_note_that_is_only_guessed_holds_nothing(self):
		"""S4.1a"""
		mail = self.send("ada@buyer.example")
		self.fetch(
			written("ada@buyer.example", "I am away.", subject="Out of office", Auto_Submitted="auto-replied")
		)
		self.assertEqual(mail.events(), [])

	def test_a_soft_bounce_is_none_until_it_repeats(self):
		mail = self.send("full@buyer.example")
		for times in (1, 2, 3):
			self.fetch(bounced(mail, "4.2.2", "452 4.2.2 mailbox full"))
			self.assertEqual(mail.outcomes(), [Outcome.BOUNCED] if times == 3 else [], times)
		self.assertIsNone(self.suppressed("full@buyer.example"))

	def test_soft_bounces_of_last_week_are_forgotten(self):
		mail = self.send("full@buyer.example", days_ago=20)
		for _time in range(2):
			self.fetch(bounced(mail, "4.2.2", "452 4.2.2 mailbox full"))
		long_ago = clock.to_site(clock.now() - timedelta(days=8))
		frappe.db.set_value("Cadence Incoming Mail", {"activity": mail.activity}, "received_at", long_ago)
		self.fetch(bounced(mail, "4.2.2", "452 4.2.2 mailbox full"))
		self.assertEqual(mail.outcomes(), [])

	def test_a_complaint_ends_every_cadence(self):
		mail, other = self.send("angry@buyer.example"), self.send("angry@buyer.example")
		self.fetch(complained(mail))
		self.assertEqual(
			(mail.outcomes(), other.outcomes()), ([Outcome.UNSUBSCRIBED], [Outcome.UNSUBSCRIBED])
		)
		self.assertEqual(self.suppressed("angry@buyer.example"), "Complaint")
		left = frappe.db.exists(
			"Email Unsubscribe", {"email": "angry@buyer.example", "global_unsubscribe": 1}
		)
		self.assertTrue(left)

	def test_a_challenge_is_put_before_the_records_owner(self):
		mail = self.send("ada@buyer.example")
		frappe.db.set_value("Cadence Enrollment", mail.enrollment, "record_owner", "Administrator")
		text = "Please click the link below to confirm that you are a real person: https://filter.example/c"
		subject = "Please confirm your message"
		self.fetch(
			written("ada@buyer.example", text, subject=subject, In_Reply_To=mail.message_id, X_Challenge="1")
		)
		self.assertEqual((mail.events(), self.account(mail).kind), ([], "Challenge"))
		alert = {"for_user": "Administrator", "document_type": "Lead", "document_name": mail.lead}
		self.assertTrue(frappe.db.exists("Notification Log", alert))

	def test_what_is_not_understood_is_no_answer(self):
		mail = self.send("ada@buyer.example")
		self.fetch(written("no-reply@buyer.example", "Thank you", In_Reply_To=mail.message_id))
		self.assertEqual((mail.events(), self.account(mail).kind), ([], "Not Understood"))


class TestHostileMail(InboundTestCase):
	"""Whatever comes in: the mailbox is read to its end, and a person's answer counts."""

	def assert_read(self, *hostile: bytes) -> None:
		mail = self.send("ada@buyer.example")
		self.fetch(*hostile, written("ada@buyer.example", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes().count(Outcome.REPLIED), 1)

	def test_ten_megabytes(self):
		mail = self.send("big@buyer.example")
		message = written("big@buyer.example", In_Reply_To=mail.message_id)
		self.assert_read(message + b"A" * 76 + b"\r\n" + (b"A" * 1000 + b"\r\n") * 10_000)
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_what_a_stock_database_can_not_take_is_cut(self):
		"""A statement above `max_allowed_packet` costs the connection, and with it the fetched batch."""
		largest = compat.longest_statement()
		for kind, unit in (("plain", "Ärger\r\n"), ("html", "<p>'\\'</p>\r\n")):
			mail = self.send(f"{kind}@buyer.example")
			message = written(f"{kind}@buyer.example", "", In_Reply_To=mail.message_id, subject="Re: big")
			body = unit.encode() * (largest // 3 // len(unit))
			head = message.replace(b"text/plain", b"text/" + kind.encode()).replace(b"7bit", b"8bit")
			self.assert_read(head + body)
			self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
			self.assertTrue(self.communication(mail).content.rstrip().endswith("[…]"))

	def test_a_text_that_looks_like_endless_markup_is_stored_as_text(self):
		"""Frappe would clean it as HTML, in square time."""
		mail = self.send("tangled@buyer.example")
		self.assert_read(
			written("tangled@buyer.example", "<a href" * 12_000, In_Reply_To=mail.message_id, subject="Re: x")
		)
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		self.assertTrue(self.communication(mail).content.startswith("&lt;a href&lt;a href"))

	def test_a_message_that_fails_is_kept_as_far_as_it_fits(self):
		mail = self.send("big@buyer.example")
		message = (
			written("big@buyer.example", In_Reply_To=mail.message_id) + b"A" * compat.longest_statement()
		)
		with patch("frappe.email.receive.InboundMail._build_communication_doc", side_effect=ValueError):
			self.server.put(message)
			frappe.db.commit()
			with self.assertRaisesRegex(Exception, "ValueError"):
				frappe.get_doc("Email Account", ACCOUNT).receive()
		self.assertTrue(frappe.db.exists("Unhandled Email", {"email_account": ACCOUNT}))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_what_breaks_parsers(self):
		"""A message in a thousand others, and heads without end: the other messages are read."""
		head = b"From: eve@evil.example\r\nTo: rep@sales.example\r\nSubject: x\r\nMessage-ID: <%d@evil>\r\n"
		nested = b"".join(
			b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(300)
		)
		self.assert_read(
			head % 1 + b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"hello\r\n",
			head % 2 + nested + b"hello\r\n",
			head % 3 + b"Content-Type: text/plain" + b";" * 1_000_000 + b"\r\n\r\nhello\r\n",
			head % 4 + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-b" * 200_000 + b"\r\n",
			head % 5 + b"Cc: " + b"a@b.example,\r\n " * 100_000 + b"\r\n\r\nhello\r\n",
			head % 6 + b"Content-Type: text/html\r\n\r\n" + b"<a href>" * 12_000 + b"\r\n",
			head % 7 + b"Content-Type: text/html\r\n\r\n" + b"<a href" * 12_000 + b"\r\n",
		)

	def test_a_lost_connection_costs_one_test(self):
		with self.assertRaises(Exception):  # noqa: B017 - drivers differ in what they raise
			frappe.db.sql(f"kill {frappe.db.sql('select connection_id()')[0][0]}")
			frappe.db.sql("select 1")
		mend_connection()
		self.assertEqual(frappe.db.sql("select 1")[0][0], 1)

	def test_broken_mime_and_charsets(self):
		head = b"From: eve@evil.example\r\nTo: rep@sales.example\r\nSubject: x\r\n"
		self.assert_read(
			head + b'Content-Type: multipart/mixed; boundary="never"\r\n\r\nno part\r\n',
			head + b'Content-Type: text/plain; charset="klingon"\r\n\r\nqapla\r\n',
			head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe\xfa\r\n",
			head + b"Content-Transfer-Encoding: base64\r\n\r\neHh4eHh4eHh4e",
			head + b"Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\n",
			head + b"Subject: =?utf-8?B?A?=\r\nReply-To: =?x-unknown?Q?=E4?= <a@b.c>\r\n\r\nx\r\n",
			b"Subject: nobody wrote this\r\n\r\nboo\r\n",
			b"From: eve@evil.example\r\nSubject: \xe4\xf6\xfc =?x?Q?=ZZ?=\r\n\r\n\xe4\r\n",
		)

	def test_header_injection(self):
		mail = self.send("ada@buyer.example")
		subject = "=?utf-8?q?hello=0D=0ABcc=3A_victim=40rival.example?="
		raw = written("eve@evil.example").replace(b"Re: A question", subject.encode())
		named = raw.replace(b"From: eve", b'From: "x\\"\r\n <victim@rival.example>" <eve')
		folded = raw.replace(b"Message-ID: <", f"In-Reply-To: <{'9' * 5000}@x>\r\nMessage-ID: <".encode())
		self.assert_read(named, folded)
		self.assertEqual([each for each in mail.outcomes() if each is not Outcome.REPLIED], [])

	def test_a_thousand_references(self):
		mail = self.send("ada@buyer.example")
		thread = " ".join(f"<{number}@evil.example>" for number in range(1000))
		heads = f"References: {thread}\r\nIn-Reply-To: {mail.message_id}\r\nMessage-ID: <"
		self.fetch(written("eve@buyer.example").replace(b"Message-ID: <", heads.encode()))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
