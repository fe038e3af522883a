"""Bounces, in the shapes of RFC 3464, in those that flufl.bounce knows, and in those that it lacks (S4.1).

A text alone proves nothing: people quote bounces. So the rules about wording are only asked when a message
shows by its sender, its return path or its subject that a mail system wrote it.
"""

from __future__ import annotations

import re
from email.message import Message

from flufl.bounce import all_failures

from cadences_app.mail.understanding.bounce_phrases import BOUNCE_SUBJECT, RETURNED_COPY
from cadences_app.mail.understanding.bounce_shapes import SHAPES, Shape
from cadences_app.mail.understanding.delivery_reports import MAX_DIAGNOSTIC, read_delivery_status
from cadences_app.mail.understanding.fields import addresses_in, content_type, header, headers, parameter
from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.incoming import (
	RETURNED_TYPES,
	Incoming,
	is_split,
	own_parts,
	read_incoming,
	returned_messages,
	text_of,
)
from cadences_app.mail.understanding.severity import EVIDENCE, find_code, find_status, judge_failure
from cadences_app.mail.understanding.verdict import MailKind, Verdict

MAX_FLUFL_TEXT = 32 * 1024
MAX_EXPLANATION = 16 * 1024
MAX_RECIPIENTS = 50

_DAEMON = re.compile(
	r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|double-bounce|bounces?|mail[-_.]?delivery"
	r"|mail[-_.]?system|delivery[-_.]?(?:status|failure|notification)|system[-_.]?administrator|ndr|microsoftexchange[0-9a-f]{1,64})"
	r"(?:[+=-][^@]{0,64})?@"
)
_DAEMON_NAME = re.compile(r"mailer-?daemon|mail delivery (?:sub)?(?:system|service)|mail system|postmaster")
_SERVICE_LOCAL = re.compile(r"^(?:mailer-daemon|postmaster|abuse|support|helpdesk|noreply|no-reply)@")
_ID_LINE = re.compile(
	r"(?:message|queue|mail)[-_ ]?id|^\s{0,20}(?:from|sender|return-path|absender|expéditeur|remitente)\b",
	re.IGNORECASE,
)


def is_daemon(mail: Incoming) -> bool:
	"""Whether the sender is a mail system by its address or its name."""
	return bool(_DAEMON.match(mail.sender) or _DAEMON_NAME.search(fold(header(mail.message, "from"))))


def has_null_return_path(message: Message) -> bool:
	"""Whether the envelope had no sender (RFC 5321 4.5.5): nobody's answer, as no answer to it is wanted."""
	return any(value.replace(" ", "") == "<>" for value in headers(message, "return-path"))


def is_bounce_shaped(mail: Incoming, *, answers_by_itself: bool) -> bool:
	"""Whether a mail system wrote this, so that its wording may be read as a bounce's.

	answers_by_itself: the message calls itself an automatic answer; then a null return path is no sign.
	"""
	return (
		is_daemon(mail)
		or bool(headers(mail.message, "x-failed-recipients"))
		or bool(headers(mail.message, "x-ms-exchange-message-is-ndr"))
		or parameter(mail.message, "report-type") == "delivery-status"
		or bool(BOUNCE_SUBJECT.match(mail.folded_subject))
		or (has_null_return_path(mail.message) and not answers_by_itself)
	)


def read_bounce(mail: Incoming, *, answers_by_itself: bool) -> Verdict | None:
	"""The verdict of a bounce of any shape, or of a report that a delivery succeeded; else None."""
	reported = read_delivery_status(mail)
	if reported:
		return reported
	if not is_bounce_shaped(mail, answers_by_itself=answers_by_itself):
		return None
	found = _read_failed_header(mail) or _read_by_flufl(mail) or _read_by_shape(mail)
	return found if found and found.recipients else _read_wrapped(mail) or found


def _read_wrapped(mail: Incoming) -> Verdict | None:
	"""The report inside a mail by which a gateway passes a bounce on as a whole."""
	if not is_daemon(mail):
		return None
	wrapped = (read_delivery_status(read_incoming(inner)) for inner in returned_messages(mail.message))
	return next((found for found in wrapped if found), None)


def explanation(mail: Incoming) -> str:
	"""The part of the text in which a bounce explains itself: before the copy of the mail it returns."""
	found = RETURNED_COPY.search(mail.folded_text)
	if not found:
		return mail.text[:MAX_EXPLANATION]
	lines = mail.folded_text[: found.start()].count("\n")
	return "\n".join(mail.text.split("\n")[:lines])[:MAX_EXPLANATION]


def _read_failed_header(mail: Incoming) -> Verdict | None:
	failed = [
		address for value in headers(mail.message, "x-failed-recipients") for address in addresses_in(value)
	]
	return _judge(mail, tuple(failed), "x-failed-recipients") if failed else None


