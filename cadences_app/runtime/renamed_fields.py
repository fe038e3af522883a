"""A field got another name: gates, workflows and journeys that name it call it by the new one (S15.6)."""

import json
from collections.abc import Callable
from typing import Any

import frappe

from cadences_app.gates.rules import lines_of
from cadences_app.store import compat
from cadences_app.workflows import rules
from cadences_app.workflows.kinds import TARGET_OF, Target

_OF_WORKFLOW = "Cadence Workflow"


def follow_in_rules(doctype: str, old: str, new: str) -> None:
	"""In the forms, enabled or not. What keeps them in the cache has to be forgotten afterwards."""
	_follow_columns("Cadence Gate", "module", doctype, {"status_field": _called(old, new)})
	gates = frappe.get_all("Cadence Gate", {"module": doctype}, pluck="name")
	_follow_columns("Cadence Gate Requirement", "parent", gates, {"fieldnames": _in_lines(old, new)})
	linked = _gates_linked_by(doctype, old)
	_follow_columns("Cadence Gate Requirement", "name", linked, {"link_field": _called(old, new)})
	in_stage = {"link_field": _called(old, new), "conditions": _in_filters(old, new)}
	_follow_columns("Cadence Journey Stage", "module", doctype, in_stage)
	_follow_columns(_OF_WORKFLOW, "module", doctype, {"conditions": _in_filters(old, new)})
	workflows = _workflows()
	for trigger, target in TARGET_OF.items():
		mean_it = [each for each in workflows if _means(rules.doctypes_of(target, each), doctype, old)]
		heard = [each.name for each in mean_it if each.trigger == trigger]
		_follow_columns(_OF_WORKFLOW, "name", heard, {"trigger_field": _called(old, new)})
		acting = {"parent": ("in", [each.name for each in mean_it] or [""])}
		acting |= {"target": ("in", _written(target))}
		rows = frappe.get_all("Cadence Workflow Action", acting, pluck="name", limit_page_length=0)
		_follow_columns("Cadence Workflow Action", "name", rows, {"fieldname": _called(old, new)})


def _gates_linked_by(doctype: str, field: str) -> list[str]:
	"""The requirements that mean this field by their link, be it one of a table of what they count."""
	rows = frappe.get_all(
		"Cadence Gate Requirement", {"link_field": field}, ["name", "link_doctype"], limit_page_length=0
	)
	return [row.name for row in rows if doctype in _tables_of(row.link_doctype)]


def _tables_of(doctype: str | None) -> list[str]:
	"""The DocType and those of its tables; none where it is gone."""
	if not doctype or not frappe.db.exists("DocType", doctype):
		return []
	return [doctype, *(each.options for each in frappe.get_meta(doctype).get_table_fields())]


def _workflows() -> list[Any]:
	"""All workflows, with the names of their cadences."""
	named: dict[str, list[str]] = {}
	for row in frappe.get_all("Cadence Workflow Cadence", {}, ["parent", "cadence"], limit_page_length=0):
		named.setdefault(row.parent, []).append(row.cadence)
	found = frappe.get_all(_OF_WORKFLOW, {}, ["name", "module", "trigger"], limit_page_length=0)
	return [frappe._dict(each, cadences=named.get(each.name, [])) for each in found]


def _means(doctypes: set[str], doctype: str, field: str) -> bool:
	"""Whether a field's name in a rule that is about these DocTypes is this one's: where another has a field
	of that name too, it stays."""
	return doctype in doctypes and not any(
		frappe.get_meta(each).has_field(field) for each in doctypes - {doctype}
	)


def _written(target: Target) -> list[str]:
	"""How a target stands in a row: blank is the record."""
	return [target.value, ""] if target is Target.RECORD else [target.value]


def _follow_columns(
	doctype: str, key: str, wanted: str | list[str], columns: dict[str, Callable[[str], str]]
) -> None:
	listed = wanted if isinstance(wanted, list) else [wanted]
	rows = frappe.get_all(doctype, {key: ("in", listed or [""])}, ["name", *columns], limit_page_length=0)
	changed: dict[str, dict[str, Any]] = {}
	for row in rows:
		followed = {column: follow(row[column]) for column, follow in columns.items() if row[column]}
		followed = {column: text for column, text in followed.items() if text != row[column]}
		if followed:
			changed[row.name] = followed
	compat.update_rows(doctype, changed)


def _called(old: str, new: str) -> Callable[[str], str]:
	return lambda text: new if text == old else text


def _in_lines(old: str, new: str) -> Callable[[str], str]:
	def follow(text: str) -> str:
		lines = lines_of(text)
		return "\n".join(new if each == old else each for each in lines) if old in lines else text

	return follow


def _in_filters(old: str, new: str) -> Callable[[str], str]:
	"""The list of conditions as it was written where the field is not in it."""

	def follow(text: str) -> str:
		written = json.loads(text)
		followed = [_condition(each, old, new) for each in written]
		return text if followed == written else json.dumps(followed)

	return follow


def _condition(written: list[Any], old: str, new: str) -> list[Any]:
	place = 0 if len(written) < 4 else 1
	return [new if at == place and each == old else each for at, each in enumerate(written)]
