"""How long the report, the lists and the forms take with a million live enrollments and a million activities.

Run it in the app's folder of a bench, on a site that may be written to, with MariaDB:

    ../../env/bin/python -m benchmarks.reports --site SITE [--enrollments 1000000]

One cadence of four follow-ups, 20 owners; of the enrollments half have a follow-up scheduled in the next
twenty days, a quarter an open task, a quarter wait for an answer. Each figure is the best of three, in
seconds. What it made is deleted at the end; with --keep it stays, to be asked again.
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import frappe
from frappe.desk import reportview
from frappe.desk.form.load import getdoc

from benchmarks import machine
from cadences_app.api import cadence_form, operation, queue, reports
from cadences_app.cadences_app.report.cadence_figures import cadence_figures
from cadences_app.enrolling import activation
from cadences_app.reports import figures, standstill
from cadences_app.reports.queue import EVERYBODY

CHUNK = 100_000
STEPS = ("one", "two", "three", "four")
MARK = "BENCHR"
TITLE = f"{MARK} reports"
MADE = ("Cadence Enrollment", "Cadence Activity")
ENROLLMENTS = """
insert into `tabCadence Enrollment`
	(name, owner, modified_by, creation, modified, cadence, cadence_version, reference_doctype,
	reference_name, record_title, record_owner, status, run, started_at, next_due_at, next_follow_up,
	active_key, still, still_on) select concat('{mark}', lpad(seq, 9, '0')), 'Administrator', 'Administrator',
	@began + interval seq second, now(6), %(cadence)s, %(version)s, 'Lead', concat('{mark}', seq),
	concat('Person ', seq), concat('rep', seq %% 20, '@example.com'), 'Active', 1, @began + interval seq
	second, if(seq %% 2, now() + interval (seq %% 480) hour, null), if(seq %% 2, 'Step', ''),
	concat('{mark}', seq),
	case when seq %% 2 then 'Scheduled' when seq %% 4 then 'Open Task or Call' else 'Waits for an Answer' end,
	if(seq %% 4 = 2, curdate() + interval cast(seq %% 9 as signed) - 4 day, null)
from seq_{first}_to_{last}
"""
ACTIVITIES = """
insert into `tabCadence Activity`
	(name, owner, modified_by, creation, modified, enrollment, cadence, cadence_version, reference_doctype,
	reference_name, run, follow_up, title, channel, record_owner, base_at, due_at, status, standing, due_on,
	assigned_to, carried_out_at, completed_at)
select concat('{mark}', lpad(seq, 9, '0')), 'Administrator', 'Administrator', @began + interval seq second,
	@began + interval seq second, concat('{mark}', lpad(seq, 9, '0')), %(cadence)s, %(version)s, 'Lead',
	concat('{mark}', seq), 1, elt(1 + (seq div 4) %% 4, 'one', 'two', 'three', 'four'), 'Step', 'Task',
	concat('rep', seq %% 20, '@example.com'), @began + interval seq second,
	now() + interval (seq %% 480) hour, if(seq %% 2, 'Scheduled', 'Carried Out'),
	case when seq %% 2 then '' when seq %% 4 then 'Scheduled' else 'Completed' end,
	if(seq %% 4 = 2, curdate() + interval cast(seq %% 9 as signed) - 4 day, null),
	concat('rep', seq %% 20, '@example.com'), if(seq %% 2, null, @began + interval seq second),
	if(seq %% 4, null, @began + interval seq second)
