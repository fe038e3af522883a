"""Records that were in a cadence before: they go on where they left it, or start anew (S5.5)."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.audience.exclusivity import Room
from cadences_app.engine.events import KIND_OF, ContinueRequested, Event, RestartRequested
from cadences_app.engine.statuses import LIVE, EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.enrolling.newcomers import AS_USUAL, SET_BY_WAITING, Beginning, starts_later, wait_for
from cadences_app.enrolling.one_person import one_of_each_person
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.enrolling.staying import those_who_stay
from cadences_app.reports import figures
from cadences_app.store import compat, definitions, enrollment_rows, inbox
from cadences_app.store.definitions import Published
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.inbox import InboxEntry


class Again(StoredEnum):
	"""What to do with a record that was in this cadence before."""

	ASK = "Ask"
	RESUME = "Resume"
	RESTART = "Restart"
	NEVER = "Never"


TAKES_UP = frozenset({Again.RESUME, Again.RESTART})


def way_back(
	cadence: Published,
	earlier: Any,
	again: Again,
	result: EnrollResult,
	*,
	starts_with: str = "",
	spared: Mapping[str, str] = MappingProxyType({}),
) -> Event | None:
	"""The event that takes an earlier enrollment up again; a restart begins under the version of today, and
	with `starts_with` if that is given (S2.10).

	None where the record is in the cadence still, where the question stays open, where it was to resume and
	yet begin with a chosen follow-up, and where the person said no and is to be spared, as `result` then
	says; `spared` are those, with the code of the reason, by the earlier enrollment.
	"""
	name = earlier.reference_name
	if earlier.status in LIVE:
		result.answers[name] = EnrollAnswer.ALREADY_IN
		return None
	if earlier.name in spared:
		result.answers[name], result.notes[name] = EnrollAnswer.SAID_NO, spared[earlier.name]
		return None
	may_resume = earlier.status != EnrollmentStatus.COMPLETED and not earlier.has_lost_activity
	match again:
		case Again.RESUME if may_resume and not starts_with:
			return ContinueRequested()
		case Again.RESTART:
			return RestartRequested(cadence.version, starts_with)
		case Again.RESUME if may_resume:
			result.answers[name] = EnrollAnswer.RESUMES_WHERE_IT_LEFT
			result.may_restart.append(name)
			return None
		case _:
			result.answers[name] = EnrollAnswer.WAS_IN
			result.may_restart.append(name)
			if may_resume and not starts_with:
				result.may_resume.append(name)
			return None


def enroll_again(
	cadence: Published,
	returning: list[tuple[Any, Event]],
	result: EnrollResult,
	beginning: Beginning = AS_USUAL,
) -> None:
	"""Send earlier enrollments the events that take them up again, but not those that would end at once, and
	none before the day on which `beginning` lets them begin."""
	events = {earlier.name: event for earlier, event in returning}
	staying = those_who_stay(_read(cadence, events), result)
	rows = one_of_each_person(cadence.name, cadence.definition, [each.row for each in staying], result)
	_claim_people(cadence, rows, result)
	_make_wait(cadence, staying, events, result, beginning)
	taken_up = [each for each, _event in returning if each.reference_name not in result.answers]
	for earlier in taken_up:
		restarts = isinstance(events[earlier.name], RestartRequested)
		result.answers[earlier.reference_name] = EnrollAnswer.RESTARTED if restarts else EnrollAnswer.RESUMED
		result.note_enrollment(earlier.reference_name, earlier.name)
	names = [each.name for each in taken_up]
	source = frappe.session.user
	inbox.record([InboxEntry(name, cadence.name, events[name], source=source) for name in names], wake=False)


def _make_wait(
	cadence: Published,
	returning: list[EnrollmentInWork],
	events: dict[str, Event],
	result: EnrollResult,
	beginning: Beginning,
) -> None:
	"""Have those wait for whom there is no room now, or whose day has not come, as newcomers do (S2.9, S2.10,
	S13.2). They keep what they were; the runner takes them up once they are let in."""
	staying = [each for each in returning if each.row["reference_name"] not in result.answers]
	if not staying:
		return
	room = Room(cadence, cadence.definition, [each.row for each in staying])
	let_in, waiting = {}, []
	for current in staying:
		refusal = starts_later(current.row, beginning) or room.refusal(current.row)
		if refusal is None:
			let_in[current.name] = {"let_in_at": now_datetime()}
			continue
		comes_back = f"{KIND_OF[type(events[current.name])]}/{current.row['status']}"
		wait_for(current.row, cadence.definition, refusal)
		current.row |= {
			"active_key": _active_key(current.row),
			"comes_back": comes_back,
			"starts_with": getattr(events[current.name], "starts_with", ""),
			"left_view": 0,
		}
		current.state = replace(current.state, status=EnrollmentStatus.WAITING)
		waiting.append(current)
		name = current.row["reference_name"]
		result.answers[name], result.notes[name] = EnrollAnswer.WAITING, current.row["waits_for"]
		result.enrollment_of[name] = current.name
	figures.note(waiting)
	written = {each.name: {column: each.row[column] for column in WRITTEN_WHEN_WAITING} for each in waiting}
	compat.update_rows("Cadence Enrollment", written)
	if not room.is_open:
		compat.update_rows("Cadence Enrollment", let_in)


WRITTEN_WHEN_WAITING = (
	*SET_BY_WAITING,
	"active_key",
	"comes_back",
	"starts_with",
	"left_view",
	"record_title",
	"record_owner",
	"person",
	"company_key",
)


def _active_key(row: dict[str, Any]) -> str:
	return enrollment_rows.active_key(row["cadence"], row["reference_doctype"], row["reference_name"])


def _claim_people(cadence: Published, rows: list[dict[str, Any]], result: EnrollResult) -> None:
	"""Keep out the other records of these people from now on; whoever was quicker by one of them is named."""
	keys = {
		row["name"]: key
		for row in rows
		if (key := enrollment_rows.person_key(cadence.name, row["person"], cadence.definition))
	}
	late = keys.keys() - enrollment_rows.claim_people(keys)
	held_by = enrollment_rows.holders(keys[name] for name in late)
	for row in rows:
		if row["name"] in late:
			name = row["reference_name"]
			result.answers[name] = EnrollAnswer.PERSON_IS_IN
			result.notes[name] = held_by.get(keys[row["name"]], "")


def _read(cadence: Published, events: dict[str, Event]) -> list[tuple[EnrollmentInWork, Event]]:
	"""The enrollments as their events find them: one that failed goes on under the version of today (S5.8).
	What a worker has locked at this moment is left out: the runner looks at the rules anyway."""
	if not events:
		return []
	rows, activities = enrollment_rows.lock_and_read(list(events))
	version_of = {
		row["name"]: cadence.version
		if row["status"] == EnrollmentStatus.FAILED
		else getattr(events[row["name"]], "version", row["cadence_version"])
		for row in rows
	}
	cadences = definitions.load_many(set(version_of.values()))
	return [
		(
			enrollment_rows.read_enrollment(
				row, activities.get(row["name"], ()), cadences[version_of[row["name"]]]
			),
			events[row["name"]],
		)
		for row in rows
	]
