"""What hangs on names: the keys that keep live enrollments of a record and a person unique (S2.7, S5.4); and
of two records that are merged into one, what each of them was in a cadence."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Max

from cadences_app.audience import bystanders, waiting
from cadences_app.engine.events import StopRequested
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.store import compat, definitions, enrollment_rows, inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES


def prepare_merge(doctype: str, old: str, new: str) -> None:
	"""Frappe is about to write one record's name in place of another's, which no key may stand against."""
	bystanders.merge(doctype, old, new)


def keep_keys(doctype: str, old: str, new: str) -> None:
	"""Make the keys of live enrollments anew after Frappe has renamed their record, its module or their
	cadence.

	Two records merged into one may both be in the same cadence: the run that is further on stays live. Who
	waits is looked at again: they may wait for what bears another name by now.
	"""
	if doctype == "Cadence":
		definitions.forget_modules()
		filters = {"cadence": new}
	elif doctype == "DocType":
		filters = {"reference_doctype": new}
	else:
		filters = {"reference_doctype": doctype, "reference_name": new}
	rows = frappe.get_all(
		"Cadence Enrollment",
		{**filters, "status": ("in", LIVE_STATUSES)},
		[
			"name",
			"cadence",
			"cadence_version",
			"reference_doctype",
			"reference_name",
			"active_key",
			"person",
			"status",
			"run",
		],
		order_by="name",
		limit_page_length=0,
	)
	kept: dict[str, Any] = {}
	for row in _furthest_first(rows):
		key = enrollment_rows.active_key(row.cadence, row.reference_doctype, row.reference_name)
		kept.setdefault(key, row)
	staying = {row.name for row in kept.values()}
	_take_out([row for row in rows if row.name not in staying], old)
	compat.update_rows(
		"Cadence Enrollment",
		{row.name: {"active_key": key} for key, row in kept.items() if row.active_key != key},
	)
	_keep_people(kept.values())
	waiting.look_again([row.name for row in kept.values() if row.status == EnrollmentStatus.WAITING])


def _keep_people(rows: Iterable[Any]) -> None:
	rows = list(rows)
	loaded = definitions.load_many({row.cadence_version for row in rows})
	keys = {
		row.name: enrollment_rows.person_key(row.cadence, row.person, loaded[row.cadence_version])
		for row in rows
		if row.cadence_version in loaded
	}
	enrollment_rows.claim_people({name: key for name, key in keys.items() if key})


def _furthest_first(rows: list[Any]) -> list[Any]:
	"""The enrollments in the order in which one stays of several: who has begun before who waits, then by how
	many follow-ups were carried out, then by when the last one was; of equals the one that got in first."""
	if len({(row.cadence, row.reference_name) for row in rows}) == len(rows):
		return rows
	carried_out = _carried_out(rows)

	def furthest(row: Any) -> tuple[bool, int, float]:
		number, last = carried_out.get((row.name, row.run), (0, None))
		return row.status != EnrollmentStatus.WAITING, number, last.timestamp() if last else 0.0

	return sorted(rows, key=furthest, reverse=True)


def _carried_out(rows: list[Any]) -> dict[tuple[str, int], tuple[int, Any]]:
	"""How many follow-ups of each run of these enrollments were carried out, and when the last one was."""
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.from_(table).select(table.enrollment, table.run, Count("*"), Max(table.carried_out_at))
	query = query.where(table.enrollment.isin([row.name for row in rows]))
	query = query.where(table.status == ActivityStatus.CARRIED_OUT.value)
	found = query.groupby(table.enrollment, table.run).run()
	return {(enrollment, run): (number, last) for enrollment, run, number, last in found}


def _take_out(rows: Iterable[Any], old: str) -> None:
	"""Second live enrollments of one record: free their keys at once, and have them stopped."""
	rows = list(rows)
	freed = {row.name: {"active_key": row.name, "person_key": None} for row in rows}
	compat.update_rows("Cadence Enrollment", freed)
	merged = StopRequested(f"merged with {old}")
	inbox.record(InboxEntry(row.name, row.cadence, merged, f"{row.name}:merged") for row in rows)
