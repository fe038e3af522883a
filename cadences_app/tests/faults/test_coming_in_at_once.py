"""Two sweeps, a person and a save at once: one live enrollment of each record, and no error (S5.4).

One round; CADENCES_ROUNDS=500 for many.
"""

import os
from typing import Any

import frappe

from cadences_app.audience import progress, sweep
from cadences_app.runtime import scheduled, sweeping
from cadences_app.store import compat
from cadences_app.tests.faults.test_two_at_once import FaultTestCase, enroll_backwards
from cadences_app.tests.faults.together import Together
from cadences_app.tests.site.builders import task
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
			for each in rounds:
				self.check(all_of_them.hear(), *each)

	def check(self, answers: list[Any], cadence: str, leads: list[str]) -> None:
		frappe.db.rollback()
		self.assertFalse([each for each in answers if isinstance(each, str) and "Error" in each], answers)
		told = next(each for each in answers if isinstance(each, dict))
		self.assertLessEqual(set(told.values()), {"enrolled", "is in this cadence already"})
		scheduled.work()
		self.cadence, self.leads = cadence, leads
		self.assert_each_done_once()
