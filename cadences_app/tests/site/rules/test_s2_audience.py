"""Who is in, on both modules. S2.6 and what follows it have a file of their own (`test_s2_who_may_come`)."""

from datetime import timedelta

import frappe

from cadences_app.audience import sweep as sweep_module
from cadences_app.audience.progress import view_of
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling.result import EnrollAnswer
from cadences_app.tests.site.builders import at, task
from cadences_app.tests.site.rules.modules import OnDeal, OnLead


class Audience:
	def test_s2_1_nobody_enters_a_manual_cadence_by_itself(self):
		"""S2.1"""
		cadence, record = self.cadence(), self.in_view()
		self.assertIsNone(self.progress_of(cadence))
		self.put_in(cadence, record)
		self.assertEqual(self.of(cadence, record).status, "Active")

	def test_s2_2_the_view_is_kept_with_the_version(self):
		"""S2.2: what is edited counts once it is published."""
		cadence = self.cadence(view=True)
		cadence.view_filters = frappe.as_json([[self.field, "=", self.ELSEWHERE]])
		cadence.save()
		here, elsewhere = self.in_view(), self.make(**{self.field: self.ELSEWHERE})
		self.sweep(cadence, whole=True)
		self.assertTrue(self.of(cadence, here))
		self.assertFalse(self.of(cadence, elsewhere))

	def test_s2_3_those_there_on_activation_and_those_who_enter_later(self):
		"""S2.3"""
		there = self.in_view()
		cadence = self.cadence(view=True, enroll_present=True)
		self.finish_jobs(cadence)
		self.assertEqual(self.of(cadence, there).status, "Active")
		later = self.in_view()
		self.sweep(cadence)
		self.assertEqual(self.of(cadence, later).status, "Active")

	def test_s2_3_every_so_many_hours(self):
		"""S2.3"""
		every = {"entering": "At Intervals", "every": {"amount": 4, "unit": "Hours"}}
		cadence, now = self.cadence(view=True, audience=every), frappe.utils.now_datetime()
		self.sweep(cadence)
		later = self.in_view()
		with at(now + timedelta(hours=3)):
			self.sweep(cadence)
			self.assertIsNone(self.of(cadence, later))
		with at(now + timedelta(hours=4, minutes=5)):
			self.sweep(cadence)
			self.assertEqual(self.of(cadence, later).status, "Active")

	def test_s2_4_who_matches_the_view_and_a_rule_is_skipped(self):
		"""S2.4: whether the first follow-up is due at once or later."""
		rule = {"key": "r", "kind": "Record Conditions", "title": "Here"}
		rule["conditions"] = [{"field": self.field, "operator": "=", "value": self.HERE}]
		for days in (0, 3):
			cadence, record = (
				self.cadence(task("look", days=days), view=True, exit_rules=[rule]),
				self.in_view(),
			)
			self.sweep(cadence, whole=True)
			self.assertIsNone(self.of(cadence, record))
			result = self.put_in(cadence, record)
			self.assertEqual(result.answers[record.name], EnrollAnswer.MATCHES_EXIT)

	def test_s2_5_who_left_resumes_and_who_finished_does_not_come_again(self):
		"""S2.5"""
		cadence, record, done = self.cadence(view=True), self.in_view(), self.in_view()
		self.sweep(cadence)
		self.ask(self.of(cadence, record), StopRequested(""))
		frappe.db.set_value(
			"Cadence Enrollment", self.of(cadence, done).name, {"status": "Completed", "active_key": None}
		)
		for place in (self.ELSEWHERE, self.HERE):
			for each in (record, done):
				self.change(each, **{self.field: place})
			self.sweep(cadence)
		self.assertEqual((self.of(cadence, record).status, self.of(cadence, record).run), ("Active", 1))
		self.assertEqual(self.of(cadence, done).status, "Completed")

	def test_s2_9_who_has_to_wait_is_visible_and_comes_when_there_is_room(self):
		"""S2.9: so many live ones of an owner."""
		cadence, first, second = self.cadence(exclusivity={"per_owner": 1}), self.make(), self.make()
		self.put_in(cadence, first, second)
		self.assertEqual(
			(self.of(cadence, second).status, self.of(cadence, second).waits_for), ("Waiting", "owner_full")
		)
		self.ask(self.of(cadence, first), StopRequested(""))
		self.finish_jobs(cadence)
		self.assertEqual(self.of(cadence, second).status, "Active")

	def test_a_sweep_done_twice_enrolls_once(self):
		cadence, record = self.cadence(view=True), self.in_view()
		for _each in range(2):
			for _went_to, _result in sweep_module.enter(view_of(cadence.name), sweep_module.WHOLE):
				pass
		self.assertEqual(frappe.db.count("Cadence Enrollment", {"cadence": cadence.name}), 1)
		self.assertEqual(self.of(cadence, record).status, "Active")


class TestAudienceOfLeads(Audience, OnLead):
	pass


class TestAudienceOfDeals(Audience, OnDeal):
	pass
