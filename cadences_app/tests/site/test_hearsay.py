"""What a document says of records that its author may not read is no news of them (S14.1), over HTTP.

Whoever can log in may make Events, ToDos, Contacts and Communications in Frappe, visitors of the website
too, and name any record or sender there.
"""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime

from cadences_app.engine.outcomes import Outcome
from cadences_app.runtime import document_events
from cadences_app.store import definitions, inbox, refusals
from cadences_app.tests.site import builders
from cadences_app.tests.site.attacking import Person, told
from cadences_app.tests.site.base import as_user, insert_row
from cadences_app.tests.site.builders import enroll, inbox_of, made_for, make_crm_lead, make_lead, state, task
from cadences_app.tests.site.mailing import MailTestCase
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.workflows import rules

MET = {"key": "met", "kind": "Meeting Booked"}
LOGS = ("CRM Call Log", "Call Log")


class HearsayTestCase(SweptTestCase):
	"""A visitor, who may read no record, and a rep, who may read one alone."""

	def setUp(self) -> None:
		super().setUp()
		self.visitor = Person("visitor@cadences.example")
		self.rep = Person("limited@cadences.example", "Sales User")
		frappe.db.set_value("User", self.visitor.email, {"user_type": "Website User", "enabled": 1})
		frappe.db.set_value("User", self.rep.email, "user_type", "System User")
		self.addCleanup(self.leave)
		self.own, self.other = self.make_lead(), self.make_lead()
		self.limit(self.own)
		self.cadence = builders.make_cadence(task("look", days=2), exit_rules=[MET])
		[self.of_own] = enroll(self.cadence, self.own)
		[self.of_other] = enroll(self.cadence, self.other)
		frappe.db.commit()

	def leave(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for each in (self.visitor, self.rep):
			each.leave()
		for doctype in filter(frappe.db.table_exists, LOGS):
			frappe.db.delete(doctype, {"id": ("like", "hearsay %")})
		frappe.db.delete("Cadence Workflow", {"name": ("like", "Hearsay %")})
		frappe.db.delete("Cadence Workflow Action", {"parent": ("like", "Hearsay %")})
		frappe.db.commit()
		rules.forget()

	def make_lead(self) -> Any:
		return make_lead(email_id=f"{frappe.generate_hash(length=8)}@buyer.example")

	def limit(self, record: Any) -> None:
		allowed = {"allow": record.doctype, "for_value": record.name, "user": self.rep.email}
		frappe.get_doc({"doctype": "User Permission", **allowed}).insert()
		frappe.clear_cache(user=self.rep.email)

	def says(self, person: Person, doctype: str, **values: Any) -> str:
		"""They save such a document, which Frappe lets them do; its name."""
		answer = person.inserts(doctype, **values)
		self.assertEqual(answer.status_code, 200, told(answer)[:500])
		return answer.json["data"]["name"]

	def heard(self, enrollment: str) -> list[str]:
		return [each.kind for each in inbox_of(enrollment)]


def meeting_with(*participants: tuple[str, str]) -> dict[str, Any]:
	return {
		"subject": "Demo",
		"event_category": "Meeting",
		"event_type": "Public",
		"status": "Open",
		"starts_on": str(add_days(now_datetime(), 2)),
		"event_participants": [
			{"reference_doctype": doctype, "reference_docname": name} for doctype, name in participants
		],
	}


class TestMeetings(HearsayTestCase):
	def both(self) -> dict[str, Any]:
		return meeting_with(("Lead", self.own.name), ("Lead", self.other.name))

	def visitors_make_events(self) -> None:
		"""Skip the test where Frappe keeps visitors from Events by itself, as Frappe 16 does."""
		if not frappe.has_permission("Event", "create", user=self.visitor.email):
			self.skipTest("no visitor may make an Event in this Frappe")

	def test_a_visitor_takes_nobody_out(self) -> None:
		self.visitors_make_events()
		self.says(self.visitor, "Event", **self.both())
		link = {"link_doctype": "Lead", "link_name": self.other.name}
		contact = self.says(self.visitor, "Contact", first_name="Konrad", links=[link])
		self.says(self.visitor, "Event", **meeting_with(("Contact", contact)))
		self.assertEqual((self.heard(self.of_own), self.heard(self.of_other)), ([], []))
		builders.work()
		self.assertEqual(state(self.of_other).status, "Active")

	def test_a_rep_takes_out_those_that_they_may_read(self) -> None:
		self.says(self.rep, "Event", **self.both())
		self.assertEqual((self.heard(self.of_own), self.heard(self.of_other)), (["Meeting Booked"], []))

	def test_whoever_may_read_them_all_does(self) -> None:
		frappe.db.delete("User Permission", {"user": self.rep.email})
		frappe.clear_cache(user=self.rep.email)
		self.says(self.rep, "Event", **self.both())
		self.assertEqual(self.heard(self.of_other), ["Meeting Booked"])

	def test_booking_pages_and_code_that_asks_for_no_rights_speak_for_the_site(self) -> None:
		for user in ("Guest", self.visitor.email):
			with self.subTest(user):
				lead = self.make_lead()
				[enrollment] = enroll(self.cadence, lead)
				with as_user(user):
					values = meeting_with(("Lead", lead.name))
					frappe.get_doc({"doctype": "Event", **values}).insert(ignore_permissions=True)
				self.assertEqual(self.heard(enrollment), ["Meeting Booked"])

	def test_it_is_the_same_where_a_worker_looks_again(self) -> None:
		self.visitors_make_events()
		for asks_for_rights, expected in ((True, []), (False, ["Meeting Booked"])):
			again: list[dict[str, Any]] = []

			def keep(_job: str, kept: list = again, **given: Any) -> None:
				kept.append(given)

			with (
				self.subTest(asks_for_rights=asks_for_rights),
				as_user(self.visitor.email),
				patch.object(inbox, "record", side_effect=RuntimeError("not now")),
				patch.object(document_events, "enqueue_after_commit", keep),
			):
				values = meeting_with(("Lead", self.other.name))
				event = frappe.get_doc({"doctype": "Event", **values})
				event.insert(ignore_permissions=not asks_for_rights)
			with as_user(self.visitor.email):
				for each in again:
					document_events.observe_again(**each)
			self.assertEqual(self.heard(self.of_other), expected)


class TestTasksAndContacts(HearsayTestCase):
	"""What workflows wait for (S9.1)."""

	def make_workflow(self, trigger: str, **values: Any) -> None:
		values |= {"workflow_name": builders.unique("Hearsay"), "trigger": trigger, "run_as": "Administrator"}
		actions = [{"kind": "Pause", "days": 1}]
		frappe.get_doc({"doctype": "Cadence Workflow", "actions": actions, **values}).insert()
		frappe.db.commit()
		rules.forget()

	def test_a_task_of_their_own_sets_nothing_going(self) -> None:
		self.make_workflow("Task Created by Hand")
		for person, hears in ((self.visitor, []), (self.rep, ["Noted"])):
			for lead in (self.own, self.other):
				values = {"reference_type": "Lead", "reference_name": lead.name, "description": "Mine"}
				self.says(person, "ToDo", allocated_to=person.email, **values)
			self.assertEqual((self.heard(self.of_own), self.heard(self.of_other)), (hears, []))

	def test_nor_does_a_contact_of_their_own(self) -> None:
		"""It may be changed by who made it: what it is linked to is theirs to say, not to know."""
		self.make_workflow("Field of the Contact Changed", trigger_field="designation", module="Lead")
		link = {"link_doctype": "Lead", "link_name": self.other.name}
		for person, hears in ((self.visitor, []), (self.rep, ["Noted"])):
			name = self.says(person, "Contact", first_name=builders.unique("Konrad"), links=[link])
			answer = person.sends("PUT", f"/api/resource/Contact/{name}", {"designation": "Boss"})
			self.assertEqual(answer.status_code, 200, told(answer)[:500])
			self.assertEqual(self.heard(self.of_other), hears)

	def test_nor_does_a_call_that_they_log(self) -> None:
		self.needs("CRM Call Log", "CRM Lead")
		self.make_workflow("Incoming Call")
		own, other, of_own, of_other = TestCallLogs.given(self, task("look", days=2))
		for lead in (own, other):
			self.says(self.rep, "CRM Call Log", **call_with(lead, type="Incoming", status="Ringing"))
		self.assertEqual((self.heard(of_own), self.heard(of_other)), (["Noted"], []))


def call_with(lead: Any, **columns: Any) -> dict[str, Any]:
	values = {"id": builders.unique("hearsay"), "from": "100", "to": "200", "type": "Outgoing"}
	values |= {"status": "Completed", "duration": 125, "telephony_medium": "Manual"}
	return values | {"reference_doctype": lead.doctype, "reference_docname": lead.name} | columns


class TestCallLogs(HearsayTestCase):
	"""S4.3: a log completes the open call of a record that its author may read."""

	def given(self, step: dict) -> tuple[Any, Any, str, str]:
		"""Frappe CRM shows a rep the Leads that are theirs."""
		own, other = make_crm_lead(lead_owner=self.rep.email), make_crm_lead()
		cadence = builders.make_cadence(step, module="CRM Lead")
		[of_own], [of_other] = enroll(cadence, own), enroll(cadence, other)
		return own, other, of_own, of_other

	def test_a_rep_completes_the_calls_of_those_that_they_may_read(self) -> None:
		self.needs("CRM Call Log", "CRM Lead")
		own, other, of_own, of_other = self.given(builders.call("ring"))
		for lead in (own, other):
			self.says(self.rep, "CRM Call Log", **call_with(lead))
		self.assertEqual((self.heard(of_own), self.heard(of_other)), (["Outcome"], []))
		statuses = [made_for(each, "ring").status for each in (of_own, of_other)]
		self.assertEqual(statuses, ["Completed", "Open"])


class TestUnsubscribedContacts(HearsayTestCase):
	"""S6.1a: a Contact that is marked counts, but where a visitor says it of somebody else."""

	def is_left_alone(self, address: str) -> bool:
		return (address, "", "") in refusals.unsubscribed([address])

	def mark(self, person: Person, address: str) -> str:
		emails = [{"email_id": address, "is_primary": 1}]
		name = builders.unique("Konrad")
		return self.says(person, "Contact", first_name=name, unsubscribed=1, email_ids=emails)

	def test_a_visitor_says_it_of_themselves_alone(self) -> None:
		self.mark(self.visitor, self.other.email_id)
		builders.work()
		self.assertEqual(state(self.of_other).status, "Active")
		self.assertFalse(self.is_left_alone(self.other.email_id))
		again = self.make_lead()
		self.mark(self.visitor, again.email_id)
		enroll(self.cadence, again)  # asserts that it is let in
		self.mark(self.visitor, self.visitor.email)
		self.assertTrue(self.is_left_alone(self.visitor.email))

	def test_a_rep_ends_what_runs(self) -> None:
		self.mark(self.rep, self.other.email_id)
		self.assertTrue(self.is_left_alone(self.other.email_id))
		builders.work()
		self.assertEqual(state(self.of_other).status, "Stopped")

	def test_everybody_else_is_believed(self) -> None:
		"""Users that are gone or disabled, and what came by the website's own code."""
		disabled = Person("gone-visitor@cadences.example")
		frappe.db.set_value("User", disabled.email, {"user_type": "Website User", "enabled": 0})
		for by in (disabled.email, "never-was@cadences.example", "Guest", "Administrator"):
			with self.subTest(by):
				address = f"{frappe.generate_hash(length=8)}@buyer.example"
				contact = insert_row("Contact", email_id=address.title(), unsubscribed=1)
				frappe.db.set_value("Contact", contact, "modified_by", by, update_modified=False)
				self.assertTrue(self.is_left_alone(address))

	def test_it_costs_one_question_where_nobody_is_marked(self) -> None:
		definitions.modules()  # which is kept
		sent = self.queries_of(lambda: refusals.unsubscribed([self.other.email_id]))
		self.assertEqual(len(sent), 2, sent)


class TestFiledMail(MailTestCase):
	"""S4.1: an answer that somebody files is one for the records that they may read."""

	MAKE = "frappe.core.doctype.communication.email.make"

	def setUp(self) -> None:
		super().setUp()
		self.visitor = Person("visitor@cadences.example")
		self.rep = Person("limited@cadences.example", "Sales User")
		self.addCleanup(self.leave)
		self.mail = self.send("ada@buyer.example")

	def leave(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.delete("Communication", {"sender": ("like", "%ada@buyer.example%")})
		for each in (self.visitor, self.rep):
			each.leave()
		frappe.db.commit()

	def files(self, person: Person) -> list[Outcome]:
		"""They file an answer of somebody else, by the method with which Desk files mail."""
		answer = person.asks(
			self.MAKE,
			content="<p>Yes, let's talk.</p>",
			subject="Re: A question",
			sent_or_received="Received",
			sender="ada@buyer.example",
			recipients="rep@sales.example",
			communication_type="Communication",
		)
		self.assertEqual(answer.status_code, 200, told(answer)[:500])
		return self.mail.outcomes()

	def test_a_visitor_answers_for_nobody(self) -> None:
		self.assertEqual(self.files(self.visitor), [])

	def test_a_rep_files_the_answers_of_those_that_they_may_read(self) -> None:
		hidden = self.send("ada@buyer.example")
		allowed = {"allow": "Lead", "for_value": self.mail.lead, "user": self.rep.email}
		frappe.get_doc({"doctype": "User Permission", **allowed}).insert()
		frappe.clear_cache(user=self.rep.email)
		self.assertEqual((self.files(self.rep), hidden.outcomes()), ([Outcome.REPLIED], []))

	def test_what_is_fetched_counts_whoever_fetches_it(self) -> None:
		"""Where Frappe can't be read along, all that is known of a message is its Communication."""
		values = {"communication_type": "Communication", "communication_medium": "Email"}
		values |= {"sent_or_received": "Received", "sender": "ada@buyer.example", "subject": "Re: A question"}
		with as_user(self.visitor.email):
			mail = frappe.get_doc({"doctype": "Communication", "content": "Yes, let's talk.", **values})
			mail.flags.in_receive = True
			mail.insert(ignore_permissions=True)
		self.assertEqual(self.mail.outcomes(), [Outcome.REPLIED])
