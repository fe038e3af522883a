"""How fast records come into a cadence by themselves, and what a save costs beside it.

Run it in the app's folder of a bench, on a site that may be written to:

    ../../env/bin/python -m benchmarks.audience --site SITE [--records 100000]

Each row holds a figure against another of the same run:

- enrolling: records a second for a view of that many, beside a plain INSERT … SELECT of the same rows into an
  empty table with the same columns and indexes, committed as often;
- sweeping: one sweep with 100 changed records, of a view of all records, beside one of 1,000;
- saving: a Lead with 50 active cadences none of which it enters, beside the same without the app's hooks: a
  field that no cadence looks at is changed, or the one that their views ask for. By the clock, and by the
  processor time of this process.

What it made is deleted at the end.
"""

import argparse
import statistics
import time
from typing import Any

import frappe

from benchmarks import machine
from cadences_app.audience import opening, progress, sweep
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling import activation
from cadences_app.enrolling.form.definition import fill
from cadences_app.runtime import sweeping
from cadences_app.store import compat, definitions
from cadences_app.tests.site.people import make_people, remove_people

PREFIX = "BENCHA"
CITY, SMALL_CITY = "Berlin", "Smalltown"
CHANGED = 100
CADENCES = 50
SAVES = 400
COLUMNS = ("what", "ours", "beside it", "quotient", "by CPU", "more queries")
OURS = ("Cadence Event", "Cadence Activity", "Cadence Enrollment", "Cadence Version", "Cadence Sweep")
OURS += ("Cadence Bystander", "Cadence Problem", "Cadence Job")


def main() -> None:
	arguments = _arguments()
	machine.connect(arguments.site)
	rows: list[dict[str, Any]] = []
	_remove()
	try:
		if arguments.only != "saving":
			names = make_people(arguments.records, PREFIX)
			compat.use_read_committed()  # as every job; it commits
			rows += [_measure_enrolling(len(names)), _measure_sweeping(names)]
		if arguments.only != "enrolling":
			rows += _measure_saving(_a_stranger())
	finally:
		frappe.db.rollback()
		_remove()
	machine.show("audience", COLUMNS, rows)


def _arguments() -> argparse.Namespace:
	parser = machine.parser(__doc__)
	parser.add_argument("--records", type=int, default=100_000)
	parser.add_argument("--only", choices=("enrolling", "saving"), help="enrolling is with sweeping")
	return parser.parse_args()


def _measure_enrolling(number: int) -> dict[str, Any]:
	"""The whole view, of a cadence that lets nobody in by itself: as a job enrolls those present."""
	cadence = _cadence("all", [["city", "=", CITY]], entering="Not by Itself")
	frappe.db.commit()
	view = opening.view_of(cadence)
	began, processor = time.perf_counter(), machine.Processor()
	for _went_to, _result in sweep.enter(view, sweep.WHOLE):
		frappe.db.commit()
	took, used = time.perf_counter() - began, processor.used()
	enrolled = frappe.db.count("Cadence Enrollment", {"cadence": cadence.name})
	assert enrolled == number, (enrolled, number)
	plain, used_plain = _plain_insert(cadence.name)
	each = [round(seconds / number * 1e6) for seconds in (*used, used_plain)]
	print("processor time a record: {} µs of the process, {} of the database; plain {}".format(*each))
	return _row("records/s", number / took, number / plain, used_plain / sum(used))


def _row(what: str, ours: float, beside: float, by_processor: float | None = None, queries: Any = "") -> Any:
	"""A figure of ours and the one that it is held against, with their quotient by clock and processor."""
	return {
		"what": what,
		"ours": round(ours, 1),
		"beside it": round(beside, 1),
		"quotient": round(ours / beside, 3),
		"by CPU": "" if by_processor is None else round(by_processor, 3),
		"more queries": queries,
	}


def _plain_insert(cadence: str) -> tuple[float, float]:
	"""The seconds by the clock, and of the database's processor time; with a commit for as many rows."""
	names = frappe.get_all("Cadence Enrollment", {"cadence": cadence}, pluck="name", order_by="name")
	chunks = [names[start : start + sweep.CHUNK] for start in range(0, len(names), sweep.CHUNK)]
	frappe.db.sql_ddl("create table `bench_enrollment` like `tabCadence Enrollment`")
	try:
		began, processor = time.perf_counter(), machine.Processor()
		for chunk in chunks:
			frappe.db.sql(
				"""insert into `bench_enrollment` select * from `tabCadence Enrollment`
				where `cadence` = %s and `name` between %s and %s""",
				(cadence, chunk[0], chunk[-1]),
			)
			frappe.db.commit()
		return time.perf_counter() - began, processor.used()[1]
	finally:
		frappe.db.sql_ddl("drop table `bench_enrollment`")


def _measure_sweeping(names: list[str]) -> dict[str, Any]:
	"""The first of the records are the small view; both views have just been swept as a whole."""
	frappe.db.sql(
		"update `tabLead` set `city` = %s, `modified` = %s where `name` < %s",
		(SMALL_CITY, "2020-01-01", names[min(1000, len(names) - 1)]),
	)
	frappe.db.sql("update `tabLead` set `modified` = '2020-01-01' where `name` like %s", f"{PREFIX}%")
	frappe.db.commit()
	small = _cadence("small", [["city", "=", SMALL_CITY]])
	large = _cadence("large", [["city", "in", [CITY, SMALL_CITY]]])
	took = {
		each.name: [_sweep_after_changes(each, names, turn) for turn in range(5)] for each in (small, large)
	}
	fast, slow = (statistics.median(took[each.name]) for each in (small, large))
	return _row(f"sweep of {len(names)}, ms", slow * 1000, fast * 1000)


