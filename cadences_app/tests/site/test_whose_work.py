"""S3.8a: whoever owns the record does its work, and who is away gets nothing due on those days."""

from datetime import timedelta

import frappe

from cadences_app.runtime import waiting_mails
from cadences_app.tests.site.base import SiteTestCase, as_user, insert_row
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	DAY,
	REP,
	activity,
	at,
	call,
	enroll,
	made_for,
	make_cadence,
	make_lead,
	make_reps,
	task,
	work,
)
from cadences_app.tests.site.outbox import OutboxTestCase


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

	def test_a_follow_up_may_keep_the_owner(self):
		lead = make_lead(lead_owner=REP)
		stays = {"keeps_owner": True}
		[enrollment] = enroll(make_cadence({**task("look"), **stays}, {**call("ring"), **stays}), lead)
		lead.reload()
		lead.lead_owner = COLLEAGUE
		lead.save()
		self.assertEqual(made_for(enrollment, "look").allocated_to, REP)
		self.assertEqual(made_for(enrollment, "ring").owner, REP)

	def test_what_is_made_later_is_the_new_owners_whoever_was_it_before(self):
		lead = make_lead(lead_owner=REP)
		later = {**task("later", "look", days=3), "keeps_owner": True}
		[enrollment] = enroll(make_cadence(task("look"), later), lead)
		lead.reload()
		lead.lead_owner = COLLEAGUE
		lead.save()
		with at(frappe.utils.now_datetime() + 3 * DAY + timedelta(minutes=1)):
			work()
		self.assertEqual(made_for(enrollment, "later").allocated_to, COLLEAGUE)

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

	def test_a_rotation_of_people_who_are_all_away_waits_for_the_first_of_them(self):
		"""Whose turn it is gets it on their first day back."""
		for user in (REP, COLLEAGUE):
			self.away(user, last=1)
		users = {"kind": "Round Robin", "users": [REP, COLLEAGUE]}
		[enrollment] = enroll(make_cadence(task("look", assignee=users)), make_lead())
		made = made_for(enrollment, "look")
		self.assertIn(made.allocated_to, (REP, COLLEAGUE))
		self.assertEqual(made.date, frappe.utils.getdate() + 2 * DAY)

	def test_a_named_user_who_is_away_has_a_deputy_too(self):
		self.away(REP, deputy=COLLEAGUE)
		named = {"kind": "User", "users": [REP]}
		[enrollment] = enroll(make_cadence(task("look", assignee=named)), make_lead())
		self.assertEqual(made_for(enrollment, "look").allocated_to, COLLEAGUE)

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


SIGNATURES = {REP: "<p>Rita of Sales</p>", COLLEAGUE: "<p>Cora of Sales</p>"}
LEAVE_FIELDS = (
	("employee", "Link", "Employee"),
	("from_date", "Date", ""),
	("to_date", "Date", ""),
	("status", "Select", "Open\nApproved\nRejected"),
	("half_day", "Check", ""),
)


