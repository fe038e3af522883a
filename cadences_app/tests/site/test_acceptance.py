"""The whole job: a trade show cadence over 50 ERPNext Leads and 50 CRM Leads, with real mail and workers.

Five sorts of people: who never answers, who opens and is called in vain, who replies, who turns down, who
buys. What becomes of each in the site must be what the dry run of the same script says (invariant 7).
"""

import unittest
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from types import MappingProxyType
from typing import Any, ClassVar

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.dry_run.script import Happening, RecordEdit, Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import activation, library
from cadences_app.enrolling.enroll import enroll
from cadences_app.runtime import tick
from cadences_app.store import clock, definitions, enrollment_rows
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders, dovecot
from cadences_app.tests.site.base import FrappeTestCase
from cadences_app.tests.site.requests import call as request
from cadences_app.tests.site.smtp import MailServer, make_account
from cadences_app.tests.site.worker import Worker

ENOUGH = 10  # records of each sort and module
STARTS = datetime(2027, 3, 15, 8, 0)  # a Monday; Europe/Berlin changes its clocks on the 28th
MAILBOX = "sales@seller.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TURNED_DOWN = {"Lead": "Do Not Contact", "CRM Lead": "Unqualified"}
SORTS = ("silent", "reader", "replier", "refuser", "buyer")


def script_of(sort: str, doctype: str) -> Script:
	"""What a person of this sort does, counted from what they got."""
	match sort:
		case "silent":
			return Script()
		case "reader":
			return Script(
				(
					ScriptedOutcome("thank_you", Outcome.OPENED, 3 * HOUR),
					ScriptedOutcome("connect", Outcome.COMPLETED, DAY),
					ScriptedOutcome("call", Outcome.CALL_RESULT, 3 * HOUR, detail="No Answer"),
				)
			)
		case "replier":
			return Script((ScriptedOutcome("thank_you", Outcome.REPLIED, DAY + 2 * HOUR),))
		case "refuser":
			status = RecordEdit({"status": TURNED_DOWN[doctype]})
			return Script(happenings=(Happening(status, 3 * DAY + HOUR),))
		case _:
			return Script(happenings=(Happening(RecordEdit(is_converted=True), 5 * DAY + HOUR),))


@dataclass
class Person:
	doctype: str
	name: str
	email: str
	sort: str
	enrollment: str = ""


