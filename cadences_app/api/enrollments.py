"""Enrolling, un-enrolling and steering enrollments over REST and from Desk (S5, S6.5, S15.3).

Every method checks the right first: enrolling needs *create* on Cadence Enrollment, changing one needs
*write* and read access to its record.
"""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_to_date, get_datetime, now_datetime

from cadences_app.api.sentences import because, tell
from cadences_app.engine.events import (
	Event,
	PauseRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
)
from cadences_app.enrolling import control
from cadences_app.enrolling.enroll import ACCEPTED, REFUSED, Again, Answer, Outcome
from cadences_app.enrolling.enroll import enroll as enroll_records
from cadences_app.runtime import clock, definitions, scheduled

AT_ONCE = 200
PROGRESS = "cadence_enrolled"
NAMES_AT_MOST = 100_000


@frappe.whitelist()
def applicable(doctype: str, names: list[str] | str) -> list[dict[str, Any]]:
	"""The active cadences of a module; for a single record also how it fared in each before (S5.1)."""
	frappe.has_permission(doctype, "read", throw=True)
	names = _listed(names)
	active = [each for each in definitions.cadences_of(doctype) if each["status"] == "Active"]
	allowed = set(frappe.get_list("Cadence", {"module": doctype}, pluck="name", limit_page_length=0))
	earlier: dict[str, list] = {}
	if len(names) == 1:
		for row in of_record(doctype, names[0]):
			earlier.setdefault(row["cadence"], []).append(row)
	return [
		{"name": each["name"], "description": each["description"], "earlier": earlier.get(each["name"], [])}
		for each in active
		if each["name"] in allowed
	]


@frappe.whitelist(methods=["POST"])
def enroll(cadence: str, names: list[str] | str, again: str = "Ask") -> dict[str, Any]:
	"""Enroll records of the cadence's module. `again` answers for those that were in it before (S5.5).

	More than 200 records are enrolled by a background job, which reports by the realtime event
	`cadence_enrolled`.
	"""
	frappe.has_permission("Cadence Enrollment", "create", throw=True)
	wanted, choice = _listed(names), _choice(Again, again)
	if len(wanted) > AT_ONCE:
		frappe.enqueue(
			enroll_in_background,
			queue="long",
			timeout=3600,
			cadence=cadence,
			names=wanted,
			again=choice.value,
			user=frappe.session.user,
		)
		return {"in_background": True, "asked": len(wanted)}
	result = enroll_records(cadence, wanted, choice)
	scheduled.run_now(result.enrollments)
	return _account(cadence, result)


def enroll_in_background(cadence: str, names: list[str], again: str, user: str) -> None:
	"""The job behind a long enrollment: progress while it runs, the account at its end."""

	def show(done: int, all_of_them: int) -> None:
		frappe.publish_progress(done * 100 / all_of_them, title=_("Adding to {0}").format(cadence), user=user)

	result = enroll_records(cadence, names, Again(again), on_chunk=show)
	frappe.publish_realtime(PROGRESS, _account(cadence, result), user=user, after_commit=True)
	frappe.enqueue(scheduled.work, queue="default", enqueue_after_commit=True)


@frappe.whitelist(methods=["POST"])
def unenroll(doctype: str, names: list[str] | str, cadence: str = "", why: str = "") -> dict[str, Any]:
	"""Take records out of one cadence, or of all that they are in."""
	wanted = _listed(names)
	frappe.has_permission("Cadence Enrollment", "write", throw=True)
	found = control.live_enrollments(doctype, wanted, cadence)
	_carry_out(found, StopRequested(why))
	left = (
		frappe.get_all("Cadence Enrollment", {"name": ("in", found)}, pluck="reference_name") if found else []
	)
	return {"unenrolled": len(found), "not_enrolled": sorted(set(wanted) - set(left))}


@frappe.whitelist(methods=["POST"])
def pause(enrollments: list[str] | str, minutes: int | None = None, until: str | None = None) -> None:
	"""Pause for `minutes`, or until a moment in the site's time; without either until somebody resumes."""
	moment = add_to_date(now_datetime(), minutes=int(minutes)) if minutes else until and get_datetime(until)
	if moment and moment <= now_datetime():
		frappe.throw(_("The pause must end in the future."))
	_carry_out(_listed(enrollments), PauseRequested(clock.from_site(moment) if moment else None))


@frappe.whitelist(methods=["POST"])
def resume(enrollments: list[str] | str) -> None:
	"""Go on after a pause or a halt."""
	_carry_out(_listed(enrollments), ResumeRequested())


@frappe.whitelist(methods=["POST"])
def skip(enrollments: list[str] | str, target: str = "Next Follow-up") -> None:
	"""Bring the next follow-up forward to now, or go to the last one."""
	_carry_out(_listed(enrollments), SkipRequested(_choice(SkipTarget, target)))


