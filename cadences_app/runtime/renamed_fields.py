"""A field got another name: gates, workflows and journeys that name it call it by the new one (S15.6)."""

import json
from collections.abc import Callable
from typing import Any

import frappe

from cadences_app.gates.rules import lines_of
from cadences_app.store import compat
from cadences_app.workflows.kinds import Target, Trigger

_OF_WORKFLOW = "Cadence Workflow"


def follow_in_rules(doctype: str, old: str, new: str) -> None:
	"""In the forms, enabled or not. What keeps them in the cache has to be forgotten afterwards."""
	_follow_columns("Cadence Gate", "module", doctype, {"status_field": _called(old, new)})
	gates = frappe.get_all("Cadence Gate", {"module": doctype}, pluck="name")
	_follow_columns("Cadence Gate Requirement", "parent", gates, {"fieldnames": _in_lines(old, new)})
	_follow_columns("Cadence Gate Requirement", "link_doctype", doctype, {"link_field": _called(old, new)})
	in_stage = {"link_field": _called(old, new), "conditions": _in_filters(old, new)}
	_follow_columns("Cadence Journey Stage", "module", doctype, in_stage)
	_follow_columns(_OF_WORKFLOW, "module", doctype, {"conditions": _in_filters(old, new)})
	for trigger, target in ((Trigger.RECORD_FIELD, Target.RECORD), (Trigger.CONTACT_FIELD, Target.CONTACT)):
		if target is Target.CONTACT and doctype != "Contact":
			continue
		of_module = {"module": doctype} if target is Target.RECORD else {}
		flows = frappe.get_all(_OF_WORKFLOW, of_module, ["name", "trigger"], limit_page_length=0)
		heard = [each.name for each in flows if each.trigger == trigger]
		_follow_columns(_OF_WORKFLOW, "name", heard, {"trigger_field": _called(old, new)})
		acting = {"parent": ("in", [each.name for each in flows] or [""]), "target": ("in", _written(target))}
		rows = frappe.get_all("Cadence Workflow Action", acting, pluck="name", limit_page_length=0)
		_follow_columns("Cadence Workflow Action", "name", rows, {"fieldname": _called(old, new)})


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
