"""How long the report on a cadence takes, on a site with a million generated activities.

In a console of a site of its own (``bench --site mysite console``); what it makes is rolled back at its end:

    exec(open("benchmarks/report.py").read())
"""

import random
import time
from datetime import timedelta
from typing import Any

import frappe

from cadences_app.api import reports
from cadences_app.reports import figures
from cadences_app.store.compat import insert_rows
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name
from cadences_app.tests.site import builders

ENROLLMENTS, STEPS = 250_000, ("one", "two", "three", "four")
OWNERS = ("Administrator", "Guest", *(f"rep{number}@example.com" for number in range(18)))
CHUNK = 10_000


def generate(cadence: Any) -> None:
	random.seed(1)
	began = frappe.utils.now_datetime() - timedelta(days=90)
	for _start in range(0, ENROLLMENTS, CHUNK):
		enrollments, activities = [], []
		for _number in range(CHUNK):
			name, owner = new_name(), random.choice(OWNERS)
			started = began + timedelta(minutes=random.randrange(90 * 1440))
			belongs = {"cadence": cadence.name, "cadence_version": cadence.version, "record_owner": owner}
			record = {"reference_doctype": "Lead", "reference_name": name}
			live = random.random() < 0.3
			enrollments.append(
				standard_columns(name)
				| belongs
				| record
				| {
					"status": "Active" if live else "Completed",
					"run": 1,
					"started_at": started,
					"ended_at": None if live else started + timedelta(days=5),
					"exit_reason": "" if live else "completed",
					"active_key": name if live else None,
				}
			)
			activities += [activity(belongs | record, name, key, started, live) for key in STEPS]
		insert_rows("Cadence Enrollment", enrollments)
		insert_rows("Cadence Activity", activities)


def activity(shared: dict, enrollment: str, key: str, started: Any, live: bool) -> dict[str, Any]:
	at = started + timedelta(hours=random.randrange(100))
	is_scheduled = live and key == STEPS[-1]
	heard = random.random()
	return (
		standard_columns(new_name())
		| shared
		| {
			"enrollment": enrollment,
			"run": 1,
			"follow_up": key,
			"channel": "Task",
			"status": "Scheduled" if is_scheduled else "Carried Out",
			"base_at": at,
			"due_at": frappe.utils.now_datetime() + timedelta(days=random.randrange(20)),
			"carried_out_at": None if is_scheduled else at,
			"sent_at": None if is_scheduled else at,
			"opened_at": at if heard < 0.4 and not is_scheduled else None,
			"replied_at": at if heard < 0.05 and not is_scheduled else None,
			"completed_at": at if heard > 0.6 and not is_scheduled else None,
			"standing": "" if is_scheduled else "Completed",
		}
	)


def timed(what: str, work: Any) -> None:
	took = []
	for _attempt in range(3):
		start = time.perf_counter()
		work()
		took.append(time.perf_counter() - start)
	print(f"{what}: {min(took):.2f} s (best of three)")


cadence = builders.make_cadence(*(builders.task(key) for key in STEPS))
generate(cadence)
began = time.perf_counter()
figures.check(cadence.name)
print(f"recount of {len(STEPS) * ENROLLMENTS:,} activities: {time.perf_counter() - began:.1f} s")
print("figures kept:", frappe.db.count("Cadence Figure", {"cadence": cadence.name}))
timed("the report", lambda: reports.cadence(cadence.name))
timed("what stands still", lambda: reports.stands_still(cadence.name))
timed("what comes", lambda: reports.what_comes(cadence.name))
frappe.db.rollback()
