"""S2.9, S2.10, S13.2: the limits, and where and when to begin, hold for those who come back as for those who
are new."""

from datetime import timedelta

import frappe

from cadences_app.api.reports import recount
from cadences_app.engine.audience import Wait
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.store import clock
from cadences_app.tests.site.builders import task
from cadences_app.tests.site.rules.modules import OnDeal, OnLead


class ComingBack:
	def given(self, **limits):
		"""One has left, and another has taken the room."""
		cadence, gone, there = self.cadence(**limits), self.make(), self.make()
		self.put_in(cadence, gone)
		self.ask(self.of(cadence, gone), StopRequested("for now"))
		frappe.db.set_value("Cadence Enrollment", self.of(cadence, gone).name, "let_in_at", "2020-01-01")
		self.put_in(cadence, there)
		return cadence, gone, there

	def test_s2_9_who_resumes_waits_for_room_and_goes_on_where_it_left(self):
		"""S2.9, S5.5"""
		cadence, gone, there = self.given(exclusivity={"per_owner": 1})
		version = self.of(cadence, gone).cadence_version
		result = self.put_in(cadence, gone, again=Again.RESUME)
		self.assertEqual(result.answers, {gone.name: EnrollAnswer.WAITING})
		self.assertEqual(result.notes, {gone.name: Wait.OWNER_FULL.value})
		waiting = self.of(cadence, gone)
		self.assertEqual((waiting.status, waiting.waits_for), ("Waiting", "owner_full"))
		self.ask(self.of(cadence, there), StopRequested(""))
		self.finish_jobs(cadence)
		row = self.of(cadence, gone)
		self.assertEqual((row.status, row.run, row.cadence_version), ("Active", 1, version))
		self.assertEqual((row.exit_reason or "", row.comes_back, row.next_follow_up), ("", None, "look"))

	def test_s2_9_who_restarts_begins_anew_once_it_is_let_in(self):
		"""S2.9, S5.5"""
		cadence, gone, there = self.given(exclusivity={"per_owner": 1})
		self.put_in(cadence, gone, again=Again.RESTART)
		self.ask(self.of(cadence, there), StopRequested(""))
		self.finish_jobs(cadence)
		row = self.of(cadence, gone)
		self.assertEqual((row.status, row.run, row.next_follow_up), ("Active", 2, "look"))

	def test_s13_2_the_new_ones_of_a_day(self):
		"""S13.2: who comes back is one of them."""
		cadence, gone, _there = self.given(policy={"new_per_day": 1})
		result = self.put_in(cadence, gone, again=Again.RESTART)
		self.assertEqual(result.notes, {gone.name: Wait.DAY_FULL.value})
		other = self.cadence(policy={"new_per_day": 1})
		self.put_in(other, gone)
		self.ask(self.of(other, gone), StopRequested(""))
		frappe.db.set_value("Cadence Enrollment", self.of(other, gone).name, "let_in_at", "2020-01-01")
		self.put_in(other, gone, again=Again.RESTART)
		third = self.make()
		self.assertEqual(self.put_in(other, third).notes, {third.name: Wait.DAY_FULL.value})

	def test_s2_9_where_nobody_is_new_each_limit_is_kept_all_the_same(self):
		"""S2.9"""
		for limit in ("rest_days", "per_owner", "per_company", "new_per_owner", "per_record"):
			with self.subTest(limit):
				cadence, record = self.cadence(exclusivity={limit: 1}), self.make()
				self.put_in(cadence, record)
				result = self.put_in(cadence, record)
				self.assertEqual(result.answers, {record.name: EnrollAnswer.ALREADY_IN})

	def test_s2_9_who_waits_to_come_back_can_be_taken_out(self):
		"""S2.9, S6.5"""
		cadence, gone, there = self.given(exclusivity={"per_owner": 1})
		self.put_in(cadence, gone, again=Again.RESUME)
		self.ask(self.of(cadence, gone), StopRequested("not any more"))
		row = self.of(cadence, gone)
		self.assertEqual((row.status, row.exit_note, row.active_key), ("Stopped", "not any more", None))
		self.ask(self.of(cadence, there), StopRequested(""))
		self.finish_jobs(cadence)
		self.assertEqual(self.of(cadence, gone).status, "Stopped")
		self.assertEqual(recount(cadence.name), 0)

	def left(self):
		"""A cadence of three follow-ups, and one who left it at the first."""
		follow_ups = (task("look", days=1), task("again", "look", days=1), task("last", "again", days=1))
		cadence, gone = self.cadence(*follow_ups), self.make()
		self.put_in(cadence, gone)
		self.ask(self.of(cadence, gone), StopRequested("for now"))
		return cadence, gone

	def come_round(self, cadence, record):
		"""Let the day come for which the record waits."""
		due = {"waits_until": "2020-01-01"}
		frappe.db.set_value("Cadence Enrollment", self.of(cadence, record).name, due)
		self.finish_jobs(cadence)

	def begun(self, cadence, record):
		"""Status and number of the run, and the follow-ups that it has begun with."""
		row = self.of(cadence, record)
		of_run = {"enrollment": row.name, "run": row.run}
		return row.status, row.run, frappe.get_all("Cadence Activity", of_run, pluck="follow_up")

	def test_s2_10_a_new_run_begins_with_the_chosen_follow_up(self):
		"""S2.10, S5.5"""
		cadence, gone = self.left()
		result = self.put_in(cadence, gone, again=Again.RESTART, beginning=Beginning("last"))
		self.assertEqual(result.answers, {gone.name: EnrollAnswer.RESTARTED})
		self.assertEqual(self.begun(cadence, gone), ("Active", 2, ["last"]))

	def test_s2_10_who_resumes_goes_on_where_it_left_and_is_told_so(self):
		"""S2.10, S5.5"""
		cadence, gone = self.left()
		asked = self.put_in(cadence, gone, beginning=Beginning("last"))
		self.assertEqual((asked.may_resume, asked.may_restart), ([], [gone.name]))
		result = self.put_in(cadence, gone, again=Again.RESUME, beginning=Beginning("last"))
		self.assertEqual(result.answers, {gone.name: EnrollAnswer.RESUMES_WHERE_IT_LEFT})
		self.assertEqual(self.of(cadence, gone).status, "Stopped")

	def test_s2_10_who_comes_back_waits_for_the_day(self):
		"""S2.10, S5.5"""
		later = clock.now() + timedelta(days=3)
		for again, follow_up, expected in (
			(Again.RESUME, "", (1, ["look"])),
			(Again.RESTART, "", (2, ["look"])),
			(Again.RESTART, "last", (2, ["last"])),
		):
			with self.subTest(again=again.value, follow_up=follow_up):
				cadence, gone = self.left()
				result = self.put_in(cadence, gone, again=again, beginning=Beginning(follow_up, later))
				self.assertEqual(result.notes, {gone.name: Wait.STARTS_LATER.value})
				row = self.of(cadence, gone)
				self.assertEqual((row.status, row.waits_for), ("Waiting", "starts_later"))
				self.come_round(cadence, gone)
				self.assertEqual(self.begun(cadence, gone), ("Active", *expected))

	def test_s2_10_what_was_chosen_for_one_run_is_not_for_the_next(self):
		"""S2.10"""
		cadence, gone = self.left()
		later = clock.now() + timedelta(days=3)
		self.put_in(cadence, gone, again=Again.RESTART, beginning=Beginning("last", later))
		self.come_round(cadence, gone)
		self.ask(self.of(cadence, gone), StopRequested("once more"))
		self.put_in(cadence, gone, again=Again.RESTART, beginning=Beginning("", later))
		self.come_round(cadence, gone)
		self.assertEqual(self.begun(cadence, gone), ("Active", 3, ["look"]))

	def test_s2_9_figures_count_who_waited_to_come_back_once(self):
		"""S2.9, S8.1"""
		cadence, gone, there = self.given(exclusivity={"per_owner": 1})
		self.put_in(cadence, gone, again=Again.RESTART)
		self.assertEqual(recount(cadence.name), 0)
		self.ask(self.of(cadence, there), StopRequested(""))
		self.finish_jobs(cadence)
		self.assertEqual(self.of(cadence, gone).run, 2)
		self.assertEqual(recount(cadence.name), 0)


class TestComingBackOfLeads(ComingBack, OnLead):
	pass


class TestComingBackOfDeals(ComingBack, OnDeal):
	pass
