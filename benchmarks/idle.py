"""What a minute costs in which nothing is due, with ever more live enrollments; and a day of Email Campaign,
which is ERPNext's, on which nothing is due.

Run it in the app's folder of a bench; everything is rolled back at its end:

    ../../env/bin/python -m benchmarks.idle --site SITE [--sizes 1000 20000 100000] [--campaigns 1000 20000]
"""

import os
import time
from datetime import timedelta
from statistics import median
from typing import Any

import frappe
from frappe.utils import now_datetime

from benchmarks import machine
from benchmarks import mail as mail_benchmark

TICKS = 9
CHUNK = 10_000


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000, 100_000])
	parser.add_argument("--campaigns", type=int, nargs="*", default=[1_000, 20_000], help="in progress")
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	try:
		rows = [_measure(size) for size in sorted(arguments.sizes)]
		if mail_benchmark.has_campaigns():
			rows += [_measure_campaigns(size) for size in sorted(arguments.campaigns)]
		machine.show("idle", ("what", "under way", "statements", "milliseconds"), rows)
	finally:
		frappe.db.rollback()


def _measure(size: int) -> dict[str, Any]:
	from cadences_app.runtime import tick

	fill_up(size)
	tick.tick()
	took, statements = [], 0
	for _ in range(TICKS):
		started = time.perf_counter()
		with machine.counted() as asked:
			tick.tick()
		took.append(time.perf_counter() - started)
		statements = max(statements, len(asked))
	return _row("a minute's tick", size, statements, median(took))


def _row(what: str, size: int, statements: int, seconds: float) -> dict[str, Any]:
	return {
		"what": what,
		"under way": size,
		"statements": statements,
		"milliseconds": round(seconds * 1000, 1),
	}


def _measure_campaigns(size: int) -> dict[str, Any]:
	"""One day's job with so many campaigns in progress, whose next mail is due in a month."""
	from erpnext.crm.doctype.email_campaign import email_campaign

	frappe.db.savepoint("benchmark_campaigns")
	mail_benchmark.make_campaigns([f"idle-{number}" for number in range(size)], days=30)
	started = time.perf_counter()
	with machine.counted() as asked:
		email_campaign.send_email_to_leads_or_contacts()
	seconds = time.perf_counter() - started
	frappe.db.rollback(save_point="benchmark_campaigns")
	return _row("Email Campaign's day", size, len(asked), seconds)


def fill_up(size: int) -> None:
	"""Rows of enrollments that are due in a month, up to that many."""
	from cadences_app.store.compat import insert_rows
	from cadences_app.store.inbox import standard_columns
	from cadences_app.store.names import new_name

	missing = size - frappe.db.count("Cadence Enrollment")
	due = now_datetime() + timedelta(days=30)
	for start in range(0, missing, CHUNK):
		names = [new_name() for _ in range(min(CHUNK, missing - start))]
		live = {
			"status": "Active",
			"run": 1,
			"next_due_at": due,
			"reference_doctype": "Lead",
			"cadence": "Idle",
		}
		insert_rows(
			"Cadence Enrollment",
			[
				{
					**standard_columns(name),
					**live,
					"cadence": "Idle",
					"reference_name": name,
					"active_key": name,
				}
				for name in names
			],
		)


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
