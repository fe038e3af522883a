"""Emails per second through a mail server that takes its time, beside what its sessions allow.

Run it in the app's folder of a bench, on a site that may be written to:

    ../../env/bin/python -m benchmarks.sessions --site SITE [--mails 400] [--sessions 8] [--accounts 1 5 20]

For servers that take 0, 20, 100 and 500 ms a mail, and so many accounts that share the mails evenly, it
prints the rate from the outbox to taken, and the limit: all sessions divided by the time that a mail takes.
"""

import os
import time
from typing import Any

import frappe

from benchmarks import machine
from benchmarks import mail as mail_benchmark
from cadences_app.tests.faults.sink import Sink

COLUMNS = ("server takes ms", "accounts", "mails", "mails a second", "limit", "share")
DELAYS = (0.0, 0.02, 0.1, 0.5)
LONGEST = 20.0
"""Seconds that a delay may take at the limit: slower servers get fewer mails."""


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--mails", type=int, default=400)
	parser.add_argument("--sessions", type=int, default=8, help="of each account")
	parser.add_argument("--accounts", type=int, nargs="+", default=[1, 5, 20])
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	rows = [
		_row(delay, accounts, arguments.mails, arguments.sessions)
		for accounts in arguments.accounts
		for delay in DELAYS
	]
	machine.show("sessions", COLUMNS, rows)


def _row(delay: float, accounts: int, mails: int, sessions: int) -> dict[str, Any]:
	together = accounts * sessions
	limit = together / delay if delay else None
	count = min(mails, max(together, int(limit * LONGEST))) if limit else mails
	rate = _measure(delay, count, sessions, accounts)
	return {
		"server takes ms": round(delay * 1000),
		"accounts": accounts,
		"mails": count,
		"mails a second": round(rate, 1),
		"limit": round(limit, 1) if limit else "",
		"share": f"{rate / limit:.0%}" if limit else "",
	}


def _measure(delay: float, count: int, sessions: int, accounts: int) -> float:
	from cadences_app.mail import mailboxes
	from cadences_app.runtime import mail_job, scheduled

	with Sink(delay) as sink:
		try:
			leads = mail_benchmark.prepare(sink.port, count)
			mail_benchmark.make_due(leads)
			scheduled.work()
			names = _share_among(accounts, sink.port)
			mailboxes.lock_all()
			frappe.db.set_value("Cadence Mailbox", {"name": ("in", names)}, "sessions", sessions)
			frappe.db.commit()
			start = time.perf_counter()
			sent = mail_job.work()
			seconds = time.perf_counter() - start
			assert sent == sum(sink.counts().values()) == count, (sent, sink.counts())
		finally:
			frappe.db.rollback()
			_remove_accounts()
			mail_benchmark.remove()
	return count / seconds


def _share_among(accounts: int, port: int) -> list[str]:
	"""Have the mails that wait go by so many accounts in turn; returns the accounts' names."""
	from cadences_app.tests.site.smtp import make_account

	names = [mail_benchmark.ACCOUNT]
	frappe.flags.in_test = True  # saving an account needs no connection then
	for number in range(1, accounts):
		names.append(f"{mail_benchmark.ACCOUNT} {number}")
		make_account(port, names[-1], f"benchmark{number}@seller.example", default_outgoing=0)
	frappe.flags.in_test = False
	waiting = frappe.get_all("Cadence Activity", {"cadence": mail_benchmark.CAMPAIGN}, pluck="name")
	for number, account in enumerate(names):
		mine = {"name": ("in", waiting[number::accounts])}
		frappe.db.set_value("Cadence Activity", mine, "email_account", account, update_modified=False)
	return names


def _remove_accounts() -> None:
	further = {"name": ("like", f"{mail_benchmark.ACCOUNT} %")}
	frappe.db.delete("Cadence Mailbox", further)
	for name in frappe.get_all("Email Account", further, pluck="name"):
		frappe.delete_doc("Email Account", name, force=True)
	frappe.db.commit()


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
