"""Nobody sees through a cadence a record that they may not read (S14.1).

An enrollment, its activities, events, visits and incoming mails are as visible as the record that they are
about.
"""

from typing import Any

import frappe

from cadences_app.store import compat, definitions, long_jobs
from cadences_app.store.rights import EVERYTHING, NOTHING, is_system_manager, may_read, readable_condition


def enrollment_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Enrollment", user)


def activity_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Activity", user)


def gate_entry_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Gate Entry", user)


def workflow_run_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Workflow Run", user)


def journey_passage_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Journey Passage", user, _modules_in("Cadence Journey Passage"))


def journey_change_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Journey Change", user, _modules_in("Cadence Journey Change"))


def incoming_mail_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Incoming Mail", user)


def event_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _conditions_by("Cadence Event", "enrollment", "Cadence Enrollment", user)


def visit_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _conditions_by("Cadence Visit", "activity", "Cadence Activity", user)


def of_cadence_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Of what belongs to a cadence, its versions and problems, those whose cadence the user may read."""
	readable = readable_condition("Cadence", user)
	if readable in (EVERYTHING, NOTHING):
		return readable
	return f"`tab{doctype}`.`cadence` in (select `tabCadence`.`name` from `tabCadence` where {readable})"


def job_conditions(user: str | None = None, doctype: str = long_jobs.DOCTYPE) -> str:
	"""Long jobs of such cadences, and one's own; those about several are nobody else's."""
	user = user or frappe.session.user
	if is_system_manager(user):
		return EVERYTHING
	of_cadences = of_cadence_conditions(user, doctype) or f"`tab{doctype}`.`cadence` != ''"
	return f"(({of_cadences}) or `tab{doctype}`.`owner` = {compat.quoted(user)})"


FORM_OF = {
	"Cadence Follow-up": "Cadence",
	"Cadence Story": "Cadence",
	"Cadence Unenrollment Rule": "Cadence",
	"Cadence Gate Requirement": "Cadence Gate",
	"Cadence Journey Stage": "Cadence Journey",
	"Cadence Workflow Action": "Cadence Workflow",
	"Cadence Workflow Cadence": "Cadence Workflow",
}
"""Where the rows of each table of ours stand."""


def row_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Of the rows of forms those whose form the user may read: Frappe asks whether they may read any."""
	form = FORM_OF[doctype]
	readable = readable_condition(form, user)
	if readable in (EVERYTHING, NOTHING):
		return readable
	return f"`tab{doctype}`.`parent` in (select `tab{form}`.`name` from `tab{form}` where {readable})"


def may_see_record(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether the record of an enrollment, activity or incoming mail may be read; of one that is deleted, its
	module."""
	return may_read(doc.reference_doctype, doc.reference_name, user)


def may_see_of_cadence(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	return may_read("Cadence", doc.cadence, user)


def may_see_job(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	user = user or frappe.session.user
	return is_system_manager(user) or doc.owner == user or may_read("Cadence", doc.cadence, user)


def may_see_event(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	return _may_see_of("Cadence Enrollment", doc.enrollment, user)


def may_see_visit(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	return _may_see_of("Cadence Activity", doc.activity, user)


def _may_see_of(doctype: str, name: str | None, user: str | None) -> bool:
	fields = ["reference_doctype", "reference_name"]
	record = frappe.db.get_value(doctype, name, fields) if name else None
	return may_read(*(record or (None, None)), user)


def _conditions_by(doctype: str, field: str, parent: str, user: str | None) -> str:
	visible = _record_conditions(parent, user)
	if visible in (EVERYTHING, NOTHING):
		return visible
	return f"`tab{doctype}`.`{field}` in (select `tab{parent}`.`name` from `tab{parent}` where {visible})"


def _modules_in(doctype: str) -> list[str]:
	"""The modules of these rows, where they need not be those of cadences."""
	return [each for each in frappe.get_all(doctype, pluck="reference_doctype", distinct=True) if each]


def _record_conditions(doctype: str, user: str | None, modules: list[str] | None = None) -> str:
	"""SQL that holds for the rows whose record the user may read; blank where that is all of them."""
	user = user or frappe.session.user
	if user == "Administrator":
		return EVERYTHING
	# Who has enrollments can't be deleted, so these are the modules of all of them.
	among = definitions.modules() if modules is None else modules
	readable = {module: readable_condition(module, user) for module in among}
	if all(condition == EVERYTHING for condition in readable.values()):
		return EVERYTHING
	parts = [_module_condition(doctype, *each) for each in readable.items() if each[1] != NOTHING]
	return f"({' or '.join(parts)})" if parts else NOTHING


def _module_condition(doctype: str, module: str, condition: str) -> str:
	of_module = f"`tab{doctype}`.`reference_doctype` = {compat.quoted(module)}"
	if condition == EVERYTHING:
		return of_module
	names = f"select `tab{module}`.`name` from `tab{module}` where {condition}"
	return f"({of_module} and `tab{doctype}`.`reference_name` in ({names}))"