class TestTradeShow(FrappeTestCase):
	worker: ClassVar[Worker]
	people: ClassVar[tuple[Person, ...]] = ()
	cadences: ClassVar[Mapping[str, Any]] = MappingProxyType({})

	@classmethod
	def setUpClass(cls) -> None:
		if not {"erpnext", "crm"} <= set(frappe.get_installed_apps()):
			raise unittest.SkipTest("needs ERPNext and Frappe CRM")
		if not dovecot.BINARY:
			raise unittest.SkipTest(dovecot.MISSING)
		super().setUpClass()
		cls.imap = cls.enterClassContext(dovecot.Dovecot(MAILBOX))
		cls.smtp = cls.enterClassContext(MailServer(password=cls.imap.password))
		cls.muted = frappe.flags.mute_emails
		frappe.flags.mute_emails = False
		cls.account = make_account(
			cls.smtp.port,
			enable_incoming=1,
			use_imap=1,
			email_server="127.0.0.1",
			incoming_port=cls.imap.port,
			password=cls.imap.password,
			no_smtp_authentication=0,
			email_sync_option="UNSEEN",
			imap_folder=[{"folder_name": "INBOX"}],
		)
		frappe.db.commit()
		cls.worker = cls.enterClassContext(Worker())

	@classmethod
	def tearDownClass(cls) -> None:
		frappe.db.rollback()
		frappe.flags.mute_emails = cls.muted
		for cadence in cls.cadences.values():
			for doctype in ("Cadence Event", "Cadence Activity", "Cadence Enrollment", "Cadence Version"):
				frappe.db.delete(doctype, {"cadence": cadence.name})
			frappe.delete_doc("Cadence", cadence.name, force=True)
		for person in cls.people:
			frappe.db.delete("Communication", {"reference_name": person.name})
			for contact in frappe.get_all("Contact", {"email_id": person.email}, pluck="name"):
				frappe.delete_doc("Contact", contact, force=True)
			frappe.db.delete("ToDo", {"reference_name": person.name})
			frappe.db.delete("CRM Task", {"reference_docname": person.name})
			frappe.db.delete(person.doctype, {"name": person.name})
		frappe.db.delete("Customer", {"lead_name": ("in", [each.name for each in cls.people])})
		frappe.delete_doc("Email Account", cls.account.name, force=True)
		frappe.db.commit()
		super().tearDownClass()

	def test_live_run_equals_dry_run(self) -> None:
		with builders.at(STARTS):
			self._set_the_scene()
		self._let_time_pass()
		self._expect_what_the_dry_run_says()
		self._expect_mail_once()
		self._expect_work_for_the_reps()
		self._expect_the_ends()

	def _set_the_scene(self) -> None:
		cls = type(self)
		cls.people = tuple(
			self._make(doctype, sort, number)
			for doctype in ("Lead", "CRM Lead")
			for sort in SORTS
			for number in range(ENOUGH)
		)
		cls.cadences = {
			doctype: library.install("trade_show", doctype, builders.unique("Show"))
			for doctype in ("Lead", "CRM Lead")
		}
		for doctype, cadence in cls.cadences.items():
			activation.activate(cadence)
			people = [each for each in cls.people if each.doctype == doctype]
			result = enroll(cadence.name, [each.name for each in people])
			self.assertEqual(len(result.enrollments), len(people), result)
			for person, enrollment in zip(people, result.enrollments, strict=True):
				person.enrollment = enrollment
		frappe.db.commit()

	def _make(self, doctype: str, sort: str, number: int) -> Person:
		make = builders.make_lead if doctype == "Lead" else builders.make_crm_lead
		field = "email_id" if doctype == "Lead" else "email"
		email = f"{sort}.{number}@{new_name()}.example"  # a company each: a colleague pauses (S6.1b)
		return Person(doctype, make(**{field: email}).name, email, sort)

	def _let_time_pass(self) -> None:
		"""From one moment at which something is due, or somebody does something, to the next."""
		self.todo = self._deeds_known_from_the_start()
		self.told: set[tuple[str, str, Outcome]] = set()
		moment = STARTS
		for _turn in range(400):
			with builders.at(moment):
				for _, deed in [each for each in self.todo if each[0] <= moment]:
					deed()
				self.todo = [each for each in self.todo if each[0] > moment]
				frappe.db.commit()
				self._work()
				self._plan_answers()
				upcoming = [at for at, _ in self.todo] + self._due_moments(moment)
			if not upcoming:
				return
			moment = min(upcoming)
		self.fail("the cadence does not come to its end")

	def _work(self) -> None:
		"""Tick as the scheduler does, and let the worker do all that is queued."""
		utc = clock.now().replace(tzinfo=None)
		for _turn in range(10):
			tick.tick()
			done = self.worker.work_at(utc)
			frappe.db.commit()
			if not done:
				return
		self.fail("the queue does not get empty")

	def _due_moments(self, now: datetime) -> list[datetime]:
		names = [person.enrollment for person in self.people]
		found = frappe.get_all(
			"Cadence Enrollment",
			{"name": ("in", names), "next_due_at": ("is", "set")},
			pluck="next_due_at",
			limit_page_length=0,
		)
		late = [each for each in found if each <= now]
		self.assertFalse(late, "something is due and was not done")
		return found

	def _deeds_known_from_the_start(self) -> list:
		deeds = []
		for person in self.people:
			for happening in script_of(person.sort, person.doctype).happenings:
				at = STARTS + happening.after
				deeds.append((at, lambda person=person, edit=happening.what: self._edit(person, edit)))
		return deeds

	def _plan_answers(self) -> None:
		"""What people will do about the follow-ups that have just been carried out."""
		for person in self.people:
			for answer in script_of(person.sort, person.doctype).answers:
				key = (person.name, answer.follow_up, answer.outcome)
				row = builders.activity(person.enrollment, answer.follow_up)
				if row and row.carried_out_at and key not in self.told:
					self.told.add(key)
					deed = lambda person=person, answer=answer: self._answer(person, answer)  # noqa: E731
					self.todo.append((row.carried_out_at + answer.after, deed))

	def _edit(self, person: Person, edit: RecordEdit) -> None:
		if edit.is_converted:
			self._convert(person)
			return
		record = frappe.get_doc(person.doctype, person.name).update(edit.fields)
		if record.meta.has_field("lost_reason"):
			record.update({"lost_reason": "Other", "lost_notes": "They have one already."})
		record.save()

	def _convert(self, person: Person) -> None:
		if person.doctype == "CRM Lead":
			frappe.get_doc("CRM Lead", person.name).db_set("converted", 1)
			return
		group = frappe.db.get_value("Customer Group", {"is_group": 0})
		territory = frappe.db.get_value("Territory", {"is_group": 0})
		customer = {"customer_name": person.name, "customer_group": group, "territory": territory}
		frappe.get_doc({"doctype": "Customer", "lead_name": person.name, **customer}).insert()

	def _answer(self, person: Person, answer: ScriptedOutcome) -> None:
		match answer.outcome:
			case Outcome.OPENED:
				self._open(person)
			case Outcome.REPLIED:
				self._reply(person)
			case Outcome.COMPLETED:
				task = builders.made_for(person.enrollment, answer.follow_up)
				task.update({"status": "Closed" if task.doctype == "ToDo" else "Done"}).save()
			case _:
				event = builders.made_for(person.enrollment, answer.follow_up)
				event.update({"status": "Completed", "cadence_call_result": answer.detail}).save()

	def _open(self, person: Person) -> None:
		"""Load the pixel that is in the delivered mail, as a mail program does."""
		html = self.smtp.to(person.email)[0].part("text/html")
		path = html.split("/api/method/cadences_app.api.tracking.open")[1].split('"')[0]
		request("GET", "/api/method/cadences_app.api.tracking.open" + path.replace("&amp;", "&"))

	def _reply(self, person: Person) -> None:
		"""Answer the delivered mail, into the mailbox that the Email Account fetches from."""
		got = self.smtp.to(person.email)[0].message
		reply = EmailMessage()
		reply["From"], reply["To"] = person.email, MAILBOX
		reply["Subject"], reply["In-Reply-To"] = f"Re: {got['Subject']}", got["Message-ID"]
		reply["Message-ID"] = f"<{person.name}@buyer.example>"
		reply["Date"] = now_datetime().astimezone(timezone.utc)
		reply.set_content("Yes, please call me on Thursday.")
		self.imap.put(reply.as_bytes())
		frappe.get_doc("Email Account", self.account.name).receive()

	def _expect_what_the_dry_run_says(self) -> None:
		for person in self.people:
			cadence = definitions.load(self.cadences[person.doctype].version)
			row = frappe.get_doc(person.doctype, person.name).as_dict() | {"status": "Open"}
			record = Record(person.name, row, clock.site_zone())
			with builders.at(STARTS):
				starts_at = clock.now()
			run = simulate(cadence, record, script_of(person.sort, person.doctype), starts_at)
			live = self._passage(person)
			with self.subTest(person.sort, doctype=person.doctype, name=person.name):
				self.assertEqual(live.state.status, run.enrollment.status)
				self.assertEqual(live.state.exit_reason, run.enrollment.exit_reason)
				self.assertEqual(live.state.ended_at, run.enrollment.ended_at)
				self.assertEqual(
					{key: _told(each) for key, each in live.state.activities.items()},
					{key: _told(each) for key, each in run.activities.items()},
				)

	def _passage(self, person: Person) -> enrollment_rows.EnrollmentInWork:
		rows, activities = enrollment_rows.lock_and_read([person.enrollment])
		cadence = definitions.load(rows[0]["cadence_version"])
		return enrollment_rows.read_enrollment(rows[0], activities[person.enrollment], cadence)

	def _expect_mail_once(self) -> None:
		"""Everybody got each mail of theirs once, and it stands in their timeline."""
		for person in self.people:
			activities = frappe.get_all(
				"Cadence Activity",
				{"enrollment": person.enrollment, "channel": "Email", "status": "Carried Out"},
				["subject", "activity_name", "message_id", "delivery"],
			)
			got = [mail.message["Message-ID"].strip("<>") for mail in self.smtp.to(person.email)]
			self.assertCountEqual(got, [each.message_id.strip("<>") for each in activities])
			for each in activities:
				self.assertEqual(each.delivery, "Sent")
				filters = {"reference_doctype": person.doctype, "reference_name": person.name}
				sent = {"name": each.activity_name, "sent_or_received": "Sent", "subject": each.subject}
				self.assertTrue(frappe.db.exists("Communication", filters | sent))

	def _expect_work_for_the_reps(self) -> None:
		"""Tasks and calls on the right days of the site's calendar, where reps look for them."""
		for person in self.people:
			if person.sort != "reader":
				continue
			task = builders.made_for(person.enrollment, "connect")
			self.assertEqual(task.doctype, "ToDo" if person.doctype == "Lead" else "CRM Task")
			due = task.get("date") or task.get("due_date")
			self.assertEqual(str(due)[:10], "2027-03-17")
			event = builders.made_for(person.enrollment, "call")
			self.assertEqual((event.event_category, str(event.starts_on)), ("Call", "2027-03-22 11:00:00"))
			participants = [
				(each.reference_doctype, each.reference_docname) for each in event.event_participants
			]
			self.assertIn((person.doctype, person.name), participants)

	def _expect_the_ends(self) -> None:
		expected = {
			"silent": ("Completed", "completed"),
			"reader": ("Completed", "completed"),
			"replier": ("Stopped", "rule_outcome"),
			"refuser": ("Stopped", "rule_conditions"),
			"buyer": ("Stopped", "rule_converted"),
		}
		for person in self.people:
			row = builders.state(person.enrollment)
			self.assertEqual((row.status, row.exit_reason), expected[person.sort], person)


def _told(activity: Activity) -> tuple[Any, ...]:
	"""What a live activity and one of the dry run have in common: all but the notes of the channels."""
	return (
		activity.status,
		activity.due_at,
		activity.handed_over_at,
		activity.carried_out_at,
		activity.starts_at,
		activity.due_on,
		{outcome: activity.first(outcome) for outcome in Outcome},
		activity.reason,
	)
