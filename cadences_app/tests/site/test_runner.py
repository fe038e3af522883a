"""The one flow on a site: batches, faults, repeats, and what a tick costs (S15.2)."""

from itertools import pairwise
from statistics import median
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime
from redis.exceptions import ConnectionError

from cadences_app.engine.events import (
	OutcomeReported,
	PauseRequested,
	RecordChanged,
	ResumeRequested,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling import activation, control, telling
from cadences_app.enrolling.told import Became, How, Verb
from cadences_app.runtime import bulk, long_jobs, runner, scheduled, tick
from cadences_app.store import clock, definitions, enrollment_rows, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import (
	REP,
	activity,
	at,
	call,
	enroll,
	inbox_of,
	made_for,
	make_cadence,
	make_lead,
	make_reps,
	state,
	task,
	work,
)


class RunnerTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")

	def report(self, enrollment, follow_up, outcome, key=""):
		run, cadence = frappe.db.get_value("Cadence Enrollment", enrollment, ["run", "cadence"])
		event = OutcomeReported(run, follow_up, outcome, clock.now())
		inbox.record([InboxEntry(enrollment, cadence, event, key)], wake=False)


class TestFlow(RunnerTestCase):
	def test_a_story_from_enrollment_to_completion(self):
		cadence = make_cadence(
			task("look"),
			call("ring", "look", "Completed", days=2),
			task("thank", "ring", "Completed", days=1),
		)
		[enrollment] = enroll(cadence, make_lead(lead_owner=REP))
		self.assertEqual(state(enrollment).next_follow_up, "")

		todo = made_for(enrollment, "look")
		todo.status = "Closed"
		todo.save()
		work()
		self.assertEqual(state(enrollment).next_follow_up, "ring")

		with at(state(enrollment).next_due_at):
			work()
			event = made_for(enrollment, "ring")
			event.status = "Completed"
			event.save()
			work()
		with at(state(enrollment).next_due_at):
			work()
			thanks = made_for(enrollment, "thank")
			thanks.cadence_status = "Skipped"
			thanks.save()
			work()

		row = state(enrollment)
		self.assertEqual((row.status, row.exit_reason), ("Completed", "completed"))
		self.assertIsNone(row.active_key)
		self.assertIsNone(row.next_due_at)

	def test_every_decision_is_accounted_for_with_its_reason(self):
		[enrollment] = enroll(make_cadence(task("look"), task("later", "look", days=3)), make_lead())
		with at(state(enrollment).next_due_at):
			work()

		entries = frappe.get_all(
			"Cadence Event",
			{"enrollment": enrollment},
			["kind", "reason", "decision", "processed_at"],
			order_by="name",
		)

		self.assertEqual(
			[(each.kind, each.reason) for each in entries],
			[("Enrolled", "triggered"), ("Time Passed", "due")],
		)
		self.assertTrue(all(each.processed_at for each in entries))
		self.assertIn("FollowUpScheduled", entries[0].decision)
		self.assertIn("FollowUpCarriedOut", entries[1].decision)

	def test_the_enrollment_shows_the_records_owner_of_today(self):
		lead = make_lead()
		[enrollment] = enroll(make_cadence(task("look")), lead)
		lead.reload()
		lead.lead_owner, lead.first_name = REP, "Augusta"
		lead.save()
		work()

		self.assertEqual(state(enrollment).record_owner, REP)
		self.assertIn("Augusta", state(enrollment).record_title)

	def test_pausing_and_resuming_moves_what_is_scheduled(self):
		[enrollment] = enroll(make_cadence(task("look", days=2)), make_lead())
		due_at = activity(enrollment, "look").due_at
		cadence = state(enrollment).cadence
		inbox.record([InboxEntry(enrollment, cadence, PauseRequested())], wake=False)
		work()
		with at(frappe.utils.add_days(due_at, 1)):
			work()
			self.assertEqual(activity(enrollment, "look").status, "Scheduled")
			inbox.record([InboxEntry(enrollment, cadence, ResumeRequested())], wake=False)
			work()

		self.assertGreater(activity(enrollment, "look").due_at, frappe.utils.add_days(due_at, 1))


class TestRepeats(RunnerTestCase):
	def test_a_follow_up_is_carried_out_once_however_often_it_is_asked_for(self):
		lead = make_lead()
		[enrollment] = enroll(make_cadence(task("look"), task("later", "look", days=1)), lead)

		with at(state(enrollment).next_due_at):
			for _ in range(3):
				runner.run([enrollment])
				work()

		self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), 2)
		self.assertEqual(frappe.db.count("Cadence Activity", {"enrollment": enrollment}), 2)

	def test_an_inbox_entry_that_is_sent_twice_counts_once(self):
		[enrollment] = enroll(make_cadence(task("look")), make_lead())
		self.report(enrollment, "look", Outcome.IN_PROGRESS, key="one")
		self.report(enrollment, "look", Outcome.IN_PROGRESS, key="one")

		self.assertEqual(len(inbox_of(enrollment)), 1)

	def test_letters_are_taken_in_as_they_happened(self):
		[enrollment] = enroll(make_cadence(task("look")), make_lead())
		for outcome in (
			Outcome.IN_PROGRESS,
			Outcome.DEFERRED,
			Outcome.IN_PROGRESS,
			Outcome.WAITING_FOR_INPUT,
		):
			self.report(enrollment, "look", outcome)
		work()

		self.assertEqual(activity(enrollment, "look").standing, "Waiting for Input")
		self.assertEqual(inbox_of(enrollment), [])

	def test_a_second_live_enrollment_of_a_record_is_refused_by_the_database(self):
		lead = make_lead()
		[enrollment] = enroll(make_cadence(task("look")), lead)
		row = state(enrollment)

		enrollment_rows.insert([{"name": "second", "cadence": row.cadence, "active_key": row.active_key}])

		self.assertFalse(frappe.db.exists("Cadence Enrollment", "second"))


