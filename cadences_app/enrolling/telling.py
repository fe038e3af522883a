"""Telling all live enrollments of a cadence the same: at once, or very many by a job with progress (S7)."""

from typing import Any

import frappe

from cadences_app.engine.events import (
	KIND_OF,
	Event,
	EventKind,
	StopRequested,
	event_from_dict,
	event_to_dict,
)
from cadences_app.store import definitions, inbox, long_jobs, views
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.live import LIVE_STATUSES
from cadences_app.store.long_jobs import JobKind

AT_ONCE = 1000
CHUNK = 500
OUTSIDE = "no longer in the view"


def tell(cadence: str, kind: JobKind, *events: Event) -> str | None:
	"""Put the events into the inbox of each live enrollment, in this order; returns the job's name where a
	job does it."""
	number = count_live(cadence)
	if number > AT_ONCE:
		told = [{"kind": KIND_OF[type(each)].value, "payload": event_to_dict(each)} for each in events]
		return long_jobs.start(kind, cadence, number, events=told)
	user = frappe.session.user
	_record([InboxEntry(row.name, cadence, each, source=user) for row in live(cadence) for each in events])
	return None


def take_out_unmatched(cadence: str) -> str | None:
	"""Take out who is not in the cadence's view any more (S7.2). Raises ViewFailed."""
	number = count_live(cadence)
	if number > AT_ONCE:
		return long_jobs.start(JobKind.UNENROLL, cadence, number)
	stop = StopRequested(OUTSIDE)
	outside = unmatched(cadence, live(cadence))
	_record([InboxEntry(row.name, cadence, stop, source=frappe.session.user) for row in outside])
	return None


def unmatched(cadence: str, rows: list[Any]) -> list[Any]:
	"""Those of these live enrollments whose record is not in the view. Raises ViewFailed."""
	definition = definitions.load(frappe.db.get_value("Cadence", cadence, "version"))
	names = [row.reference_name for row in rows]
	matching = views.names_in_view(definition.audience, definition.module, names) if names else set()
	return [row for row in rows if row.reference_name not in matching]


def live(cadence: str, after: str = "", limit: int = 0) -> list[Any]:
	"""The live enrollments: their names and records, in order."""
	filters = {"cadence": cadence, "status": ("in", LIVE_STATUSES), "name": (">", after)}
	fields = ["name", "reference_name"]
	return frappe.get_all("Cadence Enrollment", filters, fields, order_by="name", limit_page_length=limit)


def count_live(cadence: str) -> int:
	return frappe.db.count("Cadence Enrollment", {"cadence": cadence, "status": ("in", LIVE_STATUSES)})


def tell_chunk(job: Any, arguments: dict[str, Any]) -> tuple[list[Any], str, int] | None:
	"""The next chunk of a job of this file: the enrollments that have an entry in their inbox now, the last
	one that was looked at, and how many were. None at the end, or where what it tells is out of date."""
	rows = live(job.cadence, job.went_to or "", CHUNK)
	if not rows:
		return None
	if job.kind == JobKind.UNENROLL:
		told, events = unmatched(job.cadence, rows), [StopRequested(OUTSIDE)]
	else:
		told, events = rows, _events_of(arguments)
	if any(is_out_of_date(job, each) for each in events):
		return None
	inbox.record(
		[
			InboxEntry(row.name, job.cadence, each, f"{row.name}:{job.name}:{place}", job.owner)
			for row in told
			for place, each in enumerate(events)
		],
		wake=False,
	)
	return told, rows[-1].name, len(rows)


def is_out_of_date(job: Any, event: Event) -> bool:
	"""Whether another version was published since, or the cadence goes on again."""
	row = frappe.db.get_value("Cadence", job.cadence, ["status", "version"], as_dict=True)
	if row is None:
		return True
	if job.kind == JobKind.PUBLISH:
		return getattr(event, "version", row.version) != row.version
	return (row.status == "Active") == (job.kind == JobKind.DEACTIVATE)


def _events_of(arguments: dict[str, Any]) -> list[Event]:
	told = arguments.get("events") or [arguments["event"]]  # `event`: of a job that an earlier version began
	return [event_from_dict(EventKind(each["kind"]), each["payload"]) for each in told]


def _record(inbox_entries: list[InboxEntry]) -> None:
	inbox.record(inbox_entries, wake=False)
	if inbox_entries:
		enqueue_after_commit("work")
