"""S2.9, S13.2: the limits hold for those who come back as for those who are new."""

import frappe

from cadences_app.api.reports import recount
from cadences_app.engine.audience import Wait
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.enrolling.way_back import Again
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
