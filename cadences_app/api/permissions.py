"""Nobody sees through a cadence a record that they may not read (S14.1).

An enrollment, its activities and its events are as visible as the record that they are about.
"""

from typing import Any

import frappe
from frappe.model.db_query import DatabaseQuery

EVERYTHING = ""
NOTHING = "1 = 0"


def enrollment_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Enrollment", user)


def activity_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Activity", user)


def gate_entry_conditions(user: str | None = None, doctype: str | None = None) -> str:
	return _record_conditions("Cadence Gate Entry", user)


def event_conditions(user: str | None = None, doctype: str | None = None) -> str:
	visible = _record_conditions("Cadence Enrollment", user)
	if visible == EVERYTHING:
		return EVERYTHING
	return (
		"`tabCadence Event`.`enrollment` in "
		f"(select `tabCadence Enrollment`.`name` from `tabCadence Enrollment` where {visible})"
	)


def may_see_record(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	"""Whether the record of an enrollment or activity may be read; of one that is deleted, its module."""
	return _may_read(doc.reference_doctype, doc.reference_name, user or frappe.session.user)


def may_see_event(doc: Any, ptype: str | None = None, user: str | None = None) -> bool:
	record = frappe.db.get_value(
		"Cadence Enrollment", doc.enrollment, ["reference_doctype", "reference_name"], as_dict=True
	)
	return _may_read(
		record and record.reference_doctype, record and record.reference_name, user or frappe.session.user
	)


def _may_read(doctype: str | None, name: str | None, user: str) -> bool:
	if user == "Administrator":
		return True
	if not doctype or not name or not frappe.db.exists("DocType", doctype):
		return False
	if frappe.db.exists(doctype, name):
		return bool(frappe.has_permission(doctype, "read", name, user=user))
	return _readable(doctype, user) == EVERYTHING


def _record_conditions(doctype: str, user: str | None) -> str:
	"""SQL that holds for the rows whose record the user may read; blank where that is all of them."""
	user = user or frappe.session.user
	if user == "Administrator":
		return EVERYTHING
	modules = frappe.db.sql(f"select distinct `reference_doctype` from `tab{doctype}`", pluck=True)
	readable = {module: _readable(module, user) for module in modules}
	if all(condition == EVERYTHING for condition in readable.values()):
		return EVERYTHING
	parts = [_module_condition(doctype, *each) for each in readable.items() if each[1] != NOTHING]
	return f"({' or '.join(parts)})" if parts else NOTHING


def _module_condition(doctype: str, module: str, condition: str) -> str:
	of_module = f"`tab{doctype}`.`reference_doctype` = {frappe.db.escape(module, percent=False)}"
	if condition == EVERYTHING:
		return of_module
	names = f"select `tab{module}`.`name` from `tab{module}` where {condition}"
	return f"({of_module} and `tab{doctype}`.`reference_name` in ({names}))"


def _readable(module: str, user: str) -> str:
	"""Frappe's own conditions for the records of `module` that the user may read."""
	if not module or not frappe.db.exists("DocType", module):
		return NOTHING
	query = DatabaseQuery(module, user=user)
	try:
		condition = query.build_match_conditions()
	except frappe.PermissionError:
		frappe.clear_last_message()
		return NOTHING
	# Who has no role for the module, but was given some records of it, has these beside the conditions.
	return " and ".join(f"({each})" for each in (condition, *query.conditions) if each)
