"""The account of an enrollment as people read it: how many, and why not the others (S5.2)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.api.sentences import because, beside, why_waiting
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling.result import ACCEPTED, REFUSED, EnrollAnswer, EnrollResult
from cadences_app.enrolling.said_no import SINCE, those_who_said_no
from cadences_app.enrolling.told import WHY_NOT_ENROLLED, Became, NotDone, Told
from cadences_app.store.rights import readable_records

NOT_WANTED = (EnrollmentStatus.STOPPED.value, EnrollmentStatus.FAILED.value)


def account_of(cadence: str, result: EnrollResult) -> dict[str, Any]:
	"""How many were enrolled, skipped and refused, and why (S5.2)."""
	counts = {answer: 0 for answer in EnrollAnswer}
	for answer in result.answers.values():
		counts[answer] += 1
	left_out = {name: answer for name, answer in result.answers.items() if answer not in ACCEPTED}
	module = frappe.db.get_value("Cadence", cadence, "module")
	notes = _notes_to_show(module, result)
	titles = titles_of(module, [name for name, answer in left_out.items() if answer not in REFUSED])
	ended = _ended_at_once(result)
	for name in ended:
		counts[result.answers[name]] -= 1
	return {
		"cadence": cadence,
		"enrolled": counts[EnrollAnswer.ENROLLED],
		"resumed": counts[EnrollAnswer.RESUMED],
		"restarted": counts[EnrollAnswer.RESTARTED],
		"ended": list(ended.values()),
		"earlier": _how_they_left(cadence, result.may_restart),
		"waiting": counts[EnrollAnswer.WAITING],
		"skipped": [
			{"name": name, "title": titles.get(name, name), "why": _why(answer, notes.get(name, ""))}
			for name, answer in left_out.items()
			if answer not in REFUSED
		],
		"refused": [
			{"name": name, "why": _why(answer, notes.get(name, ""))}
			for name, answer in left_out.items()
			if answer in REFUSED
		],
		"may_resume": result.may_resume,
		"may_restart": result.may_restart,
		"enrollments": result.enrollments,
		"in_background": False,
	}


def _notes_to_show(module: str, result: EnrollResult) -> dict[str, str]:
	"""What more is told of each record; another record that its person is in the cadence by (S2.7) is not
	named to who may not read it (S14.1)."""
	by_others = {
		name: result.notes.get(name, "")
		for name, answer in result.answers.items()
		if answer is EnrollAnswer.PERSON_IS_IN
	}
	known = readable_records(module, by_others.values()) if by_others else set()
	return result.notes | {name: other if other in known else "" for name, other in by_others.items()}


def _ended_at_once(result: EnrollResult) -> dict[str, dict[str, str]]:
	"""Those that got in and were out again with their first decision: they count as ended, not as enrolled
	(S8.8). By record."""
	if not result.enrollments:
		return {}
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"name": ("in", result.enrollments), "status": ("in", NOT_WANTED)},
		["reference_name", "record_title", "status", "exit_reason", "exit_note"],
		limit_page_length=0,
	)
	return {
		row.reference_name: {
			"name": row.reference_name,
			"title": row.record_title or row.reference_name,
			"why": beside(_(row.status), because(row.exit_reason, row.exit_note)),
		}
		for row in rows
		if result.answers.get(row.reference_name) in ACCEPTED
	}


def _how_they_left(cadence: str, names: list[str]) -> list[dict[str, str]]:
	"""How those whose earlier run is asked about left it, so that nobody takes up who said no (S5.5)."""
	if not names:
		return []
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"cadence": cadence, "reference_name": ("in", names)},
		["name", "reference_name", "record_title", "status", "exit_reason", "exit_note"],
		order_by="name",
		limit_page_length=0,
	)
	last = {row.reference_name: row for row in rows}
	said_no = those_who_said_no(last.values())
	return [
		{
			"name": name,
			"title": row.record_title or name,
			"how": beside(_(row.status), because(row.exit_reason, row.exit_note)),
			"said_no": row.name in said_no,
		}
		for name, row in last.items()
	]


def titles_of(module: str, names: list[str]) -> dict[str, str]:
	"""The titles of records that the user may read."""
	if not names:
		return {}
	title_field = frappe.get_meta(module).get_title_field()
	rows = frappe.get_all(
		module, {"name": ("in", names)}, ["name", title_field], as_list=True, limit_page_length=0
	)
	return {str(row[0]): str(row[-1] or row[0]) for row in rows}


def why_told(told: Told) -> str:
	"""What became of a record in a cadence, as a sentence; blank where the answer says it all."""
	why, note = told.why, told.note
	if not why:
		return ""
	if told.answer in (Became.WAITING, Became.SCHEDULED):
		return _("has to wait: {0}").format(why_waiting(why))
	for answer, (_became, code) in WHY_NOT_ENROLLED.items():
		if code == why:
			return _why(answer, note)
	texts = {
		NotDone.NOT_IN: _("is not in this cadence"),
		NotDone.CADENCE_NOT_FOUND: _("there is no such cadence, or you may not read it"),
		NotDone.CADENCE_NOT_ACTIVE: _("the cadence is not active"),
		NotDone.OTHER_MODULE: _("the cadence is for records of another kind"),
		NotDone.NO_SUCH_FOLLOW_UP: _("the cadence has no such follow-up"),
		NotDone.NOT_CHANGEABLE: _("you may not change this enrollment"),
	}
	return texts[NotDone(why)] if why in set(NotDone) else because(why, note)


def _why(answer: EnrollAnswer, note: str = "") -> str:
	texts = {
		EnrollAnswer.ALREADY_IN: _("is in this cadence already"),
		EnrollAnswer.WAS_IN: _("was in this cadence before: resume or restart?"),
		EnrollAnswer.RESUMES_WHERE_IT_LEFT: _(
			"goes on where it left: only a new run can begin with a chosen follow-up"
		),
		EnrollAnswer.SAID_NO: _("answered or unsubscribed since it ended")
		if note == SINCE
		else _("left it before: {0}").format(because(note)),
		EnrollAnswer.MATCHES_EXIT: _("would leave at once: {0}").format(because(note)),
		EnrollAnswer.NOT_TO_BE_CONTACTED: because(Reason.NOT_TO_BE_CONTACTED, note),
		EnrollAnswer.PERSON_IS_IN: _person_is_in(note),
		EnrollAnswer.WAITING: _("has to wait: {0}").format(why_waiting(note)),
		EnrollAnswer.RULE_FAILED: _("an un-enrollment rule can't be evaluated: {0}").format(note),
		EnrollAnswer.NOT_READABLE: _("was not found, or you may not read it"),
	}
	return texts[answer]


def _person_is_in(other: str) -> str:
	if not other:
		return _("the person is in this cadence by another record")
	return _("the person is in this cadence by {0}").format(other)
