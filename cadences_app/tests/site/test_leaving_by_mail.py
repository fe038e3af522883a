"""A mail client unsubscribes its reader by a mail to the mailbox that is read (S4.1, RFC 2369)."""

import re
from email import message_from_bytes
from urllib.parse import unquote

import frappe

from cadences_app.engine.outcomes import Outcome
from cadences_app.mail.receiving import leaving
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.tests.site.fetching import InboundTestCase, written
from cadences_app.tests.site.mailing import token
from cadences_app.tests.site.outbox import OutboxTestCase
from cadences_app.tests.site.smtp import SENDER, make_account


class HeaderTest(OutboxTestCase):
	def header(self, **account: int) -> str:
		make_account(self.server.port, **account)
		frappe.db.set_value("Email Account", self.account.name, account)
		frappe.clear_document_cache("Email Account", self.account.name)
		lead = self.make_lead()
		(enrollment,) = self.send_out(lead)
		self.work()
		self.activity = self.mail_of(enrollment).name
		return message_from_bytes(self.server.to(lead.email_id)[0].source)["List-Unsubscribe"]

	def test_a_mailbox_that_is_read_may_be_written_to(self) -> None:
		(address, subject) = re.search(
			r"<mailto:([^?]+)\?subject=([^>]+)>", self.header(enable_incoming=1)
		).groups()
		self.assertEqual(unquote(address), SENDER)
		self.assertEqual(leaving.activity_in(unquote(subject)), self.activity)

	def test_a_mailbox_that_nobody_reads_is_not_named(self) -> None:
		value = self.header(enable_incoming=0)
		self.assertNotIn("mailto:", value)
		self.assertIn("api.tracking.unsubscribe?t=", value)


class HeedTest(InboundTestCase):
	def test_such_a_mail_unsubscribes_from_everything(self) -> None:
		mail, other = self.send("ada@buyer.example"), self.send("ada@buyer.example")
		subject = f"unsubscribe {token(Purpose.UNSUBSCRIBE, mail.activity)}"
		self.fetch(written("forwarded@elsewhere.example", "", subject=subject))
		for each in (mail, other):
			self.assertEqual(each.outcomes(), [Outcome.UNSUBSCRIBED])
		wish = {"email": "ada@buyer.example", "global_unsubscribe": 1}
		self.assertTrue(frappe.db.exists("Email Unsubscribe", wish))

	def test_it_is_no_reply_and_makes_no_new_record(self) -> None:
		mail = self.send("ada@buyer.example")
		leads = frappe.db.count("Lead")
		subject = f"Unsubscribe  {token(Purpose.UNSUBSCRIBE, mail.activity)} "
		self.fetch(written("ada@buyer.example", "", subject=subject))
		self.assertNotIn(Outcome.REPLIED, mail.outcomes())
		self.assertEqual(frappe.db.count("Lead"), leads)

	def test_filed_by_another_program_it_counts_as_well(self) -> None:
		mail = self.send("ada@buyer.example")
		values = {"doctype": "Communication", "sender": "ada@buyer.example", "sent_or_received": "Received"}
		values |= {"communication_type": "Communication", "communication_medium": "Email"}
		subject = f"unsubscribe {token(Purpose.UNSUBSCRIBE, mail.activity)}"
		self.keep(frappe.get_doc({**values, "subject": subject}).insert())
		self.assertEqual(mail.outcomes(), [Outcome.UNSUBSCRIBED])

	def test_what_a_server_puts_before_the_subject_does_not_matter(self) -> None:
		good = token(Purpose.UNSUBSCRIBE, self.send("ada@buyer.example").activity)
		for tags in ("[EXTERNAL] ", "[EXT]", "***SPAM*** ", "[List: sales] [Extern]  ", "*** ext *** [x] "):
			with self.subTest(tags=tags):
				self.assertTrue(leaving.activity_in(f"{tags}unsubscribe {good}"))
				self.assertEqual(leaving.activity_in(f"{tags}Re: unsubscribe {good}"), "")

	def test_no_other_mail_does(self) -> None:
		mail = self.send("ada@buyer.example")
		good = token(Purpose.UNSUBSCRIBE, mail.activity)
		foreign = (token(Purpose.OPEN, mail.activity), good[:-2] + "xx", mail.activity, "x" * 300, "")
		subjects = [f"unsubscribe {each}" for each in foreign]
		subjects += [f"Re: unsubscribe {good}", f"unsubscribe {good} please", good, f"unsubscribe\x00{good}"]
		for subject in subjects:
			with self.subTest(subject=subject):
				self.assertEqual(leaving.activity_in(subject), "")
