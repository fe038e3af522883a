"""Notices of Amazon SES about bounces and complaints, as SNS mails them: JSON, alone or in an envelope of it.

SES writes a Message-ID of its own, so the mail of ours is only named if the notices of the identity are set
to include the original headers.
"""

from __future__ import annotations

import json
import re
from email.message import Message
from typing import Any

from cadences_app.mail.understanding.fields import addresses_in, headers
from cadences_app.mail.understanding.incoming import Incoming, first_text
from cadences_app.mail.understanding.phrases import REPLY_PREFIX
from cadences_app.mail.understanding.refusals import Cause
from cadences_app.mail.understanding.severity import fate_of, find_status
from cadences_app.mail.understanding.verdict import Fate, MailKind, Verdict, verdict_of

MAX_JSON = 128 * 1024
MAX_RECIPIENTS = 50
MAX_HEADERS = 200
MAX_DIAGNOSTIC = 500

_BROKEN_LINE = re.compile(r"!\r?\n ")
"""Some mail servers break a line that is too long so."""


def read_notice(mail: Incoming) -> Verdict | None:
	"""The verdict of a notice; None for any other mail. A person may quote one, but doesn't begin with it."""
	if REPLY_PREFIX.match(mail.folded_subject) or headers(mail.message, "in-reply-to"):
		return None
	notice = notice_in(first_text(mail.message))
	match _text(notice.get("notificationType") or notice.get("eventType")).lower():
		case "":
			return None
		case "bounce":
			return _read_bounce(_object(notice.get("bounce")))
		case "complaint":
			return _read_complaint(_object(notice.get("complaint")))
		case "deliverydelay":
			return _read_delay(_object(notice.get("deliveryDelay")))
		case "reject":
			return Verdict(MailKind.SOFT_BOUNCE, "ses-reject", cause=Cause.CONTENT)
		case _:
			return Verdict(MailKind.AUTO_REPLY, "ses-notice")


def notice_in(text: str) -> dict[str, Any]:
	"""The notice that a text begins with, out of its envelope; empty when there is none."""
	notice = _read(_BROKEN_LINE.sub("", text.lstrip()))
	if notice.get("Type") in ("Notification", "SubscriptionConfirmation") and "Message" in notice:
		notice = _read(_text(notice["Message"])) or {"notificationType": "other", "mail": {}}
	return notice if isinstance(notice.get("mail"), dict) else {}


def original_headers(message: Message) -> tuple[tuple[str, str], ...]:
	"""Name and value of the headers of the mail that a notice is about, and what SES read out of it."""
	sent = _object(notice_in(first_text(message)).get("mail"))
	listed = [_object(each) for each in _list(sent.get("headers"))[:MAX_HEADERS]]
	found = [(_text(each.get("name")), _text(each.get("value"))) for each in listed]
	common = _object(sent.get("commonHeaders"))
	return (*found, ("Message-ID", _text(common.get("messageId"))))


def _read_bounce(bounce: dict[str, Any]) -> Verdict:
	is_final = _text(bounce.get("bounceType")).lower() == "permanent"
	fates = tuple(_fate_of(each, is_final) for each in _people(bounce, "bouncedRecipients"))
	found = verdict_of(fates, "ses")
	return found or Verdict(MailKind.SOFT_BOUNCE, "ses")


def _fate_of(person: dict[str, Any], is_final: bool) -> Fate:
	diagnostic = _text(person.get("diagnosticCode"))[:MAX_DIAGNOSTIC]
	status = find_status(_text(person.get("status"))) or find_status(diagnostic)
	kind, cause = fate_of(status, diagnostic)
	if not is_final:
		kind, cause = MailKind.SOFT_BOUNCE, Cause.NOT_NOW if cause is Cause.PERSON else cause
	elif not diagnostic:
		kind, cause = MailKind.HARD_BOUNCE, Cause.PERSON
	return Fate(_address(person), kind, status, diagnostic, cause)


def _read_complaint(complaint: dict[str, Any]) -> Verdict:
	if _text(complaint.get("complaintFeedbackType")).lower() == "not-spam":
		return Verdict(MailKind.AUTO_REPLY, "ses-not-spam")
	named = (_address(each) for each in _people(complaint, "complainedRecipients"))
	return Verdict(MailKind.COMPLAINT, "ses-complaint", recipients=tuple(each for each in named if each))


def _read_delay(delay: dict[str, Any]) -> Verdict:
	named = (_address(each) for each in _people(delay, "delayedRecipients"))
	recipients = tuple(each for each in named if each)
	return Verdict(MailKind.SOFT_BOUNCE, "ses-delay", recipients=recipients, cause=Cause.NOT_NOW)


def _people(notice: dict[str, Any], name: str) -> list[dict[str, Any]]:
	return [_object(each) for each in _list(notice.get(name))[:MAX_RECIPIENTS]]


def _address(person: dict[str, Any]) -> str:
	return next(iter(addresses_in(_text(person.get("emailAddress"))[:1000])), "")


def _read(text: str) -> dict[str, Any]:
	if not text.startswith("{") or '"' not in text[:200]:
		return {}
	try:
		found, _end = json.JSONDecoder().raw_decode(text[:MAX_JSON])
	except (ValueError, RecursionError):
		return {}
	return _object(found)


def _object(value: Any) -> dict[str, Any]:
	return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
	return value if isinstance(value, list) else []


def _text(value: Any) -> str:
	return value if isinstance(value, str) else ""
