"""Whether a record meets a workflow's conditions, with the values that decided it."""

import json
from dataclasses import dataclass
from typing import Any

import frappe


@dataclass(frozen=True, slots=True)
class Verdict:
	holds: bool
	told: list[dict[str, Any]]
	"""Each condition with the value that the record had."""


def judge(workflow: dict[str, Any], doctype: str, name: str) -> Verdict:
	"""Asked of the database with the rights of the session's user, as the list with these filters is.

	A record of another module, or one that the user may not read, meets nothing.
	"""
	if workflow["module"] and workflow["module"] != doctype:
		return Verdict(
			False, [{"field": "doctype", "operator": "=", "value": workflow["module"], "found": doctype}]
		)
	filters = json.loads(workflow["conditions"] or "[]")
	wanted = [each if len(each) == 4 else [doctype, *each] for each in filters]
	holds = bool(frappe.get_list(doctype, [*wanted, [doctype, "name", "=", name]], pluck="name", limit=1))
	return Verdict(holds, _told(doctype, name, wanted))


def _told(doctype: str, name: str, filters: list[list[Any]]) -> list[dict[str, Any]]:
	fields = list(dict.fromkeys(each[1] for each in filters if each[0] == doctype))
	found = frappe.get_list(doctype, {"name": name}, fields, limit=1) if fields else []
	values = found[0] if found else {}
	return [
		{"field": field, "operator": operator, "value": value, "found": values.get(field)}
		for _doctype, field, operator, value in filters
	]
