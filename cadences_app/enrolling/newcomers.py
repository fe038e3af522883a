"""Records that come into a cadence for the first time: who stays out, who waits, and the rest in one set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app import neighbours
from cadences_app.audience.exclusivity import Refusal, Room, limits_anything, rank
from cadences_app.engine.audience import Wait
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Enrolled
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling import copied
from cadences_app.enrolling.one_person import one_of_each_person
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.enrolling.staying import those_who_stay
from cadences_app.neighbours.companies import ORGANISATION_FIELDS, company_of
from cadences_app.store import clock, compat, enrollment_rows, inbox
from cadences_app.store.definitions import Published
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.names import new_name
from cadences_app.store.refusals import Refusals

Row = dict[str, Any]

HOLD_AT_THE_START = frozenset(ExitKind) - {ExitKind.OUTCOME, ExitKind.MEETING}
"""The rules that can take a record out before anything happened to it (S2.4)."""


@dataclass(frozen=True, slots=True)
class Beginning:
	"""With which follow-up a run begins, and not before when (S2.10); `by` whom, else the session's user."""

	follow_up: str = ""
	not_before: datetime | None = None
	by: str = ""


AS_USUAL = Beginning()


def let_in(
	cadence: Published, names: list[str], result: EnrollResult, beginning: Beginning = AS_USUAL
) -> None:
	"""Enroll records that were never in this cadence. `result` tells what became of each.

	An enrollment is written without a decision and without an entry in the inbox: that it has no run yet is
	what the runner finds (S5.4).
	"""
	if _come_as_they_are(cadence, beginning):
		copies = copied.copy(cadence, names, _base(cadence, beginning))
		for record, enrollment in copies.items():
			result.answers[record] = EnrollAnswer.ENROLLED
			result.note_enrollment(record, enrollment)
		names = [name for name in names if name not in copies]
	rows = rows_for(cadence, names, result, beginning)
	if not rows:
		return
	# In the order of the key at which two who enroll the same records wait: hardly ever in a circle. Their
	# names in that order too: so the database appends them, which costs it half of what inserting does.
	in_order = sorted(rows, key=itemgetter("active_key"))
	for row, name in zip(in_order, sorted(row["name"] for row in rows), strict=True):
		row["name"] = name
	inserted = enrollment_rows.insert(in_order)
	_tell_why_out([row for row in rows if row["name"] not in inserted], result)
	for row in rows:
		name = row["reference_name"]
		if row["name"] not in inserted:
			continue
		if row["status"] == EnrollmentStatus.WAITING:
			result.answers[name], result.notes[name] = EnrollAnswer.WAITING, row["waits_for"]
			result.enrollment_of[name] = row["name"]
		else:
			result.answers[name] = EnrollAnswer.ENROLLED
			result.note_enrollment(name, row["name"])


def _tell_why_out(rows: list[Row], result: EnrollResult) -> None:
	"""Of those that somebody else was quicker to enroll: the same record, or the same person by another."""
	held_by = enrollment_rows.holders(row["person_key"] for row in rows if row["person_key"])
	for row in rows:
		name = row["reference_name"]
		holder = held_by.get(row["person_key"], name)
		if holder == name:
			result.answers[name] = EnrollAnswer.ALREADY_IN
		else:
			result.answers[name], result.notes[name] = EnrollAnswer.PERSON_IS_IN, holder


def rows_for(
	cadence: Published, names: list[str], result: EnrollResult, beginning: Beginning = AS_USUAL
) -> list[Row]:
	"""The rows of those who may come or have to wait; who stays out is noted in `result`."""
	definition = cadence.definition
	told = _told_of_records(cadence.module, names, definition)
	base = _base(cadence, beginning)
	rows = [_row(base, cadence, name, told[name][0]) for name in names if name in told]
	if _may_leave_at_once(definition):
		rows = _staying(rows, definition, beginning, result)
	else:
		rows = _contactable(rows, cadence, {name: record for name, (_kept, record) in told.items()}, result)
	rows = one_of_each_person(cadence.name, definition, rows, result)
	for row in rows:
		row["person_key"] = enrollment_rows.person_key(cadence.name, row["person"], definition)
	_make_wait(cadence, definition, rows, beginning)
	return rows


def _may_leave_at_once(definition: Cadence) -> bool:
	has_rules = any(rule.kind in HOLD_AT_THE_START for rule in definition.exit_rules)
	return has_rules or bool(frappe.get_hooks("cadence_unenroll_rules"))


def _come_as_they_are(cadence: Published, beginning: Beginning) -> bool:
	"""Whether nothing has to be asked about each newcomer but who they are."""
	is_later = beginning.not_before is not None and beginning.not_before > clock.now()
	may_leave = _may_leave_at_once(cadence.definition)
	return not is_later and not may_leave and not limits_anything(cadence, cadence.definition)


