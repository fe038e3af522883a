"""Telling the cadences, the timelines and the Email Queue what became of the mails of a batch."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.utils import cint

from cadences_app.engine.events import Event, FollowUpFailed, FollowUpImpossible, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import Delivery
from cadences_app.mail import communications
from cadences_app.mail.sending import outbox
from cadences_app.mail.sending.outbox import Mail
from cadences_app.mail.suppression import Cause, suppress
from cadences_app.store import clock, compat, inbox
from cadences_app.store.inbox import InboxEntry, standard_columns
from cadences_app.store.names import new_name

SOURCE = "Mail Server"
LONGEST_KEPT = 1024 * 1024
"""Bytes of a mail that the Email Queue keeps once it is sent: the head and the texts, which come first."""
_QUEUE_COLUMNS = ("sender", "message", "message_id", "communication", "reference_doctype", "reference_name")
_QUEUE_COLUMNS += ("email_account", "add_unsubscribe_link")
_SHOWN = {Delivery.SENT: "Sent", Delivery.BOUNCED: "Bounced", Delivery.FAILED: "Error"}
"""What the Communication of an email that ended says about it."""
_ENDED = frozenset({*_SHOWN, Delivery.SUPPRESSED})


def report(mails: Iterable[Mail], messages: dict[str, bytes] | None = None) -> None:
	"""Report mails whose end is noted, in this transaction, and let go of them. Doing it twice is harmless:
	an inbox entry is taken in once. `messages` are what was sent, by activity, for the Email Queue."""
	mails = [each for each in mails if each.delivery in _ENDED]
	inbox.record([_inbox_entry(each) for each in mails])
	for delivery, shown in _SHOWN.items():
		names = [each.communication for each in mails if each.delivery is delivery and each.communication]
		communications.show_delivery(names, shown)
	for mail in mails:
		if mail.delivery is Delivery.BOUNCED:
			suppress(mail.recipient, Cause.HARD_BOUNCE, mail.error or "")
	if messages and cint(frappe.get_cached_doc("Cadence Settings").write_email_queue):
		_write_email_queue([each for each in mails if each.name in messages], messages)
	outbox.let_go(mails)


def queue_in_frappe(mail: Mail, message: bytes) -> None:
	"""Put a mail into Frappe's Email Queue, to be sent from there."""
	row = _queue_row(mail, "", message)
	frappe.get_doc(
		{
			"doctype": "Email Queue",
			**{name: row[name] for name in _QUEUE_COLUMNS},
			"status": "Not Sent",
			"recipients": [{"recipient": mail.recipient, "status": "Not Sent"}],
		}
	).insert(ignore_permissions=True)


def _inbox_entry(mail: Mail) -> InboxEntry:
	return InboxEntry(
		mail.enrollment,
		mail.cadence,
		_event(mail),
		key=f"{mail.communication or mail.name}:{mail.delivery.lower()}",
		source=SOURCE,
		happened_at=clock.from_site(mail.taken_at),
	)


def _event(mail: Mail) -> Event:
	match mail.delivery:
		case Delivery.SENT:
			return OutcomeReported(mail.run, mail.follow_up, Outcome.SENT, clock.from_site(mail.taken_at))
		case Delivery.BOUNCED:
			at = clock.from_site(mail.taken_at) or clock.now()
			return OutcomeReported(mail.run, mail.follow_up, Outcome.BOUNCED, at)
		case Delivery.SUPPRESSED:
			return FollowUpImpossible(mail.run, mail.follow_up, mail.error or "")
		case _:
			return FollowUpFailed(mail.run, mail.follow_up, mail.error or "")


def _write_email_queue(mails: list[Mail], messages: dict[str, bytes]) -> None:
	"""Rows of the Email Queue that are Sent already, for admins who look there."""
	rows, recipients, now = [], [], frappe.utils.now()
	for mail in mails:
		name = new_name()
		rows.append(_queue_row(mail, name, messages[mail.name][:LONGEST_KEPT], now))
		recipients.append(
			{
				**standard_columns(new_name(), now),
				"idx": 1,
				"parent": name,
				"parenttype": "Email Queue",
				"parentfield": "recipients",
				"recipient": mail.recipient,
				"status": "Sent",
			}
		)
	compat.insert_rows("Email Queue", rows)
	compat.insert_rows("Email Queue Recipient", recipients)


def _queue_row(mail: Mail, name: str, message: bytes, now: str = "") -> dict[str, Any]:
	return {
		**standard_columns(name, now),
		"status": "Sent",
		"sender": mail.sender[:140],
		"message": message.decode("utf-8", "replace"),
		"message_id": mail.message_id,
		"communication": mail.communication,
		"reference_doctype": mail.reference_doctype,
		"reference_name": mail.reference_name,
		"email_account": mail.email_account,
		"add_unsubscribe_link": 0,
	}
