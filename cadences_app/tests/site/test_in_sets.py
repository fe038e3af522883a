"""Tasks and calls that are written in sets are what Frappe would have written, column by column."""

import json
import re
from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

import frappe
from frappe.desk.form import assign_to

from cadences_app.channels import assigning
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.names import new_name
from cadences_app.store.new_rows import NewRows
from cadences_app.tests.site import builders
from cadences_app.tests.site.base import forget_notifications
from cadences_app.tests.site.builders import COLLEAGUE, REP, call, made_for, make_crm_lead, make_lead, task
from cadences_app.tests.site.rep_work import RepWorkTestCase
from cadences_app.tests.site.smtp import make_account

OWN = {"creation", "modified"}
"""Columns that differ from document to document."""
TEXTS: dict[str, Any] = {
	"description": "<p>For <b>{{ doc.first_name }}</b> &amp; co.</p>",
	"checklist": ["Read up on {{ doc.first_name }}", "R&D"],
}


def make_listened_to(doctype: str) -> None:
	"""A Notification that tells nobody anything: what it listens to is made as documents."""
	frappe.get_doc(
		{
			"doctype": "Notification",
			"name": builders.unique("Notification"),
			"document_type": doctype,
			"event": "New",
			"condition": "False",
			"channel": "System Notification",
			"subject": "Nothing",
			"message": "Nothing",
			"recipients": [{"receiver_by_document_field": "owner"}],
		}
	).insert()


def with_contact(lead: Any, **columns: Any) -> Any:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Konrad", **columns})
	contact.append("links", {"link_doctype": lead.doctype, "link_name": lead.name})
	contact.append("email_ids", {"email_id": f"{new_name()}@buyer.example", "is_primary": 1})
	return contact.insert()


