"""S6: who leaves by itself, on both modules."""

from datetime import timedelta

import frappe

from cadences_app.api import enrollments as doors
from cadences_app.audience import problems
from cadences_app.engine.events import OutcomeReported, StopRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import activation
from cadences_app.mail.suppression import Cause, suppress
from cadences_app.store import clock
from cadences_app.tests.site.builders import DAY, REP, at, call, made_for, state, task, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead

FAILING = {"key": "odd", "kind": "Expression", "expression": "1 / 0 > 1"}


def asks_all_out(cadence, doctype, names):
	"""A rule of another app, for a test: everybody who is named like it leaves."""
	return {name: "credit is blocked" for name in names}


def asks_nobody_out(cadence, doctype, names):
	raise ValueError("the other app is broken")


class Unenrollment:
	def enrolled(self, *rules, follow_ups=(), **more):
		cadence, record = self.cadence(*follow_ups, exit_rules=list(rules), **more), self.in_view()
		self.put_in(cadence, record)
		return cadence, record

	def left(self, cadence, record):
		enrollment = self.of(cadence, record)
		return enrollment.status, enrollment.exit_reason

	def test_s6_1_left_the_view(self):
		"""S6.1"""
		cadence, record = self.enrolled({"key": "r", "kind": "Left the View"}, view=True)
		self.change(record, **{self.field: self.ELSEWHERE})
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_left_view"))

	def test_s6_1_an_outcome_of_any_and_of_a_given_follow_up(self):
		"""S6.1"""
		steps = (call("ring"), call("again", "ring"))
		for follow_up, expected in (("", "Stopped"), ("again", "Active")):
			rule = {"key": "r", "kind": "Outcome of a Follow-up", "follow_up": follow_up}
			rule["trigger"] = {"outcome": "Call Result", "detail": "Wrong Number"}
			more = {"exit_rules": [rule]}
			if self.module == "CRM Deal":
				frappe.db.set_single_value("Cadence Settings", "allow_calls_for_deals", 1)
				frappe.clear_document_cache("Cadence Settings", "Cadence Settings")
			cadence, record = self.cadence(*steps, **more), self.in_view()
			self.put_in(cadence, record)
			enrollment = self.of(cadence, record)
			told = OutcomeReported(1, "ring", Outcome.CALL_RESULT, clock.now(), "Wrong Number")
			self.ask(enrollment, told)
			self.assertEqual(self.of(cadence, record).status, expected)

	def test_s6_1_an_outcome_that_did_not_come_within(self):
		"""S6.1: by the clock alone."""
		rule = {"key": "r", "kind": "Outcome of a Follow-up"}
		within = {"amount": 3, "unit": "Days"}
		rule["trigger"] = {"outcome": "Completed", "absent": True, "within": within, "since": "Carried Out"}
		cadence, record = self.enrolled(rule, follow_ups=(task("look"), task("again", "look", days=9)))
		with at(frappe.utils.now_datetime() + 3 * DAY + timedelta(minutes=5)):
			work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_outcome"))

	def test_s6_1_a_fixed_date(self):
		"""S6.1"""
		day = frappe.utils.getdate() + 5 * DAY
		cadence, record = self.enrolled(
			{"key": "r", "kind": "Date", "on": str(day)}, follow_ups=(task("look", days=9),)
		)
		with at(frappe.utils.get_datetime(day) + timedelta(minutes=5)):
			work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_date"))

	def test_s6_1_conditions_of_the_record(self):
		"""S6.1"""
		condition = {"field": self.field, "operator": "=", "value": "Nowhere"}
		cadence, record = self.enrolled({"key": "r", "kind": "Record Conditions", "conditions": [condition]})
		self.change(record, **{self.field: "Nowhere"})
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_conditions"))

	def test_s6_1_converted(self):
		"""S6.1: a Customer made of a Lead; a deal that is won."""
		cadence, record = self.enrolled({"key": "r", "kind": "Converted"})
		self.convert(record)
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_converted"))

	def test_s6_1_a_meeting_was_booked(self):
		"""S6.1"""
		cadence, record = self.enrolled({"key": "r", "kind": "Meeting Booked"})
		self.book(record)
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_meeting"))

	def test_s6_1_an_expression(self):
		"""S6.1"""
		expression = f"doc.{self.field} == 'Nowhere'"
		cadence, record = self.enrolled({"key": "r", "kind": "Expression", "expression": expression})
		self.change(record, **{self.field: "Nowhere"})
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_expression"))

	def with_app(self, function):
		hooks = frappe.get_hooks()
		before = hooks.get("cadence_unenroll_rules")
		hooks["cadence_unenroll_rules"] = [f"{__name__}.{function.__name__}"]
		frappe.cache.set_value("app_hooks", hooks)
		frappe.local.flags.hooks_changed_by_test = before

		def restore():
			frappe.clear_cache()

		self.addCleanup(restore)

	def test_s6_1_a_rule_of_another_app(self):
		"""S6.1: the hook `cadence_unenroll_rules`."""
		cadence, record = self.enrolled()
		self.with_app(asks_all_out)
		self.change(record, **{self.field: "Nowhere"})
		if self.of(cadence, record).status == "Active":  # nothing watched this field
			self.put_on_clock(cadence, record)
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_of_app"))
		self.assertEqual(self.of(cadence, record).exit_note, "credit is blocked")

	def put_on_clock(self, cadence, record):
		frappe.db.set_value(
			"Cadence Enrollment", self.of(cadence, record).name, "next_due_at", frappe.utils.now_datetime()
		)
		work()

	def test_s6_1_a_rule_that_fails_takes_nobody_out_and_is_shown(self):
		"""S6.1: on the cadence, until it works again."""
		cadence, record = self.enrolled()
		self.with_app(asks_nobody_out)
		self.put_on_clock(cadence, record)
		self.assertEqual(self.of(cadence, record).status, "Active")
		[problem] = problems.of_cadence(cadence.name)
		self.assertIn("the other app is broken", problem["message"])

	def test_s6_1a_an_unsubscribe_from_all_ends_every_cadence_of_the_person(self):
		"""S6.1a: in every channel, by whichever record."""
		address = "everything@buyer.example"
		first, second = self.reached_at(address), self.reached_at(address)
		places = [(self.cadence(), record) for record in (first, second)]
		for cadence, record in places:
			self.put_in(cadence, record)
		values = {"doctype": "Email Unsubscribe", "email": address, "global_unsubscribe": 1}
		frappe.get_doc(values).insert()
		work()
		for cadence, record in places:
			self.assertEqual(self.left(cadence, record), ("Stopped", "not_to_be_contacted"))

	def test_s6_1a_a_complaint_does_too(self):
		"""S6.1a"""
		cadence, record = self.cadence(), self.reached_at("complains@buyer.example")
		self.put_in(cadence, record)
		suppress(record.get(self.address), Cause.COMPLAINT)
		work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "not_to_be_contacted"))

	def test_s6_1a_an_unsubscribe_from_a_series_ends_it_for_that_address(self):
		"""S6.1a: for all records of that address in it, and in no other cadence."""
		address = "series@buyer.example"
		several = {"policy": {"one_per_person": False}}
		cadence, other = self.cadence(**several), self.cadence(**several)
		records = [self.reached_at(address) for _each in range(2)]
		for each in (cadence, other):
			self.put_in(each, *records)
		series = {"reference_doctype": "Cadence", "reference_name": cadence.name}
		frappe.get_doc({"doctype": "Email Unsubscribe", "email": address, **series}).insert()
		work()
		self.assertEqual([self.of(cadence, each).status for each in records], ["Stopped"] * 2)
		self.assertEqual([self.of(other, each).status for each in records], ["Active"] * 2)

	def test_s6_1_the_cadences_owner_is_told_of_a_rule_that_fails_until_it_is_mended(self):
		"""S6.1: once, in an active and in an inactive cadence; a rule that works again is shown no more."""
		odd = f"1 / (0 if doc.{self.field} == 'Odd' else 1) < 0"
		for is_active in (True, False):
			cadence, record = self.enrolled({"key": "odd", "kind": "Expression", "expression": odd})
			cadence.db_set("owner", REP)
			if not is_active:
				activation.deactivate(cadence)
				work()
			status = self.of(cadence, record).status
			for place in ("Odd", "Other", "Odd"):
				self.change(record, **{self.field: place})
				doors.try_again([self.of(cadence, record).name])
				self.assertEqual(self.of(cadence, record).status, status)
				found = problems.of_cadence(cadence.name)
				self.assertEqual([each["rule"] for each in found], ["odd"] if place == "Odd" else [])
			told = {"document_type": "Cadence", "document_name": cadence.name, "for_user": REP}
			[message, _again] = frappe.get_all("Notification Log", told, pluck="subject")
			self.assertIn("ZeroDivisionError", message)

	def test_s6_2_leaving_comes_before_a_follow_up_that_is_due(self):
		"""S6.2"""
		day = frappe.utils.getdate() + 2 * DAY
		starts = frappe.utils.get_datetime(frappe.utils.getdate())
		with at(starts):
			cadence, record = self.enrolled(
				{"key": "r", "kind": "Date", "on": str(day)}, follow_ups=(task("look", days=2),)
			)
		with at(frappe.utils.get_datetime(day)):
			work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_date"))
		self.assertEqual(self.activities(self.of(cadence, record)), {"look": "Cancelled"})

	def test_s6_3_leaving_happens_while_the_cadence_is_inactive(self):
		"""S6.3: by a save and by a sweep."""
		cadence, record = self.enrolled({"key": "r", "kind": "Left the View"}, view=True)
		other = self.in_view()
		self.put_in(cadence, other)
		activation.deactivate(cadence)
		work()
		self.change(record, **{self.field: self.ELSEWHERE})
		frappe.db.set_value(self.module, other.name, self.field, self.ELSEWHERE, update_modified=False)
		self.sweep(cadence, whole=True)
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_left_view"))
		self.assertEqual(self.left(cadence, other), ("Stopped", "rule_left_view"))

	def test_s6_3_every_kind_of_rule_holds_while_the_cadence_is_inactive(self):
		"""S6.1, S6.3: by a save, by an outcome, by the clock, by a meeting; and a record that is deleted."""
		day = frappe.utils.getdate() + 5 * DAY
		condition = {"field": self.field, "operator": "=", "value": "Nowhere"}
		completed = {"outcome": "Completed"}
		for rule, happen, reason in (
			(
				{"kind": "Record Conditions", "conditions": [condition]},
				lambda record, _enrollment: self.change(record, **{self.field: "Nowhere"}),
				"rule_conditions",
			),
			(
				{"kind": "Expression", "expression": f"doc.{self.field} == 'Nowhere'"},
				lambda record, _enrollment: self.change(record, **{self.field: "Nowhere"}),
				"rule_expression",
			),
			({"kind": "Converted"}, lambda record, _enrollment: self.convert(record), "rule_converted"),
			(
				{"kind": "Outcome of a Follow-up", "trigger": completed},
				lambda _record, enrollment: self.ask(
					enrollment, OutcomeReported(1, "look", Outcome.COMPLETED, clock.now())
				),
				"rule_outcome",
			),
			({"kind": "Meeting Booked"}, lambda record, _enrollment: self.book(record), "rule_meeting"),
			(
				{"kind": "Date", "on": str(day)},
				lambda _record, _enrollment: self.wait_until(day),
				"rule_date",
			),
		):
			steps = (task("look"), task("again", "look", days=9))
			cadence, record = self.enrolled({"key": "r", **rule}, follow_ups=steps)
			activation.deactivate(cadence)
			work()
			self.assertEqual(self.of(cadence, record).status, "Halted")
			happen(record, self.of(cadence, record))
			self.assertEqual(self.left(cadence, record), ("Stopped", reason))

	def test_s6_3_who_asks_not_to_be_contacted_leaves_an_inactive_cadence(self):
		"""S6.1a, S6.3"""
		cadence, record = self.cadence(), self.reached_at("inactive@buyer.example")
		self.put_in(cadence, record)
		activation.deactivate(cadence)
		work()
		suppress(record.get(self.address), Cause.COMPLAINT)
		work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "not_to_be_contacted"))

	def test_s6_3_by_hand_and_by_deletion_from_an_inactive_cadence(self):
		"""S6.3, S6.5"""
		cadence, record = self.enrolled()
		gone = self.in_view()
		self.put_in(cadence, gone)
		activation.deactivate(cadence)
		work()
		self.ask(self.of(cadence, record), StopRequested("not now"))
		self.assertEqual(self.left(cadence, record), ("Stopped", "stopped_by_hand"))
		enrollment = self.of(cadence, gone)
		frappe.delete_doc(self.module, gone.name)
		work()
		self.assertEqual(state(enrollment.name).status, "Stopped")

	def test_s6_2_leaving_comes_first_when_an_inactive_cadence_goes_on(self):
		"""S6.2, S6.3: what was due meanwhile is not made up for by who is to leave."""
		condition = {"field": self.field, "operator": "=", "value": "Nowhere"}
		rule = {"key": "r", "kind": "Record Conditions", "conditions": [condition]}
		steps = (task("look"), task("again", "look", days=5))
		cadence, record = self.enrolled(rule, follow_ups=steps)
		activation.deactivate(cadence)
		work()
		record.db_set(self.field, "Nowhere", update_modified=False)
		with at(frappe.utils.now_datetime() + 9 * DAY):
			activation.reactivate(cadence, resume_halted=True)
			work()
		self.assertEqual(self.left(cadence, record), ("Stopped", "rule_conditions"))
		self.assertEqual(self.activities(self.of(cadence, record))["again"], "Cancelled")

	def test_s6_4_holds_while_the_cadence_is_inactive(self):
		"""S6.3, S6.4: what is scheduled is cancelled, and what is open is closed if the cadence says so."""
		for closes, expected in ((True, "Closed"), (False, "Open")):
			condition = {"field": self.field, "operator": "=", "value": "Nowhere"}
			rule = {"key": "r", "kind": "Record Conditions", "conditions": [condition]}
			steps = (task("look"), task("again", "look", days=5))
			cadence, record = self.enrolled(rule, follow_ups=steps, close_open_on_exit=closes)
			activation.deactivate(cadence)
			work()
			self.change(record, **{self.field: "Nowhere"})
			enrollment = self.of(cadence, record)
			self.assertEqual(self.left(cadence, record), ("Stopped", "rule_conditions"))
			self.assertEqual(self.activities(enrollment)["again"], "Cancelled")
			self.assertEqual(self.is_closed(enrollment, "look"), expected == "Closed")

	def book(self, record):
		event = {"doctype": "Event", "subject": "Talk", "starts_on": frappe.utils.now_datetime() + DAY}
		person = {"reference_doctype": self.module, "reference_docname": record.name}
		frappe.get_doc({**event, "event_category": "Meeting", "event_participants": [person]}).insert()
		work()

	def wait_until(self, day):
		with at(frappe.utils.get_datetime(day) + timedelta(minutes=5)):
			work()

	def is_closed(self, enrollment, key):
		return made_for(enrollment.name, key).status in ("Closed", "Done", "Canceled", "Cancelled")

	def test_s6_4_what_is_scheduled_is_cancelled_and_open_tasks_are_closed_if_asked(self):
		"""S6.4"""
		for closes, expected in ((True, "Closed"), (False, "Open")):
			steps = (task("look"), task("again", "look", days=5))
			cadence, record = self.enrolled(follow_ups=steps, close_open_on_exit=closes)
			enrollment = self.of(cadence, record)
			self.ask(enrollment, StopRequested(""))
			self.assertEqual(self.activities(enrollment)["again"], "Cancelled")
			self.assertEqual(self.is_closed(enrollment, "look"), expected == "Closed")

	def test_s6_5_by_hand(self):
		"""S6.5"""
		cadence, record = self.enrolled()
		self.ask(self.of(cadence, record), StopRequested("not now"))
		self.assertEqual(self.left(cadence, record), ("Stopped", "stopped_by_hand"))


class TestUnenrollmentOfLeads(Unenrollment, OnLead):
	pass


class TestUnenrollmentOfDeals(Unenrollment, OnDeal):
	pass
