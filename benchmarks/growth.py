"""How work grows: with what is due it may grow in proportion, with what is merely enrolled not at all.

Run it in the app's folder of a bench, on a site that may be written to:

    ../../env/bin/python -m benchmarks.growth --site SITE [--base 20] [--enrolled 1000]

Each piece of work is done at 1, 10 and 100 times its base, and the exponent fitted through the three: 1 is in
proportion, 0 not at all. Over 1.05 in what is due, or 0.1 in what is enrolled, is a fault; where the whole is
so short that a busy machine decides on it, the statements say more than the seconds. Work on what is due is
told in processor time, since that is the worker's own; what is asked of the database in seconds by the clock.
"""

import math
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import frappe

from benchmarks import (
	due as due_benchmark,
)
from benchmarks import (
	idle as idle_benchmark,
)
from benchmarks import (
	machine,
)
from benchmarks import (
	mail as mail_benchmark,
)
from benchmarks import (
	reports as reports_benchmark,
)

TIMES = (1, 10, 100)
ASKED = 5
"""How often what is quick is asked; the best counts."""
COLUMNS = ("work", "grows with", "at 1", "at 10", "at 100", "exponent", "statements", "limit", "fault")


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--base", type=int, default=20, help="follow-ups that are due at 1 time")
	parser.add_argument("--enrolled", type=int, default=1_000, help="live enrollments at 1 time")
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	try:
		enrolled = _of_what_is_enrolled(arguments.enrolled)
		frappe.db.rollback()
		due = _of_what_is_due(arguments.base)
	finally:
		frappe.db.rollback()
		frappe.clear_cache()
	machine.show("growth", COLUMNS, [*due, _mail(arguments.base), *enrolled])


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
	"""The slope of a straight line through the logarithms, by least squares."""
	xs, ys = ([math.log(max(each, 1e-9)) for each in values] for values in (sizes, figures))
	x, y = sum(xs) / len(xs), sum(ys) / len(ys)
	above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
	return above / sum((a - x) ** 2 for a in xs)


def _row(work: str, by: str, measured: list[tuple[float, int]], limit: float) -> dict[str, Any]:
	"""A row of figures: what each size took, in milliseconds, with its statements."""
	took = [seconds for seconds, _statements in measured]
	found = round(exponent(TIMES, took), 2)
	shown = {f"at {times}": round(1000 * each, 1) for times, each in zip(TIMES, took, strict=True)}
	statements = " ".join(str(each) for _seconds, each in measured)
	fault = "yes" if found > limit else ""
	return {
		"work": work,
		"grows with": by,
		**shown,
		"exponent": found,
		"statements": statements,
		"limit": limit,
		"fault": fault,
	}


def _of_what_is_due(base: int) -> list[dict[str, Any]]:
	from cadences_app.tests.site import builders

	builders.make_reps()
	follow_up = builders.task("do", days=1)
	due_benchmark.measure("warm", follow_up, "sets", base)
	tasks, enrolled = [], []
	for times in TIMES:
		count = base * times
		enrolled.append(_enroll(builders.make_cadence(follow_up).name, count))
		row = due_benchmark.measure("task", follow_up, "sets", count)
		tasks.append((count / row["a CPU second"], round(row["queries each"] * count)))
	return [_row("enroll", "records", enrolled, 1.05), _row("task", "due", tasks, 1.05)]


def _enroll(cadence: str, count: int) -> tuple[float, int]:
	from cadences_app.enrolling.enroll import enroll
	from cadences_app.store.names import new_name
	from cadences_app.tests.site.people import make_people

	leads = make_people(count, f"GROW{new_name()}")
	began = time.process_time()
	with machine.counted() as asked:
		enroll(cadence, leads)
	return time.process_time() - began, len(asked)


def _of_what_is_enrolled(base: int) -> list[dict[str, Any]]:
	from cadences_app.api import operation
	from cadences_app.cadences_app.report.cadence_figures import cadence_figures
	from cadences_app.runtime import tick

	questions: dict[str, Callable[[], Any]] = {
		"idle": tick.tick,
		"list": lambda: reports_benchmark.list_of([["status", "=", "Active"]]),
		"report": lambda: cadence_figures.execute({}),
		"health": operation.health,
	}
	found: dict[str, list[tuple[float, int]]] = {work: [] for work in questions}
	for times in TIMES:
		idle_benchmark.fill_up(base * times)
		for work, ask in questions.items():
			ask()
			found[work].append(_best(ask))
	return [_row(work, "enrolled", measured, 0.1) for work, measured in found.items()]


def _best(ask: Callable[[], Any]) -> tuple[float, int]:
	took, statements = [], 0
	for _ in range(ASKED):
		began = time.perf_counter()
		with machine.counted() as asked:
			ask()
		took.append(time.perf_counter() - began)
		statements = len(asked)
	return min(took), statements


def _mail(base: int) -> dict[str, Any]:
	from cadences_app.runtime import mail_job, scheduled
	from cadences_app.tests.faults.sink import Sink

	measured = []
	for times in TIMES:
		with Sink() as sink:
			try:
				mail_benchmark.make_due(mail_benchmark.prepare(sink.port, base * times))
				began = time.process_time()
				with machine.counted() as asked:
					scheduled.work()
					assert mail_job.work() == base * times
				measured.append((time.process_time() - began, len(asked)))
			finally:
				frappe.db.rollback()
				mail_benchmark.remove()
	return _row("mail", "due", measured, 1.05)


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
