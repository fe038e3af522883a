"""Two at once, and one that is killed: nothing is lost, done twice or half done (S5.4, S15.2, invariant 1).

Real processes with connections of their own; what they do is committed, and deleted at the end.
"""

import os
import signal
import time
from collections import Counter
from typing import Any

import frappe

from cadences_app.channels import task
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.runtime import scheduled
from cadences_app.tests.faults.together import LONGEST, Together
from cadences_app.tests.site.builders import make_cadence
from cadences_app.tests.site.builders import task as task_follow_up
from cadences_app.tests.site.sweeping import SweptTestCase
from cadences_app.tests.site.test_enrolling import write_leads


def enroll_all(cadence: str, leads: list[str]) -> dict[str, str]:
	"""What requests do: each has its records in one transaction, as many as are enrolled without a job. The
	answer by record."""
	from cadences_app.api import enrollments

	skipped: dict[str, str] = {}
	for start in range(0, len(leads), enrollments.AT_ONCE):
		answer = enrollments.enroll(cadence, leads[start : start + enrollments.AT_ONCE])
		frappe.db.commit()
		skipped |= {each["name"]: each["why"] for each in answer["skipped"]}
	return {lead: skipped.get(lead, "enrolled") for lead in leads}


def enroll_backwards(cadence: str, leads: list[str]) -> dict[str, str]:
	return enroll_all(cadence, leads[::-1])


def insert_one(cadence: str, leads: list[str]) -> str:
	"""What a REST client does that creates the resource."""
	values = {"cadence": cadence, "reference_doctype": "Lead", "reference_name": leads[0]}
	try:
		frappe.get_doc({"doctype": "Cadence Enrollment", **values}).insert()
	except (frappe.DuplicateEntryError, frappe.UniqueValidationError):
		frappe.db.rollback()
		return "refused"
	frappe.db.commit()
	return "enrolled"


def work_in_small_chunks(*_arguments: Any) -> int:
	scheduled.CHUNK = 10
	return scheduled.work()


def work_until_killed(_cadence: str, _leads: list[str]) -> int:
	"""Work like any other, but die in the middle of the second chunk, with the fifteenth task."""
	assign, made = task.assign, []

	def assign_or_die(occasion: Any, due_on: Any) -> None:
		assign(occasion, due_on)
		made.append(occasion.name)
		if len(made) == 15:
			os.kill(os.getpid(), signal.SIGKILL)

	task.assign = assign_or_die
	return work_in_small_chunks()


class FaultTestCase(SweptTestCase):
	def given(self, count: int) -> None:
		self.leads, self.cadence = write_leads(count), make_cadence(task_follow_up("look")).name
		frappe.db.commit()

	def given_due(self, count: int) -> None:
		self.given(count)
		put_in(self.cadence, self.leads)
		frappe.db.commit()

	def together(self, *deeds: Any) -> list[Any]:
		with Together(*deeds) as both:
			answers = both.run(self.cadence, self.leads)
		frappe.db.rollback()
		return answers

	def rows(self, doctype: str, *columns: str) -> list[Any]:
		filters = {"reference_name": ("in", self.leads)}
		return frappe.get_all(doctype, filters, list(columns), limit_page_length=0)

	def assert_each_done_once(self) -> None:
		"""Every lead has one enrollment, one activity and one task, and they belong to each other."""
		enrollments = self.rows("Cadence Enrollment", "name", "reference_name", "run", "status", "error")
		self.assertEqual(sorted(each.reference_name for each in enrollments), sorted(self.leads))
		self.assertEqual({(each.run, each.status, each.error) for each in enrollments}, {(1, "Active", "")})
		self.assert_tasks_match(len(self.leads))
		self.assertFalse(frappe.db.exists("Cadence Event", self.unread()))

	def assert_tasks_match(self, count: int) -> None:
		"""So many are carried out, each with its own task, and nothing is half done."""
		activities = self.rows("Cadence Activity", "name", "reference_name", "status", "activity_name")
		tasks = self.rows("ToDo", "name", "reference_name", "cadence_activity")
		self.assertEqual(len(tasks), count)
		self.assertEqual(
			Counter((each.name, each.reference_name, each.cadence_activity) for each in tasks),
			Counter((each.activity_name, each.reference_name, each.name) for each in activities),
		)
		self.assertEqual({each.status for each in activities}, {"Carried Out"})
		self.assertEqual(len({each.reference_name for each in tasks}), count)

	def unread(self) -> dict[str, Any]:
		return {"cadence": self.cadence, "processed_at": ("is", "not set")}


