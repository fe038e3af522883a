"""Bounces, in the shapes of RFC 3464, in those that flufl.bounce knows, and in those that it lacks (S4.1).

A text alone proves nothing, nor does a subject: people quote bounces, pass them on, and write of deliveries.
So the rules about wording are only asked when a message shows by its sender or its return path that a mail
system wrote it, or by its subject and by what such a system adds: the returned mail, a status, a code.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import Message

from flufl.bounce import all_failures

from cadences_app.mail.understanding.bounce_phrases import (
	BOUNCE_SUBJECT,
	FOLLOWING_RECIPIENTS,
	LETTER_OPENING,
)
from cadences_app.mail.understanding.bounce_shapes import SHAPES, Shape
from cadences_app.mail.understanding.bounded_copy import bounded_copy
from cadences_app.mail.understanding.delivery_reports import MAX_DIAGNOSTIC, read_delivery_status
from cadences_app.mail.understanding.fields import addresses_in, content_type, header, headers, parameter
from cadences_app.mail.understanding.folding import flatten, fold
from cadences_app.mail.understanding.incoming import (
	Incoming,
	read_incoming,
	returned_messages,
)
from cadences_app.mail.understanding.passages import (
	MAX_EXPLANATION,
	explanation,
	in_our_name,
	names_of_ours,
	own_addresses,
	telling_passage,
)
from cadences_app.mail.understanding.severity import EVIDENCE, fate_of, find_code, find_status, quotes_server
from cadences_app.mail.understanding.verdict import Fate, MailKind, Verdict, verdict_of

MAX_RECIPIENTS = 50
MAX_OPENING = 1500
MOST_WRAPPED = 6

_DAEMON = re.compile(
	r"^(?:(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|double-bounce|mail[-_.]?delivery"
	r"|mail[-_.]?delivery[-_.]?(?:sub)?system|mail[-_.]?system|delivery[-_.]?(?:status|failure|notification)"
	r"|system[-_.]?administrator|microsoftexchange[0-9a-f]{1,64})(?:[+=][^@]{0,64})?"
	r"|bounces?(?:[-+=_][^@]{0,64})?)@"
)
_DAEMON_NAME = re.compile(
	r"(?:mailer-?daemon|(?:internet )?mail delivery(?: (?:sub)?(?:system|service))?|mail (?:sub)?system"
	r"|postmaster"
	r"|mail administrator|email delivery (?:sub)?system|mail delivery (?:sub)?system administrator)"
	r"(?: (?:at|of|on|@) .{1,80})?"
)
_QUOTES_AROUND = " \t\"'"
_ALIAS_OF = re.compile(
	r"(?:expanded|generated|forwarded|redirected|aliased|derived|ultimately generated|originally addressed)"
	r" (?:from|by|to):?\s{0,3}<?[^\s<>]{1,254}",
	re.IGNORECASE,
)
_SERVICE_LOCAL = re.compile(r"^(?:mailer-daemon|postmaster|abuse|support|helpdesk|noreply|no-reply)@")
_ID_LINE = re.compile(
	r"(?:message|queue|mail)[-_ ]?id|^\s{0,20}(?:from|sender|return-path|absender|expéditeur|remitente)\b",
	re.IGNORECASE,
)
_HELP_LINE = re.compile(
	r"\b(?:contact|assistance|questions?|kontakt\w{0,9}|wenden|contactez|contacte|contattare|neem contact)\b"
	r"|ご連絡|お問い合わせ",
	re.IGNORECASE,
)
"""Lines whose addresses are those of who helps."""
_TO_LINE = re.compile(r"^\s{0,20}(?:to|an|à|para|cc)\s{0,5}:", re.IGNORECASE)
"""To whom the returned mail was addressed, which need not be whom it didn't reach."""


