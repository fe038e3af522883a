"""Tasks on a site: whom they get to, what they say, and what comes back from them (S3.5, S3.8, S4.3)."""

import json

import frappe

from cadences_app.engine.outcomes import Outcome
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user, make_user
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	GONE,
	REP,
	activity,
	enroll,
	inbox_of,
	made_for,
	make_crm_lead,
	make_lead,
	state,
	task,
	work,
)
from cadences_app.tests.site.rep_work import RepWorkTestCase


class TaskTestCase(RepWorkTestCase):
	key = "look"

	def given_task(self, *more, record=None, **content):
		"""A record with one open task; returns the enrollment."""
		return self.given(task("look", **content), *more, record=record)


class TestAssigning(TaskTestCase):
	def test_the_owner_gets_a_todo_that_says_what_to_do(self):
		lead = make_lead(lead_owner=REP, first_name="Ada", mobile_no="+49 170 555 02")
		enrollment = self.given_task(
			record=lead,
			subject="Look at {{ doc.first_name }}",
			description="For {{ owner.name }}\nof {{ doc.company }}",
			checklist=["Read up on {{ doc.first_name }}", "R&D"],
			kind="LinkedIn",
			priority="High",
			due={"amount": 3, "unit": "Days"},
		)

		todo = made_for(enrollment, "look")

		self.assertEqual(todo.doctype, "ToDo")
		self.assertEqual((todo.allocated_to, todo.assigned_by, todo.priority), (REP, "Administrator", "High"))
		self.assertEqual((todo.reference_type, todo.reference_name), ("Lead", lead.name))
		self.assertEqual((todo.status, todo.cadence_status), ("Open", "Not Started"))
		self.assertEqual(todo.date, frappe.utils.getdate(frappe.utils.add_days(None, 3)))
		self.assertIn("<b>LinkedIn: Look at Ada</b>", todo.description)
		self.assertIn(f"For {REP}<br>of {lead.company}", todo.description)
		self.assertIn('<li data-list="unchecked">Read up on Ada</li>', todo.description)
		self.assertIn("R&amp;D", todo.description)
		self.assertTrue(todo.description.endswith("<p>Phone: +49 170 555 02</p>"), todo.description)

	def test_the_activity_knows_its_task_and_the_task_its_activity(self):
		enrollment = self.given_task()

		row, todo = activity(enrollment, "look"), made_for(enrollment, "look")

		self.assertEqual(todo.cadence_activity, row.name)
		self.assertEqual((row.assigned_to, row.status, row.standing), (REP, "Carried Out", "Not Started"))
		self.assertEqual(row.due_on, todo.date)

	def test_the_record_shows_its_assignee_and_the_assignee_is_told(self):
		lead = make_lead(lead_owner=REP)

		self.given_task(record=lead)

		self.assertEqual(json.loads(frappe.db.get_value("Lead", lead.name, "_assign")), [REP])
		told = {"for_user": REP, "document_name": lead.name, "type": "Assignment"}
		self.assertEqual(frappe.db.count("Notification Log", told), 1)

	def test_a_second_task_of_one_user_for_a_record_is_a_todo_of_its_own(self):
		enrollment = self.given_task(task("again"))

		first, second = made_for(enrollment, "look"), made_for(enrollment, "again")

		self.assertNotEqual(first.name, second.name)

	def test_an_assignee_who_may_not_read_the_record_gets_it_shared(self):
		stranger = make_user("stranger@example.com", "Inbox User")
		lead = make_lead(lead_owner=REP)

		self.given_task(record=lead, assignee={"kind": "User", "users": [stranger]})

		with as_user(stranger):
			self.assertTrue(frappe.has_permission("Lead", doc=lead.name))

	def test_a_single_line_that_looks_like_a_path_is_a_text(self):
		enrollment = self.given_task(subject="Send them the price_list.html")

		self.assertIn("price_list.html", made_for(enrollment, "look").description)

	def test_what_the_record_lacks_is_left_blank(self):
		enrollment = self.given_task(subject="Ask for [{{ doc.city }}] of [{{ contact.department }}]")

		self.assertIn("Ask for [] of []", made_for(enrollment, "look").description)

	def test_the_texts_can_name_the_contact(self):
		lead = make_lead(lead_owner=REP)
		frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "link_name": lead.name})
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Konrad"})
		contact.append("links", {"link_doctype": "Lead", "link_name": lead.name})
		contact.insert()

		enrollment = self.given_task(record=lead, subject="Ask {{ contact.first_name }}")

		self.assertIn("Ask Konrad", made_for(enrollment, "look").description)

	def test_scripts_that_a_lead_typed_into_a_form_do_not_reach_the_rep(self):
		lead = make_lead(lead_owner=REP, company_name="<script>alert(1)</script>")

		enrollment = self.given_task(record=lead, description="<p>{{ doc.company_name }}</p>")

		self.assertNotIn("<script", made_for(enrollment, "look").description)

	def test_a_broken_template_parks_its_own_enrollment_only(self):
		cadence = builders.make_cadence(
			task("look", subject="{% if doc.city == 'Bonn' %}{{ 1 / 0 }}{% endif %}Look")
		)
		leads = [make_lead(city=city) for city in ("Bonn", "Köln", "Kiel")]

		bonn, koeln, kiel = enroll(cadence, *leads)

		self.assertEqual([state(each).status for each in (bonn, koeln, kiel)], ["Failed", "Active", "Active"])
		self.assertIn("ZeroDivisionError", state(bonn).error)
		self.assertFalse(activity(bonn, "look").activity_name)
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": leads[0].name}), 0)
		self.assertTrue(made_for(koeln, "look") and made_for(kiel, "look"))