class TestFaults(RunnerTestCase):
	def test_one_that_cannot_be_decided_on_is_parked_and_the_others_go_on(self):
		rule = {"key": "odd", "kind": "Expression", "expression": "1 / (0 if doc.city == 'Bonn' else 1) < 0"}
		cadence = make_cadence(task("look"), exit_rules=[rule])
		leads = [make_lead(city=city) for city in ("Kiel", "Köln")]
		kiel, koeln = enroll(cadence, *leads)
		leads[0].db_set("city", "Bonn")
		self.report(koeln, "look", Outcome.COMPLETED)
		work()

		self.assertIn("ZeroDivisionError", state(kiel).error)
		self.assertEqual(state(kiel).status, "Active")
		self.assertIsNone(state(kiel).next_due_at)
		self.assertEqual(inbox_of(kiel), [])
		self.assertEqual(state(koeln).status, "Completed")

	def test_what_a_failed_follow_up_had_written_is_undone(self):
		lead = make_lead()
		with (
			patch("cadences_app.channels.assigning.is_by_rows", return_value=False),
			patch(
				"cadences_app.channels.task.assign_to.notify_assignment", side_effect=RuntimeError("no ink")
			),
		):
			[enrollment] = enroll(make_cadence(task("look")), lead)

		self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), 0)
		self.assertEqual(state(enrollment).status, "Failed")
		self.assertIn("no ink", state(enrollment).error)

	def test_what_is_due_in_a_cadence_that_was_deactivated_is_halted(self):
		lead = make_lead()
		cadence = make_cadence(task("look"), task("later", "look", days=1))
		[enrollment] = enroll(cadence, lead)
		activation.deactivate(frappe.get_doc("Cadence", cadence.name))

		with at(frappe.utils.add_days(state(enrollment).next_due_at, 1)):
			work()

		self.assertEqual(state(enrollment).status, "Halted")
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), 1)


class TestNames(RunnerTestCase):
	def test_who_has_one_mail_can_not_guess_the_names_of_the_others(self):
		"""S4.1a: a mail's Message-ID is made of its activity's name."""
		enrollments = enroll(make_cadence(task("look")), *(make_lead() for _ in range(12)))
		names = [activity(each, "look").name for each in enrollments]
		values = sorted(int(each, 32) for each in names)
		self.assertGreater(median(after - before for before, after in pairwise(values)), 2**37)


