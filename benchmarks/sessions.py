"""Emails per second through a mail server that takes its time, beside what its sessions allow.

Run it in a bench's folder `sites`, with the bench's Python, on a site that may be written to:

    ../env/bin/python PATH/benchmarks/sessions.py --site SITE [--mails 400] [--sessions 8]

For servers that take 0, 20, 100 and 500 ms a mail it prints the rate from the outbox to taken, and the limit:
sessions divided by the time that a mail takes.
"""

import argparse
import os
import time

import frappe
import mail as mail_benchmark

from cadences_app.tests.faults.sink import Sink

DELAYS = (0.0, 0.02, 0.1, 0.5)
LONGEST = 20.0
"""Seconds that a delay may take at the limit: slower servers get fewer mails."""


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--mails", type=int, default=400)
	parser.add_argument("--sessions", type=int, default=8)
	arguments = parser.parse_args()
	frappe.init(site=arguments.site)
	frappe.connect()
	frappe.set_user("Administrator")
	print(f"{'server takes':>12} {'mails':>6} {'mails/s':>8} {'limit':>8} {'share':>6}")
	for delay in DELAYS:
		limit = arguments.sessions / delay if delay else float("inf")
		count = (
			min(arguments.mails, max(arguments.sessions, int(limit * LONGEST))) if delay else arguments.mails
		)
		rate = _measure(delay, count, arguments.sessions)
		share = f"{rate / limit:6.0%}" if delay else "     -"
		print(f"{delay * 1000:9.0f} ms {count:6d} {rate:8.1f} {limit:8.1f} {share}")


def _measure(delay: float, count: int, sessions: int) -> float:
	from cadences_app.mail import mailboxes
	from cadences_app.runtime import mail_job, scheduled

	with Sink(delay) as sink:
		try:
			leads = mail_benchmark._prepare(sink.port, count)
			mail_benchmark._make_due(leads)
			scheduled.work()
			mailboxes.lock_all()
			frappe.db.set_value("Cadence Mailbox", mail_benchmark.ACCOUNT, "sessions", sessions)
			frappe.db.commit()
			start = time.perf_counter()
			sent = mail_job.work()
			seconds = time.perf_counter() - start
			assert sent == sum(sink.counts().values()) == count, (sent, sink.counts())
		finally:
			frappe.db.rollback()
			mail_benchmark._remove()
	return count / seconds


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