class InSetsTestCase(RepWorkTestCase):
	"""What a follow-up writes for one record in sets, and for another as documents."""

	stands_at: ClassVar[Any] = frappe.utils.get_datetime("2026-11-30 08:00:00.250000")
	key: ClassVar[str] = "do"
	listened_to: ClassVar[tuple[str, ...]] = ("ToDo", "CRM Task", "Event")

	def both(self, follow_up: dict, make_record: Any) -> None:
		"""Compare all that either way leaves behind."""
		in_sets, as_documents = make_record(), make_record()
		self.known = {}
		savepoints = self.savepoints_of(lambda: self.given(follow_up, record=in_sets))
		self.assertEqual(savepoints, 0, "it was not written in sets")
		for doctype in filter(partial(frappe.db.exists, "DocType"), self.listened_to):
			make_listened_to(doctype)
			self.addCleanup(forget_notifications)
		self.assertGreater(self.savepoints_of(lambda: self.given(follow_up, record=as_documents)), 0)
		ours, theirs = self.left(in_sets), self.left(as_documents)
		self.assertEqual(list(ours), list(theirs))
		for table, rows in theirs.items():
			self.assertEqual(len(ours[table]), len(rows), table)
			for own, row in zip(ours[table], rows, strict=True):
				self.assertEqual(own, row, table)

	def savepoints_of(self, do: Any) -> int:
		made, savepoint = [], frappe.db.savepoint
		frappe.db.savepoint = lambda name: made.append(name) or savepoint(name)
		try:
			do()
		finally:
			del frappe.db.savepoint
		return made.count("cadence_action")

	def left(self, record: Any) -> dict[str, list[dict[str, Any]]]:
		"""All that was written about the record, without what must differ."""
		links = {"reference_type": record.doctype, "reference_name": record.name}
		about = {"reference_doctype": record.doctype, "reference_name": record.name}
		found: dict[str, list[dict[str, Any]]] = {"ToDo": self.rows("ToDo", links)}
		activity = frappe.get_all(
			"Cadence Activity",
			about,
			["activity_doctype", "activity_name", "assigned_to", "due_on", "starts_at"],
		)[0]
		names = {record.name: "the record", str(activity.activity_name): "what was made"}
		made = self.rows(activity.activity_doctype, {"name": activity.activity_name})
		found["made"] = made
		found["activity"] = [dict(activity)]
		if activity.activity_doctype == "CRM Task":
			todo = {"reference_type": "CRM Task", "reference_name": activity.activity_name}
			found["ToDo of the task"] = self.rows("ToDo", todo)
			found["CRM Notification"] = self.rows(
				"CRM Notification", {"notification_type_doc": activity.activity_name}
			)
		for doctype in {record.doctype, activity.activity_doctype}:
			name = record.name if doctype == record.doctype else activity.activity_name
			of = {"reference_doctype": doctype, "reference_name": name}
			found[f"Comment of {doctype}"] = self.rows("Comment", of)
			found[f"Communication of {doctype}"] = self.rows("Communication", of)
			found[f"Notification Log of {doctype}"] = self.rows(
				"Notification Log", {"document_type": doctype, "document_name": name}
			)
			found[f"DocShare of {doctype}"] = self.rows(
				"DocShare", {"share_doctype": doctype, "share_name": name}
			)
			found[f"Version of {doctype}"] = self.rows("Version", {"ref_doctype": doctype, "docname": name})
		communications = [each["name"] for each in found.get("Communication of Event", ())]
		found["links"] = self.rows("Communication Link", {"parent": ("in", communications)})
		found["participants"] = self.rows("Event Participants", {"parent": activity.activity_name})
		found["record"] = self.rows(record.doctype, {"name": record.name}, ["_assign", "_comments", "owner"])
		return {
			table: sorted((self.normal(row, names) for row in rows), key=repr)
			for table, rows in found.items()
		}

	def rows(self, doctype: str, filters: dict, fields: Iterable[str] = ("*",)) -> list[dict[str, Any]]:
		return frappe.get_all(doctype, filters, list(fields), order_by="creation, name", limit_page_length=0)

	def normal(self, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
		known = {**names, str(row["name"]): "itself"} if row.get("name") else dict(names)
		if row.get("cadence_activity"):
			known[row["cadence_activity"]] = "the activity"
		if isinstance(row.get("_comments"), str):
			row["_comments"] = [each | {"name": ""} for each in json.loads(row["_comments"])]
		return {
			column: "" if column in ("name", "parent") else self.without(value, known)
			for column, value in row.items()
			if column not in OWN
		}

	def without(self, value: Any, known: dict[str, str]) -> Any:
		if not isinstance(value, str):
			return value
		for name, label in known.items():
			value = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", label, value)
		return value


class TestEquality(InSetsTestCase):
	def test_a_todo(self):
		follow_up = task("do", kind="LinkedIn", priority="High", **TEXTS)
		self.both(follow_up, lambda: make_lead(lead_owner=REP, last_name="Same", title="Same"))

	def test_a_todo_of_ones_own(self):
		self.both(task("do", **TEXTS), lambda: make_lead(last_name="Same"))

	def test_a_todo_beside_others(self):
		def make() -> Any:
			lead = make_lead(lead_owner=REP, last_name="Same")
			assign_to.add({"assign_to": [COLLEAGUE], "doctype": "Lead", "name": lead.name})
			earlier = {"reference_name": lead.name}
			long_ago = {"creation": "2026-11-01", "modified": "2026-11-01"}
			frappe.db.set_value("ToDo", earlier, long_ago, update_modified=False)
			return lead

		self.both(task("do", **TEXTS), make)

	def test_a_todo_with_a_default_of_the_site(self):
		setter = {"doc_type": "ToDo", "doctype_or_field": "DocField", "field_name": "color"}
		values = {"property": "default", "property_type": "Data", "value": "#449CF0"}
		frappe.get_doc({"doctype": "Property Setter", **setter, **values}).insert()
		self.addCleanup(frappe.clear_cache, doctype="ToDo")
		self.both(task("do", **TEXTS), lambda: make_lead(lead_owner=REP, last_name="Same"))

	def test_a_call(self):
		follow_up = call(
			"do", start={"amount": 1, "unit": "Days"}, at="10:00:00", purpose="Budget", agenda="Ask"
		)

		def make() -> Any:
			lead = make_lead(lead_owner=REP, last_name="Same")
			frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "link_name": lead.name})
			with_contact(lead, last_name="First")
			with_contact(lead, last_name="Second", is_primary_contact=1)
			frappe.db.set_value("Contact", {"last_name": "Second"}, "email_id", "second@buyer.example")
			return lead

		self.both(follow_up, make)

	def test_a_call_without_texts_and_reminder(self):
		self.both(call("do", remind_minutes=0), lambda: make_lead(lead_owner=REP, last_name="Same"))

	def test_a_crm_task(self):
		self.needs("CRM Task")
		self.both(task("do", **TEXTS), lambda: make_crm_lead(lead_owner=REP, last_name="Same"))


