"""Calls on a site: the Event in the assignee's calendar, and what comes back from it (S3.6, S3.8, S4.3)."""

from datetime import timedelta

import frappe
from frappe.desk.doctype.event.event import get_events
from frappe.utils import add_to_date, get_datetime, now_datetime

from cadences_app.store import clock
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import as_user
from cadences_app.tests.site.builders import (
	COLLEAGUE,
	REP,
	activity,
	at,
	call,
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

MORNING = get_datetime("2026-11-30 08:00:00.250000")  # a Monday
TEN = get_datetime("2026-12-01 10:00:00")


class CallTestCase(RepWorkTestCase):
	key, stands_at = "ring", MORNING

	def given_call(self, *more, record=None, **content):
		"""A record with a call at ten o'clock tomorrow, unless `content` says otherwise."""
		times = {"start": {"amount": 1, "unit": "Days"}, "at": "10:00:00"}
		return self.given(call("ring", **(times | content)), *more, record=record)


class TestPlacing(CallTestCase):
	def test_the_call_stands_in_its_assignees_calendar_at_site_time(self):
		numbers = {"phone": "+49 30 555 01", "mobile_no": "+49 170 555 02"}
		lead = make_lead(lead_owner=REP, first_name="Ada", **numbers)
		enrollment = self.given_call(
			record=lead,
			subject="Ring {{ doc.first_name }}",
			purpose="Budget",
			agenda="Ask\nListen",
			minutes=20,
		)

		event = made_for(enrollment, "ring")

		self.assertEqual((event.subject, event.event_category, event.status), ("Ring Ada", "Call", "Open"))
		self.assertEqual((event.starts_on, event.ends_on), (TEN, TEN + timedelta(minutes=20)))
		self.assertEqual(event.owner, REP)
		self.assertIn("Budget", event.description)
		self.assertIn("Ask<br>Listen", event.description)
		self.assertIn("Phone: +49 170 555 02, +49 30 555 01", event.description)
		self.assertEqual(event.send_reminder, 1)
		self.assertEqual(event.cadence_activity, activity(enrollment, "ring").name)

	def test_where_the_record_has_no_number_the_call_names_none(self):
		event = made_for(self.given_call(record=make_lead(lead_owner=REP), purpose="Budget"), "ring")
		self.assertNotIn("Phone", event.description)

	def test_the_activity_knows_when_and_who(self):
		row = activity(self.given_call(), "ring")

		self.assertEqual((row.assigned_to, row.activity_doctype, row.starts_at), (REP, "Event", TEN))
		self.assertEqual((row.status, row.standing), ("Carried Out", "Scheduled"))

	def test_only_the_assignee_sees_it(self):
		name = made_for(self.given_call(), "ring").name
		day = str(TEN.date())

		with as_user(REP):
			self.assertIn(name, [each.name for each in get_events(day, day)])
		with as_user(COLLEAGUE):
			self.assertNotIn(name, [each.name for each in get_events(day, day)])
			self.assertFalse(frappe.has_permission("Event", doc=name))

	def test_the_record_takes_part_so_that_its_timeline_shows_the_call(self):
		lead = make_lead(lead_owner=REP)

		event = made_for(self.given_call(record=lead), "ring")

		participants = [(each.reference_doctype, each.reference_docname) for each in event.event_participants]
		self.assertIn(("Lead", lead.name), participants)

	def test_the_contact_of_the_record_takes_part_too(self):
		self.needs("Opportunity")
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Konrad"}).insert()
		lead = make_lead(lead_owner=REP)
		opportunity = frappe.get_doc(
			{
				"doctype": "Opportunity",
				"opportunity_from": "Lead",
				"party_name": lead.name,
				"contact_person": contact.name,
			}
		).insert()
		frappe.db.set_single_value("Cadence Settings", "allow_calls_for_deals", 1)
		frappe.clear_document_cache("Cadence Settings", "Cadence Settings")

		event = made_for(self.given_call(record=opportunity, subject="Ring them"), "ring")

		participants = [(each.reference_doctype, each.reference_docname) for each in event.event_participants]
		self.assertEqual(participants[0], ("Opportunity", opportunity.name))
		self.assertIn(("Contact", contact.name), participants)

	def test_a_call_without_reminder_reminds_nobody(self):
		self.assertEqual(made_for(self.given_call(remind_minutes=0), "ring").send_reminder, 0)

	def test_a_broken_template_parks_the_enrollment(self):
		enrollment = self.given_call(subject="{{ 1 / 0 }}")

		self.assertEqual(state(enrollment).status, "Failed")
		self.assertIn("ZeroDivisionError", state(enrollment).error)


class TestTheRepsChanges(CallTestCase):
	def test_completing_or_closing_the_event_completes_the_call(self):
		for status in ("Completed", "Closed"):
			enrollment = self.given_call(task("thank", "ring", "Completed"))
			self.change(enrollment, status=status)
			self.assertEqual(self.standing(enrollment), "Completed")
			self.assertTrue(activity(enrollment, "thank"))

	def test_cancelling_the_event_cancels_the_call(self):
		enrollment = self.given_call(task("ask", "ring", "Cancelled"))

		self.change(enrollment, status="Cancelled")

		self.assertEqual(self.standing(enrollment), "Cancelled")
		self.assertTrue(activity(enrollment, "ask"))

	def test_a_result_completes_the_call_and_starts_what_waits_for_it(self):
		enrollment = self.given_call(
			task("wrong", "ring", "Call Result"),
			task("send", "ring", "Completed"),
		)

		event = self.change(enrollment, cadence_call_result="Interested")

		self.assertEqual(event.status, "Completed")
		self.assertEqual(len(inbox_of(enrollment)), 1)
		self.assertEqual(self.standing(enrollment), "Completed")
		self.assertIn("Interested", str(activity(enrollment, "ring").marks))
		self.assertTrue(activity(enrollment, "wrong") and activity(enrollment, "send"))

	def test_reopening_schedules_it_again(self):
		enrollment = self.given_call()
		self.change(enrollment, status="Completed")
		with at(add_to_date(MORNING, minutes=1)):
			self.change(enrollment, status="Open")

		self.assertEqual(self.standing(enrollment), "Scheduled")

	def test_an_open_call_is_overdue_after_its_start_and_grace(self):
		enrollment = self.given_call(task("remind", "ring", "Overdue"), grace={"amount": 2, "unit": "Hours"})
		self.assertEqual(state(enrollment).next_due_at, TEN + timedelta(hours=2))

		with at(TEN + timedelta(hours=2)):
			work()

		self.assertEqual(activity(enrollment, "ring").standing, "Overdue")
		self.assertTrue(activity(enrollment, "remind"))

	def test_a_call_that_the_rep_moves_is_overdue_by_its_new_time(self):
		enrollment = self.given_call()

		self.change(
			enrollment, starts_on=add_to_date(TEN, days=2), ends_on=add_to_date(TEN, days=2, minutes=15)
		)
		work()

		self.assertEqual(activity(enrollment, "ring").starts_at, add_to_date(TEN, days=2))
		self.assertEqual(state(enrollment).next_due_at, add_to_date(TEN, days=2, hours=1))
		with at(add_to_date(TEN, days=1)):
			self.assertEqual(self.standing(enrollment), "Scheduled")
		with at(add_to_date(TEN, days=2, hours=1)):
			self.assertEqual(self.standing(enrollment), "Overdue")

	def test_an_overdue_call_that_is_moved_on_is_scheduled_again(self):
		enrollment = self.given_call()
		with at(add_to_date(TEN, days=1)):
			self.assertEqual(self.standing(enrollment), "Overdue")
			self.change(enrollment, starts_on=add_to_date(TEN, days=3), ends_on=None)
			self.assertEqual(self.standing(enrollment), "Scheduled")

	def test_one_that_is_put_off_to_a_year_that_nobody_means_stays_where_it_was(self):
		"""Its run must not stand still for it: no clock reckons beyond the year 9999."""
		enrollment = self.given_call()

		self.change(enrollment, starts_on="9999-12-31 23:30:00", ends_on=None)
		work()

		self.assertEqual((state(enrollment).status, state(enrollment).error or ""), ("Active", ""))
		self.assertEqual(activity(enrollment, "ring").starts_at, TEN)
		self.change(enrollment, starts_on=add_to_date(TEN, days=3), ends_on=None)
		work()
		self.assertEqual(activity(enrollment, "ring").starts_at, add_to_date(TEN, days=3))

	def test_what_says_nothing_about_the_call_is_not_reported(self):
		enrollment = self.given_call()

		self.change(enrollment, description="Look at their site first")

		self.assertEqual(inbox_of(enrollment), [])

	def test_an_event_that_was_only_tidied_away_is_no_completed_call(self):
		"""Frappe closes events of the past in the database, without anybody having said anything."""
		enrollment = self.given_call()
		with at(add_to_date(TEN, days=2)):
			work()
			frappe.db.set_value("Event", made_for(enrollment, "ring").name, "status", "Closed")
			self.assertEqual(self.standing(enrollment), "Overdue")

			self.change(enrollment, status="Completed")
			self.assertEqual(self.standing(enrollment), "Completed")

	def test_deleting_the_event_is_told(self):
		enrollment = self.given_call(task("later", "ring", "Completed"))

		made_for(enrollment, "ring").delete()
		work()

		self.assertEqual(activity(enrollment, "ring").status, "Cancelled")
		self.assertTrue(state(enrollment).has_lost_activity)

	def test_an_end_cancels_the_open_call_when_the_cadence_says_so(self):
		lead = make_lead(lead_owner=REP)
		[enrollment] = enroll(
			builders.make_cadence(
				call("ring", start={"amount": 1, "unit": "Days"}),
				exit_rules=[{"key": "won", "kind": "Converted"}],
				close_open_on_exit=True,
			),
			lead,
		)
		lead.reload()
		lead.status = "Converted"
		lead.save()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_converted")
		self.assertEqual(made_for(enrollment, "ring").status, "Cancelled")
		self.assertEqual(inbox_of(enrollment), [])


class TestCallLogs(CallTestCase):
	"""A telephone system's log of a call with the record settles the call that is open."""

	def log(self, lead, status="Completed", doctype="Call Log", **columns):
		self.needs(doctype)
		values = {
			"doctype": doctype,
			"id": builders.unique("log")[-20:],
			"from": "100",
			"to": "200",
			"type": "Outgoing",
			"status": status,
			"duration": 125,
			"links": [{"link_doctype": lead.doctype, "link_name": lead.name}],
		}
		return frappe.get_doc(values | columns).insert(ignore_permissions=True)

	def test_a_completed_call_completes_the_open_one_and_shows_in_the_calendar(self):
		lead = make_lead(lead_owner=REP)
		enrollment = self.given_call(task("thank", "ring", "Completed"), record=lead)

		log = self.log(lead)

		event = made_for(enrollment, "ring")
		self.assertEqual(event.status, "Completed")
		self.assertIn(log.name, event.description)
		self.assertIn("2m 5s", event.description)
		self.assertEqual(self.standing(enrollment), "Completed")
		self.assertTrue(activity(enrollment, "thank"))

	def test_a_call_that_nobody_took_brings_that_result(self):
		for status in ("No Answer", "Busy"):
			lead = make_lead(lead_owner=REP)
			enrollment = self.given_call(record=lead)

			self.log(lead, status)

			self.assertEqual(made_for(enrollment, "ring").cadence_call_result, status)
			self.assertEqual(self.standing(enrollment), "Completed")
			self.assertIn(f'["Call Result", "{status}"', activity(enrollment, "ring").marks)

	def test_a_call_under_way_says_nothing_until_it_ends(self):
		lead = make_lead(lead_owner=REP)
		enrollment = self.given_call(record=lead)
		log = self.log(lead, "In Progress")
		self.assertEqual(inbox_of(enrollment), [])

		log.status = "Completed"
		log.save(ignore_permissions=True)

		self.assertEqual(self.standing(enrollment), "Completed")

	def test_a_call_of_theirs_that_we_missed_is_not_ours(self):
		lead = make_lead(lead_owner=REP)
		enrollment = self.given_call(record=lead)

		self.log(lead, "No Answer", type="Incoming")

		self.assertEqual(self.standing(enrollment), "Scheduled")

	def test_a_log_settles_one_call_however_often_it_is_saved(self):
		lead = make_lead(lead_owner=REP)
		first = self.given_call(record=lead)
		second = self.given_call(record=lead, start={"amount": 3, "unit": "Days"})

		log = self.log(lead)
		work()
		log.summary = "They will think about it"
		log.save(ignore_permissions=True)

		self.assertEqual(self.standing(first), "Completed")
		self.assertEqual(self.standing(second), "Scheduled")

	def test_the_open_call_nearest_in_time_is_settled(self):
		lead = make_lead(lead_owner=REP)
		early = self.given_call(record=lead)
		late = self.given_call(record=lead, start={"amount": 3, "unit": "Days"})

		self.log(lead, start_time=add_to_date(TEN, days=2, hours=-1))

		self.assertEqual(self.standing(early), "Scheduled")
		self.assertEqual(self.standing(late), "Completed")

	def test_a_log_of_somebody_else_settles_nothing(self):
		enrollment = self.given_call()

		self.log(make_lead())

		self.assertEqual(inbox_of(enrollment), [])

	def test_a_log_of_frappe_crm_does_the_same(self):
		if "crm" not in frappe.get_installed_apps():
			self.skipTest("Frappe CRM is not installed")
		lead = make_crm_lead(lead_owner=REP)
		enrollment = self.given_call(record=lead)

		self.log(
			lead,
			doctype="CRM Call Log",
			links=[],
			reference_doctype="CRM Lead",
			reference_docname=lead.name,
			start_time=now_datetime(),
		)

		self.assertEqual(made_for(enrollment, "ring").status, "Completed")
		self.assertEqual(self.standing(enrollment), "Completed")
		self.assertEqual(clock.from_site(activity(enrollment, "ring").completed_at), clock.now())