def _base(cadence: Published, beginning: Beginning) -> Row:
	"""What the rows of a set have in common."""
	now = now_datetime()
	return {
		**inbox.standard_columns(""),
		"cadence": cadence.name,
		"cadence_version": cadence.version,
		"reference_doctype": cadence.module,
		"status": EnrollmentStatus.ACTIVE.value,
		"run": 0,
		"enrolled_by": beginning.by or frappe.session.user,
		"let_in_at": now,
		"next_due_at": now,
		"starts_with": beginning.follow_up,
		"waits_for": "",
		"waits_key": None,
		"waits_until": None,
		"waits_rank": None,
	}


def _row(base: Row, cadence: Published, name: str, told: Row) -> Row:
	key = enrollment_rows.active_key(cadence.name, cadence.module, name)
	return {**base, "name": new_name(), "reference_name": name, "active_key": key, **told}


def _contactable(
	rows: list[Row], cadence: Published, records: dict[str, Row], result: EnrollResult
) -> list[Row]:
	"""The rows of those who may be contacted; of the others `result` says why not (S2.8)."""
	refusals, staying = Refusals({cadence.module: records}), []
	for row in rows:
		name = row["reference_name"]
		refusal = refusals.of(cadence.name, (cadence.module, name))
		if refusal:
			result.answers[name], result.notes[name] = EnrollAnswer.NOT_TO_BE_CONTACTED, refusal
		else:
			staying.append(row)
	return staying


def _told_of_records(module: str, names: list[str], definition: Cadence) -> dict[str, tuple[Row, Row]]:
	"""What an enrollment keeps of its record, and the columns that were read for it, by the record's name."""
	if not names:
		return {}
	neighbour, meta = neighbours.of(module), frappe.get_meta(module)
	wanted = {"name", "owner", meta.get_title_field(), *filter(meta.has_field, neighbour.owner_fields)}
	contact_columns = (*neighbour.email_fields, *neighbour.contact_fields, "status", "unsubscribed")
	wanted.update(filter(meta.has_field, contact_columns))
	wanted.update(filter(meta.has_field, ORGANISATION_FIELDS))
	columns, title = sorted(wanted), meta.get_title_field()
	found: dict[str, tuple[Row, Row]] = {}
	for values in compat.find_in(module, columns, "name", names):
		row = dict(zip(columns, values, strict=True), doctype=module)
		address = neighbour.email_of(row)
		kept = {
			"record_title": str(row[title] or row["name"])[:140],
			"record_owner": neighbour.owner_of(row) or None,
			"company_key": company_of(row, address)[:140] or None,
			"person": address.strip().lower()[:140],
		}
		found[str(row["name"])] = kept, row
	return found


def _staying(rows: list[Row], definition: Cadence, beginning: Beginning, result: EnrollResult) -> list[Row]:
	event = Enrolled(beginning.follow_up)
	entries = [(EnrollmentInWork(row, definition, Enrollment(), {}, set()), event) for row in rows]
	return [current.row for current in those_who_stay(entries, result)]


def _make_wait(cadence: Published, definition: Cadence, rows: Iterable[Row], beginning: Beginning) -> None:
	rows = list(rows)
	for row in rows:
		refusal = starts_later(row, beginning)
		if refusal is None:
			break
		wait_for(row, definition, refusal)
	else:
		return
	room = Room(cadence, definition, rows)
	for row in rows:
		refusal = room.refusal(row)
		if refusal is not None:
			wait_for(row, definition, refusal)


def starts_later(row: Row, beginning: Beginning) -> Refusal | None:
	"""That a run may not begin yet, and until when (S2.10); None where its day has come."""
	later = beginning.not_before
	if later is None or later <= clock.now():
		return None
	key = enrollment_rows.active_key(row["cadence"], row["reference_doctype"], row["reference_name"])
	return Refusal(Wait.STARTS_LATER, key, clock.to_site(later))


SET_BY_WAITING = ("status", "let_in_at", "next_due_at", "waits_for", "waits_key", "waits_until", "waits_rank")
"""The columns that `wait_for` sets."""


def wait_for(row: Row, definition: Cadence, refusal: Refusal) -> None:
	"""Have an enrollment that has not begun wait. Where a date can take it out meanwhile, the clock looks."""
	has_dates = any(rule.kind is ExitKind.DATE for rule in definition.exit_rules)
	row |= {
		"status": EnrollmentStatus.WAITING.value,
		"let_in_at": None,
		"next_due_at": now_datetime() if has_dates else None,
		"waits_for": refusal.wait.value,
		"waits_key": refusal.key,
		"waits_until": refusal.until,
		"waits_rank": rank(now_datetime(), definition.exclusivity.priority),
	}
