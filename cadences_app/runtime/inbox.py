"""The inbox: what happened is saved in the transaction in which it happened, and decided on afterwards."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import frappe

from cadences_app.engine.events import KIND_OF, Event, EventKind, event_from_dict, event_to_dict
from cadences_app.runtime import clock, compat
from cadences_app.runtime.later import enqueue_committed
from cadences_app.runtime.names import new_name

WORK = "cadences_app.runtime.scheduled.work_on"
UNREAD = "enrollment_processed_at_index"


@dataclass(frozen=True, slots=True)
class Letter:
	"""One event for one enrollment. The same `key` is taken in only once, however often it is sent."""

	enrollment: str
	cadence: str
	event: Event
	key: str = ""
	source: str = ""
	happened_at: datetime | None = None


def record(letters: Iterable[Letter], *, wake: bool = True) -> None:
	"""Save letters in this transaction; after its commit a worker takes them up at once.

	The minute's tick finds them in any case, so a job that is lost delays them by a minute at most.
	"""
	letters = list(letters)
	now = clock.now()
	compat.insert_rows("Cadence Event", [_row(each, now) for each in letters], ignore_duplicates=True)
	if letters and wake:
		wake_up({each.enrollment for each in letters})


def wake_up(enrollments: set[str]) -> None:
	"""Have a worker look at these enrollments once this transaction is committed."""
	waiting = frappe.local.flags.setdefault("cadences_to_wake", set())
	if not waiting:
		frappe.db.after_commit.add(_send_off)
		frappe.db.after_rollback.add(waiting.clear)
	waiting |= enrollments


def pending(enrollments: list[str]) -> dict[str, list[tuple[str, Event]]]:
	"""The undecided events of these enrollments in the order in which they happened, by enrollment."""
	if not enrollments:
		return {}
	table = frappe.qb.DocType("Cadence Event")
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.enrollment, table.kind, table.payload, table.happened_at)
		.where(table.enrollment.isin(enrollments) & table.processed_at.isnull())
		.orderby(table.happened_at, table.name)
	)
	query = compat.found_by(query, UNREAD)
	found: dict[str, list[tuple[str, Event]]] = {}
	for name, enrollment, kind, payload, _ in compat.locked(query).run():
		event = event_from_dict(EventKind(kind), json.loads(payload or "{}"))
		found.setdefault(enrollment, []).append((name, event))
	return found


def enrollments_with_letters(limit: int) -> list[str]:
	"""Enrollments whose inbox is not empty, those that wait longest first."""
	table = frappe.qb.DocType("Cadence Event")
	rows = (
		frappe.qb.from_(table)
		.select(table.enrollment)
		.where(table.processed_at.isnull())
		.orderby(table.name)
		.limit(limit)
		.run(pluck=True)
	)
	return list(dict.fromkeys(rows))


def _row(letter: Letter, now: datetime) -> dict:
	name = new_name()
	return {
		**row_frame(name),
		"enrollment": letter.enrollment,
		"cadence": letter.cadence,
		"kind": KIND_OF[type(letter.event)].value,
		"payload": json.dumps(event_to_dict(letter.event)),
		"happened_at": clock.to_site(letter.happened_at or now),
		"event_key": letter.key or name,
		"source": letter.source,
	}


def row_frame(name: str) -> dict:
	"""The columns that every row of Frappe has."""
	stamp, user = frappe.utils.now(), frappe.session.user
	return {"name": name, "owner": user, "modified_by": user, "creation": stamp, "modified": stamp}


def _send_off() -> None:
	waiting = frappe.local.flags.pop("cadences_to_wake", None)
	if waiting:
		enqueue_committed(WORK, enrollments=sorted(waiting))
