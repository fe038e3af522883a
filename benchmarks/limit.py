"""The floor of each work: what this machine's database and processor can do at most, without any rules.

Run it in the app's folder of a bench, on a site that may be written to:

    ../../env/bin/python -m benchmarks.limit --site SITE [--rows 2000]

- insert: ToDos by one statement of many rows, as a task that is due is written at best;
- mail: render, one bulk insert of the Communications, SMTP to a server that answers at once;
- enroll: INSERT … SELECT into a table like that of the enrollments, with its indexes;
- read: twenty rows by an index, as a list asks for them;
- commit: one row changed and committed, which is what the disk allows.

The other benchmarks' figures are to be held against these, in the same run or on the same day.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import frappe

from benchmarks import machine
from benchmarks import mail as mail_benchmark

READS = 200
COMMITS = 200
COLUMNS = ("work", "count", "a second", "a CPU second")
TABLE = "cadence_benchmark_limit"


def main() -> None:
	parser = machine.parser(__doc__)
	parser.add_argument("--rows", type=int, default=2_000)
	arguments = parser.parse_args()
	machine.connect(arguments.site)
	try:
		rows = [_timed(work, *_works()[work](arguments.rows)) for work in _works()]
	finally:
		frappe.db.rollback()
		frappe.db.sql_ddl(f"drop table if exists `{TABLE}`")
	machine.show("limit", COLUMNS, rows)


Prepared = tuple[int, Callable[[], Any], Callable[[], Any]]
"""How many are done, what does them, and what takes them away afterwards."""


def _works() -> dict[str, Callable[[int], Prepared]]:
	return {"insert": _insert, "mail": _mail, "enroll": _enroll, "read": _read, "commit": _commit}


def _timed(work: str, count: int, do: Callable[[], Any], undo: Callable[[], Any]) -> dict[str, Any]:
	try:
		began, used = time.perf_counter(), time.process_time()
		do()
		seconds, used = time.perf_counter() - began, time.process_time() - used
	finally:
		undo()
	return {
		"work": work,
		"count": count,
		"a second": round(count / seconds),
		"a CPU second": round(count / max(used, 1e-4)),
	}


def _insert(count: int) -> Prepared:
	from cadences_app.store.compat import insert_rows
	from cadences_app.store.inbox import standard_columns
	from cadences_app.store.names import new_name

	todo = {"status": "Open", "priority": "Medium", "description": "<p>For Ada</p>", "reference_type": "Lead"}
	rows = [{**standard_columns(new_name()), **todo, "reference_name": f"LIMIT-{n}"} for n in range(count)]

	def do() -> None:
		insert_rows("ToDo", rows)
		frappe.db.commit()

	return count, do, lambda: _delete("ToDo", {"reference_name": ("like", "LIMIT-%")})


def _mail(count: int) -> Prepared:
	from cadences_app.tests.faults.sink import Sink

	sink = Sink()
	port = sink.__enter__().port
	leads = mail_benchmark.prepare(port, count)

	def undo() -> None:
		sink.__exit__(None, None, None)
		frappe.db.rollback()
		mail_benchmark.remove()

	return count, lambda: mail_benchmark.measure_raw(leads, port), undo


def _enroll(count: int) -> Prepared:
	from cadences_app.tests.site.people import make_people, remove_people

	make_people(count, "LIMIT")
	frappe.db.commit()
	frappe.db.sql_ddl(f"drop table if exists `{TABLE}`")
	frappe.db.sql_ddl(f"create table `{TABLE}` like `tabCadence Enrollment`")

	def do() -> None:
		frappe.db.sql(
			f"""insert into `{TABLE}`
				(name, creation, modified, owner, modified_by, cadence, reference_doctype, reference_name,
					record_title, record_owner, status, run, next_due_at, active_key)
				select concat('L', name), now(6), now(6), 'Administrator', 'Administrator', 'Limit', 'Lead',
					name, lead_name, lead_owner, 'Active', 1, now(6), concat('Limit:', name)
				from `tabLead` where name like 'LIMIT-%%'"""
		)
		frappe.db.commit()

	def undo() -> None:
		remove_people("LIMIT")
		frappe.db.commit()

	return count, do, undo


def _read(count: int) -> Prepared:
	query = "select name, status from `tabToDo` where modified > '2000-01-01' order by modified desc limit 20"

	def do() -> None:
		for _ in range(READS):
			frappe.db.sql(query)

	return READS, do, lambda: None


def _commit(count: int) -> Prepared:
	_insert(1)[1]()
	name = frappe.db.get_value("ToDo", {"reference_name": "LIMIT-0"})

	def do() -> None:
		for number in range(COMMITS):
			frappe.db.sql("update `tabToDo` set color = %s where name = %s", (str(number), name))
			frappe.db.commit()

	return COMMITS, do, lambda: _delete("ToDo", {"reference_name": ("like", "LIMIT-%")})


def _delete(doctype: str, filters: dict[str, Any]) -> None:
	frappe.db.delete(doctype, filters)
	frappe.db.commit()


if __name__ == "__main__":
	os.environ.setdefault("PYTHONWARNINGS", "ignore")
	main()
