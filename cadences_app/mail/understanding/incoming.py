"""Reading an incoming message without trusting it.

Mail from outside is often broken and sometimes hostile: 8-bit headers, unknown charsets, multiparts
without a boundary, ten megabytes on one line. The standard library's header and payload accessors raise
on part of that, so this module reads the raw values and decodes them by itself. Work is bounded: only
the head of a message, of each part and of each line is looked at.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import cast

from cadences_app.mail.understanding.html_text import read_html

MAX_RAW = 1024 * 1024
MAX_TEXT = 256 * 1024
MAX_LINE = 998  # RFC 5322 2.1.1; longer lines only cost time in patterns
MAX_HEADER = 8 * 1024
MAX_PARTS = 60
MAX_DEPTH = 12

RETURNED_TYPES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")

# Latin letters only: in Chinese or Japanese text an address may stand between words without a space.
_LETTERS = r"A-Za-z0-9\u00c0-\u024f"
ADDRESS = re.compile(
	rf"[{_LETTERS}_.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@(?:[{_LETTERS}-]{{1,63}}\.){{1,8}}[{_LETTERS}-]{{2,63}}"
)
_ANGLED = re.compile(r"<\s*([^<>\s]{1,254})\s*>")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_FLAT = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "ß": "ss"})


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
	"""Parse raw bytes, their first megabyte only; a parsed message is taken as it is."""
	if isinstance(raw, Message):
		return raw
	return message_from_bytes(raw[:MAX_RAW])


def fold(text: str) -> str:
	"""Text for comparing phrases: lower case, without accents, with plain quotes and spaces."""
	decomposed = unicodedata.normalize("NFKD", text.translate(_FLAT).lower())
	return "".join(char for char in decomposed if not unicodedata.combining(char))


def headers(message: Message, name: str) -> tuple[str, ...]:
	"""All values of a header, unfolded and decoded (RFC 2047), in the order of the message."""
	wanted = name.lower()
	return tuple(decode_value(value) for key, value in message.raw_items() if key.lower() == wanted)


def header(message: Message, name: str) -> str:
	"""The first value of a header, or an empty string."""
	return next(iter(headers(message, name)), "")


def header_names(message: Message) -> tuple[str, ...]:
	return tuple(key.lower() for key, _value in message.raw_items())


def decode_value(value: object) -> str:
	"""One header value as readable text: unfolded, 8-bit bytes read as UTF-8 or Latin-1, RFC 2047 decoded."""
	text = str(value)[:MAX_HEADER]
	raw = text.encode("utf-8", "surrogateescape" if _has_raw_bytes(text) else "replace")
	text = _FOLD.sub(" ", decode_bytes(raw, "utf-8")).strip()
	if "=?" not in text:
		return text
	try:
		chunks = decode_header(text)
	except (HeaderParseError, binascii.Error, ValueError):
		return text
	return "".join(
		decode_bytes(chunk, charset or "ascii") if isinstance(chunk, bytes) else str(chunk)
		for chunk, charset in chunks
	)


def _has_raw_bytes(text: str) -> bool:
	"""Whether the parser kept 8-bit bytes as surrogates, and nothing but such surrogates."""
	try:
		text.encode("utf-8", "surrogateescape")
	except UnicodeError:
		return False
	return True


def decode_bytes(raw: bytes, charset: str) -> str:
	"""Decode by the given charset; an unknown or wrong one falls back to UTF-8, then to Latin-1."""
	for candidate in (charset, "utf-8"):
		try:
			return raw.decode(candidate)
		except (LookupError, ValueError):
			continue
	return raw.decode("latin-1")


def address_in(value: str) -> str:
	"""The bare, lower-cased address of a From-like header; empty when there is none."""
	angled: list[str] = [match for match in _ANGLED.findall(value) if "@" in match]
	if angled:
		return angled[-1].lower()
	found = ADDRESS.search(value)
	return found.group().lower() if found else ""


def addresses_in(text: str) -> tuple[str, ...]:
	"""Every address in a text, lower-cased, each once, in the order of the text."""
	return tuple(dict.fromkeys(found.rstrip(".").lower() for found in ADDRESS.findall(text)))


def content_type(part: Message) -> str:
	found = _TYPE.match(header(part, "content-type"))
	return found.group(1).lower() if found else "text/plain"


def parameter(part: Message, name: str) -> str:
	"""A parameter of Content-Type, lower-cased and without quotes; empty when it is not there."""
	pattern = rf";\s*{re.escape(name)}\s*=\s*\"?([^\";\s]+)"
	found = re.search(pattern, header(part, "content-type"), re.IGNORECASE)
	return found.group(1).lower() if found else ""


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
			yield message_from_bytes(_leading_bytes(part))


def own_text(message: Message) -> str:
	"""The readable text without attachments and returned mail; HTML where there is no plain text."""
	plain: list[str] = []
	html: list[str] = []
	for part in own_parts(message):
		kind = content_type(part)
		if is_split(part) or "attachment" in header(part, "content-disposition").lower():
			continue
		if kind == "text/html":
			html.append(read_html(text_of(part)))
		elif (
			kind not in RETURNED_TYPES
			and kind.startswith(("text/", "multipart/"))
			and kind != "text/calendar"
		):
			plain.append(text_of(part))
	joined = "\n".join(plain)
	if len(joined.strip()) < 40:
		joined = "\n".join([joined, *html])
	return _bounded(joined)


def text_of(part: Message) -> str:
	"""The decoded text of one part, its first 256 KB."""
	return _bounded(decode_bytes(_leading_bytes(part), parameter(part, "charset") or "utf-8"))


def _bounded(text: str) -> str:
	lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
	return "\n".join(line[:MAX_LINE] for line in lines)


def _leading_bytes(part: Message) -> bytes:
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
		return subparts(part)
	blocks = re.split(rb"\n\s*\n", _leading_bytes(part).replace(b"\r\n", b"\n").strip())
	return tuple(message_from_bytes(block) for block in blocks[:MAX_PARTS])


_QUOTE_STARTS = re.compile(
	r"^\s*(?:-{2,}\s*(?:original|urspr|mensaje|message d|messaggio|oorspronkelijk|mensagem|forwarded)"
	r"|_{20,}\s*$"
	r"|(?:on|am|le|el|il|op|em)\b.{4,200}"
	r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu)\b.{0,80}:\s*$"
	r"|(?:from|von|de|da|van)\s?:\s.{0,200}@"
	r"|(?:sent|gesendet|envoyé|enviado|inviato|verzonden)\s?:\s)",
	re.IGNORECASE,
)


def without_quotes(text: str) -> str:
	"""What the writer adds: without quoted lines, and without everything from the quoted mail's head on."""
	kept: list[str] = []
	for line in text.split("\n"):
		if _QUOTE_STARTS.match(line):
			break
		if not line.lstrip().startswith(">"):
			kept.append(line)
	return "\n".join(kept)