class TestCost(RunnerTestCase):
	"""The work is in proportion to what is due (invariant 10)."""

	def test_the_statements_of_a_batch_do_not_grow_with_it(self):
		cadence = make_cadence(task("look"))
		enrollments = enroll(cadence, *(make_lead() for _ in range(12)))

		def decide_on(names):
			changed = [InboxEntry(each, cadence.name, RecordChanged()) for each in names]
			inbox.record(changed, wake=False)
			return len(self.queries_of(lambda: runner.run(names)))

		few, many = decide_on(enrollments[:2]), decide_on(enrollments)

		self.assertEqual(few, many)

	def test_a_tick_with_nothing_due_takes_one_statement_for_each_thing_that_can_be_due(self):
		enroll(make_cadence(task("look", days=3)), *(make_lead() for _ in range(3)))
		tick.tick()

		sent = self.queries_of(tick.tick)

		self.assertLessEqual(len(sent), 8, sent)

	def test_what_is_due_is_found_by_its_index(self):
		for query in self.queries_of(lambda: enrollment_rows.lock_due(10)) + self.queries_of(inbox_is_empty):
			plan = frappe.db.sql(f"explain {query}", as_dict=True)[0]
			self.assertIn(
				plan["key"], ("next_due_at", "processed_at", "processed_at_index", "next_due_at_index"), query
			)


def inbox_is_empty():
	return inbox.enrollments_with_entries(1)


