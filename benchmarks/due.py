"""Tasks and calls per second, from due to made, with the queries of each: in sets, and as documents.

Run it in the app's folder of a bench; everything is rolled back at its end:

    ../../env/bin/python -m benchmarks.due --site SITE [--count 400] [--mixed 10000] [--workers 2]

As documents they are made where something listens to them; here a Notification that tells nobody anything.
The processor time is the worker's own: on a machine that others use too, it says more than the clock.

With `--mixed`, so many are due at once instead, four fifths of them mails to a server that answers at once,
one tenth tasks, one tenth calls, and worker processes share them, as jobs do. Within a minute is wanted for
10,000. It tells the seconds until all are carried out, and each worker's processor time and most memory. It
commits, and deletes at its end what it made.
"""

import multiprocessing
import os
import resource
import time
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from benchmarks import machine
from benchmarks import mail as mail_benchmark
from cadences_app.tests.faults.sink import Sink

REP = "rep@example.com"
COLUMNS = ("what", "by", "count", "a second", "a CPU second", "queries each")
MIXED_COLUMNS = ("worker", "worked on", "mails taken", "seconds", "CPU seconds", "memory MB")


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--count", type=int, default=400)
	parser.add_argument("--mixed", type=int, help="so many mails, tasks and calls at once instead")
	parser.add_argument("--workers", type=int, default=2)
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	if arguments.mixed:
		rows = _measure_mixed(arguments.site, arguments.mixed, arguments.workers)
		machine.show("due, mixed", MIXED_COLUMNS, rows)
		return
	try:
		machine.show("due", COLUMNS, _measure_all(arguments.count))
	finally:
		frappe.db.rollback()
		frappe.clear_cache()


