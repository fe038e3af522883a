"""Document events become inbox entries, cost nothing where they concern nobody, and never break a save."""

from unittest.mock import patch

import frappe

from cadences_app.engine.events import Republish
from cadences_app.enrolling import activation
from cadences_app.runtime import document_events
from cadences_app.store import definitions, enrollment_rows, inbox
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import SiteTestCase
from cadences_app.tests.site.builders import (
	REP,
	enroll,
	inbox_of,
	made_for,
	make_crm_lead,
	make_lead,
	make_reps,
	state,
	task,
	work,
)

MET = {"key": "met", "kind": "Meeting Booked"}
HOT = {"key": "hot", "kind": "Record Conditions"}
HOT["conditions"] = [{"field": "city", "operator": "=", "value": "Bonn"}]


def make_contact():
	return frappe.get_doc({"doctype": "Contact", "first_name": builders.unique("Ada")}).insert()


class DocumentEventTestCase(SiteTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make_reps()

	def setUp(self):
		frappe.set_user("Administrator")
		definitions.forget_modules()
		self.addCleanup(definitions.forget_modules)

	def enrolled(self, *exit_rules, record=None, **more):
		record = record or make_lead()
		cadence = builders.make_cadence(task("look"), module=record.doctype, exit_rules=exit_rules, **more)
		[enrollment] = enroll(cadence, record)
		record.reload()
		return record, enrollment

	def kinds(self, enrollment):
		return [each.kind for each in inbox_of(enrollment)]

	def questions_of(self, act):
		return [each for each in self.queries_of(act) if "savepoint" not in each.lower()]


class TestChangedRecords(DocumentEventTestCase):
	def test_a_change_of_a_watched_field_is_told_and_decided_on(self):
		lead, enrollment = self.enrolled(HOT)
		lead.city = "Bonn"
		lead.save()

		self.assertEqual(self.kinds(enrollment), ["Record Changed"])
		work()

		self.assertEqual(
			(state(enrollment).status, state(enrollment).exit_reason), ("Stopped", "rule_conditions")
		)

	def test_a_change_of_any_other_field_is_not(self):
		lead, enrollment = self.enrolled(HOT)
		lead.job_title = "Head of Sales"
		lead.save()

		self.assertEqual(inbox_of(enrollment), [])

	def test_status_and_owner_are_always_watched(self):
		for field, value in {"status": "Interested", "lead_owner": REP}.items():
			lead, enrollment = self.enrolled()
			lead.set(field, value)
			lead.save()
			self.assertEqual(self.kinds(enrollment), ["Record Changed"], field)

	def test_an_expression_watches_every_field(self):
		rule = {"key": "boss", "kind": "Expression", "expression": "'Head' in (doc.job_title or '')"}
		lead, enrollment = self.enrolled(rule)
		lead.job_title = "Head of Sales"
		lead.save()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_expression")

	def test_an_older_version_is_watched_by_its_own_definition(self):
		lead, enrollment = self.enrolled(HOT)
		cadence = frappe.get_doc("Cadence", state(enrollment).cadence)
		cadence.unenrollment_rules = []
		cadence.save()
		activation.publish(cadence, Republish.FINISH)
		lead.city = "Bonn"
		lead.save()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_conditions")

	def test_a_column_that_is_set_past_the_form_is_seen(self):
		lead, enrollment = self.enrolled(HOT)

		lead.db_set("city", "Bonn")

		self.assertEqual(self.kinds(enrollment), ["Record Changed"])

	def test_an_ended_enrollment_is_not_bothered(self):
		lead, enrollment = self.enrolled(HOT)
		lead.db_set("city", "Bonn")
		work()

		lead.db_set("city", "Köln")

		self.assertEqual(inbox_of(enrollment), [])

	def test_a_date_field_that_is_filled_in_schedules_what_waits_for_it(self):
		before = builders.follow_up("soon", "Task", "", "", 0, {"subject": "Soon"})
		before["timing"] = {
			"start": "Before a Date Field",
			"date_field": "qualified_on",
			"delay": {"amount": 1, "unit": "Days"},
		}
		lead = make_lead()
		[enrollment] = enroll(builders.make_cadence(before), lead)
		lead.reload()
		lead.qualified_on = frappe.utils.getdate(frappe.utils.add_days(None, 9))
		lead.save()
		work()

		due_on = frappe.utils.getdate(builders.activity(enrollment, "soon").due_at)
		self.assertEqual(due_on, frappe.utils.getdate(frappe.utils.add_days(None, 8)))

	def test_a_customer_made_of_a_lead_converts_it(self):
		self.needs("Customer")
		lead, enrollment = self.enrolled({"key": "won", "kind": "Converted"})
		frappe.get_doc(
			{"doctype": "Customer", "customer_name": builders.unique("Customer"), "lead_name": lead.name}
		).insert()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_converted")

	def test_a_crm_lead_that_is_converted_leaves(self):
		if "crm" not in frappe.get_installed_apps():
			self.skipTest("Frappe CRM is not installed")
		lead, enrollment = self.enrolled({"key": "won", "kind": "Converted"}, record=make_crm_lead())
		lead.converted = 1
		lead.save()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_converted")

	def test_a_record_of_any_doctype_can_be_enrolled(self):
		contact = make_contact()
		rule = {"key": "left", "kind": "Record Conditions"}
		rule["conditions"] = [{"field": "department", "operator": "=", "value": "Sales"}]
		contact, enrollment = self.enrolled(rule, record=contact)
		contact.department = "Sales"
		contact.save()
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_conditions")


class TestDeletedAndRenamedRecords(DocumentEventTestCase):
	def test_the_enrollment_of_a_deleted_record_ends(self):
		lead, enrollment = self.enrolled()

		frappe.delete_doc("Lead", lead.name)
		self.assertEqual(self.kinds(enrollment), ["Record Changed"])
		work()

		self.assertEqual(
			(state(enrollment).status, state(enrollment).exit_reason), ("Stopped", "record_deleted")
		)

	def test_a_renamed_record_stays_enrolled_once(self):
		contact = make_contact()
		_contact, enrollment = self.enrolled(record=contact)
		new = builders.unique("Renamed")

		frappe.rename_doc("Contact", contact.name, new)

		row = state(enrollment)
		self.assertEqual(row.reference_name, new)
		self.assertEqual(row.active_key, enrollment_rows.active_key(row.cadence, "Contact", new))

	def test_of_two_records_merged_into_one_the_first_enrollment_stays(self):
		one, other = make_contact(), make_contact()
		cadence = builders.make_cadence(task("look", days=5), module="Contact")
		(first,), (second,) = enroll(cadence, one), enroll(cadence, other)

		frappe.rename_doc("Contact", one.name, other.name, merge=True)
		work()

		self.assertEqual([state(first).status, state(second).status], ["Active", "Stopped"])
		row = state(first)
		self.assertEqual(row.active_key, enrollment_rows.active_key(row.cadence, "Contact", other.name))
		self.assertIsNone(state(second).active_key)
		self.assertIn(one.name, state(second).exit_note)


class TestMeetings(DocumentEventTestCase):
	def book(self, *participants, **columns):
		values = {
			"doctype": "Event",
			"subject": "Demo",
			"event_category": "Meeting",
			"event_type": "Public",
			"starts_on": frappe.utils.add_days(frappe.utils.now_datetime(), 2),
		}
		event = frappe.get_doc(values | columns)
		for each in participants:
			event.add_participant(each.doctype, each.name)
		return event.insert()

	def test_a_meeting_with_the_record_takes_it_out(self):
		lead, enrollment = self.enrolled(MET)

		self.book(lead)
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_meeting")

	def test_a_meeting_with_the_records_contact_does_so_too(self):
		lead, enrollment = self.enrolled(MET)
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Konrad"})
		contact.append("links", {"link_doctype": "Lead", "link_name": lead.name})
		contact.insert()

		self.book(contact)

		self.assertEqual(self.kinds(enrollment), ["Meeting Booked"])

	def test_it_is_told_once_and_again_only_for_who_is_new_on_it(self):
		lead, enrollment = self.enrolled(MET)
		late, late_enrollment = self.enrolled(MET)
		event = self.book(lead)
		event.subject = "Demo, this time for real"
		event.save()
		self.assertEqual(self.kinds(enrollment), ["Meeting Booked"])
		self.assertEqual(inbox_of(late_enrollment), [])

		event.add_participant("Lead", late.name)
		event.save()

		self.assertEqual(self.kinds(enrollment), ["Meeting Booked"])
		self.assertEqual(self.kinds(late_enrollment), ["Meeting Booked"])

	def test_calls_and_cancelled_meetings_are_none(self):
		lead, enrollment = self.enrolled(MET)

		self.book(lead, event_category="Call")
		self.book(lead, status="Cancelled")

		self.assertEqual(inbox_of(enrollment), [])


class TestOurOwnWrites(DocumentEventTestCase):
	def test_what_a_follow_up_makes_feeds_nothing_back(self):
		lead = make_lead()
		expression = {"key": "any", "kind": "Expression", "expression": "doc.city == 'Nowhere'"}
		cadence = builders.make_cadence(task("look"), builders.call("ring"), exit_rules=[expression])

		[enrollment] = enroll(cadence, lead)

		self.assertTrue(made_for(enrollment, "look") and made_for(enrollment, "ring"))
		self.assertEqual(inbox_of(enrollment), [])


class TestFaults(DocumentEventTestCase):
	"""A hook of ours that fails breaks no save; it leaves an Error Log and a retry (invariant 8)."""

	def logged(self):
		return frappe.get_last_doc("Error Log", {"method": "Cadence: a document could not be observed"})

	def broken_statement(self, *_args, **_kwargs):
		frappe.db.sql("select nothing from `tabNo Such Table`")

	def test_the_save_stands_the_fault_is_logged_and_the_user_sees_nothing_of_it(self):
		lead, enrollment = self.enrolled(HOT)
		frappe.clear_messages()
		logged = frappe.db.count("Error Log")

		with patch.object(inbox, "record", self.broken_statement):
			lead.city = "Bonn"
			lead.save()

		self.assertEqual(frappe.db.get_value("Lead", lead.name, "city"), "Bonn")
		self.assertEqual(frappe.db.count("Error Log"), logged + 1)
		log = self.logged()
		self.assertEqual((log.reference_doctype, log.reference_name), ("Lead", lead.name))
		self.assertIn("No Such Table", log.error)
		self.assertEqual(frappe.get_message_log(), [])
		self.assertEqual(inbox_of(enrollment), [])

	def test_what_it_had_written_before_it_failed_is_undone(self):
		lead, enrollment = self.enrolled(HOT)
		record = inbox.record

		def record_and_fail(*args, **kwargs):
			record(*args, **kwargs)
			raise RuntimeError("after the inbox entries")

		with patch.object(inbox, "record", record_and_fail):
			lead.city = "Bonn"
			lead.save()

		self.assertEqual(inbox_of(enrollment), [])

	def test_a_worker_looks_at_it_again(self):
		lead, enrollment = self.enrolled(HOT)
		again = []
		with (
			patch.object(inbox, "record", self.broken_statement),
			patch.object(
				document_events, "enqueue_after_commit", lambda job, **given: again.append((job, given))
			),
		):
			lead.city = "Bonn"
			lead.save()

		[(job, given)] = again
		frappe.get_attr(frappe.get_hooks("cadence_jobs")[job][-1])(**given)
		work()

		self.assertEqual(state(enrollment).exit_reason, "rule_conditions")

	def test_a_task_is_looked_at_again_as_well_and_told_once(self):
		_lead, enrollment = self.enrolled()
		todo = made_for(enrollment, "look")
		with patch.object(inbox, "record", self.broken_statement):
			todo.status = "Closed"
			todo.save()
		self.assertEqual(inbox_of(enrollment), [])

		document_events.observe_again("ToDo", todo.name)
		document_events.observe_again("ToDo", todo.name)

		self.assertEqual(self.kinds(enrollment), ["Outcome"])

	def test_a_deleted_task_is_looked_at_again_as_well(self):
		_lead, enrollment = self.enrolled()
		todo = made_for(enrollment, "look")
		with patch.object(inbox, "record", self.broken_statement):
			todo.delete()

		document_events.observe_again("ToDo", todo.name)

		self.assertEqual(self.kinds(enrollment), ["Activity Deleted"])

	def test_what_fails_for_every_document_is_logged_once_for_each(self):
		"""An Error Log is a document too."""
		before = frappe.db.count("Error Log")
		with patch.object(document_events.entering, "note", side_effect=ValueError("unreadable")):
			note = frappe.get_doc({"doctype": "Note", "title": builders.unique("Note")}).insert()
		self.assertTrue(frappe.db.exists("Note", note.name))
		self.assertEqual(frappe.db.count("Error Log"), before + 1)

	def test_a_status_that_we_do_not_know_breaks_no_save(self):
		_lead, enrollment = self.enrolled()
		todo = made_for(enrollment, "look")
		todo.cadence_status = "Made Up"
		todo.priority = "Low"

		document_events.before_validate(todo)
		todo.cadence_status = None
		todo.save()

		self.assertEqual(frappe.db.get_value("ToDo", todo.name, "priority"), "Low")
		self.assertIn("Made Up", self.logged().error)


class TestCost(DocumentEventTestCase):
	"""A save of what no cadence concerns costs no query (invariant 10)."""

	def test_what_no_cadence_concerns_costs_no_query(self):
		note = frappe.get_doc({"doctype": "Note", "title": builders.unique("Note")}).insert()
		todo = frappe.get_doc({"doctype": "ToDo", "description": "by hand"}).insert()
		lead = make_lead()
		self.assertNotIn("Lead", definitions.modules())

		for each in (note, todo, lead):
			for hook in (
				document_events.before_validate,
				document_events.on_change,
				document_events.after_delete,
			):
				self.assertEqual(self.queries_of(lambda each=each, hook=hook: hook(each)), [])

	def test_saving_a_lead_where_no_cadence_is_for_leads_costs_what_it_costs_without_us(self):
		with patch.object(definitions, "modules", lambda: []):
			lead = make_lead()
			lead.city = "Bonn"
			ours = len(self.queries_of(lead.save))
		with patch.object(document_events, "on_change", lambda *_args: None):
			lead.city = "Köln"
			theirs = len(self.queries_of(lead.save))

		self.assertEqual(ours, theirs)

	def test_a_record_in_no_cadence_costs_one_query_in_a_module_with_cadences(self):
		"""And none where nothing changed that any of them looks at."""
		self.enrolled(HOT)
		for field, queries in (("city", 1), ("job_title", 0)):
			lead = make_lead()
			lead.load_doc_before_save()
			lead.set(field, "Bonn")
			document_events.on_change(lead)

			sent = self.questions_of(lambda lead=lead: document_events.on_change(lead))

			self.assertEqual(len(sent), queries, sent)

	def test_the_query_for_a_records_enrollments_is_indexed(self):
		if frappe.conf.db_type not in (None, "mariadb"):
			self.skipTest("only MariaDB explains its plan like this")
		self.enrolled()
		lead = make_lead()
		lead.load_doc_before_save()
		lead.status = "Interested"
		[query] = self.questions_of(lambda: document_events.on_change(lead))

		plan = frappe.db.sql(f"explain {query}", as_dict=True)[0]

		self.assertTrue(plan["key"], plan)
