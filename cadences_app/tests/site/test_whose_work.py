"""S3.8a: whoever owns the record does its work, and who is away gets nothing due on those days."""

from datetime import timedelta

import frappe

from cadences_app.tests.site.base import SiteTestCase, as_user
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	DAY,
	REP,
	activity,
	call,
	enroll,
	made_for,
	make_cadence,
	make_lead,
	make_reps,
	task,
)


class TestWhoseWork(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		frappe.db.delete("Cadence Absence")  # what tests over HTTP have committed

	def away(self, user, first=0, last=3, deputy=None):
		today = frappe.utils.getdate()
		values = {"from_date": today + first * DAY, "to_date": today + last * DAY, "deputy": deputy}
		return frappe.get_doc({"doctype": "Cadence Absence", "user": user, **values}).insert()

	def test_open_tasks_and_calls_go_to_the_new_owner(self):
		lead = make_lead(lead_owner=REP)
		cadence = make_cadence(task("look"), call("ring"), task("later", "look", days=3))
		[enrollment] = enroll(cadence, lead)
		self.assertEqual(
			(made_for(enrollment, "look").allocated_to, made_for(enrollment, "ring").owner), (REP, REP)
		)

		lead.reload()
		lead.lead_owner = COLLEAGUE
		lead.save()

		self.assertEqual(made_for(enrollment, "look").allocated_to, COLLEAGUE)
		self.assertEqual(made_for(enrollment, "ring").owner, COLLEAGUE)
		self.assertEqual(activity(enrollment, "look").assigned_to, COLLEAGUE)

	def test_what_is_done_and_what_names_its_users_stays(self):
		lead = make_lead(lead_owner=REP)
		cadence = make_cadence(task("look"), task("named", assignee={"kind": "User", "users": [REP]}))
		[enrollment] = enroll(cadence, lead)
		done = made_for(enrollment, "look")
		done.status = "Closed"
		done.save()
		lead.reload()
		lead.lead_owner = COLLEAGUE
		lead.save()
		self.assertEqual(made_for(enrollment, "look").allocated_to, REP)
		self.assertEqual(made_for(enrollment, "named").allocated_to, REP)

	def test_a_deputy_gets_what_is_due_meanwhile(self):
		self.away(REP, deputy=COLLEAGUE)
		[enrollment] = enroll(make_cadence(task("look"), call("ring")), make_lead(lead_owner=REP))
		self.assertEqual(made_for(enrollment, "look").allocated_to, COLLEAGUE)
		self.assertEqual(made_for(enrollment, "ring").owner, COLLEAGUE)

	def test_without_a_deputy_it_moves_to_the_first_day_back(self):
		self.away(REP, last=1)
		self.away(REP, first=2, last=3)
		back = frappe.utils.getdate() + 4 * DAY
		[enrollment] = enroll(make_cadence(task("look"), call("ring")), make_lead(lead_owner=REP))
		self.assertEqual(
			(made_for(enrollment, "look").allocated_to, made_for(enrollment, "look").date), (REP, back)
		)
		self.assertEqual(activity(enrollment, "look").due_on, back)
		self.assertEqual(made_for(enrollment, "ring").starts_on.date(), back)
		self.assertEqual(activity(enrollment, "ring").starts_at, made_for(enrollment, "ring").starts_on)
		self.assertGreaterEqual(
			frappe.db.get_value("Cadence Enrollment", enrollment, "next_due_at").date(),
			back - timedelta(days=4),
		)

	def test_a_rotation_passes_over_who_is_away(self):
		self.away(REP)
		users = {"kind": "Round Robin", "users": [REP, COLLEAGUE]}
		enrollments = enroll(make_cadence(task("look", assignee=users)), *(make_lead() for _each in range(3)))
		self.assertEqual({made_for(each, "look").allocated_to for each in enrollments}, {COLLEAGUE})

	def test_what_is_due_after_the_absence_is_not_touched(self):
		self.away(REP, first=5, last=9)
		[enrollment] = enroll(make_cadence(task("look")), make_lead(lead_owner=REP))
		self.assertEqual(made_for(enrollment, "look").date, frappe.utils.getdate())

	def test_absences_are_ones_own(self):
		frappe.get_doc("User", REP).add_roles("Cadence User")
		with as_user(REP):
			with self.assertRaises(frappe.PermissionError):
				self.away(COLLEAGUE)
			self.away(REP)
		with self.assertRaisesRegex(frappe.ValidationError, "before its first"):
			self.away(REP, first=3, last=1)
