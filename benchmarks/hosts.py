"""Two worker hosts on one database: how much the second adds, and what happens when one is cut off.

Four hosts in network namespaces, joined by a bridge: the database and Redis on one, a mail server that takes
its time on another, a mail worker on each of the other two, whose clocks are five seconds apart. Needs Linux,
root, `ip`, mariadbd, redis-server and faketime, and a bench with ERPNext and Frappe CRM. Nothing is written
to that bench or to the machine's own database:

    BENCH/env/bin/python benchmarks/hosts.py BENCH [--mails 1200] [--milliseconds 100]

It prints the rates with one host and with two, then cuts one off in the middle and does the books: every mail
is Sent or Unknown, and nobody was written to twice.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cadences_app.tests import on_bench

ADDRESSES = {"database": "10.77.0.1", "one": "10.77.0.2", "two": "10.77.0.3", "mail": "10.77.0.4"}
SMTP_PORT = 2525
LEASE, FLIGHT = timedelta(seconds=20), timedelta(seconds=40)
"""Shorter than in use, so that the end of what a dead host held can be waited for."""
AHEAD = 5
"""Seconds by which the second host's clock is ahead."""


class Network:
	"""Hosts that reach each other and nothing else. Their names hold for this process only."""

	def __init__(self) -> None:
		self._prefix = f"cadences{os.getpid()}"

	def __enter__(self) -> "Network":
		switch = self._name("switch")
		_run("ip", "netns", "add", switch)
		_run("ip", "-n", switch, "link", "add", "bridge", "type", "bridge")
		_run("ip", "-n", switch, "link", "set", "bridge", "up")
		for host, address in ADDRESSES.items():
			name = self._name(host)
			_run("ip", "netns", "add", name)
			_run(
				*("ip", "-n", switch, "link", "add", host, "type", "veth"),
				*("peer", "name", "eth0", "netns", name),
			)
			_run("ip", "-n", switch, "link", "set", host, "master", "bridge", "up")
			_run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
			for device in ("lo", "eth0"):
				_run("ip", "-n", name, "link", "set", device, "up")
		return self

	def __exit__(self, *_error: object) -> None:
		for host in ("switch", *ADDRESSES):
			subprocess.run(["ip", "netns", "delete", self._name(host)], check=False)

	def on(self, host: str, *command: str) -> list[str]:
		"""The command as it is run on that host, under its name."""
		named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host, *command]
		return ["ip", "netns", "exec", self._name(host), *named]

	def cut(self, host: str) -> None:
		"""Nothing reaches that host any more, and nobody is told."""
		_run("ip", "-n", self._name("switch"), "link", "set", host, "down")

	def join(self, host: str) -> None:
		_run("ip", "-n", self._name("switch"), "link", "set", host, "up")

	def _name(self, host: str) -> str:
		return f"{self._prefix}-{host}"


class HostBench(on_bench.Bench):
	"""Its database and Redis are on a host of their own, its commands run on the first worker host."""

	def __init__(self, origin: Path, root: Path, network: Network) -> None:
		super().__init__(origin, root)
		self.network = network
		self.database = {"db_host": ADDRESSES["database"]}
		self.socket = str(root / "database.sock")

	def lay_out(self) -> None:
		super().lay_out()
		path = self.sites / "common_site_config.json"
		config = json.loads(path.read_text())
		redis = {key: value for key, value in config.items() if key.startswith("redis_")}
		config |= {key: value.replace("127.0.0.1", ADDRESSES["database"]) for key, value in redis.items()}
		path.write_text(json.dumps(config))
		self.python = self.root / "python"
		command = self.network.on("one", str(self.origin / "env" / "bin" / "python"))
		self.python.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
		self.python.chmod(0o755)
		self._start_database()

	def _start_redis(self) -> int:
		port = on_bench.free_port()
		command = ["redis-server", "--port", str(port), "--bind", "0.0.0.0", "--protected-mode", "no"]
		self.start(self.network.on("database", *command, "--save", "", "--appendonly", "no"))
		return port

	def _start_database(self) -> None:
		folder = self.root / "database"
		_run("mariadb-install-db", "--no-defaults", f"--datadir={folder}", "--user=root", "--skip-test-db")
		command = ["mariadbd", "--no-defaults", f"--datadir={folder}", "--user=root", "--port=3306"]
		command += [f"--socket={self.socket}", f"--bind-address={ADDRESSES['database']}"]
		command += ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci"]
		self.start(self.network.on("database", *command))
		_wait_until(lambda: Path(self.socket).exists(), 60)

	def role(self, host: str, role: str, *arguments: object) -> "Role":
		"""A process of this file on that host."""
		command = [str(self.origin / "env" / "bin" / "python"), "-W", "ignore", str(Path(__file__).resolve())]
		ahead = ["faketime", "-f", f"+{AHEAD}s"] if host == "two" else []
		told = [str(each) for each in arguments]
		return Role(self, self.network.on(host, *ahead, *command, "--role", role, *told))


