"""Opens and clicks a second through the real addresses under gunicorn, beside Frappe's `ping` in one run.

Needs `wrk` (Debian's package of that name). Run it in a bench's folder `sites`, with the bench's Python, on a
site that may be written to; gunicorn is started on a port of its own:

    ../../env/bin/python -m benchmarks.events --site SITE [--requests 50000] [--seconds 10] [--rounds 3]

Each request asks for another pixel or another link of a mail that went out yesterday, from another network
address, so that each is a visit of its own: read, judged, inserted and committed. `ping` reads and writes
nothing. The two take turns; what counts is the quotient of their medians, and 0.9 is wanted. The processor
time of gunicorn's workers says the same on a machine that others use too. What it made is deleted at the end.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

import frappe
import psutil
from frappe.utils import now_datetime

from benchmarks import machine

PREFIX = "BENCHE"
LINKS = 9
"""Links of a mail; with its pixel, ten requests."""
CONNECTIONS, THREADS, WORKERS = 8, 2, 2
PING = "/api/method/ping"
MADE = {
	"Cadence Visit": {"activity": ("like", f"{PREFIX}%")},
	"Cadence Event": {"enrollment": ("like", f"{PREFIX}%")},
	"Cadence Activity": {"name": ("like", f"{PREFIX}%")},
}
COLUMNS = ("what", "requests", "a second", "of ping", "CPU ms each", "of ping by CPU", "failed")
SCRIPT = """
local paths, threads, number = {}, 0, 0
function setup(thread) thread:set("first", threads); threads = threads + 1 end
function init(args)
	for line in io.lines(args[1]) do paths[#paths + 1] = line end
	wrk.headers["X-Frappe-Site-Name"] = args[2]
	wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	number = first + tonumber(args[3])
end
function request()
	local path = paths[number % #paths + 1]
	wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", number % 199, number % 251, number % 241)
	number = number + THREADS
	return wrk.format("GET", path)
end
""".replace("THREADS", str(THREADS))


def main() -> None:
	arguments = _arguments()
	machine.connect(arguments.site)
	try:
		paths = _send_mails(arguments.requests)
		with _gunicorn() as server:
			rows = _measure(server, paths, arguments)
	finally:
		frappe.db.rollback()
		_remove()
	machine.show("events", COLUMNS, rows)


def _arguments() -> argparse.Namespace:
	parser = machine.parser(__doc__)
	parser.add_argument("--requests", type=int, default=50_000, help="different ones")
	parser.add_argument("--seconds", type=int, default=10)
	parser.add_argument("--rounds", type=int, default=3)
	return parser.parse_args()


def _send_mails(requests: int) -> list[str]:
	"""Mails that went out yesterday; returns the paths of their pixels and links."""
	from cadences_app.mail.composing.urls import SignedUrls
	from cadences_app.store.compat import insert_rows
	from cadences_app.store.inbox import standard_columns

	_remove()
	names = [f"{PREFIX}{number:07}" for number in range(requests // (LINKS + 1))]
	sent = {
		"cadence": PREFIX,
		"run": 1,
		"follow_up": "mail",
		"channel": "Email",
		"status": "Carried Out",
		"delivery": "Sent",
		"taken_at": now_datetime() - timedelta(days=1),
		"links": frappe.as_json([f"https://seller.example/{number}" for number in range(LINKS)]),
	}
	insert_rows(
		"Cadence Activity", [{**standard_columns(name), **sent, "enrollment": name} for name in names]
	)
	frappe.db.commit()
	urls = SignedUrls()
	found = [urls.opening(name) for name in names]
	found += [urls.click(name, number) for number in range(LINKS) for name in names]
	return [each[each.index("/api/") :] for each in found]


@dataclass(frozen=True)
class Server:
	address: str
	process: psutil.Process

	def used(self) -> float:
		"""Seconds of processor time that its workers have taken."""
		times = [each.cpu_times() for each in self.process.children(recursive=True)]
		return sum(each.user + each.system for each in times)


@contextmanager
def _gunicorn() -> Iterator["Server"]:
	"""The site under gunicorn as a bench runs it, on a free port."""
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		address = f"127.0.0.1:{free.getsockname()[1]}"
	command = [sys.executable, "-m", "gunicorn", "-b", address, "-w", str(WORKERS), "-t", "120"]
	server = subprocess.Popen(
		[*command, "frappe.app:application", "--preload", "--log-level", "warning"], cwd=os.getcwd()
	)
	try:
		_wait_for(address)
		yield Server(address, psutil.Process(server.pid))
	finally:
		server.terminate()
		server.wait()


def _wait_for(address: str) -> None:
	ping = Request(f"http://{address}{PING}", headers={"X-Frappe-Site-Name": frappe.local.site})
	for _ in range(120):
		try:
			with urlopen(ping, timeout=10):
				return
		except OSError:
			time.sleep(0.5)
	raise SystemExit("gunicorn does not answer")


def _measure(server: Server, paths: list[str], arguments: argparse.Namespace) -> list[dict[str, Any]]:
	kinds = {"ping": [PING], "opens and clicks": paths}
	found: dict[str, list[Round]] = {kind: [] for kind in kinds}
	for ways in kinds.values():
		_wrk(server.address, ways, arguments.seconds, 0)  # until each worker has read what it needs
	asked = len(paths) // 2
	for _ in range(arguments.rounds):
		for kind, ways in kinds.items():
			used = server.used()
			requests, rate, failed = _wrk(server.address, ways, arguments.seconds, asked)
			found[kind].append(Round(requests, rate, failed, server.used() - used))
			asked += requests if ways is paths else 0
	frappe.db.rollback()
	kept = sum(frappe.db.count(doctype, MADE[doctype]) for doctype in ("Cadence Visit", "Cadence Event"))
	print(f"{kept} opens and clicks are kept, each as a visit of its own; those of warming up among them")
	ping = found["ping"]
	return [_row(kind, measured, ping) for kind, measured in found.items()]


@dataclass(frozen=True)
class Round:
	requests: int
	rate: float
	failed: int
	used: float


def _row(kind: str, measured: list[Round], ping: list[Round]) -> dict[str, Any]:
	requests = sum(each.requests for each in measured)
	rate, of_ping = (median(each.rate for each in rounds) for rounds in (measured, ping))
	costs, as_ping = (
		sum(each.used for each in rounds) / max(sum(each.requests for each in rounds), 1)
		for rounds in (measured, ping)
	)
	return {
		"what": kind,
		"requests": requests,
		"a second": round(rate, 1),
		"of ping": round(rate / of_ping, 2) if of_ping else "",
		"CPU ms each": round(1000 * costs, 2),
		"of ping by CPU": round(as_ping / costs, 2) if costs else "",
		"failed": sum(each.failed for each in measured),
	}


def _wrk(address: str, paths: list[str], seconds: int, first: int) -> tuple[int, float, int]:
	"""How many requests were answered, how many a second, and how many not by 2xx or 3xx."""
	with tempfile.TemporaryDirectory() as folder:
		script, listed = Path(folder, "ask.lua"), Path(folder, "paths")
		script.write_text(SCRIPT)
		listed.write_text("\n".join(paths))
		command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
		told = subprocess.run(
			[
				*command,
				"-s",
				str(script),
				f"http://{address}",
				"--",
				str(listed),
				frappe.local.site,
				str(first),
			],
			capture_output=True,
			text=True,
			check=True,
		).stdout
	requests, rate = re.search(r"(\d+) requests in", told), re.search(r"Requests/sec:\s+([\d.]+)", told)
	assert requests and rate, told
	failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
	return int(requests[1]), float(rate[1]), int(failed[1]) if failed else 0


def _remove() -> None:
	for doctype, made in MADE.items():
		frappe.db.delete(doctype, made)
	frappe.db.commit()


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
