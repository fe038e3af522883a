"""Mails and messages that have not gone out yet are written in the name of whoever owns their record now
(S3.8a).

One that somebody has edited keeps its text; only who sends a mail changes, and the signature under it.
"""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.channels import message
from cadences_app.channels.occasion import CannotReach, Occasion, PendingRows
from cadences_app.channels.planned_email import PlannedEmail, plan_email
from cadences_app.engine.content import EmailContent, MessageContent
from cadences_app.engine.statuses import ActivityStatus, Delivery
from cadences_app.mail import edited
from cadences_app.mail.composing import senders
from cadences_app.mail.composing.senders import NoSender, Sender
from cadences_app.mail.sending import outbox
from cadences_app.mail.sending.outbox import Mail
from cadences_app.store import clock, compat, definitions, enrollment_rows, markup
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.templates import MergeFieldMissing

NOT_TAKEN_IN_HAND = (Delivery.REVIEW.value, Delivery.APPROVAL.value, Delivery.QUEUED.value)
LONGEST_SUBJECT = 500


def follow_owner(doc: Any, before: Any, enrollments: Iterable[str]) -> None:
	"""Have what is unsent of this record's enrollments come from its new owner. What a worker has in hand
	at this moment goes out as it is."""
	waiting = frappe.get_all(
		"Cadence Activity",
		{
			"enrollment": ("in", list(enrollments)),
			"status": ActivityStatus.HANDED_OVER.value,
			"delivery": ("in", NOT_TAKEN_IN_HAND),
			"claimed_by": ("is", "not set"),
		},
		["name", "enrollment", "follow_up", "delivery"],
	)
	if not waiting:
		return
	found = _read({row.enrollment for row in waiting})
	for row in waiting:
		current = found.get(row.enrollment)
		follow_up = current.cadence.by_key.get(row.follow_up) if current else None
		if follow_up is None or follow_up.keeps_owner:
			continue
		mail = outbox.lock(row.name, Delivery(row.delivery))
		if mail is None or _is_in_hand(mail):
			continue
		match follow_up.content:
			case EmailContent() as content:
				_write_anew(mail, current, content, before)
			case MessageContent() as content:
				_write_message_anew(mail, current, content, before)


def _is_in_hand(mail: Mail) -> bool:
	"""Whether a worker has claimed it since this transaction began; a locking read sees that."""
	return bool(frappe.db.get_value("Cadence Activity", mail.name, "claimed_by", for_update=True))


def _read(names: set[str]) -> dict[str, EnrollmentInWork]:
	rows = frappe.get_all("Cadence Enrollment", {"name": ("in", list(names))}, ["*"])
	activities = enrollment_rows.activities_of(list(names), lock=False)
	loaded = definitions.load_many({row.cadence_version for row in rows})
	return {
		row.name: enrollment_rows.read_enrollment(
			row, activities.get(row.name, ()), loaded[row.cadence_version]
		)
		for row in rows
	}


def _write_anew(mail: Mail, current: EnrollmentInWork, content: EmailContent, before: Any) -> None:
	was, now = _planned(mail, current, before), _planned(mail, current)
	try:
		sender = now.sender if now else _sender(mail, current, content)
		former = was.sender if was else _sender(mail, current, content, before)
	except (NoSender, ValueError):
		return  # it goes out as it is, and the next one says what is wrong
	text = frappe.db.get_value("Communication", mail.communication, ["subject", "content"], as_dict=True)
	if text is None:
		return
	columns = {
		"sender": sender.address,
		"sender_full_name": sender.name,
		"email_account": sender.account,
		"content": _signed(text.content or "", former, sender),
	}
	if mail.name in edited.of_activities([mail.name]):
		edited.sign(mail.name, columns["content"])
	elif was and now and _stored("content", was.body) == text.content:
		columns["content"] = now.body
	if was and now and _stored("subject", was.subject) == text.subject:
		columns["subject"] = now.subject
	compat.update_rows("Communication", {mail.communication: columns})
	told = {
		"sender": sender.full_address,
		"reply_to": content.reply_to or sender.reply_to,
		"email_account": sender.account,
	}
	if "subject" in columns:
		told["subject"] = columns["subject"][:LONGEST_SUBJECT]
	compat.update_rows("Cadence Activity", {mail.name: told})


def _write_message_anew(mail: Mail, current: EnrollmentInWork, content: MessageContent, before: Any) -> None:
	"""A message has no sender, but its text may name the owner."""
	text = frappe.db.get_value("Communication", mail.communication, "text_content")
	try:
		was, _parts = message.fill_text(_occasion(mail, current, before), content)
		now, parts = message.fill_text(_occasion(mail, current, None), content)
	except (CannotReach, MergeFieldMissing, frappe.ValidationError):
		return  # it goes out as it is, and the next one says what is wrong
	if text != was or now == was:
		return
	shown = message.shown_text(now, content)
	compat.update_rows("Communication", {mail.communication: shown})
	told = {"subject": shown["subject"], "message_parts": parts.count}
	compat.update_rows("Cadence Activity", {mail.name: told})


def _planned(mail: Mail, current: EnrollmentInWork, before: Any = None) -> PlannedEmail | None:
	"""The mail as it would be put into the outbox now, or with the owner of `before`; None where it would not
	be."""
	occasion = _occasion(mail, current, before)
	try:
		return plan_email(occasion, occasion.follow_up.content)
	except (CannotReach, MergeFieldMissing, frappe.ValidationError):
		return None


def _occasion(mail: Mail, current: EnrollmentInWork, before: Any) -> Occasion:
	records = Records([current])
	row = records.row(current)
	if before is not None and row is not None:
		row.update(
			{field: before.get(field) for field in neighbours.of_row(row).owner_fields if field in row}
		)
	return Occasion(current, mail.follow_up, records, PendingRows(), clock.now())


def _sender(mail: Mail, current: EnrollmentInWork, content: EmailContent, before: Any = None) -> Sender:
	occasion = _occasion(mail, current, before)
	owner = senders.read_owner(occasion.neighbour.owner_of(occasion.row))
	return senders.find_sender(content, owner)


def _signed(text: str, former: Sender, sender: Sender) -> str:
	"""The text with the signature of the one in place of the other's, where that stands under it."""
	ending = _stored("content", f"<br>{former.signature}") if former.signature else ""
	if not ending or not text.endswith(ending):
		return text
	return text.removesuffix(ending) + (f"<br>{sender.signature}" if sender.signature else "")


def _stored(column: str, text: str) -> str:
	return str(markup.clean("Communication", column, text))
