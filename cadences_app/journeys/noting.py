"""Noting that a record changed, and which stages it meets then, in the transaction of its save (S9.5)."""

import json
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.journeys import rules
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.names import new_name

CHANGE = "Cadence Journey Change"


def concerns(doctype: str) -> bool:
	"""Whether a stage of an enabled journey is of this module; without a query."""
	return bool(rules.stages_of(doctype))


def note(doctype: str, name: str) -> None:
	"""Note the stages that the record meets now: a query for each stage of its module with conditions."""
	note_many(doctype, [name])


def note_gone(doctype: str, name: str) -> None:
	"""Note that the record was deleted."""
	_write(doctype, [(None, name, None)])


def note_many(doctype: str, names: list[str]) -> None:
	"""As `note`, for several records of a module. Each journey gets a change of its own."""
	met: dict[tuple[str, str], list[str]] = {}
	for journey, stage in rules.stages_of(doctype):
		meets = meeting(stage, names)
		for name in names:
			met.setdefault((journey, name), []).extend([stage["key"]] if name in meets else [])
	_write(doctype, [(journey, name, keys) for (journey, name), keys in met.items()])


def note_in(journey: str, doctype: str, names: list[str]) -> None:
	"""As `note_many`, for one journey alone."""
	stages = [stage for each, stage in rules.stages_of(doctype) if each == journey]
	meets = {stage["key"]: meeting(stage, names) for stage in stages}
	_write(doctype, [(journey, name, [key for key, met in meets.items() if name in met]) for name in names])


def note_again(change: str) -> None:
	"""Note anew what a change was about that was set aside: its record may meet other stages by now. Of one
	that was deleted there is nothing to be asked: its change is worked on as it is."""
	row = frappe.db.get_value(
		CHANGE, change, ["journey", "reference_doctype", "reference_name"], as_dict=True, for_update=True
	)
	if row is None:  # whoever pressed twice
		return
	if not row.journey:
		frappe.db.set_value(CHANGE, change, "error", None, update_modified=False)
		enqueue_after_commit("journeys")
		return
	note_in(row.journey, row.reference_doctype, [row.reference_name])
	frappe.db.delete(CHANGE, {"name": change})


def meeting(stage: dict[str, Any], names: list[str]) -> set[str]:
	"""Those of the records that meet the stage's conditions, whoever may read them."""
	if not stage["filters"]:
		return set(names)
	found = frappe.get_all(
		stage["module"],
		[*stage["filters"], [stage["module"], "name", "in", names]],
		pluck="name",
		limit_page_length=0,
	)
	return {str(name) for name in found}


def _write(doctype: str, changes: list[tuple[str | None, str, list[str] | None]]) -> None:
	now = now_datetime()
	rows = [
		{
			**standard_columns(new_name()),
			"journey": journey,
			"reference_doctype": doctype,
			"reference_name": name,
			"met": json.dumps(keys),
			"happened_at": now,
		}
		for journey, name, keys in changes
	]
	if rows:
		compat.insert_rows(CHANGE, rows)
		enqueue_after_commit("journeys")
