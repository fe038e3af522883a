"""What has happened to a record, as its gates count it: mails, messages, calls, tasks, documents (S10).

Touchpoints count whoever made them, a cadence or a rep without one; each counts once.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder.functions import Count

from cadences_app.engine.content import Channel
from cadences_app.engine.statuses import ActivityStatus

CALL_LOGS = ("Call Log", "CRM Call Log")
MESSAGE_MEDIA = ("SMS", "Chat")
"""What Communications of text messages have as their medium."""


def emails_sent(doctype: str, name: str, since: datetime | None) -> int:
	"""Mails that a server took and that did not come back, and mails written by hand from the record."""
	table = frappe.qb.DocType("Cadence Activity")
	query = _activities(table, doctype, name, Channel.EMAIL)
	query = query.where(table.sent_at.isnotnull() & table.bounced_at.isnull())
	return _count(query, table.sent_at, since) + _written_by_hand(doctype, name, ("Email",), since)


def messages_sent(doctype: str, name: str, since: datetime | None) -> int:
	"""Messages that a gateway took and that did not fail, and those written by hand from the record."""
	table = frappe.qb.DocType("Cadence Activity")
	query = _activities(table, doctype, name, Channel.MESSAGE)
	query = query.where(table.sent_at.isnotnull() & table.failed_at.isnull())
	return _count(query, table.sent_at, since) + _written_by_hand(doctype, name, MESSAGE_MEDIA, since)


def calls_held(doctype: str, name: str, since: datetime | None) -> int:
	table = frappe.qb.DocType("Cadence Activity")
	query = _activities(table, doctype, name, Channel.CALL).where(table.completed_at.isnotnull())
	held = _count(query, table.completed_at, since)
	return held + _calls_by_hand(doctype, name, since) + _logged_calls(doctype, name, since)


def tasks_completed(doctype: str, name: str, since: datetime | None) -> int:
	table = frappe.qb.DocType("Cadence Activity")
	query = _activities(table, doctype, name, Channel.TASK).where(table.completed_at.isnotnull())
	todo = frappe.qb.DocType("ToDo")
	own = (
		frappe.qb.from_(todo)
		.select(Count("*"))
		.where((todo.reference_type == doctype) & (todo.reference_name == name) & (todo.status == "Closed"))
		.where(todo.cadence_activity.isnull() | (todo.cadence_activity == ""))
	)
	return _count(query, table.completed_at, since) + _count(own, todo.modified, since)


def is_follow_up_completed(
	doctype: str, name: str, cadence: str, follow_up: str, since: datetime | None
) -> bool:
	"""Whether the follow-up was done: a task or call completed, an email or message carried out."""
	table = frappe.qb.DocType("Cadence Activity")
	query = _activities(table, doctype, name).where(
		(table.cadence == cadence) & (table.follow_up == follow_up)
	)
	sent = table.channel.isin((Channel.EMAIL.value, Channel.MESSAGE.value)) & (
		table.status == ActivityStatus.CARRIED_OUT.value
	)
	query = query.where(table.completed_at.isnotnull() | sent)
	return bool(_count(query, table.carried_out_at, since))


def linked_submitted(
	name: str, link_doctype: str, holder: str, link_field: str, since: datetime | None
) -> int:
	"""Submitted documents whose `link_field` names the record; `holder` is what has that field: they, or a
	table of theirs."""
	filters: list[list[Any]] = [["docstatus", "=", 1], [holder, link_field, "=", name]]
	if since:
		filters.append(["modified", ">=", since])
	return len(frappe.get_all(link_doctype, filters, pluck="name", distinct=True))


def holder_of(link_doctype: str, link_field: str) -> str | None:
	"""The DocType that has this field: `link_doctype` itself, else one of its tables."""
	meta = frappe.get_meta(link_doctype)
	held_by = (link_doctype, *(table.options for table in meta.get_table_fields()))
	return next((each for each in held_by if frappe.get_meta(each).has_field(link_field)), None)


def find_link_field(doctype: str, link_doctype: str) -> str | None:
	"""The first field of `link_doctype`, or of one of its tables, that links to `doctype`."""
	meta = frappe.get_meta(link_doctype)
	for each in (meta, *(frappe.get_meta(table.options) for table in meta.get_table_fields())):
		for field in each.fields:
			if field.fieldtype == "Link" and field.options == doctype:
				return str(field.fieldname)
	return None


def _activities(table: Any, doctype: str, name: str, channel: Channel | None = None) -> Any:
	query = (
		frappe.qb.from_(table)
		.select(Count("*"))
		.where((table.reference_doctype == doctype) & (table.reference_name == name))
	)
	return query.where(table.channel == channel.value) if channel else query


def _written_by_hand(doctype: str, name: str, media: tuple[str, ...], since: datetime | None) -> int:
	mail = frappe.qb.DocType("Communication")
	activity = frappe.qb.DocType("Cadence Activity")
	query = (
		frappe.qb.from_(mail)
		.left_join(activity)
		.on((activity.activity_doctype == "Communication") & (activity.activity_name == mail.name))
		.select(Count("*"))
		.where((mail.reference_doctype == doctype) & (mail.reference_name == name))
		.where((mail.sent_or_received == "Sent") & mail.communication_medium.isin(media))
		.where((mail.communication_type == "Communication") & activity.name.isnull())
	)
	return _count(query, mail.communication_date, since)


def _calls_by_hand(doctype: str, name: str, since: datetime | None) -> int:
	"""Calls of the calendar with the record as a participant that are no follow-up of a cadence."""
	event = frappe.qb.DocType("Event")
	person = frappe.qb.DocType("Event Participants")
	query = (
		frappe.qb.from_(event)
		.join(person)
		.on(person.parent == event.name)
		.select(Count(event.name).distinct())
		.where((person.reference_doctype == doctype) & (person.reference_docname == name))
		.where((event.event_category == "Call") & event.status.isin(("Completed", "Closed")))
		.where(event.cadence_activity.isnull() | (event.cadence_activity == ""))
	)
	return _count(query, event.modified, since)


def _logged_calls(doctype: str, name: str, since: datetime | None) -> int:
	"""Calls that a telephone system logged, without those that completed a call of a cadence."""
	logs = [(kind, each) for kind in CALL_LOGS for each in _completed_logs(kind, doctype, name, since)]
	if not logs:
		return 0
	sources = [f"{kind} {log}"[:140] for kind, log in logs]
	event = frappe.qb.DocType("Cadence Event")
	enrollment = frappe.qb.DocType("Cadence Enrollment")
	counted = (
		frappe.qb.from_(event)
		.join(enrollment)
		.on(enrollment.name == event.enrollment)
		.select(Count(event.source).distinct())
		.where((enrollment.reference_doctype == doctype) & (enrollment.reference_name == name))
		.where(event.source.isin(sources))
		.run()
	)
	return len(logs) - counted[0][0]


def _completed_logs(kind: str, doctype: str, name: str, since: datetime | None) -> list[str]:
	if not frappe.db.exists("DocType", kind):
		return []
	filters: list[list[Any]] = [["status", "=", "Completed"], *([["creation", ">=", since]] if since else [])]
	meta = frappe.get_meta(kind)
	found: set[str] = set()
	if meta.has_field("links"):
		linked = [["Dynamic Link", "link_doctype", "=", doctype], ["Dynamic Link", "link_name", "=", name]]
		found |= set(frappe.get_all(kind, [*filters, *linked], pluck="name"))
	if meta.has_field("reference_docname"):
		named = [["reference_doctype", "=", doctype], ["reference_docname", "=", name]]
		found |= set(frappe.get_all(kind, [*filters, *named], pluck="name"))
	return sorted(found)


def _count(query: Any, moment: Any, since: datetime | None) -> int:
	if since:
		query = query.where(moment >= since)
	return int(query.run()[0][0])
