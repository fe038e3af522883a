"""The database and Redis go away while tasks, calls and mails are due, and come back (S15.2).

CADENCES_FAULT_MAILS is the number of people, CADENCES_FAULT_SECONDS_GONE how long a server is away.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch

import frappe

from cadences_app.tests.faults.books import PREFIX, BooksTestCase
from cadences_app.tests.faults.proxy import Proxy
from cadences_app.tests.faults.sink import Sink
from cadences_app.tests.faults.test_two_at_once import enroll_all
from cadences_app.tests.faults.together import Together
from cadences_app.tests.faults.workers import BROKEN, DISK_IS_FULL, SEED, Workers
from cadences_app.tests.site.dovecot import on_the_real_day
from cadences_app.tests.site.people import make_people
from cadences_app.tests.site.smtp import make_account

PEOPLE = int(os.environ.get("CADENCES_FAULT_MAILS", 40))
GONE = float(os.environ.get("CADENCES_FAULT_SECONDS_GONE", 3))
TIMES = 3
SECONDS_A_MAIL = 0.05
SESSIONS = 4
WORKERS = 2


class DatabaseGoneTest(BooksTestCase):
	def setUp(self) -> None:
		super().setUp()
		if frappe.conf.db_type not in (None, "mariadb"):
			raise SkipTest("the threads of MariaDB are ended here")

	def test_for_a_while(self) -> None:
		self.given(PEOPLE, *self.mixed())
		with Proxy(frappe.conf.db_host, int(frappe.conf.db_port)) as proxy, Sink(SECONDS_A_MAIL) as sink:
			make_account(sink.port)
			frappe.db.commit()
			by_proxy = {"FRAPPE_DB_HOST": "127.0.0.1", "FRAPPE_DB_PORT": str(proxy.port)}
			with Workers("due", "mail", environment=by_proxy) as workers:
				for _worker in range(WORKERS):
					workers.start()
				for _time in range(TIMES):
					time.sleep(1)
					proxy.shut()
					time.sleep(GONE)
					proxy.open()
				self.wait_for_the_rest(workers)
				in_flight = TIMES * WORKERS * SESSIONS
				self.assert_books_balance("look", "ring", "mail", unknown=in_flight, taken=sink.counts())

	def test_connections_are_ended_by_the_server(self) -> None:
		self.given(PEOPLE, *self.mixed())
		chance, ended = random.Random(SEED), 0
		with Sink(SECONDS_A_MAIL) as sink, Workers("due", "mail") as workers:
			make_account(sink.port)
			frappe.db.commit()
			for _worker in range(WORKERS):
				workers.start()
			for _time in range(10 * TIMES):
				time.sleep(chance.uniform(0, 0.3))
				ended += self.end_a_connection(chance)
			self.assertGreater(ended, TIMES)
			self.wait_for_the_rest(workers)
			self.assert_books_balance("look", "ring", "mail", unknown=ended * SESSIONS, taken=sink.counts())

	def test_deadlocks_and_lock_waits(self) -> None:
		self.given(PEOPLE, *self.mixed())
		broken = {BROKEN: "0.03"}
		with Sink() as sink, Workers("due", "mail", environment=broken) as workers:
			make_account(sink.port)
			frappe.db.commit()
			for _worker in range(WORKERS):
				workers.start()
			self.wait_for_the_rest(workers)
			self.assert_books_balance("look", "ring", "mail", taken=sink.counts())

	def test_the_disk_is_full_for_a_while(self) -> None:
		"""S15.2: nothing is lost, and nobody is set aside for what is not theirs."""
		self.given(PEOPLE, *self.mixed())
		sign = Path(frappe.get_site_path("private", "disk-is-full")).resolve()
		self.addCleanup(sign.unlink, missing_ok=True)
		full = {DISK_IS_FULL: str(sign)}
		with Sink(SECONDS_A_MAIL) as sink, Workers("due", "mail", environment=full) as workers:
			make_account(sink.port)
			frappe.db.commit()
			for _time in range(TIMES):
				for share in ("0.2", "1"):  # while it fills up there is room for this and that
					sign.write_text(share)
					for _worker in range(WORKERS):
						workers.start()
					time.sleep(GONE)
			sign.unlink()
			self.wait_for_the_rest(workers)
			in_flight = 2 * TIMES * WORKERS * SESSIONS
			self.assert_books_balance("look", "ring", "mail", unknown=in_flight, taken=sink.counts())

	def end_a_connection(self, chance: random.Random) -> int:
		"""One of another process to this site's database; 0 if there is none."""
		mine = frappe.db.sql("select connection_id()")[0][0]
		found = frappe.db.sql("show processlist", as_dict=True)
		others = [each["Id"] for each in found if each["db"] == frappe.conf.db_name and each["Id"] != mine]
		if not others:
			return 0
		try:
			frappe.db.sql(f"kill {chance.choice(others)}")
		except Exception as error:
			if error.args[0] != 1094:  # it has ended by itself meanwhile
				raise
			return 0
		return 1


