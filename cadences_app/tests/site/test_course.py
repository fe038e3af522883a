import frappe

from cadences_app.api import course, enrollments
from cadences_app.mail.mailboxes import Cap
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase, as_user, make_user


class TestCourse(SiteTestCase):
	def setUp(self):
		super().setUp()
		self.cadence = builders.make_cadence(builders.task("now"), builders.task("later", "now", days=3))
		self.lead = builders.make_lead()
		[self.enrollment] = builders.enroll(self.cadence, self.lead)

	def reasons(self) -> list[str]:
		return [each["reason"] for each in course.course(self.enrollment)["why_not_yet"]]

	def test_the_way_is_drawn_with_what_happened(self):
		"""S8.3: the tree of its version, and how each follow-up of the run stands."""
		told = course.course(self.enrollment)
		self.assertEqual([each["follow_up_key"] for each in told["rows"]], ["now", "later"])
		self.assertEqual(told["picture"]["follow_ups"][1]["arrow"], "3 days later")
		self.assertEqual(told["follow_ups"]["now"]["status"], "Carried Out")
		self.assertTrue(told["follow_ups"]["now"]["is_open"])  # made, and not done by anybody yet
		self.assertFalse(told["follow_ups"]["later"]["is_open"])
		self.assertEqual(told["follow_ups"]["later"]["status"], "Scheduled")

	def test_why_not_yet_names_what_it_waits_for(self):
		"""S8.3a: the open task and the date of the next one; once paused, that it is."""
		self.assertEqual(self.reasons(), ["open_work", "due"])
		due = course.course(self.enrollment)["why_not_yet"][1]
		self.assertEqual(due["until"], builders.activity(self.enrollment, "later").due_at)
		self.assertIn("Task in row 2", due["text"])
		enrollments.pause([self.enrollment])
		self.assertEqual(self.reasons()[0], "paused")
		enrollments.stop([self.enrollment])
		self.assertEqual(self.reasons(), [])

	def test_an_error_comes_first(self):
		"""S5.8, S8.3a"""
		frappe.db.set_value("Cadence Enrollment", self.enrollment, "error", "Traceback")
		told = course.course(self.enrollment)["why_not_yet"][0]
		self.assertEqual(told["reason"], "error")
		self.assertNotIn("Traceback", str(told))

	def test_who_may_not_read_the_record_sees_nothing(self):
		"""S14.1"""
		with as_user(make_user("stranger@cadence.example", "Cadence User")):
			self.assertRaises(frappe.PermissionError, course.course, self.enrollment)

	def test_every_reason_has_a_sentence(self):
		for hindrance in course.Hindrance:
			details = list(Cap) if hindrance is course.Hindrance.CAP else ("", "Administrator")
			for detail in details:
				with self.subTest(hindrance.value, detail=detail):
					told = course._text(course.StandsBy(hindrance, "now", None, detail), "now")
					self.assertTrue(told or not detail)