class HostSite(on_bench.Site):
	def _access(self) -> tuple[str, ...]:
		return ("-uroot", "--protocol=socket", f"--socket={self.bench.socket}")


class Role:
	"""A process that is told a line at a time, and answers each with a line of JSON."""

	def __init__(self, bench: HostBench, command: Sequence[str]) -> None:
		self._process = subprocess.Popen(
			command,
			cwd=bench.sites,
			env=bench.environment,
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
		)
		bench.running.append(self._process)

	def ask(self, line: str = "") -> Any:
		self.tell(line)
		return self.answer()

	def tell(self, line: str) -> None:
		self._process.stdin.write(f"{line}\n")
		self._process.stdin.flush()

	def answer(self) -> Any:
		line = self._process.stdout.readline()
		if not line:
			sys.exit("a host's process ended")
		return json.loads(line)


def main() -> None:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("bench", type=Path, nargs="?")
	parser.add_argument("--mails", type=int, default=1200)
	parser.add_argument("--milliseconds", type=int, default=100, help="that the mail server takes for a mail")
	parser.add_argument("--role", choices=ROLES, help=argparse.SUPPRESS)
	given = parser.parse_args()
	if given.role:
		ROLES[given.role](given)
		return
	for program in ("ip", "mariadbd", "redis-server", "faketime"):
		if not shutil.which(program):
			sys.exit(f"{program} is needed.")
	with tempfile.TemporaryDirectory(prefix="cadences-hosts-") as folder, Network() as network:
		bench = HostBench(given.bench.resolve(), Path(folder), network)
		try:
			bench.lay_out()
			site = HostSite(bench)
			site.make()
			measure(bench, given.mails, given.milliseconds)
		finally:
			bench.stop()


def measure(bench: HostBench, mails: int, milliseconds: int) -> None:
	server = bench.role("mail", "server", "--milliseconds", milliseconds)
	site = bench.role("one", "site", "--mails", mails)
	hosts = {host: bench.role(host, "worker") for host in ("one", "two")}

	def books() -> str:
		return _books(site.ask("books"), server.ask("counts"), mails)

	def begin(at_work: Iterable[Role], what: str = "work") -> float:
		server.ask("forget")
		site.ask("prepare")
		for each in at_work:
			each.tell(what)
		return time.monotonic()

	rates = []
	for at_work in ([hosts["one"]], list(hosts.values())):
		begun = begin(at_work)
		taken = [each.answer() for each in at_work]
		rates.append(mails / (time.monotonic() - begun))
		_tell(f"{len(at_work)} at work: {rates[-1]:.1f} mails/s, each {taken}. {books()}")
	_tell(f"with the second host times {rates[1] / rates[0]:.2f}")

	begun = begin(hosts.values(), "work until all has ended")
	time.sleep(mails / rates[1] / 3)
	bench.network.cut("two")
	hosts["one"].answer()
	_tell(f"the second was cut off: all ended after {time.monotonic() - begun:.0f} s. {books()}")
	bench.network.join("two")
	hosts["two"].answer()
	_tell(f"the second is back: {books()}")


def _tell(line: str) -> None:
	print(line, flush=True)


def _books(deliveries: dict[str, str], taken: dict[str, int], mails: int) -> str:
	"""What became of the mails; ends the run where they are not right."""
	told = Counter(deliveries.values())
	twice = [address for address, count in taken.items() if count > 1]
	untrue = [each for each, delivery in deliveries.items() if delivery == "Sent" and each not in taken]
	said = f"{dict(told)}, {len(twice)} written to twice, {len(untrue)} said to be sent and never taken"
	if len(deliveries) != mails or twice or untrue or set(told) - {"Sent", "Unknown"}:
		sys.exit(f"the books are not right: {said}")
	return said


