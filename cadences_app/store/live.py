"""The enrollments of records that are under way, as whoever reports something about a record needs them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.engine.statuses import LIVE, EnrollmentStatus
from cadences_app.store import compat

LIVE_STATUSES = sorted(each.value for each in LIVE)
REACHED_STATUSES = sorted((*LIVE_STATUSES, EnrollmentStatus.FAILED.value))
"""Those for which an answer or a meeting still counts: also one that failed, which goes on once it is mended
(S5.8)."""

Record = tuple[str, str]
"""DocType and name."""


@dataclass(frozen=True, slots=True)
class LiveEnrollment:
	name: str
	cadence: str
	version: str
	record: Record


def live_enrollments(records: Iterable[Record]) -> list[LiveEnrollment]:
	"""One indexed query for each DocType among the records."""
	return _with_status(records, LIVE_STATUSES)


def reached_enrollments(records: Iterable[Record]) -> list[LiveEnrollment]:
	"""The same with those that failed (`REACHED_STATUSES`)."""
	return _with_status(records, REACHED_STATUSES)


def _with_status(records: Iterable[Record], statuses: list[str]) -> list[LiveEnrollment]:
	by_doctype: dict[str, set[str]] = {}
	for doctype, name in records:
		by_doctype.setdefault(doctype, set()).add(str(name))
	return [each for doctype, names in by_doctype.items() for each in _of_module(doctype, names, statuses)]


def _of_module(doctype: str, names: set[str], statuses: list[str]) -> list[LiveEnrollment]:
	columns = ("name", "cadence", "cadence_version", "reference_name", "status")
	of_module = {"reference_doctype": doctype}
	rows = compat.find_in("Cadence Enrollment", columns, "reference_name", sorted(names), of_module)
	return [
		LiveEnrollment(name, cadence, version, (doctype, record))
		for name, cadence, version, record, status in sorted(rows)
		if status in statuses
	]


def standing_of(rows: Iterable[Any]) -> dict[str, Any]:
	"""By record, the one of its enrollments in a cadence that counts: the live one, else one that was
	completed, else the one that ended last. A record has several where others were merged into it.

	`rows` are `name`, `reference_name`, `status` and `ended_at`.
	"""

	def counts_for(row: Any) -> tuple[bool, bool, str, str]:
		completed = row.status == EnrollmentStatus.COMPLETED
		return row.status in LIVE_STATUSES, completed, str(row.ended_at or ""), row.name

	return {row.reference_name: row for row in sorted(rows, key=counts_for)}


def reached_of_person(email: str) -> list[tuple[str, str]]:
	"""The enrollments of whoever has this address that something still reaches, and their cadences."""
	person = email.strip().lower()
	if not person:
		return []
	table = frappe.qb.DocType("Cadence Enrollment")
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.cadence)
		.where((table.person == person) & table.status.isin(REACHED_STATUSES))
		.orderby(table.name)
	)
	return [(name, cadence) for name, cadence in query.run()]
