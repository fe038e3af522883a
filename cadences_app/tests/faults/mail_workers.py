"""Mail workers that can be killed: each is a process of its own and starts quickly.

A parent process has imported everything and talks to no database; a worker is a fork of it. Over the
parent's standard input and output:

    start   a worker is started; the answer is its process id
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import frappe

LEASE = timedelta(seconds=2)
FLIGHT = timedelta(seconds=8)


class MailWorkers:
	"""``with MailWorkers() as workers: pid = workers.start()``. Its workers end with it."""

	module = __name__
	"""What the parent process runs."""

	def __enter__(self) -> "MailWorkers":
		command = [sys.executable, "-W", "ignore", "-m", self.module, frappe.local.site]
		self._process = subprocess.Popen(
			command,
			cwd=frappe.local.sites_path,
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
			start_new_session=True,
		)
		return self

	def __exit__(self, *_error: object) -> None:
		os.killpg(self._process.pid, signal.SIGKILL)
		self._process.wait()
		self._process.stdin.close()
		self._process.stdout.close()

	def start(self) -> int:
		self._process.stdin.write("start\n")
		self._process.stdin.flush()
		return int(self._process.stdout.readline())


def work(site: str) -> None:
	"""Deliver until killed, with leases that a test can wait for."""
	from cadences_app.mail.sending import courier, outbox
	from cadences_app.runtime import mail_job

	outbox.LEASE, outbox.FLIGHT = LEASE, FLIGHT
	courier.RENEW_SECONDS = LEASE.total_seconds() / 3
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user("Administrator")
	while True:
		if not mail_job.work(number=mail_job.WORKERS_AT_ONCE):
			time.sleep(0.05)


def main(site: str) -> None:
	from cadences_app.runtime import mail_job

	assert mail_job.work
	fork_on_demand(site, work)


def fork_on_demand(site: str, work: Callable[[str], None]) -> None:
	signal.signal(signal.SIGCHLD, signal.SIG_IGN)
	for _line in sys.stdin:
		child = os.fork()
		if not child:
			work(site)
		print(child, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
	main(sys.argv[1])
