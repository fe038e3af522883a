"""Work on many records in the background: what is asked for, how far it is, and what became of them.

A row of Cadence Job holds all of it. A worker takes it on from where it stands; one that dies leaves it to
the next, and a person may stop it and have it go on.
"""

import json
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import compat, inbox
from cadences_app.store.errors import shown
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.names import new_name

DOCTYPE = "Cadence Job"
CHUNKS = "Cadence Job Chunk"


class JobKind(StoredEnum):
	ENROLL = "Enroll"
	ENROLL_PRESENT = "Enroll Present"
	UNENROLL = "Un-enroll"
	DEACTIVATE = "Deactivate"
	REACTIVATE = "Reactivate"
	PUBLISH = "Publish"
	STEER = "Steer"
	PREVIEW = "Preview"
	BEGIN_JOURNEY = "Begin a Journey"


class JobStatus(StoredEnum):
	QUEUED = "Queued"
	RUNNING = "Running"
	STOPPED = "Stopped"
	DONE = "Done"
	FAILED = "Failed"


UNFINISHED = (JobStatus.QUEUED.value, JobStatus.RUNNING.value, JobStatus.STOPPED.value)


def start(kind: JobKind, cadence: str | None, total: int, **arguments: Any) -> str:
	"""Ask for a job; a worker takes it up once this transaction is committed. Returns its name. None for the
	cadence where it is about several."""
	name = new_name()
	row = {
		**inbox.standard_columns(name),
		"cadence": cadence,
		"kind": kind.value,
		"status": JobStatus.QUEUED.value,
		"total": total,
		"done": 0,
		"went_to": "",
		"arguments": json.dumps(arguments),
		"account": "{}",
	}
	compat.insert_rows(DOCTYPE, [row])
	call(name)
	return name


def call(name: str) -> None:
	enqueue_after_commit("long_job", queue="long", name=name)


def stop(name: str) -> bool:
	"""Have a job stop after the chunk it is at. Returns whether it was under way."""
	return _change(name, (JobStatus.QUEUED, JobStatus.RUNNING), JobStatus.STOPPED)


def go_on(name: str) -> bool:
	"""Have a job that was stopped, or that failed, go on from where it stands."""
	if not _change(name, (JobStatus.STOPPED, JobStatus.FAILED), JobStatus.QUEUED):
		return False
	call(name)
	return True


def is_unfinished(cadence: str, kind: JobKind) -> bool:
	return bool(
		frappe.db.exists(DOCTYPE, {"cadence": cadence, "kind": kind.value, "status": ("in", UNFINISHED)})
	)


def forsaken(before: Any) -> list[str]:
	"""Jobs that show no sign of life since then: their worker was killed, or they were never taken up."""
	under_way = ("in", (JobStatus.QUEUED.value, JobStatus.RUNNING.value))
	return frappe.get_all(DOCTYPE, {"status": under_way, "modified": ("<", before)}, pluck="name")


def standing(name: str) -> dict[str, Any]:
	"""How far a job is: status, records done and in all, and how many of each answer."""
	columns = ["name", "kind", "cadence", "status", "total", "done", "account", "error", "owner"]
	row = frappe.db.get_value(DOCTYPE, name, columns, as_dict=True)
	return dict(row, account=frappe.parse_json(row.account or "{}"), error=shown(row.error))


def owner_of(name: str) -> str:
	return str(frappe.db.get_value(DOCTYPE, name, "owner") or "")


def keep_answers(job: str, cadence: str | None, number: int, answers: list[dict[str, str]]) -> None:
	"""Keep what became of each record in a chunk; a chunk that is done twice counts once."""
	row = {
		**inbox.standard_columns(f"{job}-{number}"),
		"job": job,
		"cadence": cadence,
		"number": number,
		"answers": json.dumps(answers),
	}
	compat.insert_rows(CHUNKS, [row], ignore_duplicates=True)


def answers_of(job: str) -> list[dict[str, str]]:
	"""What became of each record so far, in the order in which they were asked for."""
	chunks = frappe.get_all(CHUNKS, {"job": job}, pluck="answers", order_by="number", limit_page_length=0)
	return [answer for chunk in chunks for answer in frappe.parse_json(chunk)]


def _change(name: str, before: tuple[JobStatus, ...], after: JobStatus) -> bool:
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.status).where(table.name == name).for_update()
	[[status]] = query.run() or [[None]]
	if status not in before:
		return False
	compat.update_rows(DOCTYPE, {name: {"status": after.value, "modified": now_datetime()}})
	return True