from seq_{first}_to_{last}
"""


def main() -> None:
	arguments = _arguments()
	machine.connect(arguments.site)
	try:
		cadence = _generate(arguments.enrollments)
		seconds = {} if arguments.no_checks else _check(cadence.name)
		seconds |= _measure(cadence)
	finally:
		frappe.db.rollback()
		if not arguments.keep:
			_remove()
	rows = [
		{"what": what, "enrollments": arguments.enrollments, "seconds": each}
		for what, each in seconds.items()
	]
	machine.show("reports", ("seconds", "enrollments", "what"), rows)


def _arguments() -> argparse.Namespace:
	parser = machine.parser(__doc__)
	parser.add_argument("--enrollments", type=int, default=1_000_000)
	parser.add_argument("--keep", action="store_true", help="leave what was made, and take it if it is there")
	parser.add_argument("--no-checks", action="store_true", help="count nothing anew")
	return parser.parse_args()


def _generate(number: int) -> Any:
	"""The cadence with so many in it; what is there already is taken."""
	cadence = _cadence()
	names = {"cadence": cadence.name, "version": cadence.version}
	made = min(frappe.db.count(doctype, {"cadence": cadence.name}) for doctype in MADE) // CHUNK * CHUNK
	frappe.db.sql("set @began = now() - interval 60 day")
	for first in range(made + 1, number + 1, CHUNK):
		span = {"mark": MARK, "first": first, "last": min(first + CHUNK - 1, number)}
		for statement in (ENROLLMENTS, ACTIVITIES):
			frappe.db.sql(statement.format(**span), names)
		frappe.db.commit()
		print(f"{span['last']:,} made", flush=True)
	for doctype in MADE:
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")
	return cadence


def _cadence() -> Any:
	if name := frappe.db.exists("Cadence", {"cadence_name": TITLE}):
		return frappe.get_doc("Cadence", name)
	follow_ups: list[dict[str, Any]] = []
	for key in STEPS:
		row = {"follow_up_key": key, "title": key, "channel": "Task", "subject": key}
		if follow_ups:
			row |= {"parent_follow_up": follow_ups[-1]["follow_up_key"], "trigger_outcome": "Completed"}
		follow_ups.append(row)
	values = {"cadence_name": TITLE, "module": "Lead", "follow_ups": follow_ups}
	cadence = frappe.get_doc({"doctype": "Cadence", **values}).insert()
	activation.activate(cadence)
	frappe.db.commit()
	cadence.reload()
	return cadence


def _check(name: str) -> dict[str, float]:
	"""Every figure counted anew, and what is kept of each enrollment."""
	began = time.perf_counter()
	figures.check(name)
	frappe.db.commit()
	took = {"recount of every figure": round(time.perf_counter() - began, 1)}
	began = time.perf_counter()
	assert standstill.check(name) == 0
	took["check of what stands still"] = round(time.perf_counter() - began, 1)
	return took


def _measure(cadence: Any) -> dict[str, float]:
	name, took = cadence.name, {}
	questions: dict[str, Callable[[], Any]] = {
		"the report": lambda: reports.cadence(name),
		"the report, one owner": lambda: reports.cadence(name, owner="rep3@example.com"),
		"what stands still": lambda: reports.stands_still(name),
		"what stands still, one owner": lambda: reports.stands_still(name, "rep3@example.com"),
		"what comes": lambda: reports.what_comes(name),
		"what comes, all cadences": lambda: reports.what_comes(),
		"health on the workspace": operation.health,
		"the number cards": lambda: [operation.under_way(), operation.replies(), operation.due_today()],
		"today's follow-ups, everybody's": lambda: queue.today(user=EVERYBODY),
		"the same, of the cadence": lambda: queue.today(cadence=name, user=EVERYBODY),
		"the same, one owner": lambda: queue.today(user="rep2@example.com"),
		"the script report": lambda: cadence_figures.execute({}),
		"list of enrollments by cadence": lambda: list_of([["cadence", "=", name]]),
		"list of enrollments by status": lambda: list_of([["status", "=", "Active"]]),
		"list of enrollments by both": lambda: list_of([["cadence", "=", name], ["status", "=", "Active"]]),
		"list of enrollments by owner": lambda: list_of([["record_owner", "=", "rep3@example.com"]]),
		"the cadence's form": lambda: [getdoc("Cadence", name), cadence_form.standing(name)],
		"list of cadences, with numbers": lambda: cadence_form.enrolled_counts([name]),
	}
	for question, ask in questions.items():
		took[question] = _best(ask)
		print(f"{question:<36}{took[question]:9.3f} s", flush=True)
	return took


def list_of(filters: list[Any]) -> None:
	frappe.local.form_dict = frappe._dict(
		doctype="Cadence Enrollment",
		fields=json.dumps(["`tabCadence Enrollment`.`name`", "`tabCadence Enrollment`.`status`"]),
		filters=json.dumps([["Cadence Enrollment", *each] for each in filters]),
		order_by="`tabCadence Enrollment`.`creation` desc",
		start=0,
		page_length=20,
	)
	found = reportview.get()
	assert len(found["values"]) == 20, found


def _best(ask: Callable[[], Any]) -> float:
	took = []
	for _attempt in range(3):
		began = time.perf_counter()
		ask()
		took.append(time.perf_counter() - began)
	return round(min(took), 3)


def _remove() -> None:
	for doctype in reversed(MADE):
		while True:
			frappe.db.sql(f"delete from `tab{doctype}` where name like '{MARK}%' limit {CHUNK}")
			gone = frappe.db._cursor.rowcount
			frappe.db.commit()
			if not gone:
				break
	if name := frappe.db.exists("Cadence", {"cadence_name": TITLE}):
		frappe.db.delete("Cadence Figure", {"cadence": name})
		frappe.db.delete("Cadence Version", {"cadence": name})
		frappe.db.delete("Cadence Follow-up", {"parent": name})
		frappe.db.delete("Cadence", {"name": name})
	frappe.db.commit()


if __name__ == "__main__":
	main()
