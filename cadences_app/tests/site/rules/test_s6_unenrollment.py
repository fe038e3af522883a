"""S6: who leaves by itself, on both modules."""

from datetime import timedelta

import frappe

from cadences_app.audience import problems
from cadences_app.engine.events import OutcomeReported, StopRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import activation
from cadences_app.store import clock
from cadences_app.tests.site.builders import DAY, at, call, task, work
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
		event = {"doctype": "Event", "subject": "Talk", "starts_on": frappe.utils.now_datetime() + DAY}
		person = {"reference_doctype": self.module, "reference_docname": record.name}
		frappe.get_doc({**event, "event_category": "Meeting", "event_participants": [person]}).insert()
		work()
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

	def test_s6_4_what_is_scheduled_is_cancelled_and_open_tasks_are_closed_if_asked(self):
		"""S6.4"""
		for closes, expected in ((True, "Closed"), (False, "Open")):
			steps = (task("look"), task("again", "look", days=5))
			cadence, record = self.enrolled(follow_ups=steps, close_open_on_exit=closes)
			enrollment = self.of(cadence, record)
			made = frappe.db.get_value(
				"Cadence Activity",
				{"enrollment": enrollment.name, "follow_up": "look"},
				["activity_doctype", "activity_name"],
			)
			self.ask(enrollment, StopRequested(""))
			self.assertEqual(self.activities(enrollment)["again"], "Cancelled")
			status = frappe.db.get_value(*made, "status")
			self.assertEqual(
				status in ("Closed", "Done", "Canceled", "Cancelled"), expected == "Closed", status
			)

	def test_s6_5_by_hand(self):
		"""S6.5"""
		cadence, record = self.enrolled()
		self.ask(self.of(cadence, record), StopRequested("not now"))
		self.assertEqual(self.left(cadence, record), ("Stopped", "stopped_by_hand"))


class TestUnenrollmentOfLeads(Unenrollment, OnLead):
	pass


class TestUnenrollmentOfDeals(Unenrollment, OnDeal):
	pass
