"""The one flow: lock, read, decide, perform, write. The caller commits."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import frappe

from cadences_app.audience import problems, waiting
from cadences_app.channels import CannotReach, Occasion, PendingRows, perform
from cadences_app.engine.actions import Action, SendEmail, SendMessage
from cadences_app.engine.awaited import awaited
from cadences_app.engine.decision import Decision, decide
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import (
	CadenceRepublished,
	ColleagueReplied,
	ContinueRequested,
	Enrolled,
	Event,
	EventKind,
	FollowUpFailed,
	FollowUpImpossible,
	RestartRequested,
	StopRequested,
	TimePassed,
	TryAgainRequested,
)
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import (
	added_follow_ups,
	edited_follow_ups,
	rechanneled_follow_ups,
	starting_follow_ups,
)
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.reports import figures, queue
from cadences_app.runtime import notices
from cadences_app.store import clock, compat, definitions, enrollment_rows, inbox, journal
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.workflows import frappe_automation
from cadences_app.workflows.heard import Happening
from cadences_app.workflows.plan import plan

BEFORE_ALL = "cadence_enrollments"
BEFORE_ENROLLMENT = "cadence_enrollment"
BEFORE_ACTION = "cadence_action"


@dataclass
class ActionSavepoint:
	"""The way back to before an action, made once it begins to write: most only add to the sets."""

	current: EnrollmentInWork
	is_made: bool = False

	def make(self) -> None:
		"""Also the way back to before the first action of this enrollment that writes."""
		if self.is_made:
			return
		if not self.current.has_savepoint:
			frappe.db.savepoint(BEFORE_ENROLLMENT)
			self.current.has_savepoint = True
		frappe.db.savepoint(BEFORE_ACTION)
		self.is_made = True

	def go_back(self) -> None:
		if self.is_made:
			frappe.db.rollback(save_point=BEFORE_ACTION)


@dataclass
class Chunk:
	"""What is collected while a chunk of enrollments is worked on, to be written in sets at its end."""

	now: datetime
	records: Records
	pending: PendingRows = field(default_factory=PendingRows)
	in_work: list[EnrollmentInWork] = field(default_factory=list)
	inbox_entries: dict[str, tuple[Reason, Any, str]] = field(default_factory=dict)
	entries: list[dict[str, Any]] = field(default_factory=list)
	happenings: list[Happening] = field(default_factory=list)
	"""What workflows may want to hear of."""
	rules: dict[tuple[str, str], str] = field(default_factory=dict)
	"""What was wrong with each rule that was evaluated, by cadence and rule; blank where nothing was."""
	kept: dict[str, str] = field(default_factory=dict)
	"""Inbox entries that could not be decided on, and why."""


def run(names: Iterable[str]) -> list[EnrollmentInWork]:
	"""Take these enrollments as far as their inbox and the clock ask for. Those that somebody else has
	locked are left to them. Returns what was worked on."""
	wanted = list(names)
	rows, activities = enrollment_rows.lock_and_read(wanted) if wanted else ([], {})
	if not rows:
		return []
	inbox_entries = inbox.pending([row["name"] for row in rows])
	cadences = definitions.load_many({row["cadence_version"] for row in rows})
	in_work = [
		enrollment_rows.read_enrollment(
			row, activities.get(row["name"], ()), cadences[row["cadence_version"]]
		)
		for row in rows
		if row["cadence_version"] in cadences
	]
	chunk = Chunk(clock.now(), Records(in_work))
	for current in in_work:
		_work(chunk, current, inbox_entries.get(current.name, []))
	_write(chunk)
	return chunk.in_work


def run_or_leave(enrollments: list[str]) -> list[EnrollmentInWork]:
	"""Work on these in the caller's transaction. One that can't be worked on costs itself alone: it stays as
	it is, and the worker who finds it sets it aside. Returns what was worked on."""
	frappe.db.savepoint(BEFORE_ALL)
	try:
		return run(enrollments)
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point=BEFORE_ALL)
		frappe.clear_messages()
		if len(enrollments) > 1:
			return [found for each in enrollments for found in run_or_leave([each])]
		inbox.wake_up(set(enrollments))
		return []


def _work(chunk: Chunk, current: EnrollmentInWork, inbox_entries: list[tuple[str, Event]]) -> None:
	"""Decide on one enrollment. What fails here is undone and parked; the others of the chunk go on."""
	untouched = (dict(current.names), set(current.stored), current.state, current.row["cadence_version"])
	marks = (
		(len(chunk.entries), len(chunk.happenings)),
		dict(chunk.inbox_entries),
		{k: len(v) for k, v in chunk.pending.rows.items()},
	)
	try:
		begins = _begins(current)
		comes_back = _comes_back(current)
		if begins:
			_take(chunk, current, Enrolled(current.row.get("starts_with") or ""))
		elif comes_back is not None:
			_take(chunk, current, _under_its_version(current, comes_back))
		for name, event in inbox_entries:
			chunk.inbox_entries[name] = _take(chunk, current, _under_its_version(current, event), name)
		if not inbox_entries and not begins and comes_back is None:
			_take(chunk, current, TimePassed())
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		_undo(chunk, current, untouched, marks)
		_park(chunk, current, inbox_entries)
	chunk.in_work.append(current)


def _begins(current: EnrollmentInWork) -> bool:
	"""Whether its first run is to begin: who enrolls leaves no entry in the inbox, but writes the row."""
	return current.state.status is EnrollmentStatus.ACTIVE and not current.state.run


def _comes_back(current: EnrollmentInWork) -> Event | None:
	"""How one that waited is taken up, now that it was let in: from where it had ended."""
	how, _between, was = (current.row.get("comes_back") or "").partition("/")
	if not how or current.state.status is not EnrollmentStatus.ACTIVE:
		return None
	current.before = replace(current.before, status=EnrollmentStatus.WAITING)
	current.state = replace(current.state, status=EnrollmentStatus(was))
	if how == EventKind.RESTART:
		version = frappe.db.get_value("Cadence", current.row["cadence"], "version")
		return RestartRequested(version, current.row.get("starts_with") or "")
	return ContinueRequested()


def _take(
	chunk: Chunk, current: EnrollmentInWork, event: Event, inbox_entry: str = ""
) -> tuple[Reason, Any, str]:
	"""Decide on one event and perform what follows from it. What no inbox entry tells of is put on record."""
	facts = chunk.records.facts(current)
	decision = decide(current.cadence, current.state, event, facts, chunk.now)
	current.become(decision.after, decision.next_at)
	error = "\n".join(facts.rule_errors.values()) if decision.reason is Reason.RULE_FAILED else ""
	current.error = error or current.error
	for rule in (*facts.expressions, *facts.rule_errors):
		key = (current.row["cadence"], rule)
		chunk.rules[key] = facts.rule_errors.get(rule) or chunk.rules.get(key, "")
	if isinstance(event, StopRequested) and decision.transitions:
		current.row["disposition"] = event.disposition
	told = journal.describe(decision.transitions)
	if decision.transitions and not inbox_entry:
		chunk.entries.append(journal.entry(current, event, decision.reason, told, chunk.now))
		inbox_entry = chunk.entries[-1]["name"]
	if inbox_entry:
		chunk.happenings.append(_happening(current, inbox_entry, event, decision))
	for action in decision.actions:
		if not _was_taken_back(current, action):
			_perform(chunk, current, action)
	return decision.reason, told, error


def _happening(current: EnrollmentInWork, event_name: str, event: Event, decision: Decision) -> Happening:
	row = current.row
	return Happening(
		event_name,
		current.name,
		row["cadence"],
		(row["reference_doctype"], row["reference_name"]),
		event,
		decision.transitions,
		current.cadence,
		decision.after,
	)


def _was_taken_back(current: EnrollmentInWork, action: Action) -> bool:
	"""Whether an earlier action of the same decision failed and so ended what this email belongs to."""
	if not isinstance(action, SendEmail | SendMessage):
		return False
	return current.state.activities[action.follow_up].status is not ActivityStatus.HANDED_OVER


def _perform(chunk: Chunk, current: EnrollmentInWork, action: Action) -> None:
	"""Perform one action in a savepoint; what can't be done comes back as an event of its own."""
	run, key = current.state.run, action.follow_up
	savepoint = ActionSavepoint(current)
	occasion = Occasion(current, key, chunk.records, chunk.pending, chunk.now, savepoint.make)
	waiting = {doctype: len(rows) for doctype, rows in chunk.pending.rows.items()}
	try:
		perform(action, occasion)
		return
	except CannotReach as why:
		event: Event = FollowUpImpossible(run, key, str(why))
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		event = FollowUpFailed(run, key, _last_line(error))
		current.error = frappe.get_traceback()
	savepoint.go_back()
	frappe.clear_messages()
	_cut_back(chunk.pending, waiting)
	current.columns.pop(key, None)
	_take(chunk, current, event)


