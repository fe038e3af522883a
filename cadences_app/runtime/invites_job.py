"""The job that looks after meetings: who was invited finds it in the calendar, and is told when it
changes."""

from collections.abc import Callable
from typing import Any

import frappe

from cadences_app.channels import invite_events
from cadences_app.mail.sending import invites
from cadences_app.runtime import mail_job
from cadences_app.store import compat
from cadences_app.store.later import enqueue_once


def call_worker() -> None:
	"""Have a worker look after what stands. One cheap query."""
	if invites.has_work():
		enqueue_once("invites", 0)


def work(number: int = 0) -> int:
	"""Place the meetings of mails that have gone out, then tell of those that changed. Returns how many were
	changed. Safe to run twice: each invite is locked, and a change that was told is none any more."""
	frappe.set_user("Administrator")
	compat.use_read_committed()
	for activity in compat.persist(invites.settle):
		if _safely(_place, activity) is None:
			compat.persist(invites.stand, activity)
	if mail_job.is_suspended():
		return 0
	return sum(map(_tell, invites.find_changes()))


def _place(activity: str) -> bool:
	invite_events.place(activity)
	invites.stand(activity)
	return True


def _tell(change: invites.Change) -> bool:
	"""Whether it was told now."""
	told = _safely(_apply, change)
	if told is None:
		compat.persist(invites.leave, change.activity)
	return bool(told)


def _apply(change: invites.Change) -> bool:
	invite = invites.apply(change)
	if invite is not None:
		invite_events.follow(invite)
	return invite is not None


def _safely(step: Callable[[Any], bool], subject: Any) -> bool | None:
	"""One invite, one commit. None where it failed: that is logged and costs the others nothing."""
	try:
		return compat.persist(step, subject)
	except Exception:  # noqa: BLE001 - whatever it is, the other meetings are told
		frappe.db.rollback()
		frappe.log_error("Cadence: a calendar invite could not be looked after")
		frappe.db.commit()
		return None
