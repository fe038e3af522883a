"""A whole life in a cadence, on both modules: enters, two follow-ups, leaves, returns, resumes, completes,
and not again.

The cadence is docs/examples/whole_life/cadence.json; `cadences simulate` plays the same story without a site
(`engine/test_whole_life`).
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import frappe

from cadences_app.enrolling.way_back import Again
from cadences_app.tests.site.builders import DAY, at, made_for, unique, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "examples" / "whole_life" / "cadence.json"
HOURS = timedelta(hours=1)


class WholeLife:
	def setUp(self):
		super().setUp()
		today = frappe.utils.getdate()
		monday = today + timedelta(days=7 - today.weekday())
		self.began = datetime(monday.year, monday.month, monday.day, 9)

	def on_day(self, day, later=timedelta()):
		return at(self.began + day * DAY + later + timedelta(seconds=1))

	def test_a_whole_life(self):
		"""S2.3, S2.5, S5.4, S5.5, S6.1"""
		with self.on_day(0):
			told = json.loads(EXAMPLE.read_text(encoding="utf-8"))
			told |= {"name": unique(told["name"]), "module": self.module}
			cadence = self.cadence(*told.pop("follow_ups"), view=True, **told)

			person = self.in_view()
			self.sweep(cadence)
			self.stands(cadence, person, "Active", first="Carried Out", second="Scheduled")
		self.completes(cadence, person, "first", day=0)

		with self.on_day(2):
			work()
			self.stands(
				cadence, person, "Active", first="Carried Out", second="Carried Out", third="Scheduled"
			)
		self.completes(cadence, person, "second", day=2)

		with self.on_day(3):
			self.change(person, **{self.field: self.ELSEWHERE})
			self.stands(
				cadence, person, "Stopped", first="Carried Out", second="Carried Out", third="Cancelled"
			)
			self.assertEqual(self.of(cadence, person).exit_reason, "rule_left_view")

		with self.on_day(9):
			self.change(person, **{self.field: self.HERE})
			self.sweep(cadence)
			self.stands(
				cadence, person, "Active", first="Carried Out", second="Carried Out", third="Scheduled"
			)
			self.assertEqual(self.of(cadence, person).next_follow_up, "Make an offer")

		with self.on_day(10):
			work()
			self.stands(
				cadence, person, "Active", first="Carried Out", second="Carried Out", third="Carried Out"
			)
		self.completes(cadence, person, "third", day=10)

		with self.on_day(11):
			work()
			self.has_completed(cadence, person)

		with self.on_day(60):
			self.change(person, **{self.field: self.ELSEWHERE})
			self.sweep(cadence, whole=True)
		with self.on_day(61):
			self.change(person, **{self.field: self.HERE})
			self.sweep(cadence, whole=True)
			self.has_completed(cadence, person)
			result = self.put_in(cadence, person, again=Again.RESUME)
			self.assertEqual((result.may_resume, result.may_restart), ([], [person.name]))
			self.has_completed(cadence, person)

	def stands(self, cadence, person, status, **follow_ups):
		enrollment = self.of(cadence, person)
		self.assertEqual((enrollment.status, enrollment.run), (status, 1))
		self.assertEqual(self.activities(enrollment), follow_ups)

	def completes(self, cadence, person, follow_up, day):
		"""The rep does the task three hours after it came."""
		with self.on_day(day, 3 * HOURS):
			made = made_for(self.of(cadence, person).name, follow_up)
			made.status = "Done" if made.doctype == "CRM Task" else "Closed"
			made.save()
			work()

	def has_completed(self, cadence, person):
		done = {"first": "Carried Out", "second": "Carried Out", "third": "Carried Out"}
		self.stands(cadence, person, "Completed", **done)


class TestWholeLifeOfALead(WholeLife, OnLead):
	pass


class TestWholeLifeOfADeal(WholeLife, OnDeal):
	pass
