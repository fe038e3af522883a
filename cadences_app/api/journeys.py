"""Journeys over REST and from Desk: the map, who is where, the way of a record (S9.5)."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint

from cadences_app.api.answers.cadences import Job
from cadences_app.api.answers.process import Beginning, JourneyMap, Passage, PassageOfRecord
from cadences_app.api.arguments import check_right
from cadences_app.api.calling import whitelist
from cadences_app.journeys import beginning, noting, rules
from cadences_app.journeys import map as journey_map
from cadences_app.journeys.chains import PASSAGE
from cadences_app.store import compat, long_jobs
from cadences_app.store.compat import tried_anew
from cadences_app.store.rights import holds, readable_records

MOST_AT_ONCE = 500
SHOWN = ["name", "stage", "visit", "reference_doctype", "reference_name", "entered_at", "left_at"]
SHOWN += ["next_stage", "problem"]


@whitelist()
def map(journey: str) -> JourneyMap:
	"""The journey's stages with their figures, and the ways between them.

	Needs *read* on the journey and *report* on Cadence: its counts are of all records.
	"""
	doc = _journey(journey)
	frappe.has_permission("Cadence", "report", throw=True)
	return journey_map.draw(rules.plain(doc))


@whitelist()
def records(journey: str, stage: str, start: int = 0, limit: int = 50) -> list[Passage]:
	"""The records that are in a stage now, those first that entered first; only what the caller may read.

	Needs *read* on the journey.
	"""
	doc = _journey(journey)
	filters = {"journey": doc.name, "stage": stage, "left_at": compat.NO_MOMENT}
	return frappe.get_list(
		PASSAGE,
		filters,
		SHOWN,
		order_by="entered_at asc, name asc",
		limit_start=max(cint(start), 0),
		limit_page_length=min(max(cint(limit), 1), MOST_AT_ONCE),
	)


@whitelist()
def present(journey: str) -> Beginning:
	"""How many records meet a first stage and have never been in the journey, and how far a job is that lets
	them begin. Needs *write* on the journey."""
	doc = _journey(journey, "write")
	of_it = {"kind": long_jobs.JobKind.BEGIN_JOURNEY.value, "arguments": json.dumps({"journey": doc.name})}
	last = frappe.get_all(long_jobs.DOCTYPE, of_it, pluck="name", order_by="name desc", limit=1)
	return {
		"waiting": beginning.count(rules.plain(doc)),
		"job": long_jobs.standing(last[0]) if last else None,
	}


@whitelist(methods=["POST"])
@tried_anew
def begin(journey: str) -> Job:
	"""Let the records begin that were there before the journey, by a job that can be stopped and go on. Needs
	*write* on the journey."""
	doc = _journey(journey, "write")
	if not doc.enabled:
		frappe.throw(_("The journey is not enabled."))
	if (job := present(journey)["job"]) and job["status"] in long_jobs.UNFINISHED:
		frappe.throw(_("A job lets records begin this journey already."))
	waiting = beginning.count(rules.plain(doc))
	if not waiting:
		frappe.throw(_("No record meets a first stage without being in the journey already."))
	job = long_jobs.start(long_jobs.JobKind.BEGIN_JOURNEY, None, waiting, journey=doc.name)
	return long_jobs.standing(job)


@whitelist()
def of_record(doctype: str, name: str) -> list[PassageOfRecord]:
	"""The journeys of a record: each visit of its chains, oldest first, as far as the caller may read its
	record. Needs *read* on the record. Who may read no passages is told of none."""
	check_right("read", doctype, name)
	if not holds(PASSAGE, "read"):
		return []
	own = {"reference_doctype": doctype, "reference_name": name, "is_gone": 0}
	chains = frappe.get_all(PASSAGE, own, pluck="chain", distinct=True, limit_page_length=0)
	if not chains:
		return []
	visits = frappe.get_all(
		PASSAGE,
		{"chain": ("in", chains)},
		["journey", "chain", *SHOWN],
		order_by="journey asc, chain asc, visit asc",
		limit_page_length=MOST_AT_ONCE,
	)
	readable = {
		(module, each)
		for module in {visit.reference_doctype for visit in visits}
		for each in readable_records(
			module, [visit.reference_name for visit in visits if visit.reference_doctype == module]
		)
	}
	titles = _titles({visit.journey for visit in visits})
	return [
		{**visit, "title": titles.get((visit.journey, visit.stage), visit.stage)}
		for visit in visits
		if (visit.reference_doctype, visit.reference_name) in readable
	]


@whitelist(methods=["POST"])
@tried_anew
def try_again(change: str) -> None:
	"""Look again at the record of a change that could not be worked on, as it is now.

	Needs *write* on its journey.
	"""
	journey = frappe.db.get_value(noting.CHANGE, change, "journey")
	frappe.has_permission("Cadence Journey", "write", journey, throw=True)
	frappe.get_doc(noting.CHANGE, change).check_permission("read")
	noting.note_again(change)


def _journey(name: str, right: str = "read") -> Any:
	doc = frappe.get_doc("Cadence Journey", name)
	doc.check_permission(right)
	return doc


def _titles(journeys: set[str]) -> dict[tuple[str, str], str]:
	rows = frappe.get_all(
		"Cadence Journey Stage",
		{"parent": ("in", list(journeys)), "parenttype": "Cadence Journey"},
		["parent", "stage_key", "title"],
		limit_page_length=0,
	)
	return {(row.parent, row.stage_key): row.title for row in rows}
