"""Machine-readable reports: delivery status (RFC 3464), abuse feedback (RFC 5965), disposition (RFC 8098)."""

from __future__ import annotations

import re
from email.message import Message

from cadences_app.mail.understanding.fields import (
	addresses_in,
	content_type,
	header,
	header_names,
	is_same_house,
	parameter,
)
from cadences_app.mail.understanding.folding import flatten
from cadences_app.mail.understanding.incoming import Incoming, own_parts, report_fields, returned_messages
from cadences_app.mail.understanding.passages import explanation, in_our_name, names_of_ours, telling_passage
from cadences_app.mail.understanding.refusals import Cause, says_something
from cadences_app.mail.understanding.severity import fate_of, find_status, judge_failure, more_telling
from cadences_app.mail.understanding.verdict import Fate, MailKind, Verdict, verdict_of

MAX_DIAGNOSTIC = 500
MAX_TEXT = 4000

_OF_SENDER = re.compile(r"in reply to (?:MAIL FROM|EHLO|HELO)\b", re.IGNORECASE)
_RECIPIENTS = ("original-recipient", "final-recipient")
_XTEXT = re.compile(r"\+(2B|3D|40)")  # RFC 3461
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINT_TYPES = frozenset(
	{"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized"}
)
_REJECTED_BY_FILTER = re.compile(r"was automatically rejected|automatisch abgelehnt|rejetee automatiquement")
_REPORTERS = re.compile(
	r"^(?:[^@]{0,40}[-_.+])?(?:staff|abuse|complaints?|feedback|feedbackloop|fbl|arf|scomp|postmaster|no-?reply"
	r"|mailer-daemon|reports?)(?:[-_.+][^@]{0,64})?@"
)
_JMRP_SENDERS = re.compile(r"^(?:staff|jmrp|abuse)@(?:hotmail|outlook|live|microsoft)\.com$")


def parts_of_type(message: Message, *types: str) -> tuple[Message, ...]:
	return tuple(part for part in own_parts(message) if content_type(part) in types)


def read_delivery_status(mail: Incoming) -> Verdict | None:
	"""The verdict of a delivery status notification; the worst recipient decides, and only such are named."""
	blocks = [
		block
		for part in parts_of_type(mail.message, *_STATUS_TYPES)
		for block in report_fields(part)
		if _is_about_recipient(block)
	]
	text = explanation(mail)
	named = tuple(_failed_address(mail, block) for block in blocks)
	ours = names_of_ours(mail)
	fates: list[Fate] = []
	for block, address in zip(blocks, named, strict=True):
		diagnostic = header(block, "diagnostic-code")[:MAX_DIAGNOSTIC]
		said = _explain(diagnostic, text, address, named)
		status = more_telling(find_status(header(block, "status")), said)
		action = header(block, "action").lower()
		kind, cause = _judge_action(action, status, in_our_name(said, ours, (address,)))
		fates.append(Fate(address, kind, status, diagnostic, cause))
	return verdict_of(tuple(fates), "dsn")


def _is_about_recipient(block: Message) -> bool:
	names = set(header_names(block))
	if "reporting-mta" in names:
		return bool({"action", "status"} & names)
	return bool({"action", "status", "final-recipient", "original-recipient"} & names)


def _explain(diagnostic: str, text: str, address: str, named: tuple[str, ...]) -> str:
	"""The refusing server's words, and that it spoke of the sender, which only the text tells; or what the
	text says of the recipient, where there are no words."""
	passage = telling_passage(text, address, named)
	if not says_something(diagnostic):
		return passage or text[:MAX_TEXT]
	of_sender = _OF_SENDER.search(flatten(passage))
	return f"{diagnostic} {of_sender.group()}" if of_sender else diagnostic


def _judge_action(action: str, status: str, said: str) -> tuple[MailKind, Cause]:
	delivered = MailKind.AUTO_REPLY, Cause.UNKNOWN
	if action.startswith(("deliver", "relay", "expand")):
		return delivered
	if action.startswith("delay"):
		return MailKind.SOFT_BOUNCE, Cause.NOT_NOW
	if action.startswith(("fail", "error")) or not status.startswith("2"):
		return fate_of(status, said)
	return delivered


