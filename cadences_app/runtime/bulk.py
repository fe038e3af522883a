"""What people ask for many records in a cadence at once, and what became of each (S5.2, S15.3)."""

from dataclasses import replace
from typing import Any

import frappe

from cadences_app.engine.events import (
	KIND_OF,
	Event,
	PauseRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
)
from cadences_app.engine.statuses import LIVE, EnrollmentStatus
from cadences_app.enrolling import control
from cadences_app.enrolling.consequences import taken_back
from cadences_app.enrolling.enroll import CadenceNotActive, enroll, find_active
from cadences_app.enrolling.told import Became, How, NotDone, Told, Verb, told_of
from cadences_app.enrolling.way_back import Again
from cadences_app.runtime import scheduled
from cadences_app.store import definitions, long_jobs
from cadences_app.store.definitions import Published
from cadences_app.store.live import standing_of
from cadences_app.store.long_jobs import JobKind
from cadences_app.store.rights import changeable, readable_records

CHUNK = 200
ENDED = (EnrollmentStatus.STOPPED.value, EnrollmentStatus.FAILED.value)
STANDING_STILL = (EnrollmentStatus.PAUSED.value, EnrollmentStatus.HALTED.value)


def act(verb: Verb, module: str, names: list[str], cadence: str, how: How) -> list[Told]:
	"""Do it for these records of a module, with the rights of the session's user, and decide on each at once.

	What became of each, in their order; nothing is raised for a record or a cadence that it can't be done
	for. A preview keeps nothing.
	"""
	match verb:
		case Verb.ENROLL:
			return _enroll(module, names, cadence, how)
		case Verb.PREVIEW:
			with taken_back():
				return _enroll(module, names, cadence, how, begins=False)
		case Verb.RESTART:
			return _take_up(module, names, cadence, how, Again.RESTART)
		case Verb.RESUME:
			return _resume(module, names, cadence, how)
		case Verb.UNENROLL:
			return _steer(module, names, cadence, StopRequested(how.why, how.disposition))
		case Verb.PAUSE:
			return _steer(module, names, cadence, PauseRequested(how.until))
		case Verb.SKIP:
			return _steer(module, names, cadence, SkipRequested(SkipTarget(how.target)))


def start_job(verb: Verb, module: str, names: list[str], cadences: list[str], how: How) -> str:
	"""Have a worker do it for so many, chunk by chunk; returns the job's name."""
	kind = {Verb.ENROLL: JobKind.ENROLL, Verb.PREVIEW: JobKind.PREVIEW}.get(verb, JobKind.STEER)
	known = [each for each in cadences if frappe.db.exists("Cadence", each)]
	return long_jobs.start(
		kind,
		known[0] if cadences == known[:1] else None,
		len(names) * len(cadences),
		verb=verb.value,
		module=module,
		names=names,
		cadences=cadences,
		how=how.to_dict(),
	)


def _enroll(module: str, names: list[str], cadence: str, how: How, *, begins: bool = True) -> list[Told]:
	found = _find(module, cadence)
	if isinstance(found, NotDone):
		return _refused(names, cadence, found)
	follow_up = how.beginning.follow_up
	if follow_up and follow_up not in definitions.load(found.version).by_key:
		return _refused(names, cadence, NotDone.NO_SUCH_FOLLOW_UP)
	result = enroll(cadence, names, how.again, beginning=how.beginning, also_who_said_no=how.also_who_said_no)
	if begins:
		scheduled.run_now(result.enrollments, may_leave=True)
	told = told_of(cadence, names, result)
	return _with_ends(told) if begins else told


def _find(module: str, cadence: str) -> Published | NotDone:
	"""The cadence, if it takes records of the module; one that the user may not read is not found."""
	try:
		found = find_active(cadence)
	except CadenceNotActive:
		frappe.clear_last_message()
		is_there = frappe.db.exists("Cadence", cadence) and frappe.has_permission("Cadence", "read", cadence)
		return NotDone.CADENCE_NOT_ACTIVE if is_there else NotDone.CADENCE_NOT_FOUND
	except frappe.PermissionError:
		frappe.clear_messages()
		return NotDone.CADENCE_NOT_FOUND
	return found if found.module == module else NotDone.OTHER_MODULE


def _with_ends(told: list[Told]) -> list[Told]:
	"""Those that got in and were out again with their first decision did not get in (S8.8)."""
	names = [each.enrollment for each in told if each.enrollment]
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"name": ("in", names or [""]), "status": ("in", ENDED)},
		["name", "exit_reason", "exit_note"],
		limit_page_length=0,
	)
	ended = {row.name: row for row in rows}
	return [
		Told(each.record, each.cadence, Became.ENDED, row.exit_reason, row.exit_note or "", each.enrollment)
		if (row := ended.get(each.enrollment))
		else each
		for each in told
	]


