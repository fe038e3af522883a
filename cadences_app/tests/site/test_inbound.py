"""Mail that comes in through a real Email Account and a real IMAP server, and what it means (S4.1, S4.2)."""

import unittest
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, ClassVar

import frappe
from frappe.email.receive import InboundMail

from cadences_app.engine.definition import Outcome
from cadences_app.engine.events import HoldRequested
from cadences_app.mail import answers, inbound
from cadences_app.mail.matching import Clue
from cadences_app.mail.tokens import Purpose
from cadences_app.mail.verdict import MailKind
from cadences_app.runtime import clock
from cadences_app.tests.site import builders, dovecot
from cadences_app.tests.site.base import make_user
from cadences_app.tests.site.mailing import ACCOUNT, DOMAIN, MailTestCase, SentMail, token

MAILBOX = f"rep@{DOMAIN}"


def written(
	sender: str, text: str = "Yes, let's talk.", *, subject: str = "Re: A question", **headers: str
) -> bytes:
	"""A message as somebody's mail client sends it; underscores in header names stand for hyphens."""
	message = EmailMessage()
	message["From"] = sender
	message["To"] = headers.pop("To", MAILBOX)
	message["Subject"] = subject
	message["Date"] = format_datetime(datetime.now().astimezone())
	message["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="buyer.example"))
	for name, value in headers.items():
		message[name.replace("_", "-")] = value
	message.set_content(text)
	return message.as_bytes()


def bounced(mail: SentMail, status: str = "5.1.1", text: str = "550 5.1.1 no such user") -> bytes:
	"""A delivery status notification (RFC 3464) that brings back the head of the mail."""
	return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.buyer.example>
To: {MAILBOX}
Subject: Undelivered Mail Returned to Sender
Message-ID: {make_msgid(domain="mx.buyer.example")}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.buyer.example

Final-Recipient: rfc822; {mail.recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {text}

--b1
Content-Type: text/rfc822-headers

From: rep@sales.example
To: {mail.recipient}
Message-ID: {mail.message_id}
Subject: A question

--b1--
""".replace("\n", "\r\n").encode()


def complained(mail: SentMail) -> bytes:
	"""An abuse report (RFC 5965)."""
	return f"""From: <staff@provider.example>
To: abuse@{DOMAIN}
Subject: FW: A question
Message-ID: {make_msgid(domain="provider.example")}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain

This is an email abuse report.

--b2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1

--b2
Content-Type: message/rfc822

From: rep@sales.example
To: {mail.recipient}
Message-ID: {mail.message_id}
Subject: A question

Shall we talk?
--b2--
""".replace("\n", "\r\n").encode()


class InboundTestCase(MailTestCase):
	"""A test with one Email Account that fetches from a private Dovecot."""

	server: ClassVar[dovecot.Dovecot]

	@classmethod
	def setUpClass(cls) -> None:
		if not dovecot.BINARY:
			raise unittest.SkipTest(dovecot.MISSING)
		super().setUpClass()
		cls.server = dovecot.Dovecot(MAILBOX)
		cls.server.start()
		cls.addClassCleanup(cls.server.stop)

	def setUp(self) -> None:
		super().setUp()
		self.server.empty()
		inbound.attach()
		self.received = set(frappe.get_all("Communication", pluck="name", limit_page_length=0))
		self.keep(self.make_account())
		frappe.cache.delete_value(f"cadence_pulled:{ACCOUNT}")

	def tearDown(self) -> None:
		frappe.db.rollback()
		made = set(frappe.get_all("Communication", pluck="name", limit_page_length=0)) - self.received
		frappe.db.delete("Communication", {"name": ("in", list(made) or [""])})
		frappe.db.delete("Communication Link", {"parent": ("in", list(made) or [""])})
		frappe.db.delete("Unhandled Email", {"email_account": ACCOUNT})
		super().tearDown()

	def make_account(self) -> Any:
		values = {
			"doctype": "Email Account",
			"email_account_name": ACCOUNT,
			"email_id": MAILBOX,
			"enable_incoming": 1,
			"use_imap": 1,
			"email_server": "127.0.0.1",
			"incoming_port": self.server.port,
			"password": self.server.password,
			"email_sync_option": "UNSEEN",
			"imap_folder": [{"folder_name": "INBOX"}],
		}
		return frappe.get_doc(values).insert()

	def fetch(self, *messages: bytes) -> None:
		"""Deliver the messages and let the Email Account fetch them."""
		for message in messages:
			self.server.put(message)
		frappe.db.commit()
		frappe.get_doc("Email Account", ACCOUNT).receive()

	def account(self, mail: SentMail) -> Any:
		"""What is written down about the message that came in for this mail."""
		columns = ["kind", "clue", "verdict", "communication", "recipient", "sender"]
		return frappe.db.get_value(
			"Cadence Incoming Mail", {"activity": mail.activity}, columns, as_dict=True
		)

	def communication(self, mail: SentMail) -> Any:
		return frappe.get_doc("Communication", self.account(mail).communication)

	def suppressed(self, address: str) -> str | None:
		return frappe.db.get_value("Cadence Suppression", address, "cause")


class TestAnswers(InboundTestCase):
	def test_the_form_offers_what_the_code_knows(self):
		for fieldname, members in (("kind", MailKind), ("clue", Clue)):
			options = frappe.get_meta("Cadence Incoming Mail").get_options(fieldname)
			self.assertEqual(options.split("\n"), [each.value for each in members])

	def test_an_answer_is_a_reply_and_stands_with_the_record(self):
		mail = self.send("ada@buyer.example")
		self.fetch(written("Ada <ada@buyer.example>", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		communication = self.communication(mail)
		self.assertEqual((communication.reference_doctype, communication.reference_name), ("Lead", mail.lead))
		self.assertEqual(communication.in_reply_to, mail.communication)
		self.assertEqual(self.account(mail).clue, "In-Reply-To")

	def test_the_thread_leads_to_the_mail_when_in_reply_to_names_another(self):
		mail = self.send("ada@buyer.example")
		thread = f"<first@elsewhere.example> {mail.message_id}"
		self.fetch(written("bob@buyer.example", In_Reply_To="<other@elsewhere.example>", References=thread))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		self.assertEqual(self.communication(mail).reference_name, mail.lead)

	def test_an_address_with_our_token_leads_to_the_mail(self):
		mail = self.send("ada@buyer.example")
		plus = f"rep+{token(Purpose.REPLY, mail.activity)}@{DOMAIN}"
		self.fetch(written("ada@private.example", To=plus, subject="hello"))
		self.assertEqual((mail.outcomes(), self.account(mail).clue), ([Outcome.REPLIED], "Token"))

	def test_a_forged_or_foreign_token_leads_nowhere(self):
		mail = self.send("ada@buyer.example")
		good = token(Purpose.REPLY, mail.activity)
		for bad in (good[:-2] + "22", good[:12], token(Purpose.OPEN, mail.activity), "x" * 60):
			self.fetch(written("eve@evil.example", To=f"rep+{bad}@{DOMAIN}", subject="hello"))
		self.assertEqual(mail.outcomes(), [])

	def test_a_mail_from_the_person_is_inferred_to_be_the_answer(self):
		mail, other = self.send("ada@buyer.example"), self.send("bob@buyer.example")
		self.fetch(written("ADA@buyer.example", subject="About your question"))
		self.assertEqual((mail.outcomes(), self.account(mail).clue), ([Outcome.REPLIED], "Sender"))
		self.assertEqual(other.outcomes(), [])
		self.assertEqual(self.communication(mail).reference_name, mail.lead)

	def test_nothing_is_inferred_if_the_settings_say_so(self):
		self.set_up(infer_replies_from_sender=0)
		mail = self.send("ada@buyer.example")
		self.fetch(written("ada@buyer.example", subject="About your question"))
		self.assertEqual((mail.outcomes(), self.account(mail)), ([], None))

	def test_an_answer_to_an_earlier_run_stops_the_present_one(self):
		old = self.send("ada@buyer.example", days_ago=9, run=1)
		new = self.send("ada@buyer.example", lead=old.lead, enrollment=old.enrollment, run=2)
		frappe.db.set_value("Cadence Enrollment", old.enrollment, "run", 2)
		self.fetch(written("ada@buyer.example", In_Reply_To=old.message_id))
		told = {(event.run, event.outcome) for event in new.events()}
		self.assertEqual(told, {(1, Outcome.REPLIED), (2, Outcome.REPLIED)})

	def test_a_colleague_in_the_thread_does_not_answer_for_the_person(self):
		self.keep(frappe.get_doc("User", make_user("colleague@sales.example", "Cadence User")))
		mail = self.send("ada@buyer.example")
		self.fetch(
			written("colleague@sales.example", In_Reply_To=mail.message_id),
			written(MAILBOX, In_Reply_To=mail.message_id),
		)
		self.assertEqual(mail.outcomes(), [])

	def test_a_copy_of_our_own_mail_answers_nothing(self):
		first = self.send("ada@buyer.example", days_ago=5)
		second = self.send(
			"ada@buyer.example", lead=first.lead, enrollment=first.enrollment, follow_up="second"
		)
		copy = written("sales@elsewhere.example", Message_ID=second.message_id, In_Reply_To=first.message_id)
		self.fetch(copy)
		self.assertEqual(first.outcomes(), [])

	def test_what_is_read_twice_counts_once(self):
		mail = self.send("ada@buyer.example")
		message = written("ada@buyer.example", In_Reply_To=mail.message_id)
		self.fetch(message)
		self.fetch(message)
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		self.assertEqual(frappe.db.count("Cadence Incoming Mail", {"activity": mail.activity}), 1)

	def test_an_answer_is_dated_between_our_mail_and_now(self):
		mail = self.send("ada@buyer.example", days_ago=2)
		for date in ("Mon, 01 Jan 2001 00:00:00 +0000", "Fri, 01 Jan 2100 00:00:00 +0000", "yesterday"):
			message = written("ada@buyer.example", In_Reply_To=mail.message_id)
			head = [line for line in message.split(b"\n") if not line.startswith(b"Date:")]
			self.fetch(b"\n".join([f"Date: {date}".encode(), *head]))
		sent_at = clock.from_site(mail.column("taken_at"))
		self.assertEqual(len(mail.events()), 3)
		for event in mail.events():
			self.assertTrue(sent_at <= event.at <= clock.now(), event.at)

	def test_mail_from_strangers_is_none_of_our_business(self):
		mail = self.send("ada@buyer.example")
		self.fetch(written("stranger@elsewhere.example", subject="Offer"))
		self.assertEqual((mail.outcomes(), self.account(mail)), ([], None))
		found = frappe.db.exists("Communication", {"sender": "stranger@elsewhere.example"})
		self.assertTrue(found)


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

	def test_a_bounce_suppresses_whom_we_mailed_and_not_whom_it_names(self):
		mail = self.send("gone@buyer.example")
		self.fetch(bounced(mail).replace(b"rfc822; gone@buyer.example", b"rfc822; boss@rival.example"))
		self.assertEqual(self.suppressed("gone@buyer.example"), "Hard Bounce")
		self.assertIsNone(self.suppressed("boss@rival.example"))

	def test_a_bounce_that_names_only_the_address_suppresses_nobody(self):
		mail = self.send("gone@buyer.example")
		self.fetch(bounced(mail).replace(mail.message_id.encode(), b"<lost@relay.example>"))
		self.assertEqual((mail.outcomes(), self.account(mail).clue), ([Outcome.BOUNCED], "Sender"))
		self.assertIsNone(self.suppressed("gone@buyer.example"))

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


class TestFaults(InboundTestCase):
	def test_a_fault_of_ours_costs_no_mail_and_is_made_up_for(self):
		mail = self.send("ada@buyer.example")
		act = answers.act
		answers.act = _fail
		self.addCleanup(setattr, answers, "act", act)
		self.fetch(written("ada@buyer.example", In_Reply_To=mail.message_id))
		filed = frappe.db.get_value(
			"Communication", {"sender": "ada@buyer.example"}, ["name", "reference_name"]
		)
		self.assertEqual((filed[1], mail.outcomes()), (mail.lead, []))
		answers.act = act
		from cadences_app.runtime.document_events import observe_again

		observe_again("Communication", filed[0])
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_the_layer_is_put_on_once(self):
		process = InboundMail.process
		inbound.attach(method="x", kwargs={}, transaction_type="job")
		self.assertIs(InboundMail.process, process)

	def test_pulling_reads_what_lies_there_but_not_all_the_time(self):
		mail, other = self.send("ada@buyer.example"), self.send("bob@buyer.example")
		self.server.put(written("ada@buyer.example", In_Reply_To=mail.message_id))
		inbound.pull([ACCOUNT, ACCOUNT])
		self.server.put(written("bob@buyer.example", In_Reply_To=other.message_id))
		inbound.pull([ACCOUNT])
		self.assertEqual((mail.outcomes(), other.outcomes()), ([Outcome.REPLIED], []))

	def test_a_mailbox_that_is_away_stops_nothing(self):
		frappe.db.set_value("Email Account", ACCOUNT, "incoming_port", 1)
		inbound.pull([ACCOUNT])


class TestOtherWays(InboundTestCase):
	"""Communications that no Email Account fetched: from a form, REST or another app."""

	def file(self, sender: str, **values: Any) -> Any:
		doc = {
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "Re: A question",
			"content": "<p>Yes, let's talk.</p>",
			"sender": sender,
			**values,
		}
		return frappe.get_doc(doc).insert(ignore_permissions=True)

	def test_an_answer_to_our_mail(self):
		mail = self.send("ada@buyer.example")
		self.file("assistant@buyer.example", in_reply_to=mail.communication)
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_a_mail_from_the_person(self):
		mail = self.send("ada@buyer.example")
		doc = self.file("Ada <ada@buyer.example>")
		doc.save()
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_an_automatic_answer_is_none(self):
		mail = self.send("ada@buyer.example")
		self.file("ada@buyer.example", subject="Out of office: A question", content="I am out of the office.")
		self.file("ada@buyer.example", subject="Automatic reply: A question", content="Received, thank you.")
		self.assertNotIn(Outcome.REPLIED, mail.outcomes())

	def test_an_older_mail_answers_nothing(self):
		old = self.file("ada@buyer.example")
		mail = self.send("ada@buyer.example", days_ago=0)
		old.reload()
		old.subject = "Moved"
		old.save()
		self.assertEqual(mail.outcomes(), [])

	def test_a_bounce_that_was_read_along_does_not_become_an_answer_when_it_is_edited(self):
		mail = self.send("ada@buyer.example")
		self.fetch(
			written("ada@buyer.example", "Noted.", In_Reply_To=mail.message_id, Auto_Submitted="auto-replied")
		)
		communication = self.communication(mail)
		communication.status = "Closed"
		communication.save()
		self.assertEqual(mail.outcomes(), [])

	def test_what_we_send_is_no_answer(self):
		mail = self.send("ada@buyer.example")
		self.file("ada@buyer.example", sent_or_received="Sent", in_reply_to=mail.communication)
		self.assertEqual(mail.outcomes(), [])


class TestWholeWay(InboundTestCase):
	def test_an_answer_in_the_mailbox_ends_the_enrollment(self):
		template = self.keep(
			frappe.get_doc(
				{
					"doctype": "Email Template",
					"name": "Inbound Test",
					"subject": "A question",
					"response": "Hello",
				}
			).insert()
		)
		frappe.db.set_value("Email Account", ACCOUNT, {"enable_outgoing": 1, "default_outgoing": 1})
		content = {"to_field": "email_id", "variants": [{"template": template.name}]}
		first = builders.follow_up("first", "Email", "", "", 0, content)
		second = builders.follow_up("second", "Email", "first", "Carried Out", 3, content)
		cadence = builders.make_cadence(
			first,
			second,
			exit_rules=[
				{"key": "answered", "kind": "Outcome of a Follow-up", "trigger": {"outcome": "Replied"}}
			],
		)
		self.keep(cadence)
		lead = self.keep(builders.make_lead(email_id="ada-whole-way@buyer.example"))
		(enrollment,) = builders.enroll(cadence, lead)
		activity = builders.activity(enrollment, "first")
		self.assertEqual(activity.delivery, "Queued")
		frappe.db.set_value(
			"Cadence Activity", activity.name, {"delivery": "Sent", "taken_at": clock.to_site(clock.now())}
		)
		self.fetch(written("ada-whole-way@buyer.example", In_Reply_To=f"<{activity.message_id}>"))
		builders.work()
		state = builders.state(enrollment)
		self.assertEqual((state.status, state.exit_reason), ("Stopped", "rule_outcome"))
		self.assertIsNone(state.next_due_at)


def _fail(*_args: Any) -> None:
	raise RuntimeError("a fault of ours")
