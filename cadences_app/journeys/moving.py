"""Working on noted changes: chains leave and enter stages, each once (S9.5, S15.2).

One worker works on them at a time, in the order in which they were noted; a change and what follows from it
are one transaction. A worker that dies leaves the change as it was.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

import frappe
from frappe.utils import get_datetime

from cadences_app import neighbours
from cadences_app.journeys import acting, noting, passages, rules
from cadences_app.journeys.chains import chains_of
from cadences_app.journeys.passages import Visit
from cadences_app.journeys.way import Present, first_stages, stages_entered
from cadences_app.store import compat
from cadences_app.store.live import Record
from cadences_app.store.rights import readable_records

LONGEST_ERROR = 500
MOST_CAUGHT_UP = 20


def has_pending() -> bool:
	"""Whether a change waits; no query on a site without journeys."""
	return bool(rules.enabled()) and bool(
		frappe.get_all(noting.CHANGE, {"error": ("is", "not set")}, limit=1)
	)


def claim() -> Any:
	"""The change that waits longest, locked until the transaction ends; None where there is none.

	Who finds it locked waits: a later change may be decided by what follows from an earlier one.
	"""
	table = frappe.qb.DocType(noting.CHANGE)
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.journey, table.reference_doctype, table.reference_name)
		.select(table.met, table.happened_at)
		.where(table.error.isnull())
		.orderby(table.name)
		.limit(1)
	)
	rows = (query.for_update() if compat.can_skip_locked() else query).run(as_dict=True)
	return rows[0] if rows else None


def work_on(change: Any) -> None:
	"""Let the record's chains move; in the caller's transaction, which it commits."""
	record = (change.reference_doctype, change.reference_name)
	met = frappe.parse_json(change.met)
	at = get_datetime(change.happened_at)
	journey = rules.enabled().get(change.journey)
	if met is None or not frappe.db.exists(*record):
		_leave_for_good(record, at)
	elif journey is not None:
		_follow(journey, record, set(met), at)
	frappe.db.delete(noting.CHANGE, {"name": change.name})


def set_aside(change: Any, error: str) -> None:
	"""Show a change that can't be worked on, so that the others go on."""
	compat.update_rows(noting.CHANGE, {change.name: {"error": error[:LONGEST_ERROR]}})


def _follow(journey: dict[str, Any], record: Record, met: set[str], at: datetime) -> None:
	if not readable_records(record[0], [record[1]], journey["run_as"]):
		met = set()
	belonging = chains_of(journey, *record)
	if not met and not belonging.own:
		return
	with acting.acting_as(journey):
		for chain in belonging.own:
			_take_on(journey, chain, record, met, at)
		if belonging.own or any(_take_on(journey, chain, record, met, at) for chain in belonging.by_company):
			return
		if stages := first_stages(journey["stages"], met):
			_enter(journey, passages.chain_begun_by(journey["name"], record), 1, stages, record, at)


def _take_on(journey: dict[str, Any], chain: str, record: Record, met: set[str], at: datetime) -> bool:
	"""Let the chain go on with this record; returns whether it entered a stage."""
	last = passages.present(chain)
	if last is None:
		return False
	passages.lapse(chain, record, met)
	is_own = (last.reference_doctype, last.reference_name) in (record, _amended_by(record))
	if is_own and last.left_at is None and last.stage not in met:
		_leave(journey, last, at)
	present = Present(last.stage, is_own, last.left_at is not None)
	entered = stages_entered(journey["stages"], present, met, passages.was_in(chain, record))
	if not entered:
		return False
	if last.left_at is None:
		_leave(journey, last, at)
	passages.follow(last, entered[0])
	_enter(journey, chain, last.visit + 1, entered, record, at)
	return True


def _amended_by(record: Record) -> Record | None:
	"""The cancelled document that this one stands in for."""
	doctype, name = record
	if not frappe.get_meta(doctype).has_field("amended_from"):
		return None
	amended = frappe.db.get_value(doctype, name, "amended_from")
	return (doctype, str(amended)) if amended else None


def _leave(journey: dict[str, Any], last: Any, at: datetime) -> None:
	passages.leave(last, at)
	last.left_at = at
	stage = journey["stages"].get(last.stage)
	problem = acting.on_leaving(journey, stage, (last.reference_doctype, last.reference_name))
	if problem:
		compat.update_rows(passages.PASSAGE, {last.name: {"problem": problem[: passages.LONGEST_PROBLEM]}})


def _enter(
	journey: dict[str, Any], chain: str, number: int, stages: list[str], record: Record, at: datetime
) -> None:
	"""Enter the stages one after the other; those that are passed at once do nothing to the record."""
	is_new = not passages.has_been_in(chain, stages[-1])
	for passed, following in pairwise(stages):
		passages.enter(Visit(journey["name"], chain, number, passed, record, at), "")
		last = passages.present(chain)
		passages.leave(last, at)
		passages.follow(last, following)
		number += 1
	stage = journey["stages"][stages[-1]]
	problem = acting.on_entering(stage, record)
	passages.enter(Visit(journey["name"], chain, number, stage["key"], record, at), problem)
	if is_new:
		_catch_up(journey, stage, record)


def _catch_up(journey: dict[str, Any], stage: dict[str, Any], record: Record) -> None:
	"""Look at what was made of the record before it entered: an invoice that came before the delivery."""
	following = {journey["stages"][key]["module"] for key in stage["next"] if key in journey["stages"]}
	for module in sorted(following):
		names = neighbours.successors(*record, module)[-MOST_CAUGHT_UP:]
		fresh = sorted(set(names) - passages.known(journey["name"], module, names)) if names else []
		if fresh:
			noting.note_many(module, fresh)


def _leave_for_good(record: Record, at: datetime) -> None:
	for passage in passages.open_of(record):
		passages.leave(passage, at)
	passages.mark_gone(record)
