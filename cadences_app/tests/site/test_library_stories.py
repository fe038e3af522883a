"""Every ready cadence on a real site, run to each end that its stories tell of, for each module (S12)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe

from cadences_app.engine.definition import ExitKind, ExitRule
from cadences_app.engine.events import MeetingBooked, OutcomeReported, RecordChanged
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import activation, library
from cadences_app.runtime import message_job
from cadences_app.store import clock, definitions, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import insert_row
from cadences_app.tests.site.messaging import MessagesTestCase, new_number

STARTS = datetime(2027, 3, 1, 9, 0)  # a Monday
APPOINTMENT = datetime(2027, 3, 18, 10, 0)
DEADLINE = "2027-04-08"
STORIES = library.FOLDER / "stories"


@dataclass
class Told:
	"""One story of one ready cadence, and the enrollment that lives through it."""

	title: str
	story: dict[str, Any]
	enrollment: str


@dataclass
class Leaving:
	"""One un-enrollment rule of one ready cadence, and the enrollment for which it comes to hold."""

	told: str
	title: str
	cadence: str
	enrollment: str
	happened: RecordChanged | MeetingBooked
	columns: dict[str, Any]


class TestStories(MessagesTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.needs("Appointment", "Opportunity", "Delivery Note", "Issue", "CRM Lead", "CRM Deal")
		builders.make_reps()

	def test_each_one_runs_to_every_end_of_its_stories(self) -> None:
		with builders.at(STARTS):
			told = [each for key in library.ready_cadences() for each in self.begin(key)]
		self.let_time_pass(told)
		for each in told:
			with self.subTest(each.title):
				row = frappe.get_doc("Cadence Enrollment", each.enrollment)
				self.assertEqual(row.error or "", "")
				ended = {"status": row.status, "note": row.exit_note or ""}
				self.assertEqual(ended, {part: each.story[part] for part in ended})
				done = {"enrollment": each.enrollment, "carried_out_at": ("is", "set")}
				keys = frappe.get_all("Cadence Activity", done, pluck="follow_up")
				self.assertCountEqual(keys, each.story["carried_out"])

	def begin(self, key: str) -> list[Told]:
		"""Its stories, each with a record of its own, for every module that it fits."""
		stories = json.loads((STORIES / f"{key}.json").read_text())["stories"]
		found = []
		for module in library.modules_of(library.ready_cadences()[key]):
			cadence = library.install(key, module, builders.unique("Ready"))
			activation.activate(cadence)
			for story in stories:
				record = getattr(self, f"make_{frappe.scrub(module)}")()
				[enrollment] = self.enroll(cadence, record)
				found.append(Told(f"{key}, {module}: {story['title']}", story, enrollment))
		return found

	def test_each_rule_takes_people_out_in_each_module(self) -> None:
		"""S12: every status that a rule names and the module has, and a meeting."""
		with builders.at(STARTS):
			leaving = [each for key in library.ready_cadences() for each in self.leave(key)]
			self.assertGreater(len(leaving), 40)
			for each in leaving:
				row = builders.state(each.enrollment)
				if each.columns:
					frappe.db.set_value(row.reference_doctype, row.reference_name, each.columns)
				inbox.record([InboxEntry(each.enrollment, each.cadence, each.happened)])
			self.work_on_all()
		for each in leaving:
			with self.subTest(each.told):
				row = builders.state(each.enrollment)
				self.assertEqual((row.error or "", row.status, row.exit_note), ("", "Stopped", each.title))

	def leave(self, key: str) -> list[Leaving]:
		"""For every module that it fits and every rule, somebody to whom it will happen."""
		found = []
		for module in library.modules_of(library.ready_cadences()[key]):
			cadence = library.install(key, module, builders.unique("Ready"))
			activation.activate(cadence)
			for rule in definitions.load(cadence.version).exit_rules:
				for told, happened, columns in self.ways_to_meet(rule, module):
					[enrollment] = self.enroll(cadence, getattr(self, f"make_{frappe.scrub(module)}")())
					told = f"{key}, {module}: {rule.label} ({told})"
					found.append(Leaving(told, rule.label, cadence.name, enrollment, happened, columns))
		return found

	def ways_to_meet(self, rule: ExitRule, module: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
		if rule.kind is ExitKind.MEETING:
			yield "a meeting", MeetingBooked(clock.now()), {}
		if rule.kind is not ExitKind.CONDITIONS:
			return
		[condition] = rule.conditions
		values = [each for each in condition.value if self.can_be(module, condition.field, each)]
		self.assertTrue(values, f"no {module} can meet {rule.label}")
		for value in values:
			yield value, RecordChanged(), {condition.field: value}

	def can_be(self, module: str, field: str, value: str) -> bool:
		kind = frappe.get_meta(module).get_field(field)
		if kind.fieldtype == "Link":
			return bool(frappe.db.exists(kind.options, value))
		return value in kind.options.split("\n")

	def let_time_pass(self, told: list[Told]) -> None:
		"""From one moment at which something is due, or somebody answers, to the next."""
		answers: list[tuple[datetime, str, dict[str, Any]]] = []
		planned: set[tuple[str, int]] = set()
		moment = STARTS
		for _turn in range(600):
			with builders.at(moment):
				for _at, enrollment, answer in [each for each in answers if each[0] <= moment]:
					self.report(enrollment, answer)
				answers = [each for each in answers if each[0] > moment]
				self.work_on_all()
				answers += self.newly_planned(told, planned)
			due = frappe.get_all(
				"Cadence Enrollment",
				{"name": ("in", [each.enrollment for each in told]), "next_due_at": ("is", "set")},
				pluck="next_due_at",
				limit_page_length=0,
			)
			self.assertFalse([each for each in due if each <= moment], "due, and not done")
			if not due and not answers:
				return
			moment = min([*due, *(at for at, _enrollment, _answer in answers)])
		self.fail("they do not come to their end")

	def work_on_all(self) -> None:
		frappe.db.commit()
		while True:
			self.decide()
			taken = self.work() + message_job.work()
			frappe.db.commit()
			if not taken:
				return

	def newly_planned(self, told: list[Told], planned: set[tuple[str, int]]) -> list[tuple]:
		"""The answers to what has just been carried out."""
		done = {"enrollment": ("in", [each.enrollment for each in told]), "carried_out_at": ("is", "set")}
		columns = ["enrollment", "follow_up", "carried_out_at"]
		rows = frappe.get_all("Cadence Activity", done, columns, limit_page_length=0)
		carried_out = {(row.enrollment, row.follow_up): row.carried_out_at for row in rows}
		found = []
		for each in told:
			for number, answer in enumerate(each.story["answers"]):
				at = carried_out.get((each.enrollment, answer["follow_up"]))
				if at and (each.enrollment, number) not in planned:
					planned.add((each.enrollment, number))
					found.append((at + timedelta(hours=answer["after_hours"]), each.enrollment, answer))
		return found

	def report(self, enrollment: str, answer: dict[str, Any]) -> None:
		cadence = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence")
		outcome, detail = Outcome(answer["outcome"]), answer.get("detail", "")
		happened = OutcomeReported(1, answer["follow_up"], outcome, clock.now(), detail)
		inbox.record([InboxEntry(enrollment, cadence, happened)])

	# a record of each module, each of a company of its own

	def address(self) -> str:
		return f"buyer@{new_name()}.example"

	def of(self, doctype: str, **columns: Any) -> Any:
		return frappe.get_doc(doctype, insert_row(doctype, **columns))

	def make_crm_lead(self) -> Any:
		return builders.make_crm_lead(email=self.address(), organization=None)

	def make_opportunity(self) -> Any:
		columns = {"contact_email": self.address(), "expected_closing": DEADLINE, "status": "Open"}
		return self.of("Opportunity", **columns, customer_name="Ada Lovelace")

	def make_crm_deal(self) -> Any:
		columns = {"email": self.address(), "expected_closure_date": DEADLINE, "first_name": "Ada"}
		return self.of("CRM Deal", **columns, status="Qualification")

	def make_customer(self) -> Any:
		return self.of("Customer", customer_name="Analytical Engines", email_id=self.address())

	def make_contact(self) -> Any:
		return self.of("Contact", first_name="Ada", full_name="Ada Lovelace", email_id=self.address())

	def make_delivery_note(self) -> Any:
		columns = {"docstatus": 1, "status": "To Bill", "contact_email": self.address()}
		return self.of("Delivery Note", **columns, customer_name="Ada Lovelace")

	def make_quotation(self) -> Any:
		columns = {"docstatus": 1, "status": "Open", "contact_email": self.address()}
		return self.of("Quotation", **columns, customer_name="Ada Lovelace")

	def make_appointment(self) -> Any:
		columns = {"customer_email": self.address(), "customer_phone_number": new_number()}
		columns |= {"scheduled_time": APPOINTMENT, "status": "Open"}
		return self.of("Appointment", **columns, customer_name="Ada Lovelace")

	def make_issue(self) -> Any:
		return self.of("Issue", subject="It broke", raised_by=self.address(), status="Open")


del MessagesTestCase  # it is the frame of the others and has no test of its own
