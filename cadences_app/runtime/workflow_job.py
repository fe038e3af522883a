"""The job that works on pending runs of workflows, one transaction each (S9.3)."""

from cadences_app.runtime.draining import drain
from cadences_app.store.later import enqueue_once
from cadences_app.workflows import work as runs


def call_worker() -> None:
	"""Have a worker run what is pending. One cheap query."""
	if runs.has_pending():
		enqueue_once("workflows", 0)


def work(number: int = 0) -> int:
	"""Work on pending runs until none is left or the job's time is over; returns how many were worked on."""
	title = "Cadence: a workflow could not be run"
	return drain(runs.claim, runs.work_on, runs.set_aside, title, runs.carry_out)
