"""What a workflow would have done on what has happened (S9): the events are heard as they were then, the
conditions are judged with the records as they are now. Nothing is changed."""

from typing import Any

import frappe

from cadences_app.engine.events import EventKind, event_from_dict
from cadences_app.store import clock, compat, enrollment_rows, journal
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.rights import readable_records
from cadences_app.workflows import chain, work
from cadences_app.workflows.heard import Happening, heard_in
from cadences_app.workflows.plan import fits

MOST_LOOKED_AT = 500
MOST_TOLD = 20
_COLUMNS = ["name", "enrollment", "cadence", "kind", "payload", "decision", "chain", "happened_at"]


def of_event(workflow: dict[str, Any], event: str) -> dict[str, Any]:
	"""As `lately` of one event, whether the workflow hears it or not (`heard`)."""
	[happened] = _happened([event])
	return _told(workflow, happened, heard=_is_heard(workflow, happened))


def lately(workflow: dict[str, Any]) -> list[dict[str, Any]]:
	"""The last events, of those that the session's user may see, that the workflow hears: whether its
	conditions hold of the record now, and what it would do. The latest first; at most MOST_TOLD, found among
	the last MOST_LOOKED_AT."""
	filters: dict[str, Any] = {"processed_at": compat.A_MOMENT, "enrollment": ("is", "set")}
	if workflow["cadences"]:
		filters["cadence"] = ("in", [each["cadence"] for each in workflow["cadences"]])
	names = frappe.get_list(
		"Cadence Event", filters, pluck="name", order_by="happened_at desc", limit_page_length=MOST_LOOKED_AT
	)
	heard = [each for each in _happened(names) if _is_heard(workflow, each)]
	readable: dict[str, set[str]] = {}
	for doctype in {each["record"][0] for each in heard}:
		of_it = {each["record"][1] for each in heard if each["record"][0] == doctype}
		readable[doctype] = readable_records(doctype, of_it)
	seen = [each for each in heard if each["record"][1] in readable[each["record"][0]]]
	return [_told(workflow, each, heard=True) for each in seen[:MOST_TOLD]]


def _told(workflow: dict[str, Any], happened: dict[str, Any], *, heard: bool) -> dict[str, Any]:
	told = work.dry_run(workflow, *happened["record"])
	doctype, name = happened["record"]
	return {
		"event": happened["row"].name,
		"kind": happened["row"].kind,
		"happened_at": str(happened["row"].happened_at),
		"doctype": doctype,
		"record": name,
		"title": happened["title"],
		"heard": heard,
		"holds": told["holds"],
		"conditions": told["conditions"],
		"actions": told["actions"] if heard else [],
	}


def _is_heard(workflow: dict[str, Any], happened: dict[str, Any]) -> bool:
	"""Whether this event would have set the workflow off, had it been there."""
	row, happening = happened["row"], happened["happening"]
	chosen = [each["cadence"] for each in workflow["cadences"]]
	if happening is None or (chosen and row.cadence not in chosen):
		return False
	if workflow["name"] in chain.read(row.chain):
		return False
	return any(each.trigger == workflow["trigger"] and fits(workflow, each) for each in heard_in(happening))


def _happened(events: list[str]) -> list[dict[str, Any]]:
	"""These events with their enrollments and records, in the same order; `happening` is None where the
	version of the cadence is gone."""
	found = {
		row.name: row
		for row in frappe.get_all("Cadence Event", {"name": ("in", events)}, _COLUMNS, limit_page_length=0)
	}
	rows = [found[each] for each in events if each in found]
	of_them = {"name": ("in", [*{row.enrollment for row in rows}, ""])}
	stored = {
		row.name: row for row in frappe.get_all("Cadence Enrollment", of_them, ["*"], limit_page_length=0)
	}
	read = {each.name: each for each in enrollment_rows.read_unlocked([*stored.values()])}
	return [
		_with_enrollment(row, stored[row.enrollment], read.get(row.enrollment))
		for row in rows
		if row.enrollment in stored
	]


def _with_enrollment(row: Any, stored: Any, current: EnrollmentInWork | None) -> dict[str, Any]:
	record = (stored.reference_doctype, stored.reference_name)
	happening = None
	if current is not None:
		happening = Happening(
			row.name,
			row.enrollment,
			row.cadence,
			record,
			event_from_dict(EventKind(row.kind), frappe.parse_json(row.payload or "{}")),
			journal.read(frappe.parse_json(row.decision or "[]")),
			current.cadence,
			current.state,
			clock.from_site(row.happened_at),
		)
	title = stored.record_title or stored.reference_name
	return {"row": row, "record": record, "title": title, "happening": happening}
