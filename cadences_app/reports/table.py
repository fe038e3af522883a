"""The figures as a table: a line a cadence, or of one cadence a line a follow-up (S8.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from cadences_app.reports.measures import PRESENT, Measure

OF_ENROLLMENTS = (Measure.ENROLLED, Measure.LIVE, Measure.ENDED)
OF_FOLLOW_UPS = (
	Measure.REACHED,
	Measure.SENT,
	Measure.OPENED,
	Measure.CLICKED,
	Measure.REPLIED,
	Measure.BOUNCED,
	Measure.UNSUBSCRIBED,
	Measure.COMPLETED,
	Measure.SKIPPED,
	Measure.FAILED,
)
OVER_TIME = (Measure.ENROLLED, Measure.SENT, Measure.REPLIED, Measure.COMPLETED)


@dataclass(frozen=True, slots=True)
class Asked:
	"""What the table is of. Without cadences: of none. Blank otherwise: of all; days included."""

	cadences: tuple[str, ...]
	version: str = ""
	owner: str = ""
	since: str = ""
	until: str = ""


def lines(asked: Asked, by: str) -> list[dict[str, Any]]:
	"""The measures of each value of `by`: *cadence* or *follow_up* (blank: the enrollments themselves)."""
	found: dict[str, dict[str, Any]] = {}
	for value, measure, number in _sums(asked, by):
		found.setdefault(value or "", {by: value or ""})[measure] = int(number)
	return [found[value] for value in sorted(found)]


def days(asked: Asked) -> list[tuple[date, dict[str, int]]]:
	"""By day, of what is shown over time."""
	found: dict[date, dict[str, int]] = {}
	for day, measure, number in _sums(asked, "day"):
		if measure in OVER_TIME:
			found.setdefault(day, {})[measure] = int(number)
	return sorted(found.items())


def total(asked: Asked, *measures: Measure) -> int:
	"""One number of all these measures together."""
	wanted = {each.value for each in measures}
	return sum(int(number) for _none, measure, number in _sums(asked, "''") if measure in wanted)


def _sums(asked: Asked, by: str) -> Iterable[tuple[Any, str, int]]:
	if not asked.cadences:
		return []
	conditions = ["cadence in %(cadences)s", "measure not in %(present)s"]
	optional = {
		"version": "cadence_version = %(version)s",
		"owner": "record_owner = %(owner)s",
		"since": "day >= %(since)s",
		"until": "day <= %(until)s",
	}
	conditions += [condition for name, condition in optional.items() if getattr(asked, name)]
	values = {name: getattr(asked, name) for name in ("cadences", *optional)}
	groups = "measure" if by == "''" else f"{by}, measure"
	return frappe.db.sql(
		f"select {by}, measure, sum(number) from `tabCadence Figure`"
		f" where {' and '.join(conditions)} group by {groups}",
		values | {"present": PRESENT},
	)