@frappe.whitelist(methods=["POST"])
def stop(enrollments: list[str] | str, why: str = "") -> None:
	"""Take these enrollments out."""
	_carry_out(_listed(enrollments), StopRequested(why))


@frappe.whitelist()
def of_record(doctype: str, name: str) -> list[dict[str, Any]]:
	"""The enrollments of one record, the newest first (S5.1)."""
	frappe.has_permission(doctype, "read", name, throw=True)
	if not frappe.has_permission("Cadence Enrollment", "read"):
		return []
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"reference_doctype": doctype, "reference_name": name},
		[
			"name",
			"cadence",
			"status",
			"run",
			"started_at",
			"next_follow_up",
			"next_due_at",
			"paused_until",
			"exit_reason",
			"exit_note",
			"ended_at",
			"has_lost_activity",
			"error",
		],
		order_by="name desc",
	)
	return [dict(row, exit_reason=because(row.exit_reason, row.exit_note)) for row in rows]


@frappe.whitelist()
def timeline(enrollment: str) -> list[dict[str, Any]]:
	"""What happened to an enrollment, when and why, the newest first (S8.3)."""
	frappe.has_permission("Cadence Enrollment", "read", enrollment, throw=True)
	titles = dict(
		frappe.get_all("Cadence Activity", {"enrollment": enrollment}, ["follow_up", "title"], as_list=True)
	)
	rows = frappe.get_all(
		"Cadence Event",
		{"enrollment": enrollment},
		["name", "kind", "happened_at", "reason", "decision", "error", "source", "processed_at"],
		order_by="name desc",
		limit_page_length=500,
	)
	return [_timeline_entry(row, titles) for row in rows]


def _timeline_entry(row: Any, titles: dict[str, str]) -> dict[str, Any]:
	told = [
		tell(each, titles.get(each.get("follow_up"), each.get("follow_up", "")))
		for each in json.loads(row.decision or "[]")
	]
	return {
		"at": row.happened_at,
		"kind": _(row.kind),
		"sentences": told or [because(row.reason) if row.processed_at else _("waits to be looked at")],
		"reason": row.reason,
		"source": row.source,
		"error": row.error,
	}


def _carry_out(enrollments: list[str], event: Event) -> None:
	"""Put the wish into the inbox and decide on it at once, so that the answer shows it."""
	if enrollments:
		scheduled.run_now(control.ask(enrollments, event))


def _account(cadence: str, result: Outcome) -> dict[str, Any]:
	"""How many were enrolled, skipped and refused, and why (S5.2)."""
	counts = {answer: 0 for answer in Answer}
	for answer in result.answers.values():
		counts[answer] += 1
	left_out = {name: answer for name, answer in result.answers.items() if answer not in ACCEPTED}
	titles = _titles(cadence, [name for name, answer in left_out.items() if answer not in REFUSED])
	return {
		"cadence": cadence,
		"enrolled": counts[Answer.ENROLLED],
		"resumed": counts[Answer.RESUMED],
		"restarted": counts[Answer.RESTARTED],
		"skipped": [
			{"name": name, "title": titles.get(name, name), "why": _why(answer, result.notes.get(name, ""))}
			for name, answer in left_out.items()
			if answer not in REFUSED
		],
		"refused": [
			{"name": name, "why": _why(answer)} for name, answer in left_out.items() if answer in REFUSED
		],
		"may_resume": result.may_resume,
		"may_restart": result.may_restart,
		"enrollments": result.enrollments,
		"in_background": False,
	}


def _titles(cadence: str, names: list[str]) -> dict[str, str]:
	if not names:
		return {}
	module = frappe.db.get_value("Cadence", cadence, "module")
	title_field = frappe.get_meta(module).get_title_field()
	rows = frappe.get_all(module, {"name": ("in", names)}, ["name", title_field], as_list=True)
	return {row[0]: str(row[-1] or row[0]) for row in rows}


def _why(answer: Answer, note: str = "") -> str:
	texts = {
		Answer.ALREADY_IN: _("is in this cadence already"),
		Answer.WAS_IN: _("was in this cadence before: resume or restart?"),
		Answer.MATCHES_EXIT: _("would leave at once: {0}").format(note),
		Answer.DAY_IS_FULL: _("the cadence takes no more records today"),
		Answer.NOT_READABLE: _("was not found, or you may not read it"),
	}
	return texts[answer]


def _listed(names: list[str] | str) -> list[str]:
	"""A list of names, also when it came as JSON in a form."""
	found = frappe.parse_json(names) if isinstance(names, str) else names
	if isinstance(found, str):
		found = [found]
	if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
		frappe.throw(_("Expected a list of names."))
	if len(found) > NAMES_AT_MOST:
		frappe.throw(_("At most {0} records at once.").format(NAMES_AT_MOST))
	return found


def _choice(kind: Any, value: str) -> Any:
	try:
		return kind(value)
	except ValueError:
		known = ", ".join(each.value for each in kind)
		frappe.throw(_("{0} is none of: {1}").format(value, known))