def is_daemon(mail: Incoming) -> bool:
	"""Whether the sender is a mail system: by its whole local part, or its whole name, or by having none."""
	if _DAEMON.match(mail.sender):
		return True
	written = fold(header(mail.message, "from"))
	if written.rstrip().endswith("<>"):
		return True
	name = written.partition("<")[0].strip(_QUOTES_AROUND)
	comment = written.partition("(")[2].partition(")")[0].strip() if "<" not in written else ""
	return any(_DAEMON_NAME.fullmatch(each) for each in (name[:200], comment[:200]))


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
		or (bool(BOUNCE_SUBJECT.match(mail.folded_subject)) and _brings_proof(mail))
		or (has_null_return_path(mail.message) and not answers_by_itself)
	)


def _brings_proof(mail: Incoming) -> bool:
	"""Whether the mail holds what a mail system adds to its word: a returned mail, a status or a code.

	A report that is passed on as an attachment is a returned mail of somebody else's, and what a person's
	letter quotes was said to somebody else.
	"""
	if LETTER_OPENING.match(mail.folded_answer[:MAX_OPENING]):
		return False
	returned = tuple(returned_messages(mail.message))
	if returned:
		return not any(_is_from_system(inner) for inner in returned)
	opening = flatten(mail.folded_answer[:MAX_OPENING])
	return quotes_server(mail.folded_answer) or bool(FOLLOWING_RECIPIENTS.search(opening))


def _is_from_system(inner: Message) -> bool:
	is_report = content_type(inner) == "multipart/report" or has_null_return_path(inner)
	return is_report or is_daemon(read_incoming(inner))


def _may_report(mail: Incoming, *, answers_by_itself: bool) -> bool:
	"""Whether a report part may be believed: the mail is a report as a whole, or comes from a mail system."""
	whole = content_type(mail.message) in ("multipart/report", "message/delivery-status")
	return whole or answers_by_itself or is_bounce_shaped(mail, answers_by_itself=answers_by_itself)


def read_bounce(mail: Incoming, *, answers_by_itself: bool) -> Verdict | None:
	"""The verdict of a bounce of any shape, or of a report that a delivery succeeded; else None."""
	may_report = _may_report(mail, answers_by_itself=answers_by_itself)
	reported = read_delivery_status(mail) if may_report else None
	if reported:
		return replace(reported, recipients=_not_ours(mail, reported.recipients))
	if not is_bounce_shaped(mail, answers_by_itself=answers_by_itself):
		return None
	found = _read_failed_header(mail) or _read_by_flufl(mail) or _read_by_shape(mail)
	return found if found and found.recipients else _read_wrapped(mail) or found


def _read_wrapped(mail: Incoming) -> Verdict | None:
	"""The report inside a mail by which a gateway passes a bounce on as a whole."""
	if not is_daemon(mail):
		return None
	waiting = list(returned_messages(mail.message))
	for _level in range(MOST_WRAPPED):
		if not waiting:
			break
		inner = read_incoming(waiting.pop(0))
		found = read_delivery_status(inner)
		if found:
			return found
		waiting += returned_messages(inner.message) if _is_from_system(inner.message) else ()
	return None


def _read_failed_header(mail: Incoming) -> Verdict | None:
	failed = [
		address for value in headers(mail.message, "x-failed-recipients") for address in addresses_in(value)
	]
	return _judge(mail, tuple(failed), "x-failed-recipients") if failed else None


def _read_by_flufl(mail: Incoming) -> Verdict | None:
	try:
		temporary, permanent = all_failures(bounded_copy(mail))
	except Exception:  # noqa: BLE001 - its detectors pass on whatever a broken message makes them raise
		return None
	failed, delayed = _believable(mail, permanent), _believable(mail, temporary)
	if failed:
		return _judge(mail, failed, "flufl")
	if delayed:
		text = explanation(mail)
		_kind, cause = fate_of("4.0.0", text)
		recipients = delayed[:MAX_RECIPIENTS]
		return Verdict(
			MailKind.SOFT_BOUNCE, "flufl", recipients, find_status(text), _evidence(text), cause=cause
		)
	return None