class TestBatches(InSetsTestCase):
	"""What is written together is each its own."""

	def test_the_calls_of_a_batch_are_counted_on_without_gaps(self):
		leads = [make_lead(lead_owner=REP) for _ in range(3)]
		enrollments = builders.enroll(builders.make_cadence(call("do")), *leads)
		alone = frappe.get_doc({"doctype": "Event", "subject": "x", "event_type": "Private"}).insert()

		numbers = sorted(int(made_for(each, "do").name[2:]) for each in enrollments)

		self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))
		self.assertEqual(int(alone.name[2:]), numbers[-1] + 1)

	def test_what_a_save_would_refuse_or_change_fits_into_no_set(self):
		"""Also in fields that need not be filled in."""
		new, fitting = NewRows("ToDo"), {"description": "Look", "priority": "High"}
		self.assertTrue(new.fits(fitting))
		for field, value in (
			("priority", "Never"),
			("reference_name", "x" * 141),
			("description", None),
			("description", '<img src="data:image/png;base64,eA==">'),
		):
			with self.subTest(field, value=value):
				self.assertFalse(new.fits({**fitting, field: value}))

	def test_a_batch_of_tasks_asks_less_than_a_query_each(self):
		leads = [make_lead(lead_owner=REP) for _ in range(60)]
		builders.enroll(builders.make_cadence(task("do")), make_lead(lead_owner=REP))  # what is read once
		cadence = builders.make_cadence(task("do"))

		sent = self.queries_of(lambda: builders.enroll(cadence, *leads))

		self.assertLessEqual(len(sent), len(leads))

	def test_a_task_that_is_taken_back_in_the_batch_that_gives_it_is_never_made(self):
		lead = make_lead(lead_owner=REP)
		cadence = builders.make_cadence(task("do"), close_open_on_exit=True)
		[enrollment] = put_in(cadence.name, [lead.name]).enrollments
		inbox.record([InboxEntry(enrollment, cadence.name, StopRequested())], wake=False)

		builders.work()

		self.assertEqual(builders.state(enrollment).status, "Stopped")
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": lead.name}), 0)
		self.assertFalse(builders.activity(enrollment, "do").activity_name)

	def test_what_open_forms_are_told_is_cleaned_as_what_is_kept(self):
		"""No tag until it is filled in: Frappe keeps such a text as it is."""
		told: list[dict] = []
		lead = make_lead(lead_owner=REP)
		tell, frappe.publish_realtime = frappe.publish_realtime, lambda *about, **_to: told.extend(about[1:])
		self.addCleanup(setattr, frappe, "publish_realtime", tell)

		self.given(task("do", description="<{{ '' }}img src=x onerror=steal()>"), record=lead)

		[line] = [each["doc"]["content"] for each in told if each.get("key") == "assignment_logs"]
		of_it = {"reference_name": lead.name, "comment_type": "Assigned"}
		kept = frappe.db.get_value("Comment", of_it, "content")
		self.assertIn("<img", line)
		self.assertNotIn("onerror", line)
		self.assertEqual(line, kept)

	def test_who_wants_no_notifications_gets_none(self):
		frappe.db.set_value("Notification Settings", REP, "enabled", 0)
		lead = make_lead(lead_owner=REP)

		self.given(task("do"), record=lead)

		self.assertEqual(frappe.db.count("Notification Log", {"document_name": lead.name}), 0)

	def test_who_wants_mail_of_assignments_gets_it(self):
		lead = make_lead(lead_owner=REP)
		self.given(task("do"), record=lead)
		[log] = frappe.get_all("Notification Log", {"document_name": lead.name}, pluck="name")
		before = frappe.get_all("Email Queue", pluck="name")

		make_account(25)
		self.addCleanup(setattr, frappe.local, "outgoing_email_account", {})

		frappe.flags.in_test = False  # such a mail goes into the queue
		try:
			assigning.send_mails([log, "one that is gone"])
		finally:
			frappe.flags.in_test = True

		new = {"name": ("not in", before)} if before else {}
		[mail] = frappe.get_all("Email Queue", new, pluck="name")
		to = frappe.get_all("Email Queue Recipient", {"parent": mail}, pluck="recipient")
		self.assertEqual(to, [REP])
