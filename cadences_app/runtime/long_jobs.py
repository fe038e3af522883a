"""The worker of long jobs: takes one on from where it stands, chunk by chunk, a commit each."""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from cadences_app.audience import progress, sweep
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling import telling
from cadences_app.enrolling.result import EnrollResult
from cadences_app.enrolling.told import How, Verb
from cadences_app.journeys import beginning
from cadences_app.journeys import rules as journey_rules
from cadences_app.runtime import bulk, runner
from cadences_app.store import compat, long_jobs
from cadences_app.store.later import enqueue_once
from cadences_app.store.long_jobs import DOCTYPE, JobKind, JobStatus, call

LONGEST_JOB = 1200  # seconds; the long queue ends a job after 1500
PROGRESS = "cadence_job"

Step = tuple[str, int, Counter[str]]
"""How far the job went, how many records that took, and how many of each answer."""


def work(name: str) -> None:
	"""Take a job on until it is done, stopped, or this worker's time is over; then the next one goes on."""
	frappe.set_user(frappe.db.get_value(DOCTYPE, name, "owner") or "Administrator")
	compat.use_read_committed()
	take_on(name, frappe.db.commit)
	enqueue_once("work", 0)


def take_on(name: str, commit: Callable[[], object]) -> None:
	"""Take a job on as the session's user; what fails is noted with the job, and raised."""
	job = compat.try_anew(_take_up, name, commit=commit)
	if job is None:
		return
	ends_at = time.monotonic() + LONGEST_JOB
	try:
		while compat.try_anew(_take_step, job, ends_at, commit=commit):
			pass
	except Exception:
		frappe.db.rollback()
		_set(job, status=JobStatus.FAILED.value, error=frappe.get_traceback())
		commit()
		raise


def _take_step(job: Any, ends_at: float) -> bool:
	"""Do the next chunk and write down how far the job is. Returns whether it may go on: not for somebody who
	was disabled meanwhile."""
	if frappe.db.get_value(DOCTYPE, job.name, "status") != JobStatus.RUNNING:
		return False
	if not frappe.get_cached_value("User", job.owner, "enabled"):
		_set(job, status=JobStatus.FAILED.value, error=_("{0} is not enabled.").format(job.owner))
		_publish(job, JobStatus.FAILED)
		return False
	step = STEPS[JobKind(job.kind)](job)
	if step is None:
		_set(job, status=JobStatus.DONE.value)
		_publish(job, JobStatus.DONE)
		return False
	may_go_on = _note(job, step)
	if may_go_on and time.monotonic() > ends_at:
		_set(job, status=JobStatus.QUEUED.value)
		call(job.name)
		return False
	return may_go_on


def _take_up(name: str) -> Any | None:
	row = frappe.db.get_value(DOCTYPE, name, "*", as_dict=True, for_update=True)
	if row is None or row.status not in (JobStatus.QUEUED.value, JobStatus.RUNNING.value):
		return None
	_set(row, status=JobStatus.RUNNING.value)
	return row


def _note(job: Any, step: Step) -> bool:
	"""Write down how far the job is, with what it has just done. Returns whether it may go on."""
	went_to, number, answers = step
	account = Counter(frappe.parse_json(job.account or "{}"))
	account.update(answers)
	noted = {"went_to": went_to, "done": job.done + number, "account": json.dumps(account)}
	status = frappe.db.get_value(DOCTYPE, job.name, "status", for_update=True)
	_set(job, **noted)
	job.update(noted)
	_publish(job, JobStatus(status))
	return status == JobStatus.RUNNING


def _set(job: Any, **columns: Any) -> None:
	now = now_datetime()
	compat.update_rows(DOCTYPE, {job.name: {**columns, "beat_at": now, "modified": now}})


def _publish(job: Any, status: JobStatus) -> None:
	told = {"name": job.name, "kind": job.kind, "cadence": job.cadence, "status": status.value}
	told |= {"done": job.done, "total": job.total}
	frappe.publish_realtime(PROGRESS, told, user=job.owner, after_commit=True)


def _answers(result: EnrollResult) -> Counter[str]:
	return Counter(answer.value for answer in result.answers.values())


def _enroll_present(job: Any) -> Step | None:
	"""Enroll those who are in the view already (S2.3)."""
	view = progress.view_of(job.cadence)
	if view is None or view.cadence.status != CadenceStatus.ACTIVE:
		return None
	names = sweep.next_chunk(view, job.went_to or "")
	if not names:
		return None
	result = sweep.enter_chunk(view, names)
	return names[-1], len(result.answers), _answers(result)


def _in_bulk(job: Any) -> Step | None:
	"""What somebody asked for records that they chose, with their rights; each answer is kept."""
	arguments = frappe.parse_json(job.arguments)
	names, number = arguments["names"], int(job.went_to or 0)
	cadence_at, start = divmod(number, len(names))
	if cadence_at >= len(arguments["cadences"]):
		return None
	chunk, cadence = names[start : start + bulk.CHUNK], arguments["cadences"][cadence_at]
	how = How.from_dict(arguments["how"])
	told = bulk.act(Verb(arguments["verb"]), arguments["module"], chunk, cadence, how)
	kept_under = cadence if job.cadence else None
	long_jobs.keep_answers(job.name, kept_under, number, [each.to_dict() for each in told])
	return str(number + len(chunk)), len(chunk), Counter(each.answer.value for each in told)


def _tell(job: Any) -> Step | None:
	"""Tell the live enrollments of a cadence, and decide on each at once; the answers are their statuses."""
	told = telling.tell_chunk(job, frappe.parse_json(job.arguments))
	if told is None:
		return None
	rows, went_to, number = told
	in_work = runner.run_or_leave([row.name for row in rows])
	return went_to, number, Counter(current.state.status.value for current in in_work)


def _begin_journey(job: Any) -> Step | None:
	"""Let those begin a journey who were there before it (S9.5)."""
	journey = journey_rules.enabled().get(frappe.parse_json(job.arguments)["journey"])
	noted = beginning.note_chunk(journey, job.went_to or "") if journey else None
	return (*noted, Counter({"Begun": noted[1]})) if noted else None


STEPS: dict[JobKind, Callable[[Any], Step | None]] = {
	JobKind.ENROLL: _in_bulk,
	JobKind.STEER: _in_bulk,
	JobKind.PREVIEW: _in_bulk,
	JobKind.ENROLL_PRESENT: _enroll_present,
	JobKind.BEGIN_JOURNEY: _begin_journey,
	JobKind.UNENROLL: _tell,
	JobKind.DEACTIVATE: _tell,
	JobKind.REACTIVATE: _tell,
	JobKind.PUBLISH: _tell,
}