def _believable(mail: Incoming, found: frozenset[bytes]) -> tuple[str, ...]:
	"""The addresses among what flufl.bounce found: not our own, and no Message-IDs or quoted senders."""
	written = " ".join(sorted(address.decode("ascii", "replace") for address in found))
	text = mail.text[:MAX_EXPLANATION]
	plain = "\n".join(line for line in text.split("\n") if not _ID_LINE.search(line))
	told = addresses_in(_ALIAS_OF.sub(" ", plain))
	doubtful = (set(addresses_in(text)) - set(told)) | own_addresses(mail)
	return tuple(address for address in addresses_in(written) if address not in doubtful)


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
	"""The verdict on these recipients, each by what is said about it, as far as that can be told apart."""
	text = explanation(mail)
	named = tuple(dict.fromkeys(recipients))[:MAX_RECIPIENTS]
	ours = names_of_ours(mail)
	if len(named) > 1:
		found = verdict_of(tuple(_judge_one(mail, text, address, named, ours) for address in named), reason)
		if found:
			return found
	status = find_status(text)
	kind, cause = fate_of(status, in_our_name(f"{mail.subject}\n{text}", ours, named))
	return Verdict(kind, reason, recipients=named, status=status, diagnostic=_evidence(text), cause=cause)


def _judge_one(
	mail: Incoming, text: str, address: str, others: tuple[str, ...], ours: tuple[str, ...]
) -> Fate:
	part = telling_passage(text, address, others) or f"{mail.subject}\n{text}"
	status = find_status(part)
	kind, cause = fate_of(status, in_our_name(part, ours, (address,)))
	return Fate(address, kind, status, _evidence(part), cause)


def _evidence(text: str) -> str:
	"""The line in which the refusing server speaks."""
	lines = (line.strip() for line in text.split("\n") if EVIDENCE.search(line))
	return next(lines, "")[:MAX_DIAGNOSTIC]


def _failed_addresses(mail: Incoming, shape: Shape, text: str) -> tuple[str, ...]:
	if shape.address:
		plain = _without_lines(_ID_LINE, text)
		groups = [group for found in shape.address.finditer(plain) for group in found.groups() if group]
		aliases = addresses_in("\n".join(found.group() for found in _ALIAS_OF.finditer(text)))
		named = _without_helpers(text, _not_ours(mail, addresses_in("\n".join(groups))))
		if named:
			return tuple(address for address in named if address not in aliases) or named
	return _all_addresses(mail, text)


def _all_addresses(mail: Incoming, text: str) -> tuple[str, ...]:
	lines = _without_lines(_ID_LINE, text)
	named = _not_ours(mail, addresses_in(_ALIAS_OF.sub(" ", _without_lines(_TO_LINE, lines))))
	named = named or _not_ours(mail, addresses_in(_ALIAS_OF.sub(" ", lines)))
	named = _without_helpers(text, named)
	return tuple(address for address in named if not _SERVICE_LOCAL.match(address)) or named


def _without_helpers(text: str, named: tuple[str, ...]) -> tuple[str, ...]:
	"""Without those whom a system says to ask for help, and who are mentioned as such wherever they are."""
	lines = (line for line in text.split("\n") if _HELP_LINE.search(line))
	helpers = frozenset(addresses_in("\n".join(lines)))
	return tuple(address for address in named if address not in helpers)


def _without_lines(kind: re.Pattern[str], text: str) -> str:
	return "\n".join(line for line in text.split("\n") if not kind.search(line))


def _not_ours(mail: Incoming, named: tuple[str, ...]) -> tuple[str, ...]:
	"""A filter that refuses our mail may name us for whom it refuses it."""
	ours = own_addresses(mail)
	return tuple(address for address in named if address not in ours)
