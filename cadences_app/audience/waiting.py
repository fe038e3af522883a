"""Letting in those that wait, once they may come (S2.9).

Who waits for a moment is due at it; who waits for others is woken when one of them ends, the first in the
queue first. A cycle looks at those who may go, not at all that wait.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.audience.exclusivity import Refusal, Room, anybody_may_wait, keys_freed, rank
from cadences_app.engine.audience import Wait
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling.newcomers import SET_BY_WAITING, wait_for
from cadences_app.store import compat, definitions
from cadences_app.store.enrollment_rows import EnrollmentInWork

CHUNK = 200
WAITING = EnrollmentStatus.WAITING.value
COLUMNS = (
	"name",
	"cadence",
	"reference_doctype",
	"reference_name",
	"record_owner",
	"company_key",
	"waits_for",
	"waits_key",
	"waits_rank",
	"comes_back",
)


def due() -> str:
	"""A SELECT of one whose time has come, be its cadence active or not."""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name).where(table.waits_until <= now_datetime())
	return query.where(table.status == WAITING).limit(1).get_sql()


def admit() -> int:
	"""Let in a chunk of those whose time has come, or have them wait on. Returns how many were looked at."""
	rows = _due(CHUNK)
	by_cadence: dict[str, list[Any]] = {}
	for row in rows:
		by_cadence.setdefault(row.cadence, []).append(row)
	for cadence, waiting in by_cadence.items():
		_admit(_active()[cadence], waiting)
	return len(rows)


def wake_for(in_work: Iterable[EnrollmentInWork]) -> None:
	"""Have those looked at that wait for one of these enrollments to end, if it has."""
	freed: dict[str, int] = {}
	for current in in_work:
		if current.before.is_live and not current.state.is_live:
			if anybody_may_wait(current.row["reference_doctype"]):
				for key in keys_freed(current.row):
					freed[key] = freed.get(key, 0) + 1
	wake(freed)


def wake(freed: Mapping[str, int]) -> None:
	"""Make due as many of those that wait at each key as have room now, the first in the queue first."""
	for key, number in freed.items():
		names = _first_at(key, number)
		compat.update_rows("Cadence Enrollment", {name: {"waits_until": now_datetime()} for name in names})


def wake_all(cadence: str) -> None:
	"""Have all that wait in a cadence looked at: its limits have changed, or it goes on again."""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.update(table).set(table.waits_until, now_datetime()).where(table.cadence == cadence)
	query.where((table.status == WAITING) & (table.waits_for != Wait.STARTS_LATER.value)).run()


def look_again(names: Collection[str]) -> None:
	"""Have these looked at anew: what they wait for may bear another name by now. A date stays a date."""
	table = frappe.qb.DocType("Cadence Enrollment")
	if names:
		query = frappe.qb.update(table).set(table.waits_until, now_datetime())
		query = query.where(table.name.isin(list(names)) & (table.status == WAITING))
		query.where(table.waits_for != Wait.STARTS_LATER.value).run()


def wake_first_of_each() -> None:
	"""Now and then: whatever was overlooked, the first in each queue is looked at again."""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.waits_key).distinct()
	query = query.where((table.status == WAITING) & table.waits_until.isnull() & table.waits_key.isnotnull())
	wake(dict.fromkeys(query.run(pluck=True), 1))


def _active() -> dict[str, Any]:
	"""The active cadences by name; while one is inactive nobody is let in (S7.1)."""
	return {
		each["name"]: frappe._dict(each, module=module)
		for module in definitions.modules()
		for each in definitions.cadences_of(module)
		if each["status"] == "Active"
	}


def _due(limit: int) -> list[Any]:
	"""Those whose time has come, locked, in the order in which they wait."""
	active = list(_active())
	if not active:
		return []
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(*(table[column] for column in COLUMNS))
	query = query.where((table.waits_until <= now_datetime()) & (table.status == WAITING))
	query = query.where(table.cadence.isin(active)).orderby(table.waits_until, table.waits_rank).limit(limit)
	return compat.locked(query).run(as_dict=True)


def _admit(cadence: Any, waiting: list[Any]) -> None:
	definition = definitions.load(cadence.version)
	waiting.sort(key=lambda row: (row.waits_rank, row.name))
	room = Room(cadence, definition, waiting)
	changed: dict[str, dict[str, Any]] = {}
	passed: dict[str, int] = {}
	full: dict[str, Refusal] = {}
	for row in waiting:
		refusal = full.get(row.waits_key) or room.refusal(row)
		if refusal is not None and refusal.key == row.waits_key:
			full[row.waits_key] = refusal
		elif row.waits_for in FREED:
			passed[row.waits_key] = passed.get(row.waits_key, 0) + 1
		changed[row.name] = _waits_on(row, definition, refusal) if refusal else _let_in(cadence, row)
	compat.update_rows("Cadence Enrollment", changed)
	_put_off(full.values())
	wake(passed)


FREED = frozenset({"alone", "record_full", "company_full", "owner_full"})
"""What ends when another enrollment ends. Whoever has left such a queue, in or elsewhere, wakes the next one
in it: there may be room for more than one, and the last one who looks finds that there is not."""


def _let_in(cadence: Any, row: Any) -> dict[str, Any]:
	"""What is set for somebody who is let in, under the version of today; of one that comes back, the runner
	sees to that."""
	now = now_datetime()
	version = {} if row.comes_back else {"cadence_version": cadence.version}
	return {
		**version,
		"status": EnrollmentStatus.ACTIVE.value,
		"let_in_at": now,
		"next_due_at": now,
		"waits_for": "",
		"waits_key": None,
		"waits_until": None,
		"waits_rank": None,
	}


def _waits_on(row: Any, definition: Any, refusal: Refusal) -> dict[str, Any]:
	"""What is set for somebody who has to wait on; the place in the queue stays."""
	changed = dict(row)
	wait_for(changed, definition, refusal)
	changed["waits_rank"] = row.waits_rank or rank(now_datetime(), definition.exclusivity.priority)
	return {column: changed[column] for column in SET_BY_WAITING}


def _put_off(refusals: Collection[Refusal]) -> None:
	"""All that are due at a key which is full until then are put off in one statement."""
	for refusal in refusals:
		table = frappe.qb.DocType("Cadence Enrollment")
		query = frappe.qb.update(table).set(table.waits_until, refusal.until)
		query = query.where((table.waits_key == refusal.key) & (table.waits_until <= now_datetime()))
		query.where(table.status == WAITING).run()


def _first_at(key: str, number: int) -> list[str]:
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name).where(table.waits_key == key)
	query = query.where((table.status == WAITING) & table.waits_until.isnull())
	return query.orderby(table.waits_rank).limit(number).run(pluck=True)
