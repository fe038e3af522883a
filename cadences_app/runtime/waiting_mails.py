"""Mails that wait for a person: those of which nobody knows whether they went out (S15.2), and those that are
to be reviewed or approved first (S3.9)."""

import frappe
from frappe import _

from cadences_app.engine.statuses import Delivery
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.outbox import Mail
from cadences_app.runtime import mail_job


class NotWaiting(frappe.ValidationError):
	"""The mail does not wait for this any more; somebody else was faster."""


def settle(activity: str, *, was_sent: bool) -> None:
	"""Say what became of a mail that is Unknown: it counts as sent now, or it is sent once more."""
	mail = _lock(activity, Delivery.UNKNOWN)
	if was_sent:
		outbox.note_as_sent(mail)
		reports.report([mail])
	else:
		_send(mail)


def release(activity: str, delivery: Delivery) -> None:
	"""Send a mail that waits for review or approval, as `delivery` says. It still heeds window and caps."""
	_send(_lock(activity, delivery))


def _lock(activity: str, delivery: Delivery) -> Mail:
	mail = outbox.lock(activity, delivery)
	if mail is None:
		frappe.throw(
			_("This email does not wait for that any more. Reload to see how it stands."), NotWaiting
		)
	return mail


def _send(mail: Mail) -> None:
	outbox.queue(mail)
	mail_job.call_worker_after_commit()
