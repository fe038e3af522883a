"""The enabled workflows, read once and kept in the cache: what none of them concerns asks no query."""

from collections.abc import Collection, Mapping
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.workflows.kinds import Target, Trigger

KEY = "cadence_workflows"


def enabled() -> list[dict[str, Any]]:
	"""The enabled workflows with their actions, by name. No query while the cache holds."""
	return frappe.cache.get_value(KEY, _read) or []


def concerning(cadence: str, trigger: Trigger) -> list[dict[str, Any]]:
	return [
		each
		for each in enabled()
		if each["trigger"] == trigger and (not each["cadences"] or cadence in each["cadences"])
	]


def awaits(*triggers: Trigger) -> bool:
	return any(each["trigger"] in triggers for each in enabled())


def doctypes_of(target: Target, workflow: Mapping[str, Any]) -> set[str]:
	"""The DocTypes whose fields a workflow means by this target; it has `module` and the names of its
	`cadences`."""
	match target:
		case Target.RECORD:
			return {workflow["module"]} if workflow["module"] else _modules_of(workflow["cadences"])
		case Target.CONTACT:
			return {"Contact"}
		case Target.ACCOUNT:
			return {each for each in neighbours.ACCOUNTS if frappe.db.exists("DocType", each)}


def _modules_of(cadences: Collection[str]) -> set[str]:
	"""The modules of these cadences; without any, of all."""
	named = {"name": ("in", list(cadences))} if cadences else {}
	return set(frappe.get_all("Cadence", named, pluck="module", distinct=True))


def forget() -> None:
	"""To be called whenever a workflow is saved, renamed or deleted."""
	frappe.cache.delete_value(KEY)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(KEY))


def _read() -> list[dict[str, Any]]:
	if frappe.flags.in_install or not frappe.db.table_exists("Cadence Workflow"):
		return []
	return [
		_plain(name)
		for name in frappe.get_all("Cadence Workflow", {"enabled": 1}, pluck="name", order_by="name")
	]


def _plain(name: str) -> dict[str, Any]:
	doc = frappe.get_doc("Cadence Workflow", name)
	row = doc.as_dict(convert_dates_to_str=True)
	return row | {
		"cadences": [each.cadence for each in doc.cadences],
		"actions": [each.as_dict(convert_dates_to_str=True) for each in doc.actions],
	}