# What runs on the hosts.


def be_server(given: argparse.Namespace) -> None:
	"""A mail server: `counts` is answered with how often each person was written to."""
	import asyncio

	from aiosmtpd.smtp import SMTP

	taken: Counter[str] = Counter()

	class Handler:
		async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
			taken.update(envelope.rcpt_tos)
			await asyncio.sleep(given.milliseconds / 1000)
			return "250 OK"

	def heed() -> None:
		if sys.stdin.readline().strip() == "forget":
			taken.clear()
		_say(taken)

	async def serve() -> None:
		loop = asyncio.get_running_loop()
		server = await loop.create_server(lambda: SMTP(Handler()), "0.0.0.0", SMTP_PORT)
		loop.add_reader(sys.stdin.fileno(), heed)
		await server.serve_forever()

	asyncio.run(serve())


def be_site(given: argparse.Namespace) -> None:
	"""`prepare` puts the mails into the outbox, `books` tells the delivery of each by its address."""
	import frappe

	from benchmarks import mail as mail_benchmark
	from cadences_app.runtime import scheduled

	with _on_site():
		for line in sys.stdin:
			if line.strip() == "prepare":
				leads = mail_benchmark.prepare(SMTP_PORT, given.mails)
				account = {"smtp_server": ADDRESSES["mail"]}
				frappe.db.set_value("Email Account", mail_benchmark.ACCOUNT, account)
				frappe.clear_document_cache("Email Account", mail_benchmark.ACCOUNT)
				mail_benchmark.make_due(leads)
				scheduled.work()
				frappe.db.commit()
				_say(len(leads))
			else:
				frappe.db.rollback()
				_say(_deliveries(mail_benchmark.CAMPAIGN))


def be_worker(_given: argparse.Namespace) -> None:
	"""At a line, deliver until the outbox is empty; at `work until all has ended`, until nobody holds a mail
	either. Answers with how many it delivered."""
	from cadences_app.mail.sending import courier, outbox

	outbox.LEASE, outbox.FLIGHT = LEASE, FLIGHT
	courier.RENEW_SECONDS = LEASE.total_seconds() / 3
	with _on_site():
		for line in sys.stdin:
			taken = _deliver()
			while "ended" in line and _is_under_way():
				time.sleep(0.5)
				taken += _deliver()
			_say(taken)


def _deliver() -> int:
	"""What a worker's job does; one whose connection was lost is followed by another, as in use."""
	import frappe

	from cadences_app.runtime import mail_job

	try:
		frappe.db.rollback()
		return mail_job.work(mail_job.WORKERS_AT_ONCE)
	except frappe.db.OperationalError:
		frappe.connect()
		frappe.set_user("Administrator")
		return 0


def _is_under_way() -> bool:
	import frappe

	from benchmarks import mail as mail_benchmark

	frappe.db.rollback()
	campaign = {"cadence": mail_benchmark.CAMPAIGN}
	held = frappe.db.exists("Cadence Activity", {**campaign, "claimed_until": ("is", "set")})
	return bool(held or frappe.db.exists("Cadence Activity", {**campaign, "delivery": "Queued"}))


def _deliveries(cadence: str) -> dict[str, str]:
	import frappe

	rows = frappe.get_all(
		"Cadence Activity", {"cadence": cadence}, ["recipient", "delivery"], as_list=True, limit_page_length=0
	)
	return dict(rows)


@contextmanager
def _on_site() -> Iterator[None]:
	import frappe

	frappe.init(site=on_bench.SITE, sites_path=".")
	frappe.connect()
	frappe.set_user("Administrator")
	yield
	frappe.destroy()


def _say(told: Any) -> None:
	print(json.dumps(told), flush=True)


def _run(*command: str) -> None:
	done = subprocess.run(command, capture_output=True, text=True)
	if done.returncode:
		sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


def _wait_until(holds: Callable[[], bool], seconds: float) -> None:
	ends_at = time.monotonic() + seconds
	while not holds():
		if time.monotonic() > ends_at:
			sys.exit("a server did not start")
		time.sleep(0.2)


ROLES = {"server": be_server, "site": be_site, "worker": be_worker}


if __name__ == "__main__":
	main()
