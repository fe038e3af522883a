"""What hangs on names: the keys that keep live enrollments of a record and a person unique (S2.7, S5.4)."""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.engine.events import StopRequested
from cadences_app.store import compat, definitions, enrollment_rows, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES


def keep_keys(doctype: str, old: str, new: str) -> None:
	"""Make the keys of live enrollments anew after Frappe has renamed their record or their cadence.

	Two records merged into one may both be in the same cadence: the one that got in first stays.
	"""
	if doctype == "Cadence":
		definitions.forget_modules()
		filters = {"cadence": new}
	else:
		filters = {"reference_doctype": doctype, "reference_name": new}
	rows = frappe.get_all(
		"Cadence Enrollment",
		{**filters, "status": ("in", LIVE_STATUSES)},
		["name", "cadence", "cadence_version", "reference_doctype", "reference_name", "active_key", "person"],
		order_by="name",
		limit_page_length=0,
	)
	kept: dict[str, Any] = {}
	for row in rows:
		key = enrollment_rows.active_key(row.cadence, row.reference_doctype, row.reference_name)
		kept.setdefault(key, row)
	_take_out([row for row in rows if row not in kept.values()], old)
	compat.update_rows(
		"Cadence Enrollment",
		{row.name: {"active_key": key} for key, row in kept.items() if row.active_key != key},
	)
	_keep_people(kept.values())


def _keep_people(rows: Iterable[Any]) -> None:
	rows = list(rows)
	loaded = definitions.load_many({row.cadence_version for row in rows})
	keys = {
		row.name: enrollment_rows.person_key(row.cadence, row.person, loaded[row.cadence_version])
		for row in rows
		if row.cadence_version in loaded
	}
	enrollment_rows.claim_people({name: key for name, key in keys.items() if key})


def _take_out(rows: Iterable[Any], old: str) -> None:
	"""Second live enrollments of one record: free their keys at once, and have them stopped."""
	rows = list(rows)
	freed = {row.name: {"active_key": row.name, "person_key": None} for row in rows}
	compat.update_rows("Cadence Enrollment", freed)
	merged = StopRequested(f"merged with {old}")
	inbox.record(InboxEntry(row.name, row.cadence, merged, f"{row.name}:merged") for row in rows)
