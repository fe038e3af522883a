"""A draft over the records and answers of a past period (S11.4), by the engine that runs live.

What changed on a record meanwhile is known as far as Frappe keeps track of changes of its module; without
that it is taken as it is now. Read in sets: the queries don't grow with the records.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.replaying import Replayed, replay_run
from cadences_app.engine.dry_run.script import Happening, RecordEdit
from cadences_app.engine.dry_run.simulation import EndlessRun, Record
from cadences_app.engine.dry_run.stories import Difference, Differs
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import EventKind, event_from_dict
from cadences_app.engine.reasons import Reason
from cadences_app.enrolling import try_out
from cadences_app.enrolling.stories import end_in_words
from cadences_app.enrolling.words import name_of
from cadences_app.store import clock, enrollment_rows
from cadences_app.store.rights import readable_records
from cadences_app.store.templates import readable_fields

MOST = 500
"""Enrollments in one replay: those that began last."""
BY_HAND = (
	EventKind.PAUSE,
	EventKind.RESUME,
	EventKind.STOP,
	EventKind.SKIP,
	EventKind.HOLD,
	EventKind.MEETING,
)


@dataclass(frozen=True, slots=True)
class Row:
	"""One run that would have been another; `told` are sentences."""

	enrollment: str
	record: str
	title: str
	started_at: datetime
	told: tuple[str, ...]
	leaves_earlier: bool


@dataclass(frozen=True, slots=True)
class Account:
	"""`looked_at` runs, of which `rows` would have been another; `endless`: how many would never end."""

	looked_at: int
	has_more: bool
	endless: int
	rows: tuple[Row, ...]


def replay(cadence: Cadence, name: str, since: datetime, until: datetime) -> Account:
	"""The runs of the saved cadence `name` that began in this time (site time), once more under `cadence`, as
	far as the session's user may read their records."""
	stored = _runs(name, since, until)
	has_more, stored = len(stored) > MOST, stored[:MOST]
	seen = readable_records(cadence.module, {each.row["reference_name"] for each in stored})
	stored = [each for each in stored if each.row["reference_name"] in seen]
	records = try_out.records_of(cadence, sorted(seen))
	changes, asked = _changes(cadence.module, seen, since), _asked([each.name for each in stored])
	rows, endless, now = [], 0, clock.now()
	for current in stored:
		record = records.get(current.row["reference_name"])
		if record is None:
			continue
		record, edits = _as_it_was(record, current.state, changes[record.name])
		try:
			found = replay_run(cadence, record, current.state, [*edits, *asked[current.name]], now)
		except EndlessRun:
			endless += 1
			continue
		if not found.is_alike:
			rows.append(_row(current, found, cadence))
	return Account(len(stored), has_more, endless, tuple(rows))


def _runs(name: str, since: datetime, until: datetime) -> list[Any]:
	"""Those that the session's user may see, the latest first; whole, since the engine reads what only System
	Managers are shown as well."""
	names = frappe.get_list(
		"Cadence Enrollment",
		{"cadence": name, "started_at": ("between", (since, until)), "run": (">", 0)},
		order_by="started_at desc",
		limit_page_length=MOST + 1,
		pluck="name",
	)
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"name": ("in", [*names, ""]), "cadence_version": ("is", "set")},
		["*"],
		order_by="started_at desc",
		limit_page_length=0,
	)
	return enrollment_rows.read_unlocked(rows)


def _changes(module: str, names: set[str], since: datetime) -> dict[str, list[tuple[datetime, list]]]:
	"""What was changed on each record since then: when, and which field from what to what; the last first."""
	found: dict[str, list[tuple[datetime, list]]] = defaultdict(list)
	if not names:
		return found
	shown = readable_fields(module)
	kept = {"ref_doctype": module, "docname": ("in", sorted(names)), "creation": (">=", since)}
	for row in frappe.get_all(
		"Version", kept, ["docname", "data", "creation"], order_by="creation desc", limit_page_length=0
	):
		changed = (frappe.parse_json(row.data or "{}") or {}).get("changed") or []
		told = [each for each in changed if len(each) == 3 and each[0] in shown]
		if told:
			found[row.docname].append((clock.from_site(row.creation), told))
	return found


def _asked(enrollments: list[str]) -> dict[str, list[Happening]]:
	"""What people asked of each enrollment, at its time."""
	found: dict[str, list[Happening]] = defaultdict(list)
	if not enrollments:
		return found
	kinds = [each.value for each in BY_HAND]
	for row in frappe.get_all(
		"Cadence Event",
		{"enrollment": ("in", enrollments), "kind": ("in", kinds)},
		["enrollment", "kind", "payload", "happened_at", "processed_at"],
		order_by="happened_at, name",
		limit_page_length=0,
	):
		if not row.processed_at:
			continue
		event = event_from_dict(EventKind(row.kind), frappe.parse_json(row.payload or "{}"))
		found[row.enrollment].append(Happening(event, at=clock.from_site(row.happened_at)))
	return found


def _as_it_was(
	record: Record, state: Enrollment, changes: list[tuple[datetime, list]]
) -> tuple[Record, list[Happening]]:
	"""The record as the run found it, and what changed on it afterwards."""
	fields, edits = dict(record.fields), []
	for at, told in changes:  # the last first
		if at < state.started_at:
			continue
		edits.append(Happening(RecordEdit({field: new for field, _old, new in told}), at=at))
		fields |= {field: old for field, old, _new in told}
	is_converted = record.is_converted
	if is_converted and state.exit_reason is Reason.RULE_CONVERTED and state.ended_at:
		is_converted = False
		edits.append(Happening(RecordEdit(is_converted=True), at=state.ended_at))
	return try_out.altered(record, fields, is_converted), edits


def _row(current: Any, found: Replayed, cadence: Cadence) -> Row:
	row = current.row
	return Row(
		current.name,
		row["reference_name"],
		row["record_title"] or row["reference_name"],
		row["started_at"],
		tuple(_told(found, cadence)),
		found.leaves_earlier,
	)


def _told(found: Replayed, cadence: Cadence) -> Iterator[str]:
	for each in found.differences:
		yield _in_words(each, cadence)
	if any(each.kind is Differs.END for each in found.differences):
		return
	if found.ended_on != found.would_have_ended_on:
		days = [_("day {0}").format(each) if each is not None else _("no day yet") for each in _ends(found)]
		yield _("It would have ended on {0} instead of {1}").format(*days)


def _ends(found: Replayed) -> tuple[int | None, int | None]:
	return found.would_have_ended_on, found.ended_on


def _in_words(difference: Difference, cadence: Cadence) -> str:
	follow_up = cadence.by_key.get(difference.follow_up)
	name = f'"{name_of(follow_up, cadence) if follow_up else difference.follow_up}"'
	match difference.kind:
		case Differs.MISSING:
			return _("{0} would not have come; it came on day {1}").format(name, difference.expected)
		case Differs.ADDED:
			return _("{0} would have come on day {1}").format(name, difference.found)
		case Differs.DAY:
			return _("{0} would have come on day {1} instead of day {2}").format(
				name, difference.found, difference.expected
			)
		case Differs.END:
			ends = [end_in_words(each) for each in (difference.found, difference.expected)]
			return _("It would have ended as {0} instead of {1}").format(*ends)
