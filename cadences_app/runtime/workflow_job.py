"""The job that works on pending runs of workflows, one transaction each (S9.3)."""

import time

import frappe

from cadences_app.store import compat
from cadences_app.store.later import enqueue_once
from cadences_app.workflows import work as runs

LONGEST_JOB = 240  # seconds; the default queue ends a job after 300


def call_worker() -> None:
	"""Have a worker run what is pending. One cheap query."""
	if runs.has_pending():
		enqueue_once("workflows", 0)


def work(number: int = 0) -> int:
	"""Work on pending runs until none is left or the job's time is over; returns how many were worked on."""
	frappe.set_user("Administrator")
	compat.use_read_committed()
	done, ends_at = 0, time.monotonic() + LONGEST_JOB
	while time.monotonic() < ends_at and compat.persist(_work_on_one):
		done += 1
	return done


def _work_on_one() -> bool:
	run = runs.claim()
	if run is None:
		return False
	try:
		runs.work_on(run)
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback()
		frappe.log_error("Cadence: a workflow could not be run", reference_name=run["workflow"])
		runs.set_aside(run, str(error) or type(error).__name__)
	return True