class TestAssignees(TaskTestCase):
	def assigned(self, record=None, **assignee):
		enrollment = self.given_task(record=record, assignee=assignee)
		return activity(enrollment, "look").assigned_to

	def test_a_named_user(self):
		self.assertEqual(self.assigned(kind="User", users=[COLLEAGUE]), COLLEAGUE)

	def test_a_user_field_of_the_record(self):
		lead = make_lead(lead_owner=REP, custom_nobody="")
		self.assertEqual(self.assigned(record=lead, kind="User Field", field="owner"), "Administrator")

	def test_an_empty_user_field_falls_back_to_the_owner(self):
		self.assertEqual(self.assigned(kind="User Field", field="qualified_by"), REP)

	def test_a_disabled_user_is_passed_over(self):
		self.assertEqual(self.assigned(kind="User", users=[GONE, COLLEAGUE]), COLLEAGUE)
		self.assertEqual(self.assigned(kind="User", users=[GONE]), REP)

	def test_nobody_is_an_error_and_not_the_administrator(self):
		lead = make_lead(lead_owner=REP)
		frappe.db.set_value("Lead", lead.name, "lead_owner", GONE)

		enrollment = self.given_task(record=lead)

		self.assertEqual(state(enrollment).status, "Failed")
		self.assertIn(GONE, state(enrollment).exit_note)
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), 0)

	def test_a_round_robin_goes_round_within_a_batch_and_between_batches(self):
		users = [REP, GONE, COLLEAGUE]
		cadence = builders.make_cadence(task("look", assignee={"kind": "Round Robin", "users": users}))

		together = sorted(enroll(cadence, *(make_lead() for _ in range(5))))  # as they are worked on
		apart = [enroll(cadence, make_lead())[0] for _ in range(3)]

		got = [activity(each, "look").assigned_to for each in (*together, *apart)]
		self.assertEqual(got, [REP, COLLEAGUE] * 4)

	def test_a_turn_that_came_to_nothing_is_not_used_up(self):
		users = [REP, COLLEAGUE]
		cadence = builders.make_cadence(
			task(
				"look",
				subject="{% if doc.city == 'Bonn' %}{{ 1 / 0 }}{% endif %}Look",
				assignee={"kind": "Round Robin", "users": users},
			)
		)

		got = [enroll(cadence, make_lead(city=city))[0] for city in ("Kiel", "Bonn", "Kiel")]

		self.assertEqual([activity(each, "look").assigned_to for each in got], [REP, None, COLLEAGUE])


