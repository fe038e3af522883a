"""Machine-readable reports: delivery status (RFC 3464), abuse feedback (RFC 5965), disposition (RFC 8098)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from cadences_app.mail.understanding.fields import addresses_in, content_type, header, header_names, parameter
from cadences_app.mail.understanding.incoming import Incoming, own_parts, report_fields, returned_messages
from cadences_app.mail.understanding.severity import find_status, judge_failure, more_telling
from cadences_app.mail.understanding.verdict import MailKind, Verdict

MAX_DIAGNOSTIC = 500

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINT_TYPES = frozenset(
	{"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized"}
)
_REJECTED_BY_FILTER = re.compile(r"was automatically rejected|automatisch abgelehnt|rejetee automatiquement")
_JMRP_SENDERS = re.compile(r"^(?:staff|jmrp|abuse)@(?:hotmail|outlook|live|microsoft)\.com$")


@dataclass(frozen=True, slots=True)
class _RecipientReport:
	"""What a report says about one recipient; no kind: it was delivered or passed on."""

	address: str
	kind: MailKind | None
	status: str
	diagnostic: str


def parts_of_type(message: Message, *types: str) -> tuple[Message, ...]:
	return tuple(part for part in own_parts(message) if content_type(part) in types)


def read_delivery_status(mail: Incoming) -> Verdict | None:
	"""The verdict of a delivery status notification; the worst recipient decides, and only such are named."""
	reports = [
		report
		for part in parts_of_type(mail.message, *_STATUS_TYPES)
		for block in report_fields(part)
		if (report := _read_recipient(block, mail.text)) is not None
	]
	for kind in (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE):
		failed = [report for report in reports if report.kind is kind]
		if failed:
			return Verdict(
				kind,
				"dsn",
				recipients=tuple(dict.fromkeys(report.address for report in failed if report.address)),
				status=next((report.status for report in failed if report.status), ""),
				diagnostic=next((report.diagnostic for report in failed if report.diagnostic), ""),
			)
	return Verdict(MailKind.AUTO_REPLY, "dsn-delivered", status=reports[0].status) if reports else None


def _read_recipient(block: Message, text: str) -> _RecipientReport | None:
	names = header_names(block)
	if not {"action", "status", "final-recipient", "original-recipient"} & set(names):
		return None
	if "reporting-mta" in names and "action" not in names and "status" not in names:
		return None
	action = header(block, "action").lower()
	diagnostic = header(block, "diagnostic-code")[:MAX_DIAGNOSTIC]
	status = more_telling(find_status(header(block, "status")), diagnostic)
	return _RecipientReport(
		_failed_address(block), _judge_action(action, status, diagnostic or text[:4000]), status, diagnostic
	)


def _judge_action(action: str, status: str, explanation: str) -> MailKind | None:
	if action.startswith(("deliver", "relay", "expand")):
		return None
	if action.startswith("delay"):
		return MailKind.SOFT_BOUNCE
	if action.startswith(("fail", "error")) or not status.startswith("2"):
		return judge_failure(status, explanation)
	return None


def _failed_address(block: Message) -> str:
	"""The address as the sender wrote it, if the report keeps it, else where the mail was going."""
	for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
		value = re.sub(
			r"\+(2B|3D)", lambda code: chr(int(code[1], 16)), header(block, name)
		)  # RFC 3461 xtext
		found = addresses_in(value)
		if found:
			return found[0]
	return ""


def read_complaint(mail: Incoming) -> Verdict | None:
	"""A person's click on "this is spam": an abuse report, or Microsoft's older form without one."""
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


def read_disposition(mail: Incoming) -> Verdict | None:
	"""A read receipt; or, in the form of one, the refusal of a full mailbox or of a filter."""
	report = parameter(mail.message, "report-type")
	parts = parts_of_type(mail.message, "message/disposition-notification")
	if not parts and report != "disposition-notification":
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
