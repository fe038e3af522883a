"""How long the counts take that are shown before a cadence is deactivated or published (S7).

Run it in the app's folder of a bench; everything is rolled back at its end:

    ../../env/bin/python -m benchmarks.counts --site SITE [--enrolled 100000]

So many live enrollments of one cadence, each with a follow-up scheduled; it has rules for who left the view,
was converted and meets a condition. The best of three, by the clock and by the processor time of this process
and of the database. Less than two seconds are wanted with 100,000.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import frappe

from benchmarks import machine

CITY = "Berlin"
CHUNK = 2000
ASKED = 3
COLUMNS = ("what", "live", "seconds", "CPU seconds", "statements")
RULES = (
	{"key": "left", "kind": "Left the View"},
	{"key": "converted", "kind": "Converted"},
	{
		"key": "gone",
		"kind": "Record Conditions",
		"conditions": [{"field": "job_title", "operator": "=", "value": "Retired"}],
	},
)


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--enrolled", type=int, default=100_000)
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	try:
		rows = _measure(arguments.enrolled)
	finally:
		frappe.db.rollback()
		frappe.clear_cache()
	machine.show("counts", COLUMNS, rows)


def _measure(number: int) -> list[dict[str, Any]]:
	from cadences_app.engine.events import Republish
	from cadences_app.enrolling import consequences

	doc = _fill(number)
	edited = frappe.get_doc("Cadence", doc.name)
	edited.follow_ups[0].delay_amount = 3
	return [
		_row("deactivate", number, lambda: consequences.of_deactivating(doc)),
		_row("publish", number, lambda: consequences.of_publishing(edited, Republish.STOP_EDITED)),
	]


def _fill(number: int) -> Any:
	"""The cadence with that many live enrollments, of which each has begun."""
	from cadences_app.enrolling.enroll import enroll
	from cadences_app.store.names import new_name
	from cadences_app.tests.site import builders
	from cadences_app.tests.site.people import make_people
	from cadences_app.tests.site.viewing import make_view

	builders.make_reps()
	names = make_people(number, f"COUNT{new_name()}")
	steps = (builders.task("look", days=2), builders.task("again", "look", days=2))
	cadence = make_view(*steps, filters=[["city", "=", CITY]], exit_rules=list(RULES))
	for start in range(0, number, CHUNK):
		enroll(cadence.name, names[start : start + CHUNK])
		while builders.work():
			pass
	return frappe.get_doc("Cadence", cadence.name)


def _row(what: str, number: int, count: Callable[[], dict[str, int]]) -> dict[str, Any]:
	took = []
	for _ in range(ASKED):
		began, processor = time.perf_counter(), machine.Processor()
		with machine.counted() as asked:
			found = count()
		took.append((time.perf_counter() - began, sum(processor.used()), len(asked)))
		assert found["live"] == number, found
	seconds, used, statements = min(took)
	return {
		"what": what,
		"live": number,
		"seconds": round(seconds, 2),
		"CPU seconds": round(used, 2),
		"statements": statements,
	}


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
