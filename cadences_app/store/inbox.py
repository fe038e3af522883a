"""The inbox: what happened is saved in the transaction in which it happened, and decided on afterwards."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import frappe

from cadences_app.engine.events import KIND_OF, Event, EventKind, event_from_dict, event_to_dict
from cadences_app.engine.reasons import Reason
from cadences_app.store import clock, compat
from cadences_app.store.later import enqueue_committed
from cadences_app.store.names import new_name

UNREAD = "enrollment_processed_at_index"
CHAIN_FLAG = "cadence_workflow_chain"
"""The flag of Frappe's that holds the workflows whose actions are under way (S9.3)."""


@dataclass(frozen=True, slots=True)
class InboxEntry:
	"""One event for one enrollment. The same `key` is taken in only once, however often it is sent."""

	enrollment: str
	cadence: str
	event: Event
	key: str = ""
	source: str = ""
	happened_at: datetime | None = None


def record(inbox_entries: Iterable[InboxEntry], *, wake: bool = True) -> None:
	"""Save inbox entries in this transaction; after its commit a worker takes them up at once.

	The minute's tick finds them in any case, so a job that is lost delays them by a minute at most.
	"""
	inbox_entries = list(inbox_entries)
	now = clock.to_site(clock.now())
	compat.insert_rows("Cadence Event", [_row(each, now) for each in inbox_entries], ignore_duplicates=True)
	if inbox_entries and wake:
		wake_up({each.enrollment for each in inbox_entries})


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
		event = event_from_dict(EventKind(kind), frappe.parse_json(payload or "{}"))
		found.setdefault(enrollment, []).append((name, event))
	return found


def keep(names: Iterable[str], error: str) -> None:
	"""Keep entries that could not be decided on: they count once the enrollment is taken up again (S5.8)."""
	kept = {"reason": Reason.FAILED.value, "error": error}
	compat.update_rows("Cadence Event", dict.fromkeys(names, kept))


def enrollments_with_entries(limit: int, without: Collection[str] = ()) -> list[str]:
	"""Enrollments whose inbox has something new, those that wait longest first; none of those `without`. What
	is kept for a parked one is nothing new: trying it every minute would fail every minute."""
	table = frappe.qb.DocType("Cadence Event")
	query = (
		frappe.qb.from_(table)
		.select(table.enrollment)
		.where(table.processed_at.isnull() & table.reason.isnull())
		.orderby(table.name)
		.limit(limit)
	)
	if without:
		query = query.where(table.enrollment.notin(list(without)))
	return list(dict.fromkeys(query.run(pluck=True)))


def with_entries(enrollments: Collection[str]) -> list[str]:
	"""Those of these enrollments whose inbox has something new, however much waits elsewhere."""
	table = frappe.qb.DocType("Cadence Event")
	query = frappe.qb.from_(table).select(table.enrollment).distinct()
	query = query.where(table.enrollment.isin(sorted(enrollments)) & table.processed_at.isnull())
	query = query.where(table.reason.isnull())
	return sorted(compat.found_by(query, UNREAD).run(pluck=True))


def _row(inbox_entry: InboxEntry, now: datetime) -> dict:
	name = new_name()
	return {
		**standard_columns(name, str(now)),
		"enrollment": inbox_entry.enrollment,
		"cadence": inbox_entry.cadence,
		"kind": KIND_OF[type(inbox_entry.event)].value,
		"payload": json.dumps(event_to_dict(inbox_entry.event)),
		"happened_at": clock.to_site(inbox_entry.happened_at) or now,
		"event_key": inbox_entry.key or name,
		"source": inbox_entry.source,
		"chain": frappe.flags.get(CHAIN_FLAG),
	}


def standard_columns(name: str, at: str = "") -> dict:
	"""The columns that every row of Frappe has. `at` is when it is written, in site time; else that is now:
	rows that are written together save the asking."""
	stamp, user = at or frappe.utils.now(), frappe.session.user
	return {"name": name, "owner": user, "modified_by": user, "creation": stamp, "modified": stamp}


def _send_off() -> None:
	waiting = frappe.local.flags.pop("cadences_to_wake", None)
	if waiting:
		enqueue_committed("work_on", enrollments=sorted(waiting))
