"""The rows of journeys: each visit of a chain to a stage (S9.5)."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe

from cadences_app.journeys.chains import PASSAGE
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.live import Record
from cadences_app.store.names import new_name

LONGEST_PROBLEM = 500
COLUMNS = ["name", "journey", "stage", "chain", "visit", "reference_doctype", "reference_name"]
COLUMNS += ["entered_at", "left_at"]


@dataclass(frozen=True, slots=True)
class Visit:
	"""A stage that a record enters, `number` being the how-manieth of its chain."""

	journey: str
	chain: str
	number: int
	stage: str
	record: Record
	at: datetime


def chain_begun_by(journey: str, record: Record) -> str:
	"""The name of the chain that this record begins; a later record of the same name begins another."""
	creation = frappe.db.get_value(*record, "creation")
	told = "\n".join((journey, *record, str(creation)))
	return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()[:24]


def present(chain: str) -> Any:
	"""The chain's last visit."""
	return frappe.db.get_value(PASSAGE, {"present_key": chain}, COLUMNS, as_dict=True)


def was_in(chain: str, record: Record) -> set[str]:
	"""The stages in which the record was, and whose conditions it has met ever since."""
	filters = {**_of(record), "chain": chain, "has_lapsed": 0}
	return set(frappe.get_all(PASSAGE, filters, pluck="stage", limit_page_length=0))


def lapse(chain: str, record: Record, met: Collection[str]) -> None:
	"""Note that the record meets no other stages than these: it may enter those again later."""
	filters = {**_of(record), "chain": chain, "has_lapsed": 0, "stage": ("not in", [*met, ""])}
	names = frappe.get_all(PASSAGE, filters, pluck="name", limit_page_length=0)
	compat.update_rows(PASSAGE, {name: {"has_lapsed": 1} for name in names})


def has_been_in(chain: str, stage: str) -> bool:
	return bool(frappe.get_all(PASSAGE, {"chain": chain, "stage": stage}, limit=1))


def known(journey: str, doctype: str, names: list[str]) -> set[str]:
	"""Those of the records that are or were in the journey."""
	filters = {"journey": journey, "reference_doctype": doctype, "reference_name": ("in", names)}
	return set(
		frappe.get_all(PASSAGE, {**filters, "is_gone": 0}, pluck="reference_name", limit_page_length=0)
	)


def leave(passage: Any, at: datetime) -> None:
	at = max(at, passage.entered_at)
	seconds = int((at - passage.entered_at).total_seconds())
	compat.update_rows(PASSAGE, {passage.name: {"left_at": at, "seconds": seconds}})


def follow(passage: Any, stage: str) -> None:
	"""Another visit follows this one, which frees its key."""
	compat.update_rows(PASSAGE, {passage.name: {"next_stage": stage, "present_key": None}})


def enter(visit: Visit, problem: str) -> None:
	row = new_name()
	values = {
		**standard_columns(row),
		"journey": visit.journey,
		"stage": visit.stage,
		"chain": visit.chain,
		"visit": visit.number,
		"reference_doctype": visit.record[0],
		"reference_name": visit.record[1],
		"entered_at": visit.at,
		"problem": problem[:LONGEST_PROBLEM],
		"passage_key": f"{visit.chain}:{visit.number}",
		"present_key": visit.chain,
	}
	compat.insert_rows(PASSAGE, [values])


def mark_gone(record: Record) -> None:
	"""The record was deleted: a later one of its name has nothing to do with it."""
	names = frappe.get_all(PASSAGE, {**_of(record), "is_gone": 0}, pluck="name", limit_page_length=0)
	compat.update_rows(PASSAGE, {name: {"is_gone": 1} for name in names})


def open_of(record: Record) -> list[Any]:
	"""The record's visits that last."""
	return frappe.get_all(PASSAGE, {**_of(record), "left_at": compat.NO_MOMENT, "is_gone": 0}, COLUMNS)


def _of(record: Record) -> dict[str, Any]:
	return {"reference_doctype": record[0], "reference_name": record[1]}
