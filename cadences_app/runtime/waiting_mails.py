"""Mails and messages that wait for a person: those of which nobody knows whether they went out (S15.2), and
those that are to be reviewed or approved first (S3.9)."""

from typing import Any

import frappe
from frappe import _
from frappe.utils.html_utils import sanitize_html

from cadences_app.channels import message
from cadences_app.engine.content import Channel, Content, MessageContent, Release
from cadences_app.engine.events import EmailEdited, FollowUpDeclined
from cadences_app.engine.statuses import LIVE, ActivityStatus, Delivery
from cadences_app.mail import edited
from cadences_app.mail.addresses import clean_header
from cadences_app.mail.sending import outbox, reports
from cadences_app.mail.sending.outbox import Mail
from cadences_app.runtime import mail_job, message_job
from cadences_app.store import compat, definitions, inbox
from cadences_app.store.inbox import InboxEntry

LONGEST_SUBJECT = 500
LONGEST_MAIL = 500_000
LONGEST_WHY = 500
LOOKED_AT = (
	"name",
	"enrollment",
	"cadence",
	"run",
	"follow_up",
	"channel",
	"status",
	"delivery",
	"claimed_until",
	"activity_name",
)
"""The columns by which it is seen whether a mail may be edited."""


WRITTEN = (Channel.EMAIL.value, Channel.MESSAGE.value)
"""The channels whose follow-ups are written before they go out."""


class NotWaiting(frappe.ValidationError):
	"""It does not wait for this any more; somebody else was faster."""


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


def release_reviewed(activity: str, user: str) -> None:
	"""Send a mail that waits for review, as this user may."""
	_lock(activity, Delivery.REVIEW)
	release_for(activity, user)


def release_for(activity: str, user: str) -> None:
	"""Send a mail that waits, as this user may: one that needs approval waits for that next."""
	waits = frappe.db.get_value("Cadence Activity", activity, ["delivery", "cadence"], as_dict=True)
	may_approve = frappe.has_permission("Cadence", "write", waits.cadence, user=user)
	if waits.delivery == Delivery.APPROVAL and not may_approve:
		frappe.throw(_("It waits for the approval of somebody who may edit the cadence."))
	if waits.delivery == Delivery.REVIEW and not may_approve and _needs_approval(activity):
		_change(_lock(activity, Delivery.REVIEW), {"delivery": Delivery.APPROVAL.value})
		return
	delivery = Delivery.APPROVAL if waits.delivery == Delivery.APPROVAL else Delivery.REVIEW
	release(activity, delivery)


def edit(activity: str, subject: str, content: str, *, may_approve: bool) -> None:
	"""Change the mail or message of this person alone, before it goes out (S3.9). What is no plain HTML is
	taken out of a mail; `content` is the plain text of a message, which has no subject.

	One that is scheduled is made from this text when its time comes, not from its template. `may_approve`:
	what is with those who approve, or approved, may be changed too. Raises NotWaiting, and TooLong.
	"""
	if len(content) > LONGEST_MAIL:
		frappe.throw(_("This text is too long."))
	mail = _lock_editable(activity)
	if not may_approve and is_with_approvers(mail):
		frappe.throw(_("Only who may edit the cadence changes this text now."), frappe.PermissionError)
	if mail.channel == Channel.MESSAGE:
		_edit_message(mail, content)
	else:
		_edit_mail(mail, subject, content)
	_note_edit(mail)


def _edit_mail(mail: Any, subject: str, content: str) -> None:
	if not (subject := clean_header(subject)[:LONGEST_SUBJECT]):
		frappe.throw(_("The email needs a subject."))
	written = {"subject": subject, "content": harmless(content)}
	edited.keep(mail.name, mail.enrollment, **written)
	if mail.delivery and mail.activity_name:
		compat.update_rows("Communication", {mail.activity_name: written})
		compat.update_rows("Cadence Activity", {mail.name: {"subject": subject}})


def _edit_message(mail: Any, text: str) -> None:
	content = content_of(mail.name)
	if not isinstance(content, MessageContent) or not has_own_text(content):
		frappe.throw(_("It says what its approved WhatsApp template says."))
	if not (text := "\n".join(text.splitlines()).strip()):
		frappe.throw(_("The message needs a text."))
	parts = message.parts_of(text, content)
	shown = message.shown_text(text, content)
	edited.keep(mail.name, mail.enrollment, subject=shown["subject"], text=text)
	if mail.delivery and mail.activity_name:
		compat.update_rows("Communication", {mail.activity_name: shown})
		columns = {"subject": shown["subject"], "message_parts": parts.count}
		compat.update_rows("Cadence Activity", {mail.name: columns})


