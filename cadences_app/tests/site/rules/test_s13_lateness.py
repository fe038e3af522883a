"""S13.3: what is late because a server was down, on both modules."""

from datetime import datetime, timedelta

import frappe

from cadences_app.tests.site.builders import DAY, activity, at, task, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead

OFFICE_HOURS = {"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00"}


class Lateness:
	def down_for(self, days, late=None, **policy):
		"""Tasks on days 2, 4 and 6 of somebody for whom nobody worked until that day; the enrollment."""
		if late:
			policy["late"] = late
		began = self.monday()
		with at(began):
			cadence = self.cadence(*(task(f"f{day}", days=day) for day in (2, 4, 6)), policy=policy)
			record = self.in_view()
			self.put_in(cadence, record)
			enrollment = self.of(cadence, record)
		with at(began + timedelta(days=days)):
			work()
		return began, enrollment

	def monday(self):
		"""Ten in the morning of a Monday to come."""
		today = frappe.utils.getdate()
		day = today + timedelta(days=7 - today.weekday())
		return datetime(day.year, day.month, day.day, 10)

	def work_on(self, moment):
		with at(moment):
			work()

	def test_s13_3_the_late_one_comes_now_and_the_others_keep_their_distance(self):
		"""S13.3: the default: nobody gets at once what was meant for three days."""
		began, enrollment = self.down_for(9)
		self.assertEqual(
			self.activities(enrollment), {"f2": "Carried Out", "f4": "Scheduled", "f6": "Scheduled"}
		)
		for key, day in (("f4", 11), ("f6", 13)):
			due = activity(enrollment.name, key).due_at
			self.assertAlmostEqual(due, began + day * DAY, delta=timedelta(minutes=1))
		self.work_on(began + 13 * DAY + timedelta(minutes=2))
		self.assertEqual(self.activities(enrollment)["f4"], "Carried Out")

	def test_s13_3_all_now(self):
		"""S13.3"""
		_began, enrollment = self.down_for(9, {"rule": "Carry Out Now"})
		self.assertEqual(set(self.activities(enrollment).values()), {"Carried Out"})

	def test_s13_3_at_the_next_opening(self):
		"""S13.3: it was noticed on a Tuesday at ten, so it comes on Wednesday at nine."""
		began, enrollment = self.down_for(
			8, {"rule": "At the Next Opening"}, window=OFFICE_HOURS, scope="All Follow-ups"
		)
		self.assertEqual(self.activities(enrollment)["f2"], "Scheduled")
		opening = began + 9 * DAY - timedelta(hours=1)
		self.assertEqual(activity(enrollment.name, "f2").due_at, opening)
		self.work_on(opening + timedelta(minutes=1))
		self.assertEqual(self.activities(enrollment)["f2"], "Carried Out")

	def test_s13_3_skipped_when_later_than_that(self):
		"""S13.3: each by itself, and only what is later than that."""
		late = {"rule": "Skip", "after": {"amount": 3, "unit": "Days"}}
		_began, enrollment = self.down_for(6.5, late)
		self.assertEqual(
			self.activities(enrollment), {"f2": "Skipped", "f4": "Carried Out", "f6": "Carried Out"}
		)
		self.assertEqual(activity(enrollment.name, "f2").reason, "late")


class TestLatenessOfLeads(Lateness, OnLead):
	pass


class TestLatenessOfDeals(Lateness, OnDeal):
	pass
