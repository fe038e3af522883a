"""Two sweeps, a person and a save at once: one live enrollment of each record, and no error (S5.4).

One round; CADENCES_ROUNDS=500 for many.
"""

import os
from typing import Any

import frappe

from cadences_app.api import enrollments
from cadences_app.audience import progress, sweep
from cadences_app.runtime import scheduled, sweeping
from cadences_app.store import compat
from cadences_app.tests.faults.test_two_at_once import FaultTestCase, enroll_all, enroll_backwards
from cadences_app.tests.faults.together import Together
from cadences_app.tests.site.builders import make_cadence, task
from cadences_app.tests.site.test_enrolling import write_leads
from cadences_app.tests.site.viewing import make_view

ROUNDS = int(os.environ.get("CADENCES_ROUNDS", "1"))
CITY = "Rushville"


def sweep_whole(cadence: str, _leads: list[str]) -> str:
	"""What a worker does in a sweep of the whole view."""
	compat.use_read_committed()
	for _went_to, _result in sweep.enter(progress.view_of(cadence), sweep.WHOLE):
		frappe.db.commit()
	return "swept"


def look_after_saves(cadence: str, leads: list[str]) -> str:
	"""What a worker does after saves."""
	sweeping.look_at({cadence: leads})
	return "looked"


def enroll_first(cadence: str, leads: list[str]) -> dict[str, str]:
	return enroll_all(cadence, leads[:1])


def enroll_last(cadence: str, leads: list[str]) -> dict[str, str]:
	return enroll_all(cadence, leads[-1:])


def take_up_first(cadence: str, leads: list[str]) -> dict[str, str]:
	"""What a request does that resumes who had left."""
	account = enrollments.enroll(cadence, leads[:1], "Resume")
	frappe.db.commit()
	return {each["name"]: each["why"] for each in account["skipped"]} or {leads[0]: "enrolled"}


class TestComingInAtOnce(FaultTestCase):
	def given(self, number: int, count: int) -> tuple[str, list[str]]:
		"""A view of its own for a round, with so many newcomers."""
		city = f"{CITY} {number}"
		cadence = make_view(task("look"), filters=[["city", "=", city]]).name
		return cadence, write_leads(count, city=city)

	def test_each_record_has_one_live_enrollment_and_nobody_sees_an_error(self):
		rounds = [self.given(number, 20) for number in range(ROUNDS)]
		frappe.db.commit()
		with Together(sweep_whole, sweep_whole, enroll_backwards, look_after_saves) as all_of_them:
			all_of_them.start(*rounds)
			for number, each in enumerate(rounds):
				self.check(all_of_them.hear(number), *each)

	def check(self, answers: list[Any], cadence: str, leads: list[str]) -> None:
		frappe.db.rollback()
		self.assertFalse([each for each in answers if isinstance(each, str) and "Error" in each], answers)
		told = next(each for each in answers if isinstance(each, dict))
		self.assertLessEqual(set(told.values()), {"enrolled", "is in this cadence already"})
		scheduled.work()
		self.cadence, self.leads = cadence, leads
		self.assert_each_done_once()


def told_of(other: str) -> tuple[str, ...]:
	"""What is told of whom another record was quicker; PostgreSQL shows no row that came after one began."""
	answers = (f"the person is in this cadence by {other}",)
	if frappe.conf.db_type == "postgres":
		answers += ("the person is in this cadence by another record",)
	return answers


class TestOnePersonAtOnce(FaultTestCase):
	"""S2.7: two records of one person, enrolled in the same moment."""

	def given_pair(self, number: int, *, left: bool) -> tuple[str, list[str]]:
		"""Two leads with one address; the first had been in the cadence before, and has left it."""
		cadence, leads = make_cadence(task("look", days=3)).name, write_leads(2)
		frappe.db.set_value(
			"Lead", {"name": ("in", leads)}, "email_id", f"pair{number}@{cadence.lower()}.example"
		)
		if left:
			enrollments.stop(enrollments.enroll(cadence, leads[:1])["enrollments"])
		return cadence, leads

	def check(self, answers: list[Any], cadence: str, leads: list[str]) -> None:
		frappe.db.rollback()
		self.assertFalse([each for each in answers if isinstance(each, str)], answers)
		live = frappe.get_all(
			"Cadence Enrollment", {"cadence": cadence, "active_key": ("is", "set")}, pluck="reference_name"
		)
		self.assertEqual(len(live), 1, answers)
		told = {lead: why for each in answers for lead, why in each.items()}
		[other] = [lead for lead in leads if lead not in live]
		self.assertEqual(told[live[0]], "enrolled")
		self.assertIn(told[other], told_of(live[0]))

	def test_one_of_two_new_records_gets_in(self):
		self.in_rounds(enroll_first, enroll_last, left=False)

	def test_one_that_comes_back_and_one_that_is_new(self):
		self.in_rounds(take_up_first, enroll_last, left=True)

	def in_rounds(self, *deeds: Any, left: bool) -> None:
		rounds = [self.given_pair(number, left=left) for number in range(max(ROUNDS, 8))]
		frappe.db.commit()
		with Together(*deeds) as both:
			both.start(*rounds)
			for number, each in enumerate(rounds):
				self.check(both.hear(number), *each)
