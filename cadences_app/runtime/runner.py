"""The one flow: lock, read, decide, perform, write. The caller commits."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import frappe

from cadences_app.channels import CannotReach, Occasion, Outbox, perform
from cadences_app.engine.actions import Action, SendEmail
from cadences_app.engine.decision import decide
from cadences_app.engine.events import (
	CadenceRepublished,
	Event,
	FollowUpFailed,
	FollowUpImpossible,
	RestartRequested,
	TimePassed,
)
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import edited_follow_ups
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.runtime import clock, compat, definitions, inbox, journal, store
from cadences_app.runtime.facts import Records
from cadences_app.runtime.store import Passage

BEFORE_ENROLLMENT = "cadence_enrollment"
BEFORE_ACTION = "cadence_action"
UNASKED = (TimePassed, FollowUpFailed, FollowUpImpossible)


@dataclass
class Batch:
	"""What is collected while a chunk of enrollments is worked on, to be written in sets at its end."""

	now: datetime
	records: Records
	outbox: Outbox = field(default_factory=Outbox)
	passages: list[Passage] = field(default_factory=list)
	letters: dict[str, tuple[Reason, Any, str]] = field(default_factory=dict)
	entries: list[dict[str, Any]] = field(default_factory=list)


def run(names: Iterable[str]) -> list[Passage]:
	"""Take these enrollments as far as their inbox and the clock ask for. Those that somebody else has
	locked are left to them. Returns what was worked on."""
	rows, activities = store.lock_and_read(list(names))
	if not rows:
		return []
	letters = inbox.pending([row["name"] for row in rows])
	cadences = definitions.load_many({row["cadence_version"] for row in rows})
	passages = [
		store.passage_of(row, activities.get(row["name"], ()), cadences[row["cadence_version"]])
		for row in rows
		if row["cadence_version"] in cadences
	]
	batch = Batch(clock.now(), Records(passages))
	for passage in passages:
		_work(batch, passage, letters.get(passage.name, []))
	_write(batch)
	return batch.passages


def _work(batch: Batch, passage: Passage, letters: list[tuple[str, Event]]) -> None:
	"""Decide on one enrollment. What fails here is undone and parked; the others of the batch go on."""
	untouched = (dict(passage.names), set(passage.stored), passage.state, passage.row["cadence_version"])
	marks = (len(batch.entries), dict(batch.letters), {k: len(v) for k, v in batch.outbox.rows.items()})
	try:
		for name, event in letters:
			batch.letters[name] = _take(batch, passage, _under_its_version(passage, event))
		if not letters:
			_take(batch, passage, TimePassed())
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		_undo(batch, passage, untouched, marks)
		_park(batch, passage, letters)
	batch.passages.append(passage)


def _take(batch: Batch, passage: Passage, event: Event) -> tuple[Reason, Any, str]:
	"""Decide on one event and perform what follows from it."""
	decision = decide(passage.cadence, passage.state, event, batch.records.facts(passage), batch.now)
	passage.become(decision.after, decision.next_at)
	told = journal.describe(decision.transitions)
	if decision.transitions and isinstance(event, UNASKED):
		batch.entries.append(journal.entry(passage, event, decision.reason, told, batch.now))
	for action in decision.actions:
		if not _was_taken_back(passage, action):
			_perform(batch, passage, action)
	return decision.reason, told, ""


def _was_taken_back(passage: Passage, action: Action) -> bool:
	"""Whether an earlier action of the same decision failed and so ended what this email belongs to."""
	if not isinstance(action, SendEmail):
		return False
	return passage.state.activities[action.follow_up].status is not ActivityStatus.HANDED_OVER


def _perform(batch: Batch, passage: Passage, action: Action) -> None:
	"""Perform one action in a savepoint; what can't be done comes back as an event of its own."""
	run, key = passage.state.run, action.follow_up
	occasion = Occasion(passage, key, batch.records, batch.outbox, batch.now)
	waiting = {doctype: len(rows) for doctype, rows in batch.outbox.rows.items()}
	writes = not isinstance(action, SendEmail)  # an email only puts rows into the outbox
	if writes:
		_save_points(passage)
	try:
		perform(action, occasion)
		return
	except CannotReach as why:
		event: Event = FollowUpImpossible(run, key, str(why))
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		event = FollowUpFailed(run, key, _last_line(error))
		passage.error = frappe.get_traceback()
	if writes:
		frappe.db.rollback(save_point=BEFORE_ACTION)
	frappe.clear_messages()
	_cut_back(batch.outbox, waiting)
	passage.columns.pop(key, None)
	_take(batch, passage, event)


def _save_points(passage: Passage) -> None:
	"""A way back to before this action, and to before the first action of this enrollment."""
	if not passage.has_savepoint:
		frappe.db.savepoint(BEFORE_ENROLLMENT)
		passage.has_savepoint = True
	frappe.db.savepoint(BEFORE_ACTION)


def _last_line(error: Exception) -> str:
	return f"{type(error).__name__}: {error}"[:500]


def _cut_back(outbox: Outbox, lengths: dict[str, int]) -> None:
	for doctype, rows in outbox.rows.items():
		del rows[lengths.get(doctype, 0) :]


def _undo(batch: Batch, passage: Passage, untouched: tuple, marks: tuple) -> None:
	if passage.has_savepoint:
		frappe.db.rollback(save_point=BEFORE_ENROLLMENT)
	names, stored, state, version = untouched
	passage.names, passage.stored, passage.state, passage.columns = names, stored, state, {}
	_change_version(passage, version)
	entries, letters, lengths = marks
	del batch.entries[entries:]
	batch.letters = letters
	_cut_back(batch.outbox, lengths)


def _park(batch: Batch, passage: Passage, letters: list[tuple[str, Event]]) -> None:
	"""Leave the enrollment as it was, with its error, until somebody resumes it."""
	passage.error = frappe.get_traceback()
	passage.next_at = None
	for name, _ in letters:
		batch.letters[name] = (Reason.FAILED, [], passage.error)
	batch.entries.append(journal.entry(passage, TimePassed(), Reason.FAILED, [], batch.now, passage.error))


def _under_its_version(passage: Passage, event: Event) -> Event:
	"""The event, with the passage under the definition that it brings along. What was edited is told against
	the passage's own: it may have been left on an earlier version than the last one."""
	match event:
		case CadenceRepublished(version=version) if version and passage.state.is_live:
			before = passage.cadence
			_change_version(passage, version)
			return replace(event, edited=edited_follow_ups(before, passage.cadence))
		case RestartRequested(version=version) if version and not passage.state.is_live:
			_change_version(passage, version)
	return event


def _change_version(passage: Passage, version: str) -> None:
	if passage.row["cadence_version"] != version:
		passage.row["cadence_version"] = version
		passage.cadence = definitions.load(version)


def _write(batch: Batch) -> None:
	for passage in batch.passages:
		passage.row |= batch.records.shown(passage)
	store.write(batch.passages)
	batch.outbox.write()
	processed_at = clock.to_site(batch.now)
	compat.update_rows(
		"Cadence Event",
		{
			name: {
				"processed_at": processed_at,
				"reason": reason.value,
				"decision": json.dumps(told),
				"error": error,
			}
			for name, (reason, told, error) in batch.letters.items()
		},
	)
	compat.insert_rows("Cadence Event", batch.entries)
