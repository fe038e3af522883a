"""Calls that a telephone system logs complete the open call of the record (S4.3)."""

import hashlib
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, now_datetime

from cadences_app.channels.reports import Origin, report
from cadences_app.engine.content import Channel
from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.store import clock, markup
from cadences_app.store.authors import known_to_author
from cadences_app.store.live import REACHED_STATUSES, Record

NOT_REACHED = ("No Answer", "Busy")
SETTLED = ("Completed", "Cancelled")


def observe(log: Any, before: Any | None) -> None:
	"""Complete the call that is open for each record the log is linked to, if its author may read the record.
	`before` may not be known."""
	outcome = _outcome_of(log)
	if outcome is None or (before is not None and _said(before) == _said(log)):
		return
	for record in sorted(_records_of(log)):
		_complete_open_call(log, record, *outcome)


def _outcome_of(log: Any) -> tuple[Outcome, str] | None:
	"""What the log says became of the call. One that the person made and nobody took is no call of ours."""
	if log.status == "Completed":
		return Outcome.COMPLETED, ""
	if log.status in NOT_REACHED and log.type == "Outgoing":
		return Outcome.CALL_RESULT, log.status
	return None


def _said(log: Any) -> tuple[str, set[Record]]:
	return log.status, _records_of(log)


def _records_of(log: Any) -> set[Record]:
	records = {(link.link_doctype, link.link_name) for link in log.get("links") or ()}
	if log.get("reference_doctype") and log.get("reference_docname"):
		records.add((log.reference_doctype, log.reference_docname))
	return records


def _complete_open_call(log: Any, record: Record, outcome: Outcome, detail: str) -> None:
	calls, key = _open_calls(record), _key(log, record)
	if not calls or frappe.db.exists("Cadence Event", {"event_key": key}):
		return
	if not known_to_author(log, [record]):
		return
	at = get_datetime(log.start_time) if log.start_time else now_datetime()
	call = min(calls, key=lambda each: abs((each["starts_at"] or at) - at))
	_write_into_calendar(call["event"], log, detail)
	origin: Origin = call["origin"]
	happened = OutcomeReported(origin.run, origin.follow_up, outcome, clock.now(), detail)
	report(origin, happened, key, f"{log.doctype} {log.name}"[:140])


def _open_calls(record: Record) -> list[dict[str, Any]]:
	"""The calls of the record's live enrollments that nobody has settled yet."""
	activity = frappe.qb.DocType("Cadence Activity")
	enrollment = frappe.qb.DocType("Cadence Enrollment")
	event = frappe.qb.DocType("Event")
	rows = (
		frappe.qb.from_(activity)
		.join(enrollment)
		.on((enrollment.name == activity.enrollment) & (enrollment.run == activity.run))
		.join(event)
		.on(event.name == activity.activity_name)
		.select(
			activity.name,
			activity.enrollment,
			activity.cadence,
			activity.run,
			activity.follow_up,
			activity.standing,
			activity.starts_at,
			event.name,
		)
		.where((activity.reference_doctype == record[0]) & (activity.reference_name == record[1]))
		.where(activity.channel == Channel.CALL.value)
		.where(activity.status == ActivityStatus.CARRIED_OUT.value)
		.where(activity.standing.isin([Outcome.SCHEDULED.value, Outcome.OVERDUE.value]))
		.where(enrollment.status.isin(REACHED_STATUSES) & event.status.notin(SETTLED))
		.run()
	)
	return [{"origin": Origin(*row[:6]), "starts_at": row[6], "event": row[7]} for row in rows]


def _write_into_calendar(event: str, log: Any, detail: str) -> None:
	"""Show in the calendar that the call took place; past the Event's own rules, which are for people."""
	known = frappe.db.get_value("Event", event, "description") or ""
	note = _("{0} {1}: {2}").format(_(log.doctype), log.name, _(log.status))
	if log.get("duration"):
		note += f", {frappe.format_value(log.duration, {'fieldtype': 'Duration'})}"
	columns = {"status": "Completed", "description": f"{known}<p>{escape_html(note)}</p>"}
	if detail:
		columns["cadence_call_result"] = detail
	frappe.db.set_value("Event", event, markup.clean_columns("Event", columns))


def _key(log: Any, record: Record) -> str:
	"""A log settles one call of a record, however often it is saved."""
	told = "\n".join((log.doctype, log.name, *record))
	return "call-log:" + hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
