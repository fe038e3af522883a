"""What the scheduler calls every minute: what is due is handed to background jobs."""

from collections.abc import Callable

import frappe

from cadences_app.mail.sending import invites
from cadences_app.mail.tracking import visits
from cadences_app.runtime import (
	invites_job,
	journey_job,
	mail_job,
	message_job,
	results,
	scheduled,
	sweeping,
	workflow_job,
)
from cadences_app.store import compat

Part = Callable[[], object]
_ASKED_TOGETHER: tuple[tuple[Callable[[], str], Part], ...] = (
	(results.waiting, results.tick),
	(sweeping.has_waiting, sweeping.call_worker),
	(invites.standing, invites_job.call_worker),
)
"""Parts that have nothing to do most of the time, and a SELECT each that says whether they have."""


def tick() -> None:
	"""Every minute: count what is due and hand it to background jobs. Safe to run twice.

	Each part fails alone, is logged and comes again with the next minute; the others are done.
	"""
	parts = (
		*_that_have_work(),
		visits.judge_waiting,
		scheduled.enqueue_due,
		mail_job.call_worker,
		message_job.call_worker,
		workflow_job.call_worker,
		journey_job.call_worker,
	)
	for part in parts:
		_do_alone(part)


def _that_have_work() -> list[Part]:
	"""Those of the parts that are asked together that have work; all, where they can't be asked."""
	try:
		asked = (
			f"select {number} from ({waiting()}) part_{number}"
			for number, (waiting, _) in enumerate(_ASKED_TOGETHER)
		)
		found = {number for (number,) in frappe.db.sql(" union all ".join(asked))}
	except Exception:  # noqa: BLE001 - whatever is wrong with one of them, each is asked by itself then
		frappe.db.rollback()
		found = set(range(len(_ASKED_TOGETHER)))
	return [part for number, (_, part) in enumerate(_ASKED_TOGETHER) if number in found]


def _do_alone(part: Part) -> None:
	"""What a part has written is committed, so that no later part can undo it."""
	try:
		if part():
			frappe.db.commit()
	except Exception as error:  # noqa: BLE001 - whatever is wrong with one part, the others must be done
		frappe.db.rollback()
		if not compat.is_passing_fault(error):
			frappe.log_error(f"Cadence: {part.__module__}.{part.__name__} failed")
			frappe.db.commit()
