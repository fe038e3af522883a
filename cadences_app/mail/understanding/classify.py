"""What an incoming message is: a person's answer, a machine's, or a bounce (S4.1, S4.2).

The rules go from what is certain to what is worded: reports in a standard form, then marks that filters and
bouncing servers leave, then signs of automation, and last the suspicion that no person wrote it. Only what
passes all of them counts as a person's answer.
"""

from __future__ import annotations

from datetime import date
from email.message import Message

from cadences_app.mail.understanding.auto_replies import (
	has_no_reply_sender,
	read_auto_reply,
	read_challenge,
	sign_of_automation,
	titled_absent,
	titled_automatic,
)
from cadences_app.mail.understanding.bounces import (
	has_null_return_path,
	is_bounce_shaped,
	is_daemon,
	read_bounce,
)
from cadences_app.mail.understanding.calendar_answers import read_calendar_answer
from cadences_app.mail.understanding.courtesies import read_courtesy
from cadences_app.mail.understanding.delivery_reports import read_complaint, read_disposition, read_statistics
from cadences_app.mail.understanding.fields import content_type, header_names
from cadences_app.mail.understanding.gatekeepers import read_gatekeeper
from cadences_app.mail.understanding.incoming import Incoming, read_incoming
from cadences_app.mail.understanding.ses_notices import read_notice
from cadences_app.mail.understanding.verdict import MailKind, Verdict
from cadences_app.mail.understanding.wishes import wants_out

__all__ = ["MailKind", "Verdict", "classify"]


def classify(raw: bytes | Message, today: date) -> Verdict:
	"""Judge a message as it came in. Never raises; what can't be read is NOT_UNDERSTOOD.

	today: the day in the reader's time zone, from which days of return are counted.
	"""
	try:
		return judge(raw, today)
	except Exception:  # noqa: BLE001 - one hostile message must not stop the mailbox that it came to
		return Verdict(MailKind.NOT_UNDERSTOOD, "unreadable")


def judge(raw: bytes | Message, today: date) -> Verdict:
	"""The rules of `classify`, without its net."""
	mail = read_incoming(raw)
	if not header_names(mail.message):
		return Verdict(MailKind.NOT_UNDERSTOOD, "no-headers")
	return _read_reports(mail) or _read_machine(mail, today) or _suspect(mail)


def _read_reports(mail: Incoming) -> Verdict | None:
	return (
		read_notice(mail)
		or read_complaint(mail)
		or read_disposition(mail)
		or read_statistics(mail)
		or read_calendar_answer(mail)
		or read_courtesy(mail)
	)


def _read_machine(mail: Incoming, today: date) -> Verdict | None:
	sign = sign_of_automation(mail)
	answers_by_itself = bool(sign) or titled_absent(mail) or titled_automatic(mail)
	from_machine = answers_by_itself or bool(_suspicion(mail, answers_by_itself))
	found = (
		read_challenge(mail, from_machine=from_machine)
		or read_bounce(mail, answers_by_itself=answers_by_itself)
		or read_gatekeeper(mail, from_machine=from_machine)
	)
	if found or is_daemon(mail):  # a mail system is never a person's absence note, whatever it calls itself
		return found
	return read_auto_reply(mail, today)


def _suspect(mail: Incoming) -> Verdict:
	suspicion = _suspicion(mail, answers_by_itself=False)
	if suspicion:
		return Verdict(MailKind.NOT_UNDERSTOOD, suspicion)
	return Verdict(MailKind.HUMAN_REPLY, "no-machine-sign", wants_out=wants_out(mail))


def _suspicion(mail: Incoming, answers_by_itself: bool) -> str:
	"""Why a person can hardly have written this; empty when nothing speaks against one."""
	if not mail.sender:
		return "no-sender"
	if is_daemon(mail):
		return "daemon-sender"
	if has_no_reply_sender(mail):
		return "no-reply-sender"
	if has_null_return_path(mail.message):
		return "null-return-path"
	if content_type(mail.message) == "multipart/report":
		return "report-unreadable"
	return "bounce-shaped" if is_bounce_shaped(mail, answers_by_itself=answers_by_itself) else ""