def has_own_text(content: Content) -> bool:
	"""Whether it says what is written for it, not what a WhatsApp template says that was approved."""
	return not (isinstance(content, MessageContent) and content.whatsapp_template)


def take_edit_back(activity: str) -> None:
	"""Have a mail that is scheduled made from its template again."""
	mail = _lock_editable(activity)
	if mail.status != ActivityStatus.SCHEDULED:
		frappe.throw(_("It is written already: edit it instead."), NotWaiting)
	edited.forget(activity)


def is_editable(mail: Any) -> bool:
	"""Whether an activity has not gone out and may still be changed as it is written, by its columns."""
	if mail.channel not in WRITTEN or mail.status not in (
		ActivityStatus.SCHEDULED,
		ActivityStatus.HANDED_OVER,
	):
		return False
	if mail.status == ActivityStatus.SCHEDULED:
		return True
	is_held = mail.delivery in (Delivery.REVIEW, Delivery.APPROVAL)
	return is_held or (mail.delivery == Delivery.QUEUED and not mail.claimed_until)


def is_with_approvers(mail: Any) -> bool:
	"""Whether a mail waits for approval, or got it."""
	if mail.delivery == Delivery.QUEUED:
		return _needs_approval(mail.name)
	return bool(mail.delivery == Delivery.APPROVAL)


def harmless(content: str) -> str:
	"""Plain HTML, also where it could pass for JSON, which Frappe leaves as it is."""
	return str(sanitize_html(content, always_sanitize=True))


def send_back(activity: str) -> None:
	"""Give a mail that waits for approval back to whoever looks after its record."""
	_change(_lock(activity, Delivery.APPROVAL), {"delivery": Delivery.REVIEW.value})


def decline(activity: str, why: str = "") -> None:
	"""Decide that a mail which waits for a person is not to go; its follow-up is skipped."""
	mail = _lock_waiting(activity)
	declined = FollowUpDeclined(mail.run, mail.follow_up, why[:LONGEST_WHY])
	inbox.record([InboxEntry(mail.enrollment, mail.cadence, declined, source=frappe.session.user)])


def _lock_waiting(activity: str) -> Mail:
	delivery = frappe.db.get_value("Cadence Activity", activity, "delivery")
	return _lock(activity, Delivery.APPROVAL if delivery == Delivery.APPROVAL else Delivery.REVIEW)


def _lock_editable(activity: str) -> Any:
	"""The mail's columns, with its enrollment locked as whoever decides on it would."""
	enrollment = frappe.db.get_value("Cadence Activity", activity, "enrollment")
	state = frappe.db.get_value(
		"Cadence Enrollment", enrollment, ["status", "run"], as_dict=True, for_update=True
	)
	mail = frappe.db.get_value("Cadence Activity", activity, LOOKED_AT, as_dict=True, for_update=True)
	is_live = state and state.status in LIVE and mail and mail.run == state.run
	if not is_live or not is_editable(mail):
		frappe.throw(_("It can't be edited any more. Reload to see how it stands."), NotWaiting)
	return mail


def _note_edit(mail: Any) -> None:
	told = EmailEdited(mail.run, mail.follow_up)
	inbox.record([InboxEntry(mail.enrollment, mail.cadence, told, source=frappe.session.user)])


def _needs_approval(activity: str) -> bool:
	"""Whether the follow-up asks for approval, by the version that the run goes by."""
	return getattr(content_of(activity), "release", None) is Release.APPROVAL


def content_of(activity: str) -> Content | None:
	"""What the follow-up carries, by the version that the run goes by."""
	enrollment, key = frappe.db.get_value("Cadence Activity", activity, ["enrollment", "follow_up"])
	version = frappe.db.get_value("Cadence Enrollment", enrollment, "cadence_version")
	follow_up = definitions.load(version).by_key.get(key) if version else None
	return follow_up.content if follow_up else None


def _change(mail: Mail, columns: dict[str, str]) -> None:
	compat.update_rows("Cadence Activity", {mail.name: columns})


def _lock(activity: str, delivery: Delivery) -> Mail:
	mail = outbox.lock(activity, delivery)
	if mail is None:
		frappe.throw(_("It does not wait for that any more. Reload to see how it stands."), NotWaiting)
	return mail


def _send(mail: Mail) -> None:
	outbox.queue(mail)
	mail_job.call_worker_after_commit()
	message_job.call_worker_after_commit()
