"""Finding what changed without a save: overdue invoices, whose status ERPNext writes in sets (S9.5)."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app import neighbours
from cadences_app.journeys import noting, rules
from cadences_app.journeys.chains import PASSAGE

CHUNK = 500
FORGOTTEN_AFTER = timedelta(days=180)
"""Chains that dropped out longer ago are looked at only when one of their records is saved."""


def sweep() -> int:
	"""Note the records that meet their stages no more, or one that may follow. Returns how many."""
	noted = 0
	for journey in rules.enabled().values():
		for stage in journey["stages"].values():
			names = _present_in(journey["name"], stage)
			for start in range(0, len(names), CHUNK):
				noted += _look_at(journey, stage, names[start : start + CHUNK])
	return noted


def _present_in(journey: str, stage: dict[str, Any]) -> list[str]:
	of_stage = {"journey": journey, "stage": stage["key"], "reference_doctype": stage["module"]}
	rows = frappe.get_all(
		PASSAGE,
		{**of_stage, "present_key": ("is", "set"), "is_gone": 0},
		["reference_name", "left_at"],
		order_by="name",
		limit_page_length=0,
	)
	since = now_datetime() - FORGOTTEN_AFTER
	return [row.reference_name for row in rows if row.left_at is None or row.left_at > since]


def _look_at(journey: dict[str, Any], stage: dict[str, Any], names: list[str]) -> int:
	found: dict[str, set[str]] = {stage["module"]: set(names) - noting.meeting(stage, names)}
	for key in stage["next"]:
		following = journey["stages"].get(key)
		if following is None:
			continue
		candidates = names
		if following["module"] != stage["module"]:
			candidates = [
				each
				for name in names
				for each in neighbours.successors(stage["module"], name, following["module"])
			]
		if candidates:
			found.setdefault(following["module"], set()).update(noting.meeting(following, candidates))
	for module, records in found.items():
		noting.note_many(module, sorted(records))
	return sum(map(len, found.values()))
