"""The account of an enrollment as people read it: how many, and why not the others (S5.2)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.api.sentences import because, why_waiting
from cadences_app.engine.reasons import Reason
from cadences_app.enrolling.result import ACCEPTED, REFUSED, EnrollAnswer, EnrollResult


def account_of(cadence: str, result: EnrollResult) -> dict[str, Any]:
	"""How many were enrolled, skipped and refused, and why (S5.2)."""
	counts = {answer: 0 for answer in EnrollAnswer}
	for answer in result.answers.values():
		counts[answer] += 1
	left_out = {name: answer for name, answer in result.answers.items() if answer not in ACCEPTED}
	titles = _titles(cadence, [name for name, answer in left_out.items() if answer not in REFUSED])
	return {
		"cadence": cadence,
		"enrolled": counts[EnrollAnswer.ENROLLED],
		"resumed": counts[EnrollAnswer.RESUMED],
		"restarted": counts[EnrollAnswer.RESTARTED],
		"waiting": counts[EnrollAnswer.WAITING],
		"skipped": [
			{"name": name, "title": titles.get(name, name), "why": _why(answer, result.notes.get(name, ""))}
			for name, answer in left_out.items()
			if answer not in REFUSED
		],
		"refused": [
			{"name": name, "why": _why(answer, result.notes.get(name, ""))}
			for name, answer in left_out.items()
			if answer in REFUSED
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
	return {str(row[0]): str(row[-1] or row[0]) for row in rows}


def _why(answer: EnrollAnswer, note: str = "") -> str:
	texts = {
		EnrollAnswer.ALREADY_IN: _("is in this cadence already"),
		EnrollAnswer.WAS_IN: _("was in this cadence before: resume or restart?"),
		EnrollAnswer.MATCHES_EXIT: _("would leave at once: {0}").format(because(note)),
		EnrollAnswer.NOT_TO_BE_CONTACTED: because(Reason.NOT_TO_BE_CONTACTED, note),
		EnrollAnswer.PERSON_IS_IN: _("the person is in this cadence by {0}").format(note),
		EnrollAnswer.WAITING: _("has to wait: {0}").format(why_waiting(note)),
		EnrollAnswer.RULE_FAILED: _("an un-enrollment rule can't be evaluated: {0}").format(note),
		EnrollAnswer.NOT_READABLE: _("was not found, or you may not read it"),
	}
	return texts[answer]
