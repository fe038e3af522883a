"""What the scheduler calls every minute: what is due is handed to background jobs."""

from collections.abc import Callable

import frappe

from cadences_app.mail.tracking import visits
from cadences_app.runtime import (
	invites_job,
	journey_job,
	mail_job,
	results,
	scheduled,
	sweeping,
	workflow_job,
)
from cadences_app.store import compat


def tick() -> None:
	"""Every minute: count what is due and hand it to background jobs. Safe to run twice.

	Each part fails alone, is logged and comes again with the next minute; the others are done.
	"""
	parts = (
		results.tick,
		visits.judge_waiting,
		scheduled.enqueue_due,
		sweeping.call_worker,
		invites_job.call_worker,
		mail_job.call_worker,
		workflow_job.call_worker,
		journey_job.call_worker,
	)
	for part in parts:
		_do_alone(part)


def _do_alone(part: Callable[[], object]) -> None:
	"""What a part has written is committed, so that no later part can undo it."""
	try:
		if part():
			frappe.db.commit()
	except Exception as error:  # noqa: BLE001 - whatever is wrong with one part, the others must be done
		frappe.db.rollback()
		if not compat.is_passing_fault(error):
			frappe.log_error(f"Cadence: {part.__module__}.{part.__name__} failed")
			frappe.db.commit()
