"""The job that lets chains move through journeys, one change a transaction (S9.5)."""

import time

import frappe

from cadences_app.journeys import moving
from cadences_app.journeys import sweep as sweeping
from cadences_app.store import compat
from cadences_app.store.later import enqueue_once

LONGEST_JOB = 240  # seconds; the default queue ends a job after 300


def call_worker() -> None:
	"""Have a worker take up what waits. One cheap query."""
	if moving.has_pending():
		enqueue_once("journeys", 0)


def work(number: int = 0) -> int:
	"""Work on noted changes until none is left or the job's time is over; returns how many were worked on."""
	frappe.set_user("Administrator")
	compat.use_read_committed()
	done, ends_at = 0, time.monotonic() + LONGEST_JOB
	while time.monotonic() < ends_at and compat.persist(_work_on_one):
		done += 1
	return done


def sweep() -> int:
	"""Hourly: note what changed without a save."""
	return int(compat.persist(sweeping.sweep))


def _work_on_one() -> bool:
	change = moving.claim()
	if change is None:
		return False
	try:
		moving.work_on(change)
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback()
		frappe.log_error("Cadence: a journey could not go on", reference_name=change.name)
		moving.set_aside(change, frappe.utils.strip_html_tags(str(error)) or type(error).__name__)
	return True