def _last_line(error: Exception) -> str:
	return f"{type(error).__name__}: {error}"[:500]


def _cut_back(pending: PendingRows, lengths: dict[str, int]) -> None:
	for doctype, rows in pending.rows.items():
		del rows[lengths.get(doctype, 0) :]


def _undo(chunk: Chunk, current: EnrollmentInWork, untouched: tuple, marks: tuple) -> None:
	if current.has_savepoint:
		frappe.db.rollback(save_point=BEFORE_ENROLLMENT)
	names, stored, state, version = untouched
	current.names, current.stored, current.state, current.columns = names, stored, state, {}
	_change_version(current, version)
	(entries, happenings), inbox_entries, lengths = marks
	del chunk.entries[entries:], chunk.happenings[happenings:]
	chunk.inbox_entries = inbox_entries
	_cut_back(chunk.pending, lengths)


def _park(chunk: Chunk, current: EnrollmentInWork, inbox_entries: list[tuple[str, Event]]) -> None:
	"""Leave the enrollment as it was, with its error and its inbox, until it is taken up again (S5.8)."""
	current.error = frappe.get_traceback()
	current.next_at = None
	chunk.kept.update((name, current.error) for name, _ in inbox_entries)
	chunk.entries.append(journal.entry(current, TimePassed(), Reason.FAILED, [], chunk.now, current.error))


