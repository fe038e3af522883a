"""Taking an incoming message apart: the parts that its sender wrote, and the mail that it returns.

Mail from outside is often broken and sometimes hostile: multiparts without a boundary, ten megabytes on one
line, a thousand messages in each other. Work is bounded (`bounds`): only the head of a message, of each part
and of each line is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import cast

from cadences_app.mail.understanding.bounds import (
	MAX_DEPTH,
	MAX_LINE,
	MAX_PARTS,
	MAX_RAW,
	MAX_TEXT,
	cut,
)
from cadences_app.mail.understanding.fields import (
	address_in,
	content_type,
	decode_bytes,
	header,
	header_names,
	parameter,
)
from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.html_text import read_html
from cadences_app.mail.understanding.quotes import without_quotes

RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")

_DATA_TYPES = ("text/calendar", "text/vcard", "text/x-vcard", "text/vnd.", "text/css", "text/directory")
LEAST_TEXT = 40
"""Characters; a shorter plain text may be a stand-in for the HTML."""

_BLANK_LINE = re.compile(rb"\n[ \t]{0,998}\n[\n \t]{0,998}")


@dataclass(frozen=True, slots=True)
class Incoming:
	"""A message with the parts of it that the rules look at; `folded_*` are for matching phrases."""

	message: Message
	sender: str
	subject: str
	text: str
	folded_subject: str
	folded_text: str
	folded_answer: str  # the text above and between what it quotes


def read_incoming(raw: bytes | Message) -> Incoming:
	"""Take a message apart for the rules that judge it."""
	message = parse(raw)
	subject = header(message, "subject")
	text = own_text(message)
	return Incoming(
		message=message,
		sender=address_in(header(message, "from")),
		subject=subject,
		text=text,
		folded_subject=fold(subject),
		folded_text=fold(text),
		folded_answer=fold(without_quotes(text)),
	)


def parse(raw: bytes | Message) -> Message:
	"""Parse raw bytes, as far as `bounds` allows; a parsed message is taken as it is.

	Where only carriage returns end the lines, the library would lose what follows the first soft line break.
	"""
	if isinstance(raw, Message):
		return raw
	return message_from_bytes(cut(raw if b"\n" in raw[:MAX_RAW] else raw[:MAX_RAW].replace(b"\r", b"\n")))


def is_split(part: Message) -> bool:
	"""Whether the parser found parts in it, which a declared multipart need not have."""
	return part.is_multipart()


def subparts(part: Message) -> tuple[Message, ...]:
	"""The parts directly inside a part, at most 60."""
	if not is_split(part):
		return ()
	children = cast("list[Message]", part.get_payload())
	return tuple(children[:MAX_PARTS])


def own_parts(message: Message) -> Iterator[Message]:
	"""The leaves that the sender wrote, and the returned messages as wholes, first to last."""
	waiting = [(message, 0)]
	seen = 0
	while waiting and seen < MAX_PARTS:
		part, depth = waiting.pop()
		seen += 1
		if content_type(part).startswith("message/") or not is_split(part):
			yield part
		elif depth < MAX_DEPTH:
			waiting += [(child, depth + 1) for child in reversed(subparts(part))]


def returned_messages(message: Message) -> Iterator[Message]:
	"""The messages, or only their headers, that a bounce or a complaint brings back."""
	for part in own_parts(message):
		if content_type(part) not in RETURNED_TYPES or part is message:
			continue
		inner = subparts(part)
		if inner and header_names(inner[0]):
			yield inner[0]
		else:
			yield parse(leading_bytes(part))


def own_text(message: Message) -> str:
	"""The readable text without attachments and returned mail; HTML where there is no plain text."""
	plain, html = own_texts(message)
	return plain if len(plain.strip()) >= LEAST_TEXT else _bounded(f"{plain}\n{html}")


def own_texts(message: Message) -> tuple[str, str]:
	"""The plain text that the sender wrote, and what the HTML beside it says."""
	plain: list[str] = []
	html: list[str] = []
	left = MAX_TEXT
	for part in own_parts(message):
		kind = content_type(part)
		if left <= 0 or is_split(part) or not _is_text(part, kind):
			continue
		source = _text_of(part)[:left]
		left -= len(source)
		if kind == "text/html":
			html.append(read_html(source))
		else:
			plain.append(source)
	return _bounded("\n".join(plain)), _bounded("\n".join(html))


def _is_text(part: Message, kind: str) -> bool:
	if "attachment" in header(part, "content-disposition").lower() or kind in RETURNED_TYPES:
		return False
	return kind.startswith(("text/", "multipart/")) and not kind.startswith(_DATA_TYPES)


def first_text(message: Message) -> str:
	"""The first text that the sender wrote, its lines not cut: for what is written for machines."""
	texts = (part for part in own_parts(message) if not is_split(part) and _is_text(part, content_type(part)))
	first = next(texts, None)
	return _text_of(first) if first is not None else ""


def text_of(part: Message) -> str:
	"""The decoded text of one part, its first 256 KB."""
	return _bounded(_text_of(part))


def _text_of(part: Message) -> str:
	return decode_bytes(leading_bytes(part), parameter(part, "charset") or "utf-8")


def _bounded(text: str) -> str:
	lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
	return "\n".join(line[:MAX_LINE] for line in lines)


def leading_bytes(part: Message) -> bytes:
	"""The first 256 KB of a part's content with the transfer encoding undone."""
	if not is_split(part):
		return _decoded(part)[:MAX_TEXT]
	# Split by the parser although it was encoded: what looked like parts is one text.
	whole = Message()
	whole["Content-Transfer-Encoding"] = header(part, "content-transfer-encoding")
	pieces = b"\n".join(_decoded(child) for child in subparts(part) if not is_split(child))
	whole.set_payload(pieces.decode("ascii", "surrogateescape"))
	return _decoded(whole)[:MAX_TEXT]


def _decoded(part: Message) -> bytes:
	# Without decode=True the library reads 8-bit text by the charset that the part names, and raises.
	content = part.get_payload(decode=True)
	return content if isinstance(content, bytes) else b""


def report_fields(part: Message) -> tuple[Message, ...]:
	"""The blocks of fields in a report part (RFC 3464, RFC 5965, RFC 8098).

	The parser has split them already, unless the part is encoded or was built as text.
	"""
	encoded = header(part, "content-transfer-encoding").lower() in ("base64", "quoted-printable")
	if is_split(part) and not encoded:
		return _blocks_within(subparts(part))
	return _blocks_of(leading_bytes(part))


def _blocks_within(inner: tuple[Message, ...]) -> tuple[Message, ...]:
	"""The blocks of a report that the parser took for a mail: what follows the first is its text."""
	if len(inner) != 1 or is_split(inner[0]):
		return inner
	return (*inner, *_blocks_of(leading_bytes(inner[0])))[:MAX_PARTS]


def _blocks_of(text: bytes) -> tuple[Message, ...]:
	blocks = _BLANK_LINE.split(text.replace(b"\r\n", b"\n").strip(), MAX_PARTS)
	return tuple(parse(block) for block in blocks[:MAX_PARTS] if block)