def _sweep_after_changes(cadence: Any, names: list[str], turn: int) -> float:
	"""One sweep after a hundred bystanders left the view and came in again: so many are enrolled."""
	changed = names[turn * CHANGED : (turn + 1) * CHANGED]
	frappe.db.delete("Cadence Bystander", {"cadence": cadence.name, "reference_name": ("in", changed)})
	frappe.db.sql(
		"update `tabLead` set `modified` = %s where `name` in %s", (frappe.utils.now(), tuple(changed))
	)
	row = frappe.db.get_value(progress.DOCTYPE, {"cadence": cadence.name}, "*", as_dict=True)
	row.swept_until = row.swept_whole_at = frappe.utils.now_datetime()
	frappe.db.commit()
	began = time.perf_counter()
	sweeping.sweep_one(row, time.monotonic() + 100, frappe.db.commit)
	took = time.perf_counter() - began
	frappe.db.sql("update `tabLead` set `modified` = '2020-01-01' where `name` in %s", (tuple(changed),))
	assert frappe.db.count("Cadence Enrollment", {"cadence": cadence.name}) == (turn + 1) * CHANGED
	return took


def _a_stranger() -> str:
	"""A Lead that is in no view and in no cadence."""
	[name] = make_people(1, f"{PREFIX}-X")
	frappe.db.set_value("Lead", name, "city", "Elsewhere")
	frappe.db.commit()
	return name


def _measure_saving(name: str) -> list[dict[str, Any]]:
	for number in range(CADENCES):
		_cadence(f"save {number}", [["city", "=", f"Nowhere {number}"], ["status", "!=", "Converted"]])
	frappe.db.commit()
	hooks = frappe.get_doc_hooks()
	without = {
		doctype: {
			event: [path for path in paths if not path.startswith("cadences_app.")]
			for event, paths in events.items()
		}
		for doctype, events in hooks.items()
	}
	return [_measure_saving_of(name, field, hooks, without) for field in ("job_title", "city")]


def _measure_saving_of(name: str, field: str, hooks: Any, without: Any) -> dict[str, Any]:
	"""With and without by turns, so that whatever else the machine does meets both alike."""
	_saves(name, 10, field)
	times: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
	for turn in range(SAVES):
		is_with = bool(turn % 2)
		frappe.local.doc_events_hooks = hooks if is_with else without
		times[is_with] += _saves(name, 1, field)
	(with_app, used), (plain, used_plain) = (
		[statistics.median(column) for column in zip(*times[each], strict=True)] for each in (True, False)
	)
	frappe.local.doc_events_hooks = hooks
	queries = _queries_of(name, field, hooks) - _queries_of(name, field, without)
	return _row(f"save {field}, ms", with_app * 1000, plain * 1000, used / used_plain, queries)


def _saves(name: str, number: int, field: str) -> list[tuple[float, float]]:
	"""How long each took, by the clock and of this process's processor time."""
	took = []
	for each in range(number):
		doc = frappe.get_doc("Lead", name)
		doc.set(field, f"Other {time.perf_counter()} {each}")
		began, used = time.perf_counter(), time.process_time()
		doc.save()
		took.append((time.perf_counter() - began, time.process_time() - used))
		frappe.db.commit()
	return took


def _queries_of(name: str, field: str, hooks: Any) -> int:
	frappe.local.doc_events_hooks = hooks
	asked: list[str] = []
	send = frappe.db.sql
	frappe.db.sql = lambda *args, **kwargs: (asked.append(str(args[0])), send(*args, **kwargs))[1]
	try:
		_saves(name, 1, field)
	finally:
		frappe.db.sql = send
	return len(asked)


def _cadence(label: str, filters: list, **more: str) -> Any:
	definition = {
		"name": f"{PREFIX} {label}",
		"module": "Lead",
		"follow_ups": [
			{"key": "f1", "channel": "Task", "content": {"subject": "Look at {{ doc.first_name }}"}}
		],
		"audience": {"kind": "Custom View", "filters": filters, "as_user": "Administrator", **more},
	}
	doc = frappe.new_doc("Cadence")
	fill(doc, Cadence.from_dict(definition))
	doc.insert()
	activation.activate(doc)
	return doc


def _remove() -> None:
	"""What this or an earlier run has left."""
	for cadence in frappe.get_all("Cadence", {"name": ("like", f"{PREFIX}%")}, pluck="name"):
		for doctype in OURS:
			frappe.db.delete(doctype, {"cadence": cadence})
			frappe.db.commit()
		for child in ("Cadence Follow-up", "Cadence Unenrollment Rule"):
			frappe.db.delete(child, {"parent": cadence})
		frappe.db.delete("Cadence", {"name": cadence})
	remove_people(PREFIX)
	definitions.forget_modules()
	frappe.db.commit()


if __name__ == "__main__":
	main()