def _read_by_flufl(mail: Incoming) -> Verdict | None:
	try:
		temporary, permanent = all_failures(_bounded_copy(mail))
	except Exception:  # noqa: BLE001 - its detectors pass on whatever a broken message makes them raise
		return None
	failed, delayed = _believable(mail, permanent), _believable(mail, temporary)
	if failed:
		return _judge(mail, failed, "flufl")
	if delayed:
		text = explanation(mail)
		return Verdict(
			MailKind.SOFT_BOUNCE, "flufl", delayed[:MAX_RECIPIENTS], find_status(text), _evidence(text)
		)
	return None


def _believable(mail: Incoming, found: frozenset[bytes]) -> tuple[str, ...]:
	"""The addresses among what flufl.bounce found: not our own, and no Message-IDs or quoted senders."""
	written = " ".join(sorted(address.decode("ascii", "replace") for address in found))
	lines = mail.text[:MAX_EXPLANATION].split("\n")
	told = addresses_in("\n".join(line for line in lines if not _ID_LINE.search(line)))
	quoted = addresses_in("\n".join(line for line in lines if _ID_LINE.search(line)))
	return tuple(
		address
		for address in addresses_in(written)
		if not _is_ours(mail, address) and (address in told or address not in quoted)
	)


def _read_by_shape(mail: Incoming) -> Verdict | None:
	text = explanation(mail)
	folded = fold(f"{mail.subject}\n{text}")
	for shape in SHAPES:
		if shape.marker.search(folded):
			return _judge(mail, _failed_addresses(mail, shape, text), shape.code)
	if BOUNCE_SUBJECT.match(mail.folded_subject) and (find_status(text) or find_code(text)):
		return _judge(mail, _all_addresses(mail, text), "bounce-subject")
	return None


def _judge(mail: Incoming, recipients: tuple[str, ...], reason: str) -> Verdict:
	text = explanation(mail)
	status = find_status(text)
	return Verdict(
		judge_failure(status, f"{mail.subject}\n{text}"),
		reason,
		recipients=tuple(dict.fromkeys(recipients))[:MAX_RECIPIENTS],
		status=status,
		diagnostic=_evidence(text),
	)


def _evidence(text: str) -> str:
	"""The line in which the refusing server speaks."""
	lines = (line.strip() for line in text.split("\n") if EVIDENCE.search(line))
	return next(lines, "")[:MAX_DIAGNOSTIC]


def _failed_addresses(mail: Incoming, shape: Shape, text: str) -> tuple[str, ...]:
	if shape.address:
		groups = [group for found in shape.address.finditer(text) for group in found.groups() if group]
		named = [address for address in addresses_in("\n".join(groups)) if not _is_ours(mail, address)]
		if named:
			return tuple(named)
	return _all_addresses(mail, text)


def _all_addresses(mail: Incoming, text: str) -> tuple[str, ...]:
	lines = "\n".join(line for line in text.split("\n") if not _ID_LINE.search(line))
	named = [address for address in addresses_in(lines) if not _is_ours(mail, address)]
	people = [address for address in named if not _SERVICE_LOCAL.match(address)]
	return tuple(people or named)


def _is_ours(mail: Incoming, address: str) -> bool:
	"""Whether an address in a bounce is the mailbox it came to or the system that wrote it."""
	ours = addresses_in(" ".join(headers(mail.message, "to") + headers(mail.message, "delivered-to")))
	return address in ours or address == mail.sender


_FLUFL_HEADERS = ("to", "subject", "x-failed-recipients", "x-mailer", "x-uidl")


def _bounded_copy(mail: Incoming) -> Message:
	"""The message as flufl.bounce may read it: headers plain, lines and parts cut, returned mail left out.

	Its patterns take time in the square of a line's length and see no difference between the report and the
	mail that it returns.
	"""
	message = mail.message
	copy = _copy_headers(message, _FLUFL_HEADERS)
	# One of its detectors fails, and fills the log, where From holds no address.
	copy["From"] = mail.sender.encode("ascii", "replace").decode("ascii") or "nobody@invalid"
	parts = [part for part in own_parts(message) if content_type(part) not in RETURNED_TYPES]
	if not is_split(message):
		copy.set_payload(text_of(message)[:MAX_FLUFL_TEXT])
		return copy
	copy["Content-Type"] = "multipart/mixed"
	for part in parts:
		if content_type(part).startswith("text/"):
			leaf = _copy_headers(part, ("content-description",))
			leaf["Content-Type"] = content_type(part)
			leaf.set_payload(text_of(part)[:MAX_FLUFL_TEXT])
			copy.attach(leaf)
	return copy


def _copy_headers(message: Message, names: tuple[str, ...]) -> Message:
	copy = Message()
	for name in names:
		for value in headers(message, name)[:3]:
			copy[name] = value.encode("ascii", "replace").decode("ascii")
	return copy
