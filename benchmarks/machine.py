"""The site that a benchmark asks, what it was run on, and its figures as JSON beside the table."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe

LOOP = 1_000_000


def parser(doc: str) -> argparse.ArgumentParser:
	"""What every benchmark of a site is asked with."""
	found = argparse.ArgumentParser(
		description=doc,
		formatter_class=argparse.RawDescriptionHelpFormatter,
		prog="python -m benchmarks.NAME",
	)
	found.add_argument("--site", required=True)
	return found


def connect(site: str) -> None:
	"""To the site of the bench whose Python runs this, or of the bench in whose folder `sites` one stands."""
	if not Path("apps.txt").exists():
		os.chdir(Path(sys.prefix).parent / "sites")
	frappe.init(site=site)
	frappe.connect()
	frappe.set_user("Administrator")


def versions() -> dict[str, Any]:
	"""The software and the machine that figures hold for."""
	return {
		"date": time.strftime("%Y-%m-%d"),
		"python": platform.python_version(),
		"frappe": frappe.__version__,
		"apps": frappe.get_installed_apps(),
		"database": str(frappe.db.sql("select version()")[0][0]),
		"cpus": os.cpu_count(),
		"load": round(os.getloadavg()[0], 1),
		"loop_ms": round(loop_seconds() * 1000, 1),
	}


def loop_seconds() -> float:
	"""How long a million rounds of a plain loop take: what times on other machines can be compared by."""
	started, total = time.perf_counter(), 0
	for each in range(LOOP):
		total += each
	return time.perf_counter() - started


def show(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
	"""Print the rows as a table, and as a line of JSON with what they were measured on."""
	print("  ".join(f"{column:>16}" for column in columns))
	for row in rows:
		print("  ".join(f"{row[column]:>16}" for column in columns))
	print(json.dumps({"benchmark": name, "on": versions(), "rows": list(rows)}, default=str))


class Processor:
	"""The processor time, in seconds, of this process and of the database's thread that serves it.

	On a machine that others use too it says more than the clock. Of a database elsewhere it is the process's
	own only.
	"""

	def __init__(self) -> None:
		self._of_thread: Path | None = None
		if frappe.conf.db_type in (None, "mariadb"):
			[[pid_file, thread]] = frappe.db.sql(
				"select @@pid_file, tid from information_schema.processlist where id = connection_id()"
			)
			try:
				task = Path("/proc", Path(pid_file).read_text().strip(), "task", str(thread), "schedstat")
				task.read_text()
				self._of_thread = task
			except OSError:
				pass
		self._began = self._now()

	def used(self) -> tuple[float, float]:
		"""Since this was made: of this process, and of the database."""
		process, database = self._now()
		return process - self._began[0], database - self._began[1]

	def _now(self) -> tuple[float, float]:
		of_thread = int(self._of_thread.read_text().split()[0]) / 1e9 if self._of_thread else 0.0
		return time.process_time(), of_thread


@contextmanager
def counted() -> Iterator[list[str]]:
	"""The statements that go to the database meanwhile."""
	asked: list[str] = []
	sql: Callable[..., Any] = frappe.db.sql
	frappe.db.sql = lambda query, *more, **options: asked.append(str(query)) or sql(query, *more, **options)
	try:
		yield asked
	finally:
		del frappe.db.sql
