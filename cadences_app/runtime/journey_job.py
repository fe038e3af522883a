"""The job that lets chains move through journeys, one change a transaction (S9.5)."""

from cadences_app.journeys import moving
from cadences_app.journeys import sweep as sweeping
from cadences_app.runtime.draining import drain
from cadences_app.store import compat
from cadences_app.store.later import enqueue_once


def call_worker() -> None:
	"""Have a worker take up what waits. One cheap query."""
	if moving.has_pending():
		enqueue_once("journeys", 0)


def work(number: int = 0) -> int:
	"""Work on noted changes until none is left or the job's time is over; returns how many were worked on."""
	return drain(moving.claim, moving.work_on, moving.set_aside, "Cadence: a journey could not go on")


def sweep() -> int:
	"""Hourly: note what changed without a save."""
	return int(compat.persist(sweeping.sweep))