def _under_its_version(current: EnrollmentInWork, event: Event) -> Event:
	"""The event, with the enrollment under the definition that it brings along. What was edited is told
	against the enrollment's own: it may have been left on an earlier version than the last one."""
	match event:
		case CadenceRepublished(version=version) if version and current.state.is_live:
			before = current.cadence
			_change_version(current, version)
			return replace(event, **_changes(before, current.cadence))
		case RestartRequested(version=version) if version and not current.state.is_live:
			_change_version(current, version)
		case TryAgainRequested() | ContinueRequested() if current.state.status is EnrollmentStatus.FAILED:
			return _under_the_mended_version(current, event)
	return event


def _under_the_mended_version(current: EnrollmentInWork, event: Event) -> Event:
	"""The event that takes up one that failed, under the cadence's own version by now: what failed in an
	earlier one would fail in it again (S5.8)."""
	version = frappe.db.get_value("Cadence", current.row["cadence"], "version")
	if not version or version == current.row["cadence_version"] or current.state.has_lost_activity:
		return event
	before = current.cadence
	_change_version(current, version)
	return TryAgainRequested(version, **_changes(before, current.cadence))


def _changes(before: Cadence, after: Cadence) -> dict[str, frozenset[str]]:
	return {
		"edited": edited_follow_ups(before, after),
		"added": added_follow_ups(before, after),
		"starting": starting_follow_ups(before, after),
		"rechanneled": rechanneled_follow_ups(before, after),
	}


def _change_version(current: EnrollmentInWork, version: str) -> None:
	if current.row["cadence_version"] != version:
		current.row["cadence_version"] = version
		current.cadence = definitions.load(version)


def _write(chunk: Chunk) -> None:
	for current in chunk.in_work:
		current.row |= chunk.records.shown(current)
		if current.state.is_live and not current.error and not enrollment_rows.has_date(current):
			facts = chunk.records.facts(current)
			current.awaited = awaited(current.cadence, current.state, facts, chunk.now)
	chunk.pending.make()
	enrollment_rows.write(chunk.in_work)
	figures.note(chunk.in_work)
	chunk.pending.write()
	processed_at = clock.to_site(chunk.now)
	compat.update_rows(
		"Cadence Event",
		{
			name: {
				"processed_at": processed_at,
				"reason": reason.value,
				"decision": json.dumps(told),
				"error": error,
			}
			for name, (reason, told, error) in chunk.inbox_entries.items()
		},
	)
	for name, error in chunk.kept.items():
		inbox.keep([name], error)
	compat.insert_rows("Cadence Event", chunk.entries)
	waiting.wake_for(chunk.in_work)
	problems.settle(chunk.rules)
	plan(chunk.happenings)
	frappe_automation.emit(chunk.happenings)
	queue.tell(chunk.in_work)
	notices.collect(chunk.in_work, _heeded(chunk.happenings))


def _heeded(happenings: Iterable[Happening]) -> set[str]:
	"""The enrollments that stand still or have ended because a colleague answered (S6.1b)."""
	return {
		each.enrollment
		for each in happenings
		if isinstance(each.event, ColleagueReplied) and each.transitions
	}