class TestEnrollingTwice(FaultTestCase):
	def test_many_records_by_two_people_at_once(self):
		self.given(30)
		answers = self.together(enroll_all, enroll_backwards)
		known = "is in this cadence already"
		for lead in self.leads:
			self.assertEqual(sorted(each[lead] for each in answers), ["enrolled", known])
		self.assert_each_done_once()

	def test_one_record_as_a_resource_and_from_its_form(self):
		self.given(1)
		answers = self.together(insert_one, insert_one, enroll_all)
		alone = [each if isinstance(each, str) else each[self.leads[0]] for each in answers]
		self.assertEqual(alone.count("enrolled"), 1, alone)
		scheduled.work()
		self.assert_each_done_once()


def count_for_reactivating(cadence: str, _leads: list[str]) -> str:
	"""What the dialog asks before anything is done."""
	from cadences_app.api import activation

	for _again in range(5):
		activation.consequences_of(cadence, "Reactivate")
		frappe.db.rollback()
		if frappe.db.get_value("Cadence", cadence, "status") == "Active":
			break
	return "counted"


def reactivate(cadence: str, _leads: list[str]) -> str:
	from cadences_app.api import activation

	activation.reactivate(cadence)
	time.sleep(0.5)  # as when very many are enrolled
	frappe.db.commit()
	return "reactivated"


class TestCountingBesideReactivating(FaultTestCase):
	def test_who_counts_stands_in_nobodys_way(self):
		"""S1.7: the version that a count makes for itself is undone, and takes no number from another."""
		from cadences_app.api import activation

		self.given(5)
		put_in(self.cadence, self.leads)
		activation.deactivate(self.cadence)
		doc = frappe.get_doc("Cadence", self.cadence)
		doc.follow_ups[0].subject = "Look again"
		doc.save()
		frappe.db.commit()

		answers = self.together(count_for_reactivating, reactivate, count_for_reactivating)

		self.assertEqual(sorted(answers), ["counted", "counted", "reactivated"])
		version = frappe.db.get_value("Cadence", self.cadence, "version")
		self.assertEqual(frappe.db.get_value("Cadence Version", version, "number"), 2)


class TestTwoWorkers(FaultTestCase):
	def test_they_share_what_is_due(self):
		self.given_due(200)
		done = self.together(work_in_small_chunks, work_in_small_chunks)
		self.assertEqual(sum(done), 200)
		self.assertGreater(min(done), 0)
		self.assert_each_done_once()

	def test_a_second_run_of_a_job_finds_nothing_left_to_do(self):
		self.given_due(20)
		self.assertEqual(scheduled.work(), 20)
		self.assertEqual(scheduled.work(), 0)
		self.assert_each_done_once()


class TestKilledWorker(FaultTestCase):
	def test_what_it_had_begun_is_as_if_it_had_not(self):
		self.given_due(40)
		self.kill_a_worker()
		self.assert_tasks_match(10)
		waiting = self.rows("Cadence Enrollment", "name", "run", "next_due_at")
		self.assertEqual(sum(each.run == 0 for each in waiting), 30)
		self.assertTrue(all(each.next_due_at for each in waiting if each.run == 0))
		self.assertFalse(frappe.db.exists("Cadence Event", self.unread()))

		self.assertEqual(scheduled.work(), 30)
		self.assert_each_done_once()

	def test_another_worker_beside_it_loses_nothing(self):
		"""Tried until there is work left for the one that is killed over it."""
		for _attempt in range(10):
			self.given_due(60)
			with Together(work_in_small_chunks, work_until_killed) as both:
				both.start((self.cadence, self.leads))
				both.processes[1].join(LONGEST)
				both.answers.get(timeout=LONGEST)
				both.processes[0].join(LONGEST)
			frappe.db.rollback()
			scheduled.work()
			self.assert_each_done_once()
			if both.processes[1].exitcode == -signal.SIGKILL:
				return
		self.fail("none was killed")

	def kill_a_worker(self) -> None:
		with Together(work_until_killed) as one:
			one.start((self.cadence, self.leads))
			one.processes[0].join(LONGEST)
		self.assertEqual(one.processes[0].exitcode, -signal.SIGKILL)
		frappe.db.rollback()
