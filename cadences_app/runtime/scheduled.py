"""The jobs that work on enrollments: each chunk is one commit."""

import time
from collections.abc import Callable, Collection
from functools import partial

import frappe
from frappe.utils import now_datetime

from cadences_app.runtime import mail_job, runner
from cadences_app.store import compat, enrollment_rows, inbox
from cadences_app.store.later import enqueue_once

CHUNK = 200
JOBS_AT_ONCE = 4
LONGEST_JOB = 240  # seconds; the default queue ends a job after 300


def enqueue_due() -> None:
	"""Hand the enrollments that are due, or have something in their inbox, to workers."""
	due = _count_due()
	if due or _has_entries():
		for number in range(min(JOBS_AT_ONCE, due // CHUNK + 1)):
			enqueue_once("work", number)


def work(number: int = 0) -> int:
	"""Work on chunk after chunk until nothing is due any more or the job's time is over. Returns how many
	enrollments were worked on."""
	_begin_job()
	done = _drain(partial(inbox.enrollments_with_entries, CHUNK)) if number == 0 else 0
	return done + _drain(partial(enrollment_rows.lock_due, CHUNK))


def work_on(enrollments: list[str]) -> int:
	"""Work on these enrollments: something has just happened to them."""
	_begin_job()
	return _drain(lambda without: [] if without else enrollments)


def _begin_job() -> None:
	"""A job runs as whoever set it off, be it a guest who opened a mail; what it does, the cadence does."""
	frappe.set_user("Administrator")
	compat.use_read_committed()


def run_now(enrollments: list[str], *, may_leave: bool = False) -> None:
	"""Decide for these enrollments within the request of the person who asked for it. `may_leave`: it was
	asked for many, and those that can't be worked on are left to a worker (`runner.run_or_leave`)."""
	run = runner.run_or_leave if may_leave else runner.run
	for start in range(0, len(enrollments), CHUNK):
		chunk = enrollments[start : start + CHUNK]
		done = {current.name for current in run(chunk)}
		if others := set(chunk) - done:
			inbox.wake_up(others)  # a worker holds them; it may be past our inbox entries already
	mail_job.call_worker_after_commit()


def _drain(next_chunk: Callable[[Collection[str]], list[str]]) -> int:
	"""Chunk after chunk, each enrollment once. `next_chunk` is asked without those seen only where it gives
	nothing else: what stands first may stay due, and must keep nobody waiting behind it."""
	done, ends_at, seen = 0, time.monotonic() + LONGEST_JOB, set[str]()
	while time.monotonic() < ends_at:
		found = compat.try_anew(lambda: next_chunk(()))
		if found and seen.issuperset(found):
			found = compat.try_anew(lambda: next_chunk(seen))
		names = [each for each in found if each not in seen]
		if not names:
			break
		seen.update(names)
		done += _run_chunk(names)
	frappe.db.commit()
	if done:
		mail_job.call_worker()
	return done


def _run_chunk(names: list[str]) -> int:
	"""One chunk, one commit. If it can't be written as a whole, its enrollments are taken one by one."""
	try:
		done = len(runner.run(names))
		frappe.db.commit()
		return done
	except Exception as error:  # noqa: BLE001 - whatever it is, it must cost one enrollment, not the chunk
		frappe.db.rollback()
		if len(names) > 1:
			return sum(_run_chunk([name]) for name in names)
		if compat.is_passing_fault(error):
			return 0  # still due: the next tick takes it up again
		frappe.log_error("Cadence: an enrollment could not be worked on", reference_name=names[0])
		enrollment_rows.set_aside(names[0], frappe.get_traceback())
		frappe.db.commit()
		return 0


def _count_due() -> int:
	table = frappe.qb.DocType("Cadence Enrollment")
	limit = CHUNK * JOBS_AT_ONCE
	rows = frappe.qb.from_(table).select(table.name).where(table.next_due_at <= now_datetime()).limit(limit)
	return len(rows.run())


def _has_entries() -> bool:
	return bool(inbox.enrollments_with_entries(1))
