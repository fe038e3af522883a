"""The job that sweeps views, lets in who waited, and takes up long jobs that were left lying."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.audience import problems, progress, sweep, waiting
from cadences_app.audience.sweep import WHOLE, Scope, View
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.store import compat, long_jobs
from cadences_app.store.later import enqueue_once
from cadences_app.store.long_jobs import JobKind

LONGEST_JOB = 240  # seconds; the default queue ends a job after 300
Commit = Callable[[], None]
FORSAKEN_AFTER = timedelta(minutes=10)


def call_worker() -> None:
	"""Have a worker sweep, if anything is due. One cheap query."""
	if _has_due():
		enqueue_once("sweep", 0)


def has_waiting() -> str:
	"""A SELECT of a row for each kind of work that is due."""
	return f"select 1 from ({progress.due()}) a union all select 1 from ({waiting.due()}) b"


def _has_due() -> bool:
	return bool(frappe.db.sql(has_waiting()))


def work(number: int = 0) -> None:
	"""Sweep what is due and let in who may come, until nothing is due or the job's time is over."""
	frappe.set_user("Administrator")
	compat.use_read_committed()
	ends_at = time.monotonic() + LONGEST_JOB
	while time.monotonic() < ends_at and (row := compat.persist(progress.claim)):
		sweep_one(row, ends_at, frappe.db.commit)
	while time.monotonic() < ends_at and compat.persist(waiting.admit):
		pass


def hourly() -> None:
	"""What may have been overlooked: queues, views that nobody sweeps, jobs whose worker is gone."""
	compat.persist(waiting.wake_first_of_each)
	active = {"status": "Active", "audience_kind": "Custom View"}
	swept = set(frappe.get_all(progress.DOCTYPE, pluck="cadence", limit_page_length=0))
	for cadence in frappe.get_all("Cadence", active, pluck="name", limit_page_length=0):
		if cadence not in swept:
			compat.persist(progress.begin, cadence)
	for name in long_jobs.forsaken(now_datetime() - FORSAKEN_AFTER):
		long_jobs.call(name)
	frappe.db.commit()


def look_at(cadences: dict[str, list[str]]) -> None:
	"""Look at records that were saved, by the cadences whose views they may have entered or left."""
	frappe.set_user("Administrator")
	compat.use_read_committed()
	for cadence, names in cadences.items():
		view = progress.view_of(cadence)
		if view is not None and sweep.is_view(view.definition):
			compat.persist(partial(sweep.look_at, view, names, enters=_may_enter(view)))


def sweep_one(row: Any, ends_at: float, commit: Commit) -> None:
	"""Sweep the view of one cadence for who enters and who leaves, a commit a chunk."""
	view, began = progress.view_of(row.cadence), now_datetime()
	if view is None or not sweep.is_view(view.definition):
		progress.forget(row.cadence)
		commit()
		return
	whole = progress.is_whole_due(row, began)
	if whole or row.swept_until is None:
		scopes = [WHOLE]
	else:
		scopes = sweep.changed_since(view, row.swept_until - sweep.OVERLAP)
	enters = _may_enter(view) and (row.enters_at is None or row.enters_at <= began)
	progress.failed(row)
	commit()
	with problems.noted(row.cadence):
		for scope in scopes:
			compat.try_anew(sweep.leave, view, scope, commit=commit)
		for scope in ([WHOLE] if progress.interval(view) else scopes) if enters else ():
			if not _enter(view, scope, ends_at, commit):
				return  # its time is over: whoever sweeps next goes on
		progress.done(row, view, began, whole=whole, entered=enters)
	commit()


def _enter(view: View, scope: Scope, ends_at: float, commit: Commit) -> bool:
	"""Enroll who enters, a commit a chunk. Returns whether all of them could be looked at."""
	tried = partial(compat.try_anew, sweep.enter_chunk, commit=commit)
	for _went_to, result in sweep.enter(view, scope, tried=tried):
		if result.enrollments:
			enqueue_once("work", 0)
		if time.monotonic() > ends_at:
			return False
	return True


def _may_enter(view: View) -> bool:
	"""Whether records enter by themselves now: not in a cadence at rest, and not past a job that enrolls
	those already there and was stopped."""
	if view.cadence.status != CadenceStatus.ACTIVE or not view.definition.audience.enrolls_by_itself:
		return False
	return not long_jobs.is_unfinished(view.cadence.name, JobKind.ENROLL_PRESENT)
