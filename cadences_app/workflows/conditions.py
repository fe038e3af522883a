"""Conditions that are written as filters: whether they can be used, and whether a record meets them."""

from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.reading import read_json
from cadences_app.store.templates import readable_fields


@dataclass(frozen=True, slots=True)
class Verdict:
	holds: bool
	told: list[dict[str, Any]]
	"""Each condition with the value that the record had, of a field that everybody may read who may read it:
	whoever looks at a run may be somebody else than its user."""


def judge(workflow: dict[str, Any], doctype: str, name: str) -> Verdict:
	"""Asked of the database with the rights of the session's user, as the list with these filters is.

	A record of another module, or one that the user may not read, meets nothing.
	"""
	if workflow["module"] and workflow["module"] != doctype:
		return Verdict(
			False, [{"field": "doctype", "operator": "=", "value": workflow["module"], "found": doctype}]
		)
	filters = frappe.parse_json(workflow["conditions"] or "[]")
	wanted = [each if len(each) == 4 else [doctype, *each] for each in filters]
	holds = bool(frappe.get_list(doctype, [*wanted, [doctype, "name", "=", name]], pluck="name", limit=1))
	return Verdict(holds, _told(doctype, name, wanted))


def _told(doctype: str, name: str, filters: list[list[Any]]) -> list[dict[str, Any]]:
	shown = readable_fields(doctype)
	fields = [
		each for each in dict.fromkeys(each[1] for each in filters if each[0] == doctype) if each in shown
	]
	found = frappe.get_list(doctype, {"name": name}, fields, limit=1) if fields else []
	values = found[0] if found else {}
	return [
		{"field": field, "operator": operator, "value": value, "found": values.get(field)}
		for _doctype, field, operator, value in filters
	]


def check_filters(module: str, text: str) -> None:
	"""Refuse what can't be used as filters of this module, or not by the session's user."""
	filters = _read(text)
	frappe.db.savepoint("filters")
	try:
		frappe.get_list(module, filters, pluck="name", limit=1)
	except Exception as error:
		frappe.db.rollback(save_point="filters")  # PostgreSQL does nothing more in a transaction with a fault
		if isinstance(error, frappe.PermissionError) and _are_known(module, filters):
			raise
		frappe.throw(_("The conditions can't be used as filters of {0}.").format(_(module)))


def _are_known(module: str, filters: list[list[Any]]) -> bool:
	"""Whether there are such fields at all: Frappe 16 speaks of rights where there are none."""
	named = (each[:2] if len(each) == 4 else [module, each[0]] for each in filters)
	return all("." in field or field in frappe.get_meta(each).get_valid_columns() for each, field in named)


def _read(text: str) -> list[list[Any]]:
	try:
		filters = read_json(text)
	except ValueError:
		filters = None
	is_list = isinstance(filters, list) and all(isinstance(each, list) for each in filters)
	if not is_list or not all(len(each) in (3, 4) and isinstance(each[0], str) for each in filters):
		frappe.throw(_("The conditions are no list of [field, operator, value]."))
	return filters