def _failed_address(mail: Incoming, block: Message) -> str:
	"""The address as the sender wrote it, if the report keeps it, else where the mail was going.

	Where it was passed on to somebody else's server, that address failed and not the one that was written to.
	A report that names none, or a host alone, is about whom the returned mail was for.
	"""
	found = {name: _address_in(block, name) for name in (*_RECIPIENTS, "x-actual-recipient")}
	original, final = (found[name] for name in _RECIPIENTS)
	if original and final and not is_same_house(original, final):
		return final
	named = original or final or found["x-actual-recipient"]
	return named or next(iter(_addressed(tuple(returned_messages(mail.message)))), "")


def _address_in(block: Message, name: str) -> str:
	value = _XTEXT.sub(lambda code: chr(int(code[1], 16)), header(block, name))
	return next(iter(addresses_in(value)), "")


def read_complaint(mail: Incoming) -> Verdict | None:
	"""A person's click on "this is spam": an abuse report, or Microsoft's older form without one."""
	if content_type(mail.message) == "multipart/report" or _REPORTERS.match(mail.sender):
		for part in parts_of_type(mail.message, "message/feedback-report"):
			for fields in report_fields(part):
				return _judge_feedback(mail, fields)
	returned = tuple(returned_messages(mail.message))
	marked = [
		address for inner in returned for address in addresses_in(header(inner, "x-hmxmroriginalrecipient"))
	]
	if marked:
		return Verdict(MailKind.COMPLAINT, "jmrp", recipients=tuple(dict.fromkeys(marked)))
	if returned and _JMRP_SENDERS.match(mail.sender) and "complaint" in mail.folded_subject:
		return Verdict(MailKind.COMPLAINT, "jmrp", recipients=_addressed(returned))
	return None


def _judge_feedback(mail: Incoming, fields: Message) -> Verdict:
	feedback = header(fields, "feedback-type").lower().strip()
	if feedback in ("not-spam", "auth-failure", "dmarc"):
		return Verdict(MailKind.AUTO_REPLY, f"arf-{feedback}")
	complainers = addresses_in(header(fields, "original-rcpt-to")) or addresses_in(
		header(fields, "removal-recipient")
	)
	return Verdict(
		MailKind.COMPLAINT,
		f"arf-{feedback}" if feedback in _COMPLAINT_TYPES else "arf-other",
		recipients=complainers or _addressed(tuple(returned_messages(mail.message))),
	)


def _addressed(returned: tuple[Message, ...]) -> tuple[str, ...]:
	"""Whom the reported mail was for, by its own X-HmXmrOriginalRecipient or To."""
	for inner in returned:
		for name in ("x-hmxmroriginalrecipient", "x-original-to", "to"):
			found = addresses_in(header(inner, name))
			if found:
				return found
	return ()


def _is_report(message: Message) -> bool:
	"""Whether the message is a report as a whole; one that somebody passes on with their own words is not."""
	return content_type(message) in ("multipart/report", "message/disposition-notification")


def read_disposition(mail: Incoming) -> Verdict | None:
	"""A read receipt; or, in the form of one, the refusal of a full mailbox or of a filter."""
	report = parameter(mail.message, "report-type")
	parts = parts_of_type(mail.message, "message/disposition-notification")
	if report != "disposition-notification" and not (parts and _is_report(mail.message)):
		return None
	if not _REJECTED_BY_FILTER.search(mail.folded_text):
		return Verdict(MailKind.AUTO_REPLY, "read-receipt")
	status = find_status(mail.text)
	recipients = [
		found[0]
		for part in parts
		for block in report_fields(part)
		if (found := addresses_in(header(block, "original-recipient") or header(block, "final-recipient")))
	]
	return Verdict(
		judge_failure(status, mail.text[:4000]),
		"rejected-by-filter",
		recipients=tuple(recipients),
		status=status,
	)


def read_statistics(mail: Incoming) -> Verdict | None:
	"""DMARC and TLS reports, which domains send about mail at large and not about a person."""
	if parameter(mail.message, "report-type") in ("tlsrpt", "dmarc"):
		return Verdict(MailKind.AUTO_REPLY, "statistics-report")
	if mail.folded_subject.startswith("report domain:") and "report-id" in mail.folded_subject:
		return Verdict(MailKind.AUTO_REPLY, "statistics-report")
	return None
