"""One person, one run: nobody is in a cadence by two records at once (S2.7)."""

from typing import Any

from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.store import compat
from cadences_app.store.live import LIVE_STATUSES


def one_of_each_person(
	cadence: str, definition: Cadence, rows: list[dict[str, Any]], result: EnrollResult
) -> list[dict[str, Any]]:
	"""Those whose person is not in the cadence by another record, where the cadence asks for it. Of the
	others `result` names that record."""
	if not definition.policy.one_per_person:
		return rows
	taken, staying = _live_people(cadence, {row["person"] for row in rows} - {"", None}), []
	for row in rows:
		person, name = row["person"], row["reference_name"]
		if person and taken.setdefault(person, name) != name:
			result.answers[name] = EnrollAnswer.PERSON_IS_IN
			result.notes[name] = taken[person]
		else:
			staying.append(row)
	return staying


def _live_people(cadence: str, people: set[str]) -> dict[str, str]:
	"""The record by which each of these people is in the cadence.

	Read without locks: those that MariaDB would take between the addresses keep others from enrolling at
	all. Of two who enroll two records of one person in the same instant, the unique `person_key` lets one in.
	"""
	if not people:
		return {}
	columns = ("name", "person", "reference_name", "status")
	rows = compat.find_in("Cadence Enrollment", columns, "person", sorted(people), {"cadence": cadence})
	found: dict[str, str] = {}
	for _enrollment, person, record, status in sorted(rows):
		if status in LIVE_STATUSES:
			found.setdefault(person, record)
	return found