class TestLeaves(SiteTestCase):
	"""S3.8a: the leaves of Frappe HR, by its DocTypes; where it is not installed, the test brings its own."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()
		cls.brings_it = not frappe.db.exists("DocType", "Leave Application")
		if cls.brings_it:
			fields = [
				{"fieldname": name, "fieldtype": kind, "options": options, "label": frappe.unscrub(name)}
				for name, kind, options in LEAVE_FIELDS
			]
			values = {"name": "Leave Application", "module": "Core", "custom": 1, "is_submittable": 1}
			frappe.get_doc({"doctype": "DocType", **values, "fields": fields}).insert()

	@classmethod
	def tearDownClass(cls):
		frappe.db.rollback()
		if cls.brings_it:
			frappe.delete_doc("DocType", "Leave Application", force=True)
			frappe.db.commit()
		super().tearDownClass()

	def setUp(self):
		super().setUp()
		self.needs("Employee")
		frappe.db.delete("Cadence Absence")

	def on_leave(self, user, first=0, last=3, **more):
		today = frappe.utils.getdate()
		employee = insert_row("Employee", employee_name=user, user_id=user, status="Active")
		values = {"status": "Approved", "docstatus": 1, "half_day": 0, **more}
		dates = {"from_date": today + first * DAY, "to_date": today + last * DAY}
		insert_row("Leave Application", employee=employee, **dates, **values)

	def test_what_is_due_meanwhile_moves_to_the_first_day_back(self):
		self.on_leave(REP, last=2)
		[enrollment] = enroll(make_cadence(task("look"), call("ring")), make_lead(lead_owner=REP))
		back = frappe.utils.getdate() + 3 * DAY
		self.assertEqual(made_for(enrollment, "look").date, back)
		self.assertEqual(made_for(enrollment, "ring").starts_on.date(), back)

	def test_a_rotation_passes_over_who_is_on_leave(self):
		self.on_leave(REP)
		users = {"kind": "Round Robin", "users": [REP, COLLEAGUE]}
		enrollments = enroll(make_cadence(task("look", assignee=users)), *(make_lead() for _each in range(2)))
		self.assertEqual({made_for(each, "look").allocated_to for each in enrollments}, {COLLEAGUE})

	def test_only_an_approved_leave_of_whole_days_counts(self):
		for more in ({"status": "Open", "docstatus": 0}, {"docstatus": 2}, {"half_day": 1}):
			self.on_leave(REP, **more)
		[enrollment] = enroll(make_cadence(task("look")), make_lead(lead_owner=REP))
		self.assertEqual(made_for(enrollment, "look").date, frappe.utils.getdate())


class TestUnsentMails(OutboxTestCase):
	"""S3.8a: mails that were not sent yet come from the new owner."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		super().setUp()
		for user, signature in SIGNATURES.items():
			frappe.db.set_value("User", user, "email_signature", signature)
			frappe.clear_document_cache("User", user)
		self.template = self.make_template(
			subject="{{ owner.first_name }} writes", text="<p>I am {{ owner.first_name }}.</p>"
		)

	def tearDown(self):
		super().tearDown()
		for user in SIGNATURES:
			frappe.db.set_value("User", user, "email_signature", None)
		frappe.db.commit()

	def waiting(self, release="After Review", sender="Record Owner", **more):
		follow_up = {**self.email(release=release, sender=sender), **more}
		self.lead = self.make_lead(lead_owner=REP)
		[enrollment] = self.enroll(make_cadence(follow_up), self.lead)
		return enrollment

	def give_to(self, user):
		self.lead.reload()
		self.lead.lead_owner = user
		self.lead.save()
		frappe.db.commit()

	def text_of(self, enrollment):
		return frappe.get_doc("Communication", activity(enrollment, "mail").activity_name)

	def test_it_is_written_in_the_new_owners_name(self):
		for release in ("After Review", "After Approval", "Automatically"):
			enrollment = self.waiting(release)
			self.assertIn(REP, activity(enrollment, "mail").sender)
			self.give_to(COLLEAGUE)
			row, text = activity(enrollment, "mail"), self.text_of(enrollment)
			self.assertIn(COLLEAGUE, row.sender)
			self.assertEqual((text.sender, text.subject), (COLLEAGUE, f"{COLLEAGUE} writes"))
			self.assertEqual(row.subject, text.subject)
			self.assertIn(f"I am {COLLEAGUE}.", text.content)
			self.assertIn("Cora of Sales", text.content)
			self.assertNotIn("Rita", text.content)

	def test_it_goes_out_in_the_new_owners_name(self):
		enrollment = self.waiting("Automatically")
		self.give_to(COLLEAGUE)
		self.decide()
		self.work()
		[mail] = self.server.received
		self.assertIn(COLLEAGUE, mail.message["From"])
		self.assertEqual(activity(enrollment, "mail").delivery, "Sent")

	def test_what_somebody_has_edited_keeps_its_text_and_gets_the_other_signature(self):
		enrollment = self.waiting()
		row = activity(enrollment, "mail")
		written = f"<p>Written by hand.</p><br>{SIGNATURES[REP]}"
		waiting_mails.edit(row.name, "By hand", written, may_approve=False)
		self.give_to(COLLEAGUE)
		text = self.text_of(enrollment)
		self.assertEqual((text.subject, text.sender), ("By hand", COLLEAGUE))
		self.assertEqual(text.content, f"<p>Written by hand.</p><br>{SIGNATURES[COLLEAGUE]}")

	def test_a_follow_up_may_keep_the_owner(self):
		enrollment = self.waiting(keeps_owner=True)
		before = self.text_of(enrollment)
		self.give_to(COLLEAGUE)
		self.assertIn(REP, activity(enrollment, "mail").sender)
		self.assertEqual(self.text_of(enrollment).content, before.content)

	def test_the_companys_mailbox_stays_the_sender_of_a_text_that_names_the_new_owner(self):
		enrollment = self.waiting(sender="Email Account")
		sender = activity(enrollment, "mail").sender
		self.give_to(COLLEAGUE)
		self.assertEqual(activity(enrollment, "mail").sender, sender)
		self.assertIn(f"I am {COLLEAGUE}.", self.text_of(enrollment).content)

	def test_what_has_gone_out_stays_as_it_was(self):
		enrollment = self.waiting("Automatically")
		self.work()
		self.give_to(COLLEAGUE)
		self.assertIn(REP, activity(enrollment, "mail").sender)
		self.assertEqual(self.text_of(enrollment).sender, REP)
