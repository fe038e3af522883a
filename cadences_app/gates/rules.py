"""The gates of the site by module, read once and kept in the cache: a save of what has none asks no query."""

from typing import Any

import frappe

GATES_KEY = "cadence_gates"


def gates_of(doctype: str) -> list[dict[str, Any]]:
	"""The enabled gates of a module with their requirements. No query while the cache holds."""
	return _gates().get(doctype, [])


def gated_modules() -> list[str]:
	return list(_gates())


def enabled() -> list[dict[str, Any]]:
	"""The enabled gates of all modules. No query while the cache holds."""
	return [gate for gates in _gates().values() for gate in gates]


def forget() -> None:
	"""To be called whenever a gate is saved, renamed or deleted."""
	frappe.cache.delete_value(GATES_KEY)
	# Who reads them before this transaction is committed keeps what was true until then.
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(GATES_KEY))


def targets_of(gate: dict[str, Any]) -> list[str]:
	"""The values that the gate keeps, one a line of its field."""
	return lines_of(gate["target_values"])


def lines_of(text: str | None) -> list[str]:
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _gates() -> dict[str, list[dict[str, Any]]]:
	return frappe.cache.get_value(GATES_KEY, _read) or {}


def _read() -> dict[str, list[dict[str, Any]]]:
	if frappe.flags.in_install or not frappe.db.table_exists("Cadence Gate"):
		return {}
	found: dict[str, list[dict[str, Any]]] = {}
	for name in frappe.get_all("Cadence Gate", {"enabled": 1}, pluck="name", order_by="name"):
		gate = frappe.get_doc("Cadence Gate", name)
		row = gate.as_dict(convert_dates_to_str=True)
		row["requirements"] = [each.as_dict(convert_dates_to_str=True) for each in gate.requirements]
		found.setdefault(gate.module, []).append(row)
	return found
