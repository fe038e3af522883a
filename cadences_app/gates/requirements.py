"""Whether a requirement of a gate is met for a record, and in words what is missing (S10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, cstr, get_datetime

from cadences_app.gates import entries, evidence
from cadences_app.gates.kinds import RequirementKind, Since
from cadences_app.gates.rules import lines_of
from cadences_app.store.rights import EVERYTHING, readable_condition


@dataclass(frozen=True, slots=True)
class Finding:
	"""A requirement as it stands: in words, whether it is met, and the Desk route where one does it.

	`points` are those of a checklist or the fields that are still blank.
	"""

	sentence: str
	is_met: bool
	route: tuple[str, ...] = ()
	points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
	"""One requirement of one gate, looked at for one document as it is about to be saved."""

	doc: Any
	gate: dict[str, Any]
	requirement: dict[str, Any]

	@property
	def since(self) -> datetime | None:
		match Since(self.requirement.get("since") or Since.EVER):
			case Since.EVER:
				return None
			case Since.THIS_RUN:
				return _run_began_at(self.doc)
			case Since.LAST_STATUS:
				field = self.gate["status_field"] or "docstatus"
				taken_at = entries.status_taken_at(self.doc.doctype, _name(self.doc), field)
				return taken_at or get_datetime(self.doc.creation or None)

	@property
	def least(self) -> int:
		return max(1, cint(self.requirement.get("least")))


def look_at(doc: Any, gate: dict[str, Any], requirement: dict[str, Any]) -> Finding:
	"""How this requirement stands for the document, with the values that it has in memory."""
	return _LOOKS[RequirementKind(requirement["kind"])](Case(doc, gate, requirement))


def _emails(case: Case) -> Finding:
	have = evidence.emails_sent(case.doc.doctype, _name(case.doc), case.since)
	return _counted(case, have, _("{0} of {1} emails sent"))


def _messages(case: Case) -> Finding:
	have = evidence.messages_sent(case.doc.doctype, _name(case.doc), case.since)
	return _counted(case, have, _("{0} of {1} messages sent"))


def _calls(case: Case) -> Finding:
	have = evidence.calls_held(case.doc.doctype, _name(case.doc), case.since)
	return _counted(case, have, _("{0} of {1} calls held"), ("List", "Event"))


def _tasks(case: Case) -> Finding:
	have = evidence.tasks_completed(case.doc.doctype, _name(case.doc), case.since)
	return _counted(case, have, _("{0} of {1} tasks completed"), ("List", "ToDo"))


def _follow_up(case: Case) -> Finding:
	cadence, key = case.requirement["cadence"], case.requirement["follow_up"]
	done = evidence.is_follow_up_completed(case.doc.doctype, _name(case.doc), cadence, key, case.since)
	title = frappe.db.get_value(
		"Cadence Follow-up", {"parent": cadence, "follow_up_key": key}, "title", cache=True
	)
	return Finding(
		_("Follow-up {0} of {1} completed").format(title or key, cadence), done, ("Form", "Cadence", cadence)
	)


def _checklist(case: Case) -> Finding:
	points = lines_of(case.requirement["points"])
	done = entries.ticked(case.doc.doctype, _name(case.doc), case.gate["name"])
	have = sum(each in done for each in points)
	sentence = _("{0} of {1} points of the checklist done").format(have, len(points))
	return Finding(sentence, have == len(points), _form(case.doc), tuple(points))


def _fields(case: Case) -> Finding:
	fields = lines_of(case.requirement["fieldnames"])
	blank = [each for each in fields if not _is_set(case.doc, each)]
	labels = ", ".join(_(case.doc.meta.get_label(each) or each) for each in blank or fields)
	return Finding(_("Filled in: {0}").format(labels), not blank, _form(case.doc), tuple(blank))


def _linked(case: Case) -> Finding:
	doctype = case.requirement["link_doctype"]
	if not frappe.db.exists("DocType", doctype):
		return Finding(_("{0}, which this site has no longer: change the gate").format(doctype), False)
	field = case.requirement["link_field"] or evidence.find_link_field(case.doc.doctype, doctype)
	holder = evidence.holder_of(doctype, field) if field else None
	if not field or not holder:
		told = _("{0}, whose link to this record is gone: change the gate")
		return Finding(told.format(_(doctype)), False)
	have = 0
	if not _is_new(case.doc):
		have = evidence.linked_submitted(_name(case.doc), doctype, holder, field, case.since)
	if readable_condition(doctype) != EVERYTHING:  # how many there are is not theirs to know (S14.1)
		return Finding(_("At least {0} submitted: {1}").format(case.least, _(doctype)), have >= case.least)
	return _counted(case, have, _("{0} of {1} submitted: {2}"), ("List", doctype), _(doctype))


def _approval(case: Case) -> Finding:
	role = case.requirement["approver_role"]
	done = entries.is_approved(
		case.doc.doctype, _name(case.doc), case.gate["name"], case.requirement["name"], case.since
	)
	return Finding(_("Approved by somebody with the role {0}").format(_(role)), done, _form(case.doc))


_LOOKS: dict[RequirementKind, Callable[[Case], Finding]] = {
	RequirementKind.EMAILS_SENT: _emails,
	RequirementKind.MESSAGES_SENT: _messages,
	RequirementKind.CALLS_HELD: _calls,
	RequirementKind.TASKS_COMPLETED: _tasks,
	RequirementKind.FOLLOW_UP_COMPLETED: _follow_up,
	RequirementKind.CHECKLIST_DONE: _checklist,
	RequirementKind.FIELDS_SET: _fields,
	RequirementKind.LINKED_SUBMITTED: _linked,
	RequirementKind.APPROVAL: _approval,
}


def _counted(case: Case, have: int, sentence: str, route: tuple[str, ...] = (), *more: str) -> Finding:
	return Finding(sentence.format(have, case.least, *more), have >= case.least, route or _form(case.doc))


def _run_began_at(doc: Any) -> datetime | None:
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"reference_doctype": doc.doctype, "reference_name": _name(doc)},
		pluck="started_at",
		order_by="started_at desc",
		limit=1,
	)
	return rows[0] if rows else get_datetime(doc.creation or None)


def _is_set(doc: Any, field: str) -> bool:
	value = doc.get(field)
	if isinstance(value, str):
		return bool(frappe.utils.strip_html(value).strip())
	return bool(value)


def _is_new(doc: Any) -> bool:
	return bool(doc.is_new())


def _name(doc: Any) -> str:
	return cstr(doc.name)


def _form(doc: Any) -> tuple[str, ...]:
	return ("Form", doc.doctype, _name(doc)) if doc.name and not _is_new(doc) else ()