class TestJobs(RunnerTestCase):
	"""What the workers run commits, so these tests clear up after themselves."""

	def tearDown(self):
		for doctype in (
			"Cadence Event",
			"Cadence Activity",
			"Cadence Enrollment",
			"Cadence Version",
			"Cadence",
		):
			field = "name" if doctype == "Cadence" else "cadence"
			frappe.db.delete(doctype, {field: self.cadence.name})
		frappe.db.delete("ToDo", {"reference_name": self.lead.name})
		frappe.db.delete("Lead", {"name": self.lead.name})
		frappe.db.commit()
		super().tearDown()

	def given(self, *follow_ups):
		self.lead, self.cadence = make_lead(lead_owner=REP), make_cadence(*follow_ups)
		[enrollment] = enroll(self.cadence, self.lead)
		frappe.db.commit()
		return enrollment

	def test_a_job_that_a_guest_set_off_works_as_the_administrator(self):
		enrollment = self.given(task("look"), task("then", "look", "In Progress"))
		self.report(enrollment, "look", Outcome.IN_PROGRESS)
		frappe.db.commit()

		frappe.set_user("Guest")
		self.assertEqual(scheduled.work_on([enrollment]), 1)

		self.assertEqual(made_for(enrollment, "then").owner, "Administrator")

	def test_work_takes_letters_and_what_is_due_and_leaves_nothing(self):
		enrollment = self.given(task("look"), task("then", "look", "In Progress"))
		self.report(enrollment, "look", Outcome.IN_PROGRESS)
		frappe.db.commit()

		self.assertGreaterEqual(scheduled.work(), 1)
		self.assertEqual(inbox_of(enrollment), [])
		self.assertTrue(activity(enrollment, "then"))

	def test_what_cannot_be_read_is_set_aside_and_its_inbox_entries_kept(self):
		"""S5.8"""
		enrollment = self.given(task("look"))
		frappe.db.set_value("Cadence Activity", {"enrollment": enrollment}, "status", "Nonsense")
		self.report(enrollment, "look", Outcome.IN_PROGRESS)
		frappe.db.commit()

		self.assertEqual(scheduled.work_on([enrollment]), 0)

		self.assertEqual(len(inbox_of(enrollment)), 1)
		self.assertNotIn(enrollment, inbox.enrollments_with_entries(1000))
		self.assertIn("Nonsense", state(enrollment).error)
		self.assertIsNone(state(enrollment).next_due_at)

		frappe.db.set_value("Cadence Activity", {"enrollment": enrollment}, "status", "Carried Out")
		control.ask([enrollment], TryAgainRequested())
		runner.run([enrollment])
		self.assertEqual(inbox_of(enrollment), [])
		self.assertEqual(activity(enrollment, "look").standing, "In Progress")
		self.assertFalse(state(enrollment).error)

	def test_an_enrollment_that_somebody_holds_is_left_to_them(self):
		enrollment = self.given(task("look"), task("then", "look", "In Progress"))
		self.report(enrollment, "look", Outcome.IN_PROGRESS)
		frappe.db.commit()
		ours = frappe.local.db
		frappe.connect()
		try:
			runner.run([enrollment])  # not committed yet: this connection holds its locks
			frappe.local.db, theirs = ours, frappe.local.db
			self.assertEqual(runner.run([enrollment]), [])
			self.assertEqual(frappe.db.count("ToDo", {"reference_name": self.lead.name}), 1)
			theirs.commit()
		finally:
			theirs.close()
			frappe.local.db = ours
		frappe.db.rollback()

		runner.run([enrollment])

		self.assertEqual(frappe.db.count("ToDo", {"reference_name": self.lead.name}), 2)

	def test_without_redis_it_stays_due(self):
		"""S15.2: what is away for a while parks nobody."""
		enrollment = self.given(task("look"), task("later", days=1))
		due = state(enrollment).next_due_at
		with patch.object(definitions, "load_many", side_effect=ConnectionError("Redis is away")):
			self.assertEqual(scheduled.work_on([enrollment]), 0)
		self.assertEqual((state(enrollment).error or "", state(enrollment).next_due_at), ("", due))

	def test_what_stays_due_keeps_nobody_waiting_behind_it(self):
		"""A call that is overdue in the second pass of a repeated hour reads as due in the first."""
		write = task("write") | {"timing": {"delay": {"amount": 15, "unit": "Minutes"}}}
		with at("2027-10-31 02:00:00"):
			first = self.given(call("ring"), write)
			second = make_lead(lead_owner=REP)
			self.addCleanup(frappe.db.commit)
			self.addCleanup(frappe.db.delete, "Lead", {"name": second.name})
			self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": second.name})
			[behind] = enroll(self.cadence, second)
			frappe.db.commit()

		with at("2027-10-31 02:20:00"), patch.object(scheduled, "CHUNK", 1):
			scheduled.work()
			self.assertLess(state(first).next_due_at, now_datetime())

		self.assertEqual([activity(each, "write").status for each in (first, behind)], ["Carried Out"] * 2)

	def test_what_is_done_for_many_is_done_for_those_who_can_be_worked_on(self):
		"""At once, and by a job that tells all of a cadence."""
		broken = self.given(task("look"), task("later", days=3))
		second = make_lead(lead_owner=REP)
		self.addCleanup(frappe.db.commit)
		self.addCleanup(frappe.db.delete, "Lead", {"name": second.name})
		self.addCleanup(frappe.db.delete, "ToDo", {"reference_name": second.name})
		[other] = enroll(self.cadence, second)
		frappe.db.set_value(
			"Cadence Activity", activity(broken, "look").name, "marks", '[["Nonsense", "", []]]'
		)

		told = bulk.act(Verb.PAUSE, "Lead", [self.lead.name, second.name], self.cadence.name, How())
		self.assertEqual([each.answer for each in told], [Became.UNDECIDED, Became.PAUSED])

		with patch.object(telling, "AT_ONCE", 0):
			activation.deactivate(frappe.get_doc("Cadence", self.cadence.name))
		[job] = frappe.get_all("Cadence Job", {"cadence": self.cadence.name}, pluck="name")
		long_jobs.take_on(job, lambda: None)
		self.assertEqual(frappe.db.get_value("Cadence Job", job, "status"), "Done")
		self.assertEqual(state(other).status, "Halted")
		scheduled.work()
		self.assertIn("Nonsense", state(broken).error)

	def test_one_that_cannot_be_written_costs_itself_alone(self):
		enrollment = self.given(task("look", days=1))
		write = enrollment_rows.write

		def refuse(in_work):
			if any(each.name == enrollment for each in in_work):
				raise ValueError("no room")
			write(in_work)

		with patch.object(enrollment_rows, "write", refuse):
			scheduled.work_on([enrollment, "no-such-enrollment"])

		self.assertIn("no room", state(enrollment).error)
		self.assertIsNone(state(enrollment).next_due_at)
