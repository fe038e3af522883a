"""What an action on enrollments did, not what was asked for (S8.8)."""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.api.sentences import because, tell
from cadences_app.engine.events import (
	KIND_OF,
	Event,
	PauseRequested,
	ResumeRequested,
	StopRequested,
	TryAgainRequested,
)
from cadences_app.engine.statuses import LIVE, EnrollmentStatus

STANDING_STILL = (EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED)


def account_of_action(enrollments: list[str], event: Event, asked: int) -> dict[str, Any]:
	"""`done`: of how many it came true; `not_done`: of which not, each with its title and why; `sentences`:
	what followed, where it was one enrollment; `waiting`: how many the workers have yet to decide on."""
	if not enrollments:
		return {"done": 0, "not_done": [], "sentences": [], "waiting": 0}
	rows = _rows(enrollments)
	entries = _last_entries(enrollments, event)
	titles = _titles(enrollments) if len(enrollments) == 1 else {}
	told = {name: _sentences(entry, titles) for name, entry in entries.items()}
	undecided = [name for name in rows if name not in entries or not entries[name].processed_at]
	not_done = [
		{"name": name, "title": row.record_title or row.reference_name, "why": _why(entries[name])}
		for name, row in rows.items()
		if name not in undecided and not _came_true(event, row, told[name])
	]
	return {
		"done": len(rows) - len(undecided) - len(not_done),
		"not_done": not_done,
		"sentences": next(iter(told.values()), []) if len(enrollments) == 1 else [],
		"waiting": len(undecided) + asked - len(enrollments),
	}


def _rows(enrollments: Iterable[str]) -> dict[str, Any]:
	fields = ["name", "status", "record_title", "reference_name", "error"]
	found = frappe.get_all(
		"Cadence Enrollment", {"name": ("in", list(enrollments))}, fields, limit_page_length=0
	)
	return {row.name: row for row in found}


def _last_entries(enrollments: Iterable[str], event: Event) -> dict[str, Any]:
	"""The entry that the action left in each inbox, as it was decided on."""
	rows = frappe.get_all(
		"Cadence Event",
		{"enrollment": ("in", list(enrollments)), "kind": KIND_OF[type(event)].value},
		["enrollment", "reason", "decision", "error", "processed_at"],
		order_by="name",
		limit_page_length=0,
	)
	return {row.enrollment: row for row in rows}


def _titles(enrollments: list[str]) -> dict[str, str]:
	of_them = {"enrollment": ("in", enrollments)}
	return dict(frappe.get_all("Cadence Activity", of_them, ["follow_up", "title"], as_list=True))


def _sentences(entry: Any, titles: dict[str, str]) -> list[str]:
	return [
		tell(each, titles.get(each.get("follow_up"), each.get("follow_up", "")))
		for each in frappe.parse_json(entry.decision or "[]")
	]


def _came_true(event: Event, row: Any, sentences: list[str]) -> bool:
	match event:
		case PauseRequested():
			return row.status == EnrollmentStatus.PAUSED
		case ResumeRequested():
			return bool(sentences) and row.status not in STANDING_STILL
		case StopRequested():
			return row.status not in LIVE
		case TryAgainRequested():
			return not row.error and row.status not in STANDING_STILL
		case _:
			return bool(sentences)


def _why(entry: Any) -> str:
	if entry.error:
		return because("failed")
	return because(entry.reason)
