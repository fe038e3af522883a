"""Whether a cadence makes a difference (S8.5): its records beside those that were held out by chance.

What is compared is how many were converted, since who is held out gets nothing that could be answered. Of
each side the latest thousands are looked at, whatever became of their enrollment.
"""

from dataclasses import dataclass

import frappe

from cadences_app import neighbours
from cadences_app.engine.definition import Cadence
from cadences_app.reports.comparison import Arm, Verdict, judge

MOST = 5000
CHUNK = 1000
ENROLLED, HELD_OUT = "Enrolled", "Held Out"


@dataclass(frozen=True, slots=True)
class Comparison:
	"""Both sides: `sent` of an arm is how many records were looked at, `replied` how many were converted."""

	enrolled: Arm
	held_out: Arm
	verdict: Verdict


def compare(cadence: str, definition: Cadence) -> Comparison | None:
	"""None where nobody is held out."""
	held_out = frappe.get_all(
		"Cadence Bystander",
		{"cadence": cadence, "why": "Holdout"},
		pluck="reference_name",
		order_by="creation desc",
		limit=MOST,
	)
	if not held_out:
		return None
	enrolled = frappe.get_all(
		"Cadence Enrollment",
		{"cadence": cadence},
		pluck="reference_name",
		order_by="creation desc",
		limit=MOST,
	)
	arms = [
		Arm(name, len(set(records)), _converted(definition.module, sorted(set(records))))
		for name, records in ((ENROLLED, enrolled), (HELD_OUT, held_out))
	]
	return Comparison(*arms, judge(arms))


def _converted(module: str, names: list[str]) -> int:
	neighbour, meta = neighbours.of(module), frappe.get_meta(module)
	columns = ["name", *(each for each in ("status", "converted") if meta.has_field(each))]
	found = 0
	for start in range(0, len(names), CHUNK):
		chunk = {"name": ("in", names[start : start + CHUNK])}
		rows = frappe.get_all(module, chunk, columns, limit_page_length=0)
		found += len(neighbour.converted(module, {str(row.name): row for row in rows}))
	return found
