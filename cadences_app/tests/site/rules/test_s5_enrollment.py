"""S5: how one enrollment goes on, on both modules."""

import itertools
from datetime import timedelta

import frappe

from cadences_app.api import crm_pages
from cadences_app.api import enrollments as doors
from cadences_app.engine.events import (
	OutcomeReported,
	PauseRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.store import clock
from cadences_app.tests.site.builders import DAY, at, made_for, task, unique, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead
from cadences_app.workflows import rules
from cadences_app.workflows import work as workflows
from cadences_app.workflows.kinds import ActionKind


def in_a_row(number, days=2):
	"""So many tasks, each some days after the one before."""
	keys = [f"f{each}" for each in range(1, number + 1)]
	return [
		task(keys[0]),
		*(task(key, before, days=days) for before, key in itertools.pairwise(keys)),
	]


class Enrollments:
	def under_way(self, *steps, **more):
		cadence, record = self.cadence(*(steps or in_a_row(3)), **more), self.in_view()
		self.put_in(cadence, record)
		return cadence, record, self.of(cadence, record)

	def test_s5_1_a_record_shows_its_cadences_and_those_it_was_in(self):
		"""S5.1"""
		cadence, record, enrollment = self.under_way()
		[row] = doors.of_record(self.module, record.name)
		self.assertEqual(
			(row["cadence"], row["status"], row["next_follow_up"]), (cadence.name, "Active", "f2")
		)
		self.ask(enrollment, StopRequested("not now"))
		[row] = doors.of_record(self.module, record.name)
		self.assertIn("not now", row["exit_reason"])

	def test_s5_2_the_answer_says_how_many_and_why_not_the_others(self):
		"""S5.2"""
		cadence, record, _enrollment = self.under_way()
		other = self.in_view()
		account = doors.enroll(cadence.name, [record.name, other.name, "no such record"])
		self.assertEqual(account["enrolled"], 1)
		self.assertEqual([each["name"] for each in account["skipped"]], [record.name])
		self.assertEqual([each["name"] for each in account["refused"]], ["no such record"])

	def test_s5_3_from_frappe_crms_pages_and_by_rest(self):
		"""S5.3: the pages offer the actions, and ask by the same method as any other caller."""
		cadence, record = self.cadence(*in_a_row(3)), self.in_view()
		offered = crm_pages.terms(self.module)
		self.assertEqual((offered["enroll"], offered["unenroll"]), (True, True))
		self.assertEqual(doors.enroll(cadence.name, [record.name])["enrolled"], 1)
		self.assertEqual(self.of(cadence, record).status, "Active")
		doors.unenroll(self.module, [record.name], cadence.name)
		self.assertEqual(self.of(cadence, record).status, "Stopped")

	def test_s5_3_by_import(self):
		"""S5.3: a row of an import is a document like any other, and is begun like any other."""
		cadence, record = self.cadence(*in_a_row(3)), self.in_view()
		row = {"doctype": "Cadence Enrollment", "cadence": cadence.name, "reference_name": record.name}
		frappe.get_doc({**row, "reference_doctype": self.module}).insert()
		work()
		self.assertEqual(self.activities(self.of(cadence, record))["f1"], "Carried Out")
		with self.assertRaisesRegex(frappe.DuplicateEntryError, "already"):
			frappe.get_doc({**row, "reference_doctype": self.module}).insert()

	def test_s5_3_by_workflow(self):
		"""S5.3: an action that moves the record to another cadence."""
		target = self.cadence(*in_a_row(2))
		self.addCleanup(rules.forget)
		rules.forget()
		action = {"kind": ActionKind.MOVE.value, "cadence": target.name}
		workflow = {"doctype": "Cadence Workflow", "workflow_name": unique("Move"), "run_as": "Administrator"}
		frappe.get_doc({**workflow, "trigger": "Paused", "actions": [action]}).insert()
		cadence, record, enrollment = self.under_way()
		self.ask(enrollment, PauseRequested())
		workflows.work_on(workflows.claim())
		work()
		self.assertEqual(self.of(target, record).status, "Active")
		self.assertEqual(self.of(cadence, record).status, "Stopped")

	def test_s5_4_one_live_enrollment_of_a_record(self):
		"""S5.4: whoever enrolls it."""
		cadence, record, _enrollment = self.under_way(view=True)
		self.sweep(cadence, whole=True)
		result = self.put_in(cadence, record)
		self.assertEqual(result.answers[record.name], EnrollAnswer.ALREADY_IN)
		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": cadence.name}), 1)

	def test_s5_5_resume_or_restart_and_after_completion_restart_alone(self):
		"""S5.5"""
		cadence, record, enrollment = self.under_way()
		self.ask(enrollment, StopRequested(""))
		asked = self.put_in(cadence, record)
		self.assertEqual((asked.may_resume, asked.may_restart), ([record.name], [record.name]))
		frappe.db.set_value("Cadence Enrollment", enrollment.name, "status", "Completed")
		asked = self.put_in(cadence, record)
		self.assertEqual((asked.may_resume, asked.may_restart), ([], [record.name]))
		result = self.put_in(cadence, record, again=Again.RESTART)
		self.assertEqual(result.answers[record.name], EnrollAnswer.RESTARTED)
		self.assertEqual(self.of(cadence, record).run, 2)

	def test_s5_5_a_deleted_activity_leaves_restart_alone(self):
		"""S5.5: a task that was put into the trash counts as deleted."""
		cadence, record, enrollment = self.under_way()
		made = made_for(enrollment.name, "f1")
		frappe.delete_doc(made.doctype, made.name)
		work()
		self.ask(enrollment, StopRequested(""))
		asked = self.put_in(cadence, record)
		self.assertEqual((asked.may_resume, asked.may_restart), ([], [record.name]))

	def test_s5_6_waiting_times_go_on_where_they_stood_after_a_pause(self):
		"""S5.6"""
		cadence, record, enrollment = self.under_way()
		now = frappe.utils.now_datetime()
		self.ask(enrollment, PauseRequested())
		with at(now + 10 * DAY):
			work()
			self.assertEqual(self.activities(enrollment)["f2"], "Scheduled")
			self.ask(enrollment, ResumeRequested())
			self.assertEqual(self.activities(enrollment)["f2"], "Scheduled")
		with at(now + 12 * DAY + timedelta(minutes=5)):
			work()
		self.assertEqual(self.activities(enrollment)["f2"], "Carried Out")
		self.assertEqual(self.of(cadence, record).status, "Active")

	def test_s5_6_a_pause_that_ends_by_itself(self):
		"""S5.6"""
		cadence, record, enrollment = self.under_way()
		until = clock.now() + DAY
		self.ask(enrollment, PauseRequested(until))
		self.assertEqual(self.of(cadence, record).status, "Paused")
		with at(clock.to_site(until) + timedelta(minutes=1)):
			work()
			self.assertEqual(self.of(cadence, record).status, "Active")

	def test_s5_6_skip_to_the_next_and_to_the_last(self):
		"""S5.6"""
		_cadence, _record, enrollment = self.under_way(*in_a_row(4))
		self.ask(enrollment, SkipRequested(SkipTarget.NEXT))
		self.assertEqual(self.activities(enrollment)["f2"], "Carried Out")
		self.ask(enrollment, SkipRequested(SkipTarget.LAST))
		self.assertEqual(self.activities(enrollment)["f4"], "Carried Out")

	def test_s5_7_whoever_takes_it_out_gives_a_disposition(self):
		"""S5.7"""
		cadence, record, enrollment = self.under_way()
		frappe.db.set_single_value("Cadence Settings", "dispositions", "Meeting Booked\nNot Now")
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")
		with self.assertRaisesRegex(frappe.ValidationError, "none of: Meeting Booked, Not Now"):
			doors.stop([enrollment.name], disposition="Whatever")
		doors.stop([enrollment.name], disposition="Not Now")
		self.assertEqual(
			(self.of(cadence, record).status, self.of(cadence, record).disposition), ("Stopped", "Not Now")
		)
		self.put_in(cadence, record, again=Again.RESUME)
		self.assertEqual(
			(self.of(cadence, record).status, self.of(cadence, record).disposition), ("Active", "")
		)

	def test_s5_8_what_comes_while_it_stands_still_with_an_error_is_kept_and_counts(self):
		"""S5.8: and *Try Again* goes on with what failed."""
		odd = f"1 / (0 if doc.{self.field} == 'Odd' else 1) < 0"
		rules = [{"key": "odd", "kind": "Expression", "expression": odd}]
		cadence, record, enrollment = self.under_way(*in_a_row(3), exit_rules=rules)
		record.db_set(self.field, "Odd")
		doors.try_again([enrollment.name])
		parked = self.of(cadence, record)
		self.assertIn("ZeroDivisionError", parked.error)
		self.assertIsNone(parked.next_due_at)

		self.ask(enrollment, OutcomeReported(1, "f1", Outcome.COMPLETED, clock.now()))
		self.assertEqual(self.of(cadence, record).status, "Active")
		record.db_set(self.field, self.HERE)
		doors.try_again([enrollment.name])
		self.assertFalse(self.of(cadence, record).error)
		self.assertTrue(self.of(cadence, record).next_due_at)
		done = frappe.db.get_value(
			"Cadence Activity", {"enrollment": enrollment.name, "follow_up": "f1"}, "standing"
		)
		self.assertEqual(done, "Completed")

	def test_user_b_who_did_two_of_five_and_left_resumes_at_the_third(self):
		"""S2.5, S5.5"""
		now = frappe.utils.now_datetime()
		cadence, record, enrollment = self.under_way(*in_a_row(5))
		with at(now + 2 * DAY + timedelta(minutes=1)):
			work()
			self.assertEqual(self.of(cadence, record).next_follow_up, "f3")
			self.ask(enrollment, StopRequested("not now"))
		with at(now + 30 * DAY):
			result = self.put_in(cadence, record, again=Again.RESUME)
			self.assertEqual(result.answers[record.name], EnrollAnswer.RESUMED)
			self.assertEqual(
				(self.of(cadence, record).run, self.of(cadence, record).next_follow_up), (1, "f3")
			)
		with at(now + 33 * DAY):
			work()
		made = self.activities(enrollment)
		self.assertEqual([made[key] for key in ("f1", "f2", "f3", "f4")], [*["Carried Out"] * 3, "Scheduled"])


class TestEnrollmentsOfLeads(Enrollments, OnLead):
	pass


class TestEnrollmentsOfDeals(Enrollments, OnDeal):
	pass