def _take_up(module: str, names: list[str], cadence: str, how: How, again: Again) -> list[Told]:
	"""Those that were in it before, and only they."""
	found = _find(module, cadence)
	if isinstance(found, NotDone):
		return _refused(names, cadence, found)
	known = set(_enrollments_that_count(module, names, cadence))
	readable = readable_records(module, names)
	wanted = [name for name in names if name in known or name not in readable]
	how = replace(how, again=again)
	told = {each.record: each for each in _enroll(module, wanted, cadence, how)}
	return [told.get(name) or Told(name, cadence, Became.SKIPPED, NotDone.NOT_IN.value) for name in names]


def _resume(module: str, names: list[str], cadence: str, how: How) -> list[Told]:
	"""Those that stand still go on, those that left come back where they left."""
	rows = _enrollments_that_count(module, names, cadence)
	standing = [name for name in names if name in rows and rows[name].status in LIVE]
	gone = [name for name in names if name not in standing]
	told = _steer(module, standing, cadence, ResumeRequested()) if standing else []
	told += _take_up(module, gone, cadence, how, Again.RESUME) if gone else []
	by_record = {each.record: each for each in told}
	return [by_record[name] for name in names]


def _steer(module: str, names: list[str], cadence: str, event: Event) -> list[Told]:
	rows = _enrollments_that_count(module, names, cadence)
	readable = readable_records(module, names)
	mine = {row.name for row in changeable(list(rows.values()), "Cadence Enrollment")}
	live = [row.name for row in rows.values() if row.status in LIVE and row.name in mine]
	asked = control.ask(live, event) if live else []
	scheduled.run_now(asked, may_leave=True)
	statuses = _statuses(asked)
	entries = _entries(asked, event)
	told = []
	for name in names:
		row = rows.get(name)
		if name not in readable:
			told.append(Told(name, cadence, Became.REFUSED, "not_readable"))
		elif row is None or row.status not in LIVE:
			told.append(Told(name, cadence, Became.SKIPPED, NotDone.NOT_IN.value))
		elif row.name not in statuses:
			told.append(Told(name, cadence, Became.REFUSED, NotDone.NOT_CHANGEABLE.value))
		else:
			entry = entries.get(row.name)
			told.append(_became(name, cadence, event, row.name, statuses[row.name], entry))
	return told


def _became(record: str, cadence: str, event: Event, enrollment: str, status: str, entry: Any) -> Told:
	"""What came of an event, as the enrollment stands now."""
	if entry is None or not entry.processed_at:
		return Told(record, cadence, Became.UNDECIDED, enrollment=enrollment)
	changed = entry.decision not in (None, "", "[]")
	match event:
		case StopRequested():
			became = Became.UNENROLLED if status not in LIVE else None
		case PauseRequested():
			became = Became.PAUSED if status == EnrollmentStatus.PAUSED else None
		case ResumeRequested():
			became = Became.RESUMED if changed and status not in STANDING_STILL else None
		case _:
			became = Became.SKIPPED_AHEAD if changed else None
	if became and became is not Became.UNENROLLED and status in ENDED:
		became = Became.ENDED
	why = "" if became and became is not Became.ENDED else entry.reason
	return Told(record, cadence, became or Became.SKIPPED, why, enrollment=enrollment)


def _enrollments_that_count(module: str, names: list[str], cadence: str) -> dict[str, Any]:
	"""The enrollment of each record in the cadence that counts, as far as the user may see it, by record."""
	rows = frappe.get_list(
		"Cadence Enrollment",
		{"reference_doctype": module, "reference_name": ("in", names or [""]), "cadence": cadence},
		["name", "reference_name", "status", "cadence", "ended_at"],
		limit_page_length=0,
	)
	return standing_of(rows)


def _statuses(enrollments: list[str]) -> dict[str, str]:
	found = {"name": ("in", enrollments or [""])}
	rows = frappe.get_all("Cadence Enrollment", found, ["name", "status"], limit_page_length=0)
	return {row.name: row.status for row in rows}


def _entries(enrollments: list[str], event: Event) -> dict[str, Any]:
	"""The entry that the event left in each inbox, as it was decided on."""
	rows = frappe.get_all(
		"Cadence Event",
		{"enrollment": ("in", enrollments or [""]), "kind": KIND_OF[type(event)].value},
		["enrollment", "reason", "decision", "processed_at"],
		order_by="name",
		limit_page_length=0,
	)
	return {row.enrollment: row for row in rows}


def _refused(names: list[str], cadence: str, why: NotDone) -> list[Told]:
	return [Told(name, cadence, Became.REFUSED, why.value) for name in names]
