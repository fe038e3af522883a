"""A real RQ worker in a process of its own, for tests that move the clock.

The test writes a moment to its standard input; the worker sets its clock to that, does all that is queued,
and answers with the number of jobs. It serves a queue that only this test's site uses.

    python -m cadences_app.tests.site.worker SITE
"""

import os
import subprocess
import sys
from datetime import datetime

import frappe
from freezegun import freeze_time

BENCH_ID = "cadences-acceptance"
QUEUES = ("short", "default", "long")


class Worker:
	"""``with Worker() as worker: worker.work_at(moment)``; `moment` is naive UTC."""

	def __enter__(self) -> "Worker":
		self._write_config("bench_id", f"{BENCH_ID}-{os.getpid()}")
		command = [sys.executable, "-m", __name__, frappe.local.site]
		self.process = subprocess.Popen(
			command, cwd=frappe.local.sites_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
		)
		return self

	def __exit__(self, *_error: object) -> None:
		self.process.stdin.close()
		self.process.wait(30)
		self.process.stdout.close()
		self._write_config("bench_id", None)

	def work_at(self, moment: datetime) -> int:
		"""Do everything that is queued, at this moment. Returns how many jobs were done."""
		self.process.stdin.write(f"{moment.isoformat()}\n")
		self.process.stdin.flush()
		for line in self.process.stdout:
			if line.startswith("done "):
				return int(line.split()[1])
			sys.stderr.write(line)
		raise RuntimeError("the worker has died")

	def _write_config(self, key: str, value: str | None) -> None:
		from frappe.installer import update_site_config

		update_site_config(key, "None" if value is None else value, validate=False)
		if value is None:
			frappe.local.conf.pop(key, None)
		else:
			frappe.local.conf[key] = value


def serve(site: str) -> None:
	from frappe.utils.background_jobs import get_queue, get_redis_conn
	from rq import SimpleWorker

	frappe.init(site=site)
	frappe.connect()
	for line in sys.stdin:
		with freeze_time(datetime.fromisoformat(line.strip())):
			frappe.init(site=site, force=True)
			worker = SimpleWorker([get_queue(each) for each in QUEUES], connection=get_redis_conn())
			before = worker.successful_job_count
			worker.work(burst=True, logging_level="WARNING")
			done = worker.successful_job_count - before + worker.failed_job_count
		sys.stdout.write(f"done {done}\n")
		sys.stdout.flush()


if __name__ == "__main__":
	serve(sys.argv[1])
