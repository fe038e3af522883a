"""What becomes of those who are in a view when its cadence begins to let records in (S2.3, S7.2)."""

from typing import Any

from cadences_app.audience import bystanders, problems, progress, sweep, waiting
from cadences_app.audience.sweep import View
from cadences_app.engine.definition import Cadence
from cadences_app.store import definitions, long_jobs
from cadences_app.store.definitions import Published
from cadences_app.store.long_jobs import JobKind


def open_view(doc: Any, *, enroll_present: bool) -> str | None:
	"""Let records in from now on: those that are there already by a job, or not at all. Returns the name of
	the job where there is one."""
	waiting.wake_all(doc.name)
	view = view_of(doc)
	if not sweep.is_view(view.definition):
		progress.forget(doc.name)
		return None
	progress.begin(doc.name)
	bystanders.forget_present(doc.name)
	if enroll_present:
		return long_jobs.start(JobKind.ENROLL_PRESENT, doc.name, sweep.count_candidates(view))
	if view.definition.audience.enrolls_by_itself:
		with problems.noted(doc.name):
			bystanders.leave_out_present(view.cadence, view.names())
	return None


def reopen_view(doc: Any, before: Cadence, *, enroll_present: bool) -> str | None:
	"""As `open_view` if the view was edited; who was in it all along stays as they were otherwise."""
	if before.audience == definitions.load(doc.version).audience:
		waiting.wake_all(doc.name)
		return None
	return open_view(doc, enroll_present=enroll_present)


def view_of(doc: Any) -> View:
	return View(Published(doc.name, doc.module, doc.status, doc.version))