class Redis:
	"""A server of one's own for the queues and for what is cached; it keeps nothing on disk."""

	def __init__(self, folder: Path) -> None:
		with socket.socket() as door:
			door.bind(("127.0.0.1", 0))
			self.port = door.getsockname()[1]
		self._command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
		self._command += ["--appendonly", "no", "--dir", str(folder)]
		self.environment = dict.fromkeys(
			("FRAPPE_REDIS_QUEUE", "FRAPPE_REDIS_CACHE"), f"redis://127.0.0.1:{self.port}"
		)

	def start(self) -> None:
		quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
		self._process = subprocess.Popen(self._command, env=on_the_real_day(), **quiet)
		for _attempt in range(100):
			with socket.socket() as client:
				if not client.connect_ex(("127.0.0.1", self.port)):
					return
			time.sleep(0.1)
		self.kill()
		raise AssertionError("Redis does not come up")

	def kill(self) -> None:
		self._process.send_signal(signal.SIGKILL)
		self._process.wait()


class RedisGoneTest(BooksTestCase):
	"""Two schedulers, workers of the queue, and a Redis that is killed and comes back with nothing in it."""

	def setUp(self) -> None:
		super().setUp()
		if not shutil.which("redis-server"):
			raise SkipTest("no redis-server")
		self.redis = Redis(Path(frappe.get_site_path("private")).resolve())
		self.redis.start()
		self.addCleanup(self.redis.kill)

	def test_what_was_queued_is_queued_again(self) -> None:
		self.given(PEOPLE, *self.mixed())
		of_own = {"environment": self.redis.environment}
		with (
			Sink(SECONDS_A_MAIL) as sink,
			Workers("tick", **of_own) as ticks,
			Workers("queue", **of_own) as workers,
		):
			make_account(sink.port)
			frappe.db.commit()
			for _each in range(2):
				ticks.start()
				workers.start()
			for _time in range(TIMES):
				time.sleep(1)
				self.redis.kill()
				time.sleep(GONE)
				self.redis.start()
			self.wait_for_the_rest(workers)
			self.assert_books_balance("look", "ring", "mail", unknown=0, taken=sink.counts())

	def test_who_enrolls_meanwhile_sees_no_error_and_loses_nothing(self) -> None:
		self.given(0, *self.mixed())
		self.people = make_people(20, PREFIX)
		frappe.db.commit()
		self.redis.kill()
		queue = {"FRAPPE_REDIS_QUEUE": self.redis.environment["FRAPPE_REDIS_QUEUE"]}
		with patch.dict(os.environ, queue), Together(enroll_all) as request:
			[told] = request.run(self.cadence.name, self.people)
		self.assertEqual(told, dict.fromkeys(self.people, "enrolled"))
		self.redis.start()
		of_own = self.redis.environment
		with Sink() as sink, Workers("tick", "queue", environment=of_own) as workers:
			make_account(sink.port)
			frappe.db.commit()
			self.wait_for_the_rest(workers)
			self.assert_books_balance("look", "ring", "mail", taken=sink.counts())
