"""Answers that come in through a real Email Account and a real IMAP server, and what they mean (S4.1)."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import frappe
from frappe.email.receive import InboundMail
from frappe.utils import add_to_date

from cadences_app.engine.events import ColleagueReplied, HoldRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.mail.receiving import answers, inbound
from cadences_app.mail.receiving.matching import find_sent_to
from cadences_app.mail.tracking.tokens import Purpose
from cadences_app.mail.understanding.references import Clue
from cadences_app.mail.understanding.refusals import Cause
from cadences_app.mail.understanding.verdict import MailKind
from cadences_app.store import clock
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import make_user
from cadences_app.tests.site.fetching import MAILBOX, InboundTestCase, bounced, written
from cadences_app.tests.site.mailing import ACCOUNT, DOMAIN, SentMail, token


class TestAnswers(InboundTestCase):
	def test_the_form_offers_what_the_code_knows(self):
		for fieldname, members in (("kind", MailKind), ("clue", Clue), ("cause", Cause)):
			options = frappe.get_meta("Cadence Incoming Mail").get_options(fieldname)
			self.assertEqual(options.strip().split("\n"), [each.value for each in members])

	def test_an_answer_that_says_nothing_but_stop_unsubscribes_too(self):
		"""S4.1c."""
		mail, other = self.send("ada@buyer.example"), self.send("ada@buyer.example")
		self.fetch(written("Ada <ada@buyer.example>", "Please remove me.", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED, Outcome.UNSUBSCRIBED])
		self.assertEqual(other.outcomes(), [Outcome.UNSUBSCRIBED])
		left = {"email": "ada@buyer.example", "global_unsubscribe": 1}
		self.assertTrue(frappe.db.exists("Email Unsubscribe", left))

	def test_a_longer_answer_and_a_guess_unsubscribe_nobody(self):
		"""S4.1a, S4.1c."""
		mail = self.send("ada@buyer.example")
		self.fetch(
			written("ada@buyer.example", "Please stop the truck at gate 4.", In_Reply_To=mail.message_id),
			written("ada@buyer.example", "stop", subject="Hello"),
		)
		self.assertNotIn(Outcome.UNSUBSCRIBED, mail.outcomes())
		self.assertFalse(frappe.db.exists("Email Unsubscribe", {"email": "ada@buyer.example"}))

	def test_a_reaction_and_a_receipt_are_no_replies(self):
		"""S4.1c."""
		mail = self.send("ada@buyer.example")
		reply = {"In_Reply_To": mail.message_id}
		self.fetch(
			written("ada@buyer.example", "Ada reacted to your message: 👍", **reply),
			written(
				"ada@buyer.example", "Your message was read on Monday.", subject="Read: A question", **reply
			),
		)
		self.assertEqual((mail.outcomes(), self.account(mail).kind), ([], "Automatic Answer"))

	def test_an_answer_is_a_reply_and_stands_with_the_record(self):
		mail = self.send("ada@buyer.example")
		self.fetch(written("Ada <ada@buyer.example>", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		communication = self.communication(mail)
		self.assertEqual((communication.reference_doctype, communication.reference_name), ("Lead", mail.lead))
		self.assertEqual(communication.in_reply_to, mail.communication)
		self.assertEqual(self.account(mail).clue, "In-Reply-To")

	def test_an_answer_to_a_mail_that_was_deleted_here_stands_with_the_record(self):
		mail = self.send("ada@buyer.example")
		frappe.db.delete("Communication", mail.communication)
		frappe.db.commit()
		self.fetch(written("Ada <ada@buyer.example>", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		communication = self.communication(mail)
		self.assertEqual((communication.reference_doctype, communication.reference_name), ("Lead", mail.lead))
		self.assertFalse(communication.in_reply_to)

	def test_an_answer_is_told_to_the_colleagues_of_the_person(self):
		"""S6.1b"""
		mail, other, stranger = self.send_to_companies()
		self.fetch(written("Ada <ada@buyer.example>", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])
		self.assertEqual(other.events(), [ColleagueReplied("ada@buyer.example")])
		self.assertEqual(stranger.events(), [])

	def send_to_companies(self) -> list[SentMail]:
		"""Mails to Ada and to Bob, who are of one company, and to Eve, who is not."""
		mails = [self.send(f"{each}.example") for each in ("ada@buyer", "bob@buyer", "eve@elsewhere")]
		for each in mails:
			row = {"company_key": each.recipient.partition("@")[2], "person": each.recipient}
			frappe.db.set_value("Cadence Enrollment", each.enrollment, row)
		return mails

	def test_what_is_guessed_or_forged_is_told_to_no_colleague(self):
		"""S4.1a, S6.1b: else anybody could stop the mails to a whole company by writing down a sender."""
		mail, other, stranger = self.send_to_companies()
		forged = {"Authentication_Results": "mx.sales.example; dmarc=fail header.from=buyer.example"}
		self.fetch(
			written("ada@buyer.example", subject="About your question"),
			written("ada@buyer.example", In_Reply_To=mail.message_id, **forged),
			written("eve@elsewhere.example", In_Reply_To=mail.message_id),
		)
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED] * 3)
		self.assertEqual((other.events(), stranger.outcomes()), ([], []))
		self.assertEqual(stranger.events(), [])

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

	def test_an_answer_in_the_hour_that_comes_twice_answers_a_mail_of_its_first_pass(self):
		"""When summer time ends, the clock reads 2:50 before it reads 2:10 again."""
		zone = frappe.db.get_single_value("System Settings", "time_zone")
		self.addCleanup(self.move_to, zone)
		self.move_to("Europe/Berlin")
		mail = self.send("ada@buyer.example", taken_at="2025-10-26 02:50:00")
		self.send("ada@buyer.example", taken_at="2025-10-26 04:00:00")
		for written_at, found in (("00:40", []), ("01:10", [mail.activity]), ("01:50", [mail.activity])):
			received_at = datetime.fromisoformat(f"2025-10-26 {written_at}+00:00")
			stored = clock.from_site(clock.to_site(received_at))  # as a Communication keeps it
			for moment in (received_at, stored) if found else (received_at - timedelta(hours=1),):
				with self.subTest(written_at, moment=moment):
					matches = find_sent_to(("ada@buyer.example",), moment)
					self.assertEqual([each.activity for each in matches], found)

	def move_to(self, zone: str) -> None:
		frappe.db.set_single_value("System Settings", "time_zone", zone)
		frappe.db.commit()
		frappe.clear_cache()

	def test_nothing_is_inferred_of_a_sender_whom_the_receiving_server_calls_forged(self):
		"""S4.1a"""
		mail = self.send("ada@buyer.example")
		host = "mx.sales.example"
		verdict = f"{host}; dmarc=fail header.from=buyer.example"
		self.fetch(
			written("ada@buyer.example", subject="About your question", Authentication_Results=verdict)
		)
		self.assertEqual(mail.outcomes(), [])

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

	def test_what_frappe_can_not_file_counts_all_the_same(self):
		"""S4.1: whatever another app makes of it, nobody who answered is mailed again; and it counts once."""
		replied, bounce, away, out, other, last = (
			self.send(f"{each}@buyer.example") for each in ("ada", "bob", "cyd", "dan", "dan", "eve")
		)
		vacation = {"Auto_Submitted": "auto-replied", "In_Reply_To": away.message_id}
		leaving = f"unsubscribe {token(Purpose.UNSUBSCRIBE, out.activity)}"
		messages = [
			written(replied.recipient, In_Reply_To=replied.message_id),
			bounced(bounce),
			written(away.recipient, "I am out of the office.", subject="Out of office", **vacation),
			written(out.recipient, "", subject=leaving),
		]
		files = InboundMail._build_communication_doc

		def refuse(message: Any) -> Any:
			if message.from_email == last.recipient:
				return files(message)
			raise frappe.ValidationError("a hook of another app")

		with patch.object(InboundMail, "_build_communication_doc", refuse):
			for _again in range(2):
				with self.assertRaisesRegex(Exception, "a hook of another app"):
					self.fetch(*messages, written(last.recipient, In_Reply_To=last.message_id))
		frappe.db.rollback()  # what is not committed by now would be lost with its worker
		self.assertEqual(replied.outcomes(), [Outcome.REPLIED])
		self.assertEqual(bounce.outcomes(), [Outcome.BOUNCED])
		self.assertEqual(self.suppressed(bounce.recipient), "Hard Bounce")
		self.assertEqual([type(each) for each in away.events()], [HoldRequested])
		self.assertEqual((out.outcomes(), other.outcomes()), ([Outcome.UNSUBSCRIBED],) * 2)
		self.assertEqual((self.account(replied).kind, self.account(replied).communication), ("Reply", ""))
		self.assertEqual(last.outcomes()[:1], [Outcome.REPLIED])
		self.assertTrue(self.account(last).communication)

	def test_the_layer_is_put_on_once(self):
		process = InboundMail.process
		inbound.attach(method="x", kwargs={}, transaction_type="job")
		self.assertIs(InboundMail.process, process)

	def test_where_frappe_has_changed_mail_is_filed_without_being_read_along(self):
		"""S4.1: an answer is one still, by what the Communication keeps of it."""
		ours = InboundMail.process
		self.addCleanup(setattr, InboundMail, "process", ours)

		def changed(message, folder=None):
			return ours.__wrapped__(message)

		InboundMail.process = changed
		inbound.attach()
		self.assertIs(InboundMail.process, changed)
		self.assertFalse(inbound.is_reading_along())
		self.assertIn("InboundMail.process", inbound.why_not_reading_along())
		mail = self.send("ada@buyer.example")
		self.fetch(written("ada@buyer.example", In_Reply_To=mail.message_id))
		self.assertEqual(mail.outcomes(), [Outcome.REPLIED])

	def test_this_frappe_is_as_expected(self):
		self.assertTrue(inbound.is_reading_along())
		self.assertEqual(inbound.why_not_reading_along(), "")

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
		in_any_night = add_to_date(None, hours=-2)  # of an hour that comes twice nobody knows which it is
		old.db_set("creation", in_any_night, update_modified=False)
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
