"""The enabled journeys, read once and kept in the cache: a save of what has no stage asks no query."""

from typing import Any

import frappe

KEY = "cadence_journeys"
JOURNEY, STAGE = "Cadence Journey", "Cadence Journey Stage"


def enabled() -> dict[str, dict[str, Any]]:
	"""The enabled journeys by name, each with its stages by key. No query while the cache holds."""
	return frappe.cache.get_value(KEY, _read) or {}


def stages_of(doctype: str) -> list[tuple[str, dict[str, Any]]]:
	"""The stages of enabled journeys that are of this module, each with its journey's name."""
	return [
		(name, stage)
		for name, journey in enabled().items()
		for stage in journey["stages"].values()
		if stage["module"] == doctype
	]


def modules() -> list[str]:
	return sorted({stage["module"] for journey in enabled().values() for stage in journey["stages"].values()})


def forget() -> None:
	"""To be called whenever a journey is saved, renamed or deleted."""
	frappe.cache.delete_value(KEY)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(KEY))


def plain(journey: Any) -> dict[str, Any]:
	"""A journey as what reads it needs it: its stages by key, their filters and followers as lists."""
	return {
		"name": journey.name,
		"run_as": journey.run_as,
		"stages": {each.stage_key: _plain_stage(each) for each in journey.stages},
	}


def keys_in(text: str | None) -> list[str]:
	"""The keys of stages, one a line or parted by commas."""
	return [each.strip() for each in (text or "").replace(",", "\n").splitlines() if each.strip()]


def _plain_stage(row: Any) -> dict[str, Any]:
	return {
		"key": row.stage_key,
		"title": row.title,
		"module": row.module,
		"is_first": bool(row.is_first),
		"filters": frappe.parse_json(row.conditions or "[]"),
		"link_field": row.link_field,
		"cadence": row.cadence,
		"responsible": row.responsible,
		"next": keys_in(row.next_stages),
	}


def _read() -> dict[str, dict[str, Any]]:
	if frappe.flags.in_install or not frappe.db.table_exists(JOURNEY):
		return {}
	names = frappe.get_all(JOURNEY, {"enabled": 1}, pluck="name", order_by="name")
	return {name: plain(frappe.get_doc(JOURNEY, name)) for name in names}
