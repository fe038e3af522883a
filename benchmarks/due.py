"""Tasks and calls per second, from due to made, with the queries of each: in sets, and as documents.

Run it in a bench's folder `sites`, with the bench's Python; everything is rolled back at its end:

    ../env/bin/python PATH/benchmarks/due.py --site SITE [--count 400]

As documents they are made where something listens to them; here a Notification that tells nobody anything.
The processor time is the worker's own: on a machine that others use too, it says more than the clock.
"""

import argparse
import os
import time
from datetime import timedelta
from typing import Any

import frappe
import machine
from frappe.utils import now_datetime

REP = "rep@example.com"
COLUMNS = ("what", "by", "count", "a second", "a CPU second", "queries each")


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--count", type=int, default=400)
	arguments = parser.parse_args()
	frappe.init(site=arguments.site)
	frappe.connect()
	frappe.set_user("Administrator")
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
	_measure("warm", kinds["task"], "sets", 20)
	rows = [_measure(kind, follow_up, "sets", count) for kind, follow_up in kinds.items()]
	for doctype in ("ToDo", "Event"):
		make_listened_to(doctype)
	return rows + [_measure(kind, follow_up, "documents", count // 4) for kind, follow_up in kinds.items()]


def _measure(kind: str, follow_up: dict[str, Any], way: str, count: int) -> dict[str, Any]:
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
	builders.work()
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


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
