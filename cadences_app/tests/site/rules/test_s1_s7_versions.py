"""S1.7, S1.9 and S7: publishing, deactivating and reactivating, on both modules."""

from typing import ClassVar

import frappe

from cadences_app.api import activation as doors
from cadences_app.engine.definition import ANY_EARLIER
from cadences_app.engine.events import Republish
from cadences_app.enrolling import activation, consequences
from cadences_app.enrolling.picture import picture_of
from cadences_app.tests.site.builders import DAY, at, task, work
from cadences_app.tests.site.rules.modules import OnDeal, OnLead


class Versions:
	steps: ClassVar = ({**task("look"), "title": "Look"}, {**task("again", "look", days=3), "title": "Again"})

	def under_way(self, **more):
		cadence, record = self.cadence(*self.steps, **more), self.in_view()
		self.put_in(cadence, record)
		return cadence, record

	def edit(self, cadence, days=5):
		cadence.reload()
		cadence.follow_ups[1].delay_amount = days
		cadence.save()

	def test_s1_7_those_whose_scheduled_follow_up_was_edited_stop(self):
		"""S1.7: the default."""
		cadence, record = self.under_way()
		self.edit(cadence)
		activation.publish(cadence)
		work()
		enrollment = self.of(cadence, record)
		self.assertEqual((enrollment.status, enrollment.exit_reason), ("Stopped", "republished"))

	def test_s1_7_or_they_finish_on_their_version_or_move(self):
		"""S1.7"""
		for choice, version in ((Republish.FINISH, "first"), (Republish.MOVE, "second")):
			cadence, record = self.under_way()
			first = cadence.version
			self.edit(cadence)
			activation.publish(cadence, choice)
			work()
			enrollment = self.of(cadence, record)
			self.assertEqual(enrollment.status, "Active")
			self.assertEqual(enrollment.cadence_version == first, version == "first")

	def test_s1_7_what_is_not_published_changes_nothing(self):
		"""S1.7: a version never changes."""
		cadence, record = self.under_way()
		self.edit(cadence, days=9)
		with at(frappe.utils.now_datetime() + 3 * DAY):
			work()
		self.assertEqual(self.activities(self.of(cadence, record))["again"], "Carried Out")

	def test_s1_9_the_difference_in_words_and_whom_it_touches(self):
		"""S1.9"""
		cadence, _record = self.under_way()
		self.edit(cadence)
		[change] = doors.difference(cadence.name)
		self.assertEqual(change["sentence"], '"Again": 5 days later instead of 3 days later')
		self.assertEqual((change["follow_up"], change["touches"]), ("again", 1))

	def test_s1_9_whom_a_follow_up_listens_to_is_told(self):
		"""S1.9, S3.3a"""
		late = {**task("late", "again"), "title": "Late", "trigger": {"outcome": "Completed", "of": "look"}}
		cadence = self.cadence(*self.steps, late)
		arrow = picture_of(cadence)["follow_ups"][2]["arrow"]
		self.assertEqual(arrow, "Look: completed")
		cadence.reload()
		cadence.follow_ups[2].trigger_of = ANY_EARLIER
		cadence.save()
		[change] = doors.difference(cadence.name)
		told = '"Late": any earlier follow-up: completed instead of Look: completed'
		self.assertEqual(change["sentence"], told)

	def test_s1_9_what_is_new_and_what_is_gone(self):
		"""S1.9"""
		cadence, _record = self.under_way()
		cadence.reload()
		cadence.follow_ups[1].title = "Once More"
		cadence.append("unenrollment_rules", {"kind": "Converted"})
		cadence.close_open_on_exit = 1
		cadence.save()
		told = [each["sentence"] for each in doors.difference(cadence.name)]
		self.assertIn('"Again" is called "Once More" now', told)
		self.assertIn("Who leaves as well: the record is converted", told)
		self.assertIn("Open tasks and calls are closed when a record leaves", told)

	def test_s7_1_nothing_halted_goes_out_later_by_itself(self):
		"""S7.1"""
		cadence, record = self.under_way()
		activation.deactivate(cadence)
		work()
		self.assertEqual(self.of(cadence, record).status, "Halted")
		activation.reactivate(cadence)
		with at(frappe.utils.now_datetime() + 9 * DAY):
			work()
		self.assertEqual(self.of(cadence, record).status, "Halted")
		self.assertEqual(self.activities(self.of(cadence, record))["again"], "Scheduled")

	def test_s7_2_halted_ones_are_resumed_from_now_if_asked(self):
		"""S7.2"""
		cadence, record = self.under_way()
		now = frappe.utils.now_datetime()
		activation.deactivate(cadence)
		work()
		with at(now + 10 * DAY):
			activation.reactivate(cadence, resume_halted=True)
			work()
			self.assertEqual(self.of(cadence, record).status, "Active")
			self.assertEqual(self.activities(self.of(cadence, record))["again"], "Scheduled")
		with at(now + 14 * DAY):
			work()
		self.assertEqual(self.activities(self.of(cadence, record))["again"], "Carried Out")

	def edited_while_inactive(self):
		"""One whose scheduled follow-up was edited, one whose was not."""
		cadence, record = self.under_way()
		activation.deactivate(cadence)
		work()
		cadence.reload()
		cadence.follow_ups[1].delay_amount = 5
		cadence.save()
		return cadence, record

	def test_s1_7_what_was_edited_while_it_was_inactive_stops_whom_it_touches(self):
		"""S1.7: reactivating publishes it, and asks the same question."""
		cadence, record = self.edited_while_inactive()
		before = self.of(cadence, record).cadence_version
		foreseen = consequences.of_reactivating(cadence, unenroll_unmatched=False, resume_halted=True)
		activation.reactivate(cadence, resume_halted=True)
		work()
		self.assertNotEqual(cadence.version, before)
		self.assertEqual(self.of(cadence, record).status, "Stopped")
		self.assertEqual(self.of(cadence, record).exit_reason, "republished")
		self.assertEqual((foreseen["live"], foreseen["edited"], foreseen["Stopped"]), (1, 1, 1))

	def test_s1_7_or_they_finish_or_move_once_it_is_reactivated(self):
		"""S1.7"""
		for choice, is_new in ((Republish.FINISH, False), (Republish.MOVE, True)):
			with self.subTest(choice.value):
				cadence, record = self.edited_while_inactive()
				before = self.of(cadence, record).cadence_version
				activation.reactivate(cadence, resume_halted=True, choice=choice)
				work()
				now = self.of(cadence, record)
				self.assertEqual(now.status, "Active")
				self.assertEqual(now.cadence_version, cadence.version if is_new else before)

	def test_s7_2_those_who_do_not_match_any_more_are_taken_out_if_asked(self):
		"""S7.2: by the view as it was changed meanwhile."""
		cadence, record = self.under_way(view=True)
		staying = self.make(**{self.field: self.ELSEWHERE})
		self.put_in(cadence, staying)
		activation.deactivate(cadence)
		work()
		cadence.reload()
		cadence.view_filters = frappe.as_json([[self.field, "=", self.ELSEWHERE]])
		cadence.save()
		activation.reactivate(cadence, unenroll_unmatched=True)
		work()
		self.assertEqual(self.of(cadence, record).status, "Stopped")
		self.assertEqual(self.of(cadence, staying).status, "Halted")


class TestVersionsOfLeads(Versions, OnLead):
	pass


class TestVersionsOfDeals(Versions, OnDeal):
	pass