class TestTheRepsChanges(TaskTestCase):
	def test_closing_the_todo_completes_the_task(self):
		enrollment = self.given_task(task("thank", "look", "Completed"))

		todo = self.change(enrollment, status="Closed")

		self.assertEqual(todo.cadence_status, "Completed")
		self.assertEqual(self.standing(enrollment), "Completed")
		self.assertTrue(activity(enrollment, "look").completed_at)
		self.assertEqual(made_for(enrollment, "thank").status, "Open")

	def test_cancelling_the_todo_skips_the_task(self):
		enrollment = self.given_task(task("other", "look", "Skipped"))

		self.assertEqual(self.change(enrollment, status="Cancelled").cadence_status, "Skipped")

		self.assertEqual(self.standing(enrollment), "Skipped")
		self.assertTrue(activity(enrollment, "other"))

	def test_each_cadence_status_sets_the_todos_own(self):
		expected = {
			"In Progress": "Open",
			"Waiting for Input": "Open",
			"Deferred": "Open",
			"Completed": "Closed",
			"Not Started": "Open",
			"Skipped": "Cancelled",
		}
		for cadence_status, status in expected.items():
			enrollment = self.given_task(task("wait", "look", "Deferred"))
			if cadence_status == "Not Started":
				self.change(enrollment, cadence_status="Deferred")
			todo = self.change(enrollment, cadence_status=cadence_status)
			self.assertEqual(todo.status, status)
			self.assertEqual(self.standing(enrollment), cadence_status)

	def test_reopening_is_told_as_well(self):
		enrollment = self.given_task()
		self.change(enrollment, status="Closed")

		todo = self.change(enrollment, status="Open")

		self.assertEqual(todo.cadence_status, "Not Started")
		self.assertEqual(self.standing(enrollment), "Not Started")

	def test_a_change_that_says_nothing_about_it_is_not_reported(self):
		enrollment = self.given_task()

		self.change(enrollment, priority="Low")

		self.assertEqual(inbox_of(enrollment), [])

	def test_a_status_set_past_the_form_is_seen_too(self):
		enrollment = self.given_task()

		made_for(enrollment, "look").db_set("status", "Closed")

		self.assertEqual(self.standing(enrollment), "Completed")

	def test_a_todo_that_claims_to_belong_to_another_task_is_not_believed(self):
		enrollment = self.given_task()
		forged = frappe.get_doc(
			{"doctype": "ToDo", "description": "x", "cadence_activity": activity(enrollment, "look").name}
		)
		forged.insert()
		forged.status = "Closed"
		forged.save()

		self.assertEqual(inbox_of(enrollment), [])
		self.assertEqual(self.standing(enrollment), "Not Started")

	def test_the_rep_needs_no_right_on_enrollments(self):
		enrollment = self.given_task()

		with as_user(REP):
			self.change(enrollment, status="Closed")

		self.assertEqual(self.standing(enrollment), "Completed")

	def test_deleting_the_todo_is_told_and_the_run_can_only_be_restarted(self):
		enrollment = self.given_task(task("later", "look", "Completed"))

		made_for(enrollment, "look").delete()
		work()

		self.assertEqual(activity(enrollment, "look").status, "Cancelled")
		self.assertTrue(state(enrollment).has_lost_activity)


