"""Which mail of ours an incoming message answers or returns: everything it says about that (S4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.understanding.authentication import is_forged
from cadences_app.mail.understanding.calendar_answers import invite_uids
from cadences_app.mail.understanding.delivery_reports import parts_of_type
from cadences_app.mail.understanding.fields import address_in, addresses_in, decode_value, header, headers
from cadences_app.mail.understanding.incoming import own_text, parse, report_fields, returned_messages
from cadences_app.mail.understanding.ses_notices import original_headers

ACTIVITY_HEADER = "X-Cadence-Activity"
MAX_IDS = 100

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,250}@[^<>\s]{1,250}|[^<>\s]{1,250})>")
_BARE_ID = re.compile(r"[^\s<>,;]{1,250}@[^\s<>,;]{1,250}")
_QUOTED_ID = re.compile(
	r"^[>\s|*]{0,20}(?:original[- ])?message[- ]?id:?\*{0,2}\s{0,5}[:=]?\s{0,5}<([^<>\s]{3,500})>",
	re.IGNORECASE | re.MULTILINE,
)
_QUOTED_ACTIVITY = re.compile(
	rf"^[>\s|*]{{0,20}}{ACTIVITY_HEADER}:[ \t]{{0,5}}([!-~]{{1,200}})", re.IGNORECASE | re.MULTILINE
)
_ORIGINAL_ID_HEADERS = ("original-message-id", "x-original-message-id")
_TARGET_HEADERS = ("to", "delivered-to", "x-original-to", "envelope-to")


class Clue(StoredEnum):
	"""What in the message leads to the follow-up."""

	IN_REPLY_TO = "In-Reply-To"
	REFERENCES = "References"
	RETURNED = "Returned Message"
	TOKEN = "Token"
	INVITE = "Calendar Invite"
	SENDER = "Sender"


@dataclass(frozen=True, slots=True)
class References:
	"""What a message refers to. Message-IDs keep their angle brackets.

	in_reply_to: the mails that it answers. references: its thread, newest first.
	returned_message_ids: mails that it returns, reports on or quotes the head of.
	headers_tokens: values of X-Cadence-Activity in what it returns.
	plus_tokens: what follows "+" in the addresses that it came to.
	sender: the bare, lower-cased From address; empty when there is none.
	invite_uids: the UIDs of the meetings that a calendar part in it is about.
	is_forged: whether the receiving server says that somebody else wrote in the sender's name (S4.1a).
	"""

	in_reply_to: tuple[str, ...]
	references: tuple[str, ...]
	returned_message_ids: tuple[str, ...]
	headers_tokens: tuple[str, ...]
	plus_tokens: tuple[str, ...]
	sender: str
	is_forged: bool = False
	invite_uids: tuple[str, ...] = ()


def read_references(raw: bytes | Message) -> References:
	"""Gather everything by which an incoming message can be matched to a mail of ours; never raises."""
	message = parse(raw)
	returned = tuple(returned_messages(message))
	text = own_text(message)
	return References(
		in_reply_to=_ids(headers(message, "in-reply-to")),
		references=_unique(reversed(_ids(headers(message, "references"), limit=None)))[:MAX_IDS],
		returned_message_ids=_returned_ids(message, returned, text),
		headers_tokens=_activity_tokens(message, returned, text),
		plus_tokens=_plus_tokens(message),
		sender=address_in(header(message, "from")),
		is_forged=is_forged(message),
		invite_uids=invite_uids(message),
	)


def _unique(found: Iterable[str]) -> tuple[str, ...]:
	return tuple(dict.fromkeys(found))


def _ids(values: Iterable[str], limit: int | None = MAX_IDS) -> tuple[str, ...]:
	"""The Message-IDs of a header, with brackets; some clients leave them out."""
	found: list[str] = []
	for value in values:
		found += _MESSAGE_ID.findall(value) or _BARE_ID.findall(value)
	return _unique(f"<{identifier}>" for identifier in found)[:limit]


def _returned_ids(message: Message, returned: tuple[Message, ...], text: str) -> tuple[str, ...]:
	values = [value for inner in returned for value in headers(inner, "message-id")]
	reports = parts_of_type(message, "message/delivery-status", "message/disposition-notification")
	blocks = [message, *(block for part in reports for block in report_fields(part))]
	values += [value for block in blocks for name in _ORIGINAL_ID_HEADERS for value in headers(block, name)]
	values += [value for name, value in original_headers(message) if name.lower() == "message-id"]
	quoted = tuple(f"<{identifier}>" for identifier in _QUOTED_ID.findall(text))
	return _unique(_ids(values) + quoted)[:MAX_IDS]


def _activity_tokens(message: Message, returned: tuple[Message, ...], text: str) -> tuple[str, ...]:
	carried = [value.strip() for inner in returned for value in headers(inner, ACTIVITY_HEADER)]
	wanted = ACTIVITY_HEADER.lower()
	carried += [value.strip() for name, value in original_headers(message) if name.lower() == wanted]
	return _unique(token for token in carried + _QUOTED_ACTIVITY.findall(text) if token)[:MAX_IDS]


def _plus_tokens(message: Message) -> tuple[str, ...]:
	"""The tags of plus-addresses in their own case, which tokens may need."""
	tags: list[str] = []
	for key, value in message.raw_items():
		if key.lower() in _TARGET_HEADERS:
			written = decode_value(value)
			for address in addresses_in(written):
				start = written.lower().find(address)
				local = written[start : start + len(address)].rpartition("@")[0]
				tags += [tag for tag in (local.partition("+")[2],) if tag]
	return _unique(tags)[:MAX_IDS]
