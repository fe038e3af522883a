"""An action says what happened, not what was asked for (S8.8)."""

import frappe

from cadences_app.api import enrollments
from cadences_app.enrolling import activation
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import enroll, make_lead, make_reps, state, task


class AnswerTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")
		self.cadence = builders.make_cadence(task("look"), task("then", "look", days=3))
		[self.enrollment] = enroll(self.cadence, make_lead())

	def deactivate(self):
		activation.deactivate(frappe.get_doc("Cadence", self.cadence.name))
		builders.work()


class TestAnswers(AnswerTestCase):
	def test_what_was_done_is_told_with_what_came_of_it(self):
		paused = enrollments.pause([self.enrollment])
		self.assertEqual((paused["done"], paused["not_done"]), (1, []))
		self.assertTrue(paused["sentences"])
		self.assertEqual(enrollments.resume([self.enrollment])["done"], 1)

	def test_a_resume_in_an_inactive_cadence_is_no_resume(self):
		self.deactivate()
		self.assertEqual(state(self.enrollment).status, "Halted")
		answer = enrollments.resume([self.enrollment])
		self.assertEqual(answer["done"], 0)
		self.assertIn("deactivated", answer["not_done"][0]["why"])
		self.assertEqual(state(self.enrollment).status, "Halted")

	def test_a_skip_with_nothing_left_says_so(self):
		self.assertEqual(enrollments.skip([self.enrollment])["done"], 1)
		answer = enrollments.skip([self.enrollment])
		self.assertEqual(answer["done"], 0)
		self.assertTrue(answer["not_done"][0]["why"])

	def test_many_at_once_are_told_apart(self):
		[other] = enroll(self.cadence, make_lead())
		enrollments.pause([other])
		answer = enrollments.resume([self.enrollment, other])
		self.assertEqual(
			(answer["done"], [each["name"] for each in answer["not_done"]]), (1, [self.enrollment])
		)

	def test_who_fails_at_once_counts_as_ended_not_as_enrolled(self):
		lead = make_lead(lead_owner=builders.GONE)
		answer = enrollments.enroll(self.cadence.name, [lead.name])
		self.assertEqual(answer["enrolled"], 0)
		self.assertEqual([each["name"] for each in answer["ended"]], [lead.name])
		self.assertIn("Failed", answer["ended"][0]["why"])

	def test_asking_about_earlier_runs_says_how_each_left(self):
		"""S5.5: nobody is taken up again unseen who said no."""
		lead = state(self.enrollment).reference_name
		enrollments.stop([self.enrollment], "Wrong person")
		answer = enrollments.enroll(self.cadence.name, [lead])
		[earlier] = answer["earlier"]
		self.assertEqual((earlier["name"], earlier["said_no"]), (lead, False))
		self.assertIn("Wrong person", earlier["how"])

	def test_the_section_of_a_form_costs_one_request(self):
		lead = state(self.enrollment).reference_name
		found = enrollments.section("Lead", lead)
		self.assertEqual([each["name"] for each in found["enrollments"]], [self.enrollment])
		self.assertEqual(found["columns"], [])
