"""Workers that can be killed: each is a process of its own and starts quickly.

A parent process has imported everything and talks to no database; a worker is a fork of it. Over the
parent's standard input and output:

    start   a worker is started; the answer is its process id
"""

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import frappe

LEASE = timedelta(seconds=2)
FLIGHT = timedelta(seconds=8)
CHUNK = 20
"""Enrollments that a worker commits together: few, so that many are killed in the middle."""
BROKEN = "CADENCES_BROKEN_STATEMENTS"
DISK_IS_FULL = "CADENCES_DISK_IS_FULL"
"""Names a file that says which share of what the database is to write fails; none while it is not there."""
SEED = int(os.environ.get("CADENCES_FAULT_SEED", 1))


class Workers:
	"""``with Workers("due", "mail") as workers: pid = workers.start()``: each worker does these jobs in turn,
	over and over. They end with it. `environment` is where they find another database or Redis."""

	def __init__(self, *jobs: str, environment: Mapping[str, str] | None = None) -> None:
		self._jobs, self._environment = jobs, {**os.environ, **(environment or {})}

	def __enter__(self) -> "Workers":
		command = [sys.executable, "-W", "ignore", "-m", __name__, frappe.local.site, *self._jobs]
		self._process = subprocess.Popen(
			command,
			cwd=frappe.local.sites_path,
			env=self._environment,
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

	def kill_at_random(self, kills: int, longest_life: float) -> None:
		"""Two workers at any time; one of them is killed at a random moment, `longest_life` seconds at most
		after the last one, and another takes its place."""
		chance, running = random.Random(SEED), [self.start(), self.start()]
		for _kill in range(kills):
			time.sleep(chance.uniform(0, longest_life))
			victim = chance.randrange(2)
			os.kill(running[victim], signal.SIGKILL)
			running[victim] = self.start()


def wait_until(is_over: Callable[[], bool], longest: float) -> None:
	"""Until it is so by what is committed; fails after so many seconds."""
	ends_at = time.monotonic() + longest
	while time.monotonic() < ends_at:
		frappe.db.rollback()
		if is_over():
			return
		time.sleep(0.5)
	raise AssertionError(f"the work did not come to an end within {longest} s")


def work(site: str, jobs: Iterable[Callable[[], int]]) -> None:
	"""Do the jobs until killed or orphaned, each with a connection of its own as a queue's worker has.

	What a passing fault ended is taken up again, as by the next tick.
	"""
	from cadences_app.store import compat

	parent = os.getppid()
	while os.getppid() == parent:
		done = 0
		for job in jobs:
			try:
				frappe.init(site=site)
				frappe.connect()
				frappe.set_user("Administrator")
				done += job() or 0
			except Exception as error:
				if not compat.is_passing_fault(error) and not is_nobody_there(error):
					raise
			finally:
				frappe.destroy()
		if not done:
			time.sleep(0.05)


def driver() -> tuple[Any, type[Exception]]:
	"""The cursor and the error of what this Frappe reaches MariaDB by: PyMySQL, from 16 on mysqlclient."""
	if importlib.util.find_spec("frappe.database.mariadb.mysqlclient"):
		from MySQLdb import OperationalError
		from MySQLdb.cursors import BaseCursor as Cursor
	else:
		from pymysql.cursors import Cursor
		from pymysql.err import OperationalError
	return Cursor, OperationalError


def break_statements(share: float) -> None:
	"""Have MariaDB answer this share of the statements that write or lock with a deadlock, which undoes the
	transaction, or with the end of a lock wait, which undoes the statement."""
	Cursor, OperationalError = driver()
	execute, chance = Cursor.execute, random.Random(os.getpid())

	def execute_or_fail(cursor: Any, query: str, *arguments: object) -> int:
		takes_locks = query[:6].lower() in ("insert", "update", "delete") or " for update" in query.lower()
		if takes_locks and chance.random() < share:
			if chance.random() < 0.5:
				cursor.connection.rollback()
				raise OperationalError(1213, "Deadlock found when trying to get lock")
			raise OperationalError(1205, "Lock wait timeout exceeded")
		return execute(cursor, query, *arguments)

	Cursor.execute = execute_or_fail


def fill_the_disk(sign: Path) -> None:
	"""Have MariaDB answer that share of the statements that write as on a full disk: a table takes no row, a
	page can't be written, a commit is undone."""
	Cursor, OperationalError = driver()
	execute, chance = Cursor.execute, random.Random(os.getpid())
	answers = {
		"insert": (1114, "The table is full"),
		"update": (1030, 'Got error 28 "No space left on device" from storage engine InnoDB'),
		"delete": (1021, "Disk full (/tmp); waiting for someone to free some space"),
		"commit": (1180, 'Got error 28 "No space left on device" during COMMIT'),
	}

	def execute_or_fail(cursor: Any, query: str, *arguments: object) -> int:
		answer = answers.get(query.lstrip()[:6].lower())
		if answer and chance.random() < _share_in(sign):
			if answer is answers["commit"]:
				cursor.connection.rollback()
			raise OperationalError(*answer)
		return execute(cursor, query, *arguments)

	Cursor.execute = execute_or_fail


def _share_in(sign: Path) -> float:
	try:
		return float(sign.read_text() or 0)
	except FileNotFoundError:
		return 0


def is_nobody_there(error: BaseException) -> bool:
	"""Whether the database or Redis is away, as it may be while a test wants it so."""
	from redis.exceptions import ConnectionError as RedisIsAway

	code = error.args[0] if error.args else None
	return isinstance(error, RedisIsAway | ConnectionError) or code in (0, 2003, 2006, 2013, 1927)


def jobs_by_name() -> dict[str, Callable[[], int]]:
	"""What workers can do, with leases that a test can wait for."""
	from cadences_app.mail.sending import courier, outbox
	from cadences_app.runtime import mail_job, message_job, scheduled, tick, workflow_job

	outbox.LEASE, outbox.FLIGHT = LEASE, FLIGHT
	courier.RENEW_SECONDS = LEASE.total_seconds() / 3
	scheduled.CHUNK = CHUNK
	return {
		"due": scheduled.work,
		"mail": lambda: mail_job.work(number=mail_job.WORKERS_AT_ONCE),
		"messages": message_job.work,
		"workflows": workflow_job.work,
		"tick": tick.tick,
		"queue": do_what_is_queued,
	}


def do_what_is_queued() -> int:
	"""What `bench worker` does, until nothing is queued."""
	from frappe.utils.background_jobs import get_queue, get_redis_conn
	from rq import SimpleWorker

	queues = [get_queue(each) for each in ("short", "default", "long")]
	worker = SimpleWorker(queues, connection=get_redis_conn())
	worker.work(burst=True, logging_level="ERROR")
	return worker.successful_job_count


def main(site: str, names: Iterable[str]) -> None:
	if share := float(os.environ.get(BROKEN, 0)):
		break_statements(share)
	if sign := os.environ.get(DISK_IS_FULL):
		fill_the_disk(Path(sign))
	jobs = jobs_by_name()
	chosen = [jobs[name] for name in names]
	signal.signal(signal.SIGCHLD, signal.SIG_IGN)
	for _line in sys.stdin:
		child = os.fork()
		if not child:
			os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a worker prints is no answer
			work(site, chosen)
			os._exit(0)
		print(child, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
	main(sys.argv[1], sys.argv[2:])