def _measure_all(count: int) -> list[dict[str, Any]]:
	from cadences_app.tests.site import builders
	from cadences_app.tests.site.test_in_sets import make_listened_to

	builders.make_reps()
	texts = {"description": "<p>For {{ doc.first_name }}</p>", "checklist": ["Read", "Write"]}
	kinds = {
		"task": builders.task("do", days=1, **texts),
		"call": builders.call("do", days=1, purpose="Budget", agenda="Ask"),
	}
	measure("warm", kinds["task"], "sets", 20)
	rows = [measure(kind, follow_up, "sets", count) for kind, follow_up in kinds.items()]
	for doctype in ("ToDo", "Event"):
		make_listened_to(doctype)
	return rows + [measure(kind, follow_up, "documents", count // 4) for kind, follow_up in kinds.items()]


def measure(kind: str, follow_up: dict[str, Any], way: str, count: int) -> dict[str, Any]:
	from cadences_app.enrolling.enroll import enroll
	from cadences_app.runtime import runner
	from cadences_app.store import enrollment_rows
	from cadences_app.store.names import new_name
	from cadences_app.tests.site import builders
	from cadences_app.tests.site.people import make_people

	leads = make_people(count, f"DUE{new_name()}")
	lead = frappe.qb.DocType("Lead")
	frappe.qb.update(lead).set(lead.lead_owner, REP).where(lead.name.isin(leads)).run()
	cadence = builders.make_cadence(follow_up)
	enroll(cadence.name, leads)
	while builders.work():  # it takes so many at a time
		pass
	past = now_datetime() - timedelta(seconds=1)
	frappe.db.set_value("Cadence Activity", {"cadence": cadence.name}, "due_at", past)
	frappe.db.set_value("Cadence Enrollment", {"cadence": cadence.name}, "next_due_at", past)
	done, started, used = 0, time.perf_counter(), time.process_time()
	with machine.counted() as asked:
		while due := enrollment_rows.lock_due(200):
			done += len(runner.run(due))
	seconds, used = time.perf_counter() - started, time.process_time() - used
	made = frappe.db.count("Cadence Activity", {"cadence": cadence.name, "activity_name": ("is", "set")})
	assert done == made == count, (done, made, count)
	return {
		"what": kind,
		"by": way,
		"count": count,
		"a second": round(count / seconds),
		"a CPU second": round(count / used),
		"queries each": round(len(asked) / count, 2),
	}


def _measure_mixed(site: str, count: int, workers: int) -> list[dict[str, Any]]:
	"""A row for each worker, and one for all of them."""
	with Sink() as sink:
		try:
			_make_mixed_due(sink.port, count)
			context = multiprocessing.get_context("spawn")
			ready = context.Barrier(workers + 1)
			with context.Pool(workers, _be_ready, (site, ready)) as pool:
				ready.wait()
				began = time.perf_counter()
				rows = pool.map(_work, range(workers), chunksize=1)
				seconds = round(time.perf_counter() - began, 1)
			mails = sum(sink.counts().values())
			frappe.db.rollback()
			done = frappe.db.count("Cadence Activity", {"cadence": ("in", _mixed()), "status": "Carried Out"})
			assert (done, mails) == (count, count * 8 // 10), (done, mails)
		finally:
			frappe.db.rollback()
			_remove_mixed()
			mail_benchmark.remove()
	total = {column: sum(row[column] for row in rows) for column in MIXED_COLUMNS if column != "worker"}
	return [
		*rows,
		{**total, "worker": "all", "seconds": seconds, "CPU seconds": round(total["CPU seconds"], 1)},
	]


def _make_mixed_due(port: int, count: int) -> None:
	from cadences_app.enrolling.enroll import enroll
	from cadences_app.runtime import scheduled
	from cadences_app.tests.site import builders

	_remove_mixed()  # of a run that was broken off
	builders.make_reps()
	people = mail_benchmark.prepare(port, count)
	frappe.db.set_value("Lead", {"name": ("in", people)}, "lead_owner", REP)
	mails = count * 8 // 10
	others = {
		"task": builders.task("do", days=1, description="<p>For {{ doc.first_name }}</p>"),
		"call": builders.call("do", days=1, purpose="Budget"),
	}
	for number, (kind, follow_up) in enumerate(others.items()):
		cadence = builders.make_cadence(follow_up, name=f"{mail_benchmark.CAMPAIGN} {kind}")
		enroll(cadence.name, people[mails + number :: len(others)])
	frappe.db.commit()
	mail_benchmark.make_due(people[:mails])
	scheduled.work()
	now = now_datetime()
	frappe.db.set_value("Cadence Activity", {"cadence": ("in", _mixed())}, "due_at", now)
	frappe.db.set_value("Cadence Enrollment", {"cadence": ("in", _mixed())}, "next_due_at", now)
	frappe.db.commit()


def _mixed() -> list[str]:
	return frappe.get_all("Cadence", {"name": ("like", f"{mail_benchmark.CAMPAIGN}%")}, pluck="name")


def _be_ready(site: str, ready: Any) -> None:
	machine.connect(site)
	ready.wait()


def _work(number: int) -> dict[str, Any]:
	"""What the jobs do, until there is nothing left for this worker."""
	from cadences_app.runtime import mail_job, scheduled

	began, used = time.perf_counter(), time.process_time()
	decided = taken = 0
	while any(done := (scheduled.work(), mail_job.work(mail_job.WORKERS_AT_ONCE))):
		decided, taken = decided + done[0], taken + done[1]
	return {
		"worker": number + 1,
		"worked on": decided,
		"mails taken": taken,
		"seconds": round(time.perf_counter() - began, 1),
		"CPU seconds": round(time.process_time() - used, 1),
		"memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
	}


def _remove_mixed() -> None:
	names = [*_mixed(), ""]
	cadences = {"cadence": ("in", names)}
	made: dict[str, list[str]] = {"ToDo": [], "Event": []}
	for doctype, name in frappe.get_all(
		"Cadence Activity",
		{**cadences, "activity_name": ("is", "set")},
		["activity_doctype", "activity_name"],
		as_list=True,
		limit_page_length=0,
	):
		made.setdefault(doctype, []).append(name)
	for doctype, documents in made.items():
		frappe.db.delete(doctype, {"name": ("in", [*documents, ""])})
	frappe.db.delete("Event Participants", {"parent": ("in", [*made["Event"], ""])})
	frappe.db.delete("Notification Log", {"document_name": ("like", f"{mail_benchmark.PREFIX}-%")})
	for doctype in ("Cadence Event", "Cadence Activity", "Cadence Enrollment", "Cadence Version"):
		frappe.db.delete(doctype, cadences)
	frappe.db.delete("Cadence Follow-up", {"parent": ("in", names)})
	frappe.db.delete("Cadence", {"name": ("in", names)})


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
