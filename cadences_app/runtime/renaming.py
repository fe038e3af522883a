"""What hangs on names: the keys that keep a record's live enrollment unique (S5.4)."""

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
		["name", "cadence", "reference_doctype", "reference_name", "active_key"],
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


def _take_out(rows: Iterable[Any], old: str) -> None:
	"""Second live enrollments of one record: free their keys at once, and have them stopped."""
	rows = list(rows)
	compat.update_rows("Cadence Enrollment", {row.name: {"active_key": row.name} for row in rows})
	merged = StopRequested(f"merged with {old}")
	inbox.record(InboxEntry(row.name, row.cadence, merged, f"{row.name}:merged") for row in rows)