class TestClosing(TaskTestCase):
	def left(self, record=None, **more):
		rule = {"key": "gone", "kind": "Record Conditions"}
		rule["conditions"] = [{"field": "status", "operator": "=", "value": "Do Not Contact"}]
		record = record or make_lead(lead_owner=REP)
		cadence = builders.make_cadence(task("look"), exit_rules=[rule], module=record.doctype, **more)
		[enrollment] = enroll(cadence, record)
		record.reload()
		record.status = "Do Not Contact"
		record.save()
		work()
		self.assertEqual(state(enrollment).status, "Stopped")
		return enrollment

	def test_open_tasks_are_closed_when_the_cadence_says_so(self):
		enrollment = self.left(close_open_on_exit=True)

		todo = made_for(enrollment, "look")

		self.assertEqual((todo.status, todo.cadence_status), ("Cancelled", "Skipped"))
		self.assertEqual(inbox_of(enrollment), [])

	def test_they_stay_open_when_it_does_not(self):
		self.assertEqual(made_for(self.left(), "look").status, "Open")

	def test_a_task_of_a_deleted_record_does_not_stand_in_the_way(self):
		lead = make_lead(lead_owner=REP)
		[enrollment] = enroll(builders.make_cadence(task("look"), close_open_on_exit=True), lead)
		todo = made_for(enrollment, "look")

		frappe.delete_doc("Lead", lead.name)
		work()

		self.assertEqual(state(enrollment).exit_reason, "record_deleted")
		self.assertIn(frappe.db.get_value("ToDo", todo.name, "status"), ("Cancelled", None))


class TestCRMTasks(TaskTestCase):
	def setUp(self):
		super().setUp()
		if "crm" not in frappe.get_installed_apps():
			self.skipTest("Frappe CRM is not installed")

	def test_a_record_of_frappe_crm_gets_a_crm_task(self):
		lead = make_crm_lead(lead_owner=REP)
		enrollment = self.given_task(record=lead, subject="Look at {{ doc.first_name }}", description="Now.")

		made = made_for(enrollment, "look")

		self.assertEqual((made.doctype, made.title), ("CRM Task", "Look at Grace"))
		self.assertEqual((made.assigned_to, made.status), (REP, "Todo"))
		self.assertEqual((made.reference_doctype, made.reference_docname), ("CRM Lead", lead.name))
		self.assertEqual(made.due_date.date(), activity(enrollment, "look").due_on)
		self.assertEqual(activity(enrollment, "look").assigned_to, REP)
		self.assertEqual(json.loads(frappe.db.get_value("CRM Task", made.name, "_assign")), [REP])

	def test_the_lead_keeps_its_owner(self):
		lead = make_crm_lead(lead_owner=REP)
		self.given_task(record=lead, assignee={"kind": "User", "users": [COLLEAGUE]})

		self.assertEqual(frappe.db.get_value("CRM Lead", lead.name, "lead_owner"), REP)

	def test_statuses_go_both_ways(self):
		for status, outcome in {
			"In Progress": Outcome.IN_PROGRESS,
			"Backlog": Outcome.DEFERRED,
			"Done": Outcome.COMPLETED,
			"Canceled": Outcome.SKIPPED,
		}.items():
			enrollment = self.given_task(task("wait", "look", "Not Started", days=9), record=make_crm_lead())
			made = made_for(enrollment, "look")
			made.status = status
			made.save()
			self.assertEqual(made.cadence_status, outcome)
			self.assertEqual(self.standing(enrollment), outcome)

			made.cadence_status = "Waiting for Input"
			made.save()
			self.assertEqual(made.status, "In Progress")

	def test_who_sets_it_off_needs_no_right_on_crm_tasks(self):
		lead = make_crm_lead(lead_owner=REP)
		[enrollment] = enroll(
			builders.make_cadence(task("first", days=1), task("look"), module="CRM Lead"), lead
		)
		stranger = make_user("stranger@example.com", "Inbox User")

		with builders.at(state(enrollment).next_due_at), as_user(stranger):
			work()

		self.assertEqual(made_for(enrollment, "first").assigned_to, REP)
