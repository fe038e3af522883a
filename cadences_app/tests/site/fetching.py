"""An Email Account that fetches from a real IMAP server, and the messages that come in."""

import unittest
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, ClassVar

import frappe

from cadences_app.mail.receiving import inbound
from cadences_app.tests.site import dovecot
from cadences_app.tests.site.base import mend_connection
from cadences_app.tests.site.mailing import ACCOUNT, DOMAIN, MailTestCase, SentMail

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


def invite_answer(mail: SentMail, said: str, *, uid: str = "", sender: str = "") -> bytes:
	"""An answer to the invite of this mail (RFC 5546), without a thread."""
	who = sender or mail.recipient
	calendar = f"""BEGIN:VCALENDAR
METHOD:REPLY
VERSION:2.0
BEGIN:VEVENT
UID:{uid or mail.message_id}
ATTENDEE;PARTSTAT={said}:mailto:{who}
END:VEVENT
END:VCALENDAR
"""
	message = EmailMessage()
	message["From"], message["To"], message["Subject"] = who, MAILBOX, f"{said.capitalize()}: A meeting"
	message["Date"] = format_datetime(datetime.now().astimezone())
	message["Message-ID"] = make_msgid(domain="buyer.example")
	message.set_content(f"{who} has answered.")
	message.add_alternative(calendar, subtype="calendar", params={"method": "REPLY"})
	return message.as_bytes()


def make_account_that_fetches(server: dovecot.Dovecot) -> Any:
	"""An Email Account that fetches the mails of `MAILBOX` from this server."""
	values = {
		"doctype": "Email Account",
		"email_account_name": ACCOUNT,
		"email_id": MAILBOX,
		"enable_incoming": 1,
		"use_imap": 1,
		"email_server": "127.0.0.1",
		"incoming_port": server.port,
		"password": server.password,
		"email_sync_option": "UNSEEN",
		"imap_folder": [{"folder_name": "INBOX"}],
	}
	return frappe.get_doc(values).insert()


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
		self.keep(make_account_that_fetches(self.server))
		frappe.cache.delete_value(f"cadence_pulled:{ACCOUNT}")

	def tearDown(self) -> None:
		mend_connection()
		frappe.db.rollback()
		made = set(frappe.get_all("Communication", pluck="name", limit_page_length=0)) - self.received
		frappe.db.delete("Communication", {"name": ("in", list(made) or [""])})
		frappe.db.delete("Communication Link", {"parent": ("in", list(made) or [""])})
		frappe.db.delete("Unhandled Email", {"email_account": ACCOUNT})
		super().tearDown()

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
