"""Calls: an Event of category Call (S3.6, S3.8), and what reps do to it (S4.3)."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime

from cadences_app.channels import absences, call_events
from cadences_app.channels.assignees import choose
from cadences_app.channels.letting_in import let_in
from cadences_app.channels.occasion import Occasion
from cadences_app.channels.reports import Origin, origin_of, report, report_outcome, write_as_cadence
from cadences_app.channels.texts import Texts
from cadences_app.engine.content import CallContent
from cadences_app.engine.events import CallRescheduled
from cadences_app.engine.outcomes import Outcome
from cadences_app.store import clock, compat

MEANING = {
	"Open": Outcome.SCHEDULED,
	"Completed": Outcome.COMPLETED,
	"Closed": Outcome.COMPLETED,
	"Cancelled": Outcome.CANCELLED,
}


def place(occasion: Occasion, starts_at: datetime) -> None:
	"""Put the call into its assignee's calendar. Raises NobodyToAssign, and ValidationError for a broken
	template.

	Private: only the assignee sees it, since not everybody who has a calendar may read the record.
	"""
	content = occasion.follow_up.content
	starts_on = clock.to_site(starts_at).replace(second=0, microsecond=0)
	texts, user = Texts(occasion), choose(occasion, content.assignee, starts_on.date())
	first_day = absences.first_day_back(user, starts_on.date(), occasion.once)
	starts_on += first_day - starts_on.date()
	values = {
		"subject": texts.line(content.subject),
		"description": _describe(content, texts),
		"event_category": "Call",
		"event_type": "Private",
		"status": "Open",
		"starts_on": starts_on,
		"ends_on": starts_on + timedelta(minutes=content.minutes),
		"cadence_activity": occasion.activity,
	}
	let_in(occasion, user)
	occasion.note({"assigned_to": user, "starts_at": starts_on})
	participants = _participants(occasion)
	if _is_by_rows(occasion) and call_events.fit(values, participants, occasion.once):
		send_reminder, reminders = occasion.once(("reminder", content.remind_minutes), _reminder, content)
		values |= {"owner": user, "send_reminder": send_reminder}
		plan = {"values": values, "participants": participants, "reminders": reminders}
		occasion.make_with_batch("Event", call_events.make, plan)
	else:
		_insert(occasion, {**values, "event_participants": participants}, user)


def _is_by_rows(occasion: Occasion) -> bool:
	"""Where ERPNext would have a Prospect take part as well, the call is made as a document."""
	further = occasion.once(
		("further", occasion.doctype), occasion.neighbour.further_timelines, occasion.doctype, occasion.rows
	)
	return occasion.name not in further and call_events.are_by_rows(occasion.once)


def _insert(occasion: Occasion, values: dict[str, Any], user: str) -> None:
	occasion.begin_writing()
	call = frappe.get_doc({"doctype": "Event", **values})
	compat.set_reminder(call, occasion.follow_up.content.remind_minutes)
	call.flags.cadence_assignee = user
	write_as_cadence(call).insert()
	occasion.note({"activity_doctype": "Event", "activity_name": call.name})


def _reminder(content: CallContent) -> tuple[int, list[tuple[str, dict[str, Any]]]]:
	"""Whether the day's events remind of it, and the rows of its own reminders."""
	call = frappe.new_doc("Event")
	compat.set_reminder(call, content.remind_minutes)
	kept = ("parentfield", "idx", "type", "before", "interval")
	return call.send_reminder, [
		(each.doctype, {column: each.get(column) for column in kept}) for each in call.get_all_children()
	]


def close(occasion: Occasion) -> None:
	"""Cancel the call, since its enrollment ended (S6.4). One that somebody deleted needs no closing."""
	name = occasion.noted("activity_name")
	if occasion.pending.take_out("Event", occasion.activity):
		occasion.note({"activity_doctype": None})
		return
	if not name or not frappe.db.exists("Event", name):
		return
	call = write_as_cadence(frappe.get_doc("Event", name))
	call.status = "Cancelled"
	call.save()


def align(call: Any) -> None:
	"""Before a call is saved: a new one belongs to its assignee, and one that has a result took place."""
	if call.flags.cadence_assignee:
		call.owner = call.flags.cadence_assignee
	before = call.get_doc_before_save()
	if call.status == "Open" and _has_new_result(call, before):
		call.status = "Completed"


def observe(call: Any, before: Any | None) -> None:
	"""Report a result, a new status or a new start. `before` is None when it is not known."""
	standing = MEANING.get(call.status)
	has_result = _has_new_result(call, before)
	is_moved = standing is Outcome.SCHEDULED and (before is None or _starts(before) != _starts(call))
	is_news = standing is not None and (before is None or before.status != call.status)
	if not (has_result or is_moved or is_news):
		return
	origin = origin_of("Event", call.name, call.cadence_activity)
	if origin is None:
		return
	if has_result:
		report_outcome(origin, Outcome.CALL_RESULT, str(call.modified), call.cadence_call_result.strip())
	elif is_news and (before is not None or origin.standing != standing):
		report_outcome(origin, standing, str(call.modified))
	if is_moved:
		_report_moved(origin, call)


def _report_moved(origin: Origin, call: Any) -> None:
	"""The call starts at another time; one that is put off to a year that nobody means stays where it was."""
	if not clock.is_meant(_starts(call)):
		return
	starts_at = clock.from_site(call.starts_on)
	report(
		origin,
		CallRescheduled(origin.run, origin.follow_up, starts_at),
		f"{origin.activity}:moved:{call.modified}",
	)


def _has_new_result(call: Any, before: Any | None) -> bool:
	result = (call.get("cadence_call_result") or "").strip()
	return bool(result) and (before is None or result != (before.get("cadence_call_result") or "").strip())


def _starts(call: Any) -> datetime:
	return get_datetime(call.starts_on).replace(microsecond=0)


def _describe(content: CallContent, texts: Texts) -> str:
	parts = [(_("Purpose"), texts.body(content.purpose)), (_("Agenda"), texts.body(content.agenda))]
	told = "".join(f"<p><b>{escape_html(heading)}</b></p><p>{text}</p>" for heading, text in parts if text)
	return texts.phones() + told


def _participants(occasion: Occasion) -> list[dict[str, str]]:
	"""The record itself, so that the call shows in its timeline, and the contact who is called."""
	participants = [{"reference_doctype": occasion.doctype, "reference_docname": occasion.name}]
	contact = occasion.neighbour.contact_of(occasion.row)
	if contact and occasion.doctype != "Contact":
		participants.append({"reference_doctype": "Contact", "reference_docname": contact})
	return participants
