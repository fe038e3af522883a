"""How much of a message is looked at, so that the work stays in proportion to its length, and has an end.

Anybody can send ten megabytes of anything. The standard library's parser recurses once for each message in
a message, asks every open multipart about every line, and reads a long Content-Type in the square of its
length; so what it gets is cut first. A message that a person or a mail system writes loses nothing by this:
what it says stands in front.
"""

from __future__ import annotations

import re
from itertools import islice

MAX_RAW = 1024 * 1024
MAX_LINES = 20_000
MAX_TYPED_PARTS = 60
"""Parts with a Content-Type, nested or not."""
MAX_TYPE_FIELD = 4 * 1024
MAX_TEXT = 256 * 1024
MAX_FOLDED = 2 * MAX_TEXT
MAX_LINE = 998  # RFC 5322 2.1.1; longer lines only cost time in patterns
MAX_HEADER = 8 * 1024
MAX_FIELDS = 1000
MAX_SAME_FIELDS = 30
MAX_READ_TYPE_FIELD = 16 * 1024
MAX_READ_COMPOSITES = 100
MAX_READ_WORK = 20_000_000
"""Lines times multiparts: each line is held against each open one."""
MAX_PARTS = 60
MAX_DEPTH = 12

_LINE_END = re.compile(rb"\r\n|\r|\n")
_TYPE_FIELD = re.compile(rb"(?:\A|[\r\n])content-type:", re.IGNORECASE)
_COMPOSITE = re.compile(rb"\s{0,200}(?:message|multipart)/", re.IGNORECASE)
_SLOW_CHARSET = re.compile(rb"(?:charset[\s{0,20}=0-9\"']{1,20}|=\?)(?:punycode|idna)\b", re.IGNORECASE)
_FIELD_END = re.compile(rb"(?:\r\n|\r|\n)(?![ \t])")


def cut(raw: bytes) -> bytes:
	"""The beginning of a message that can be parsed in time and stack that are bounded."""
	raw = _first_lines(raw[:MAX_RAW])
	kept: list[bytes] = []
	start = 0
	for count, field in enumerate(_TYPE_FIELD.finditer(raw)):
		if count == MAX_TYPED_PARTS:
			return b"".join([*kept, raw[start : field.start()]])
		if field.start() < start:
			continue  # within a field that was cut
		end = _end_of_field(raw, field.end())
		if end - field.end() > MAX_TYPE_FIELD:
			kept.append(raw[start : field.end() + MAX_TYPE_FIELD].rstrip(b"\r\n"))
			start = end
	return b"".join([*kept, raw[start:]]) if kept else raw


def breaks_readers(raw: bytes) -> bool:
	"""Whether a reader that reads all of a message, as Frappe's does, would take long over it or fail.

	It asks about messages in messages, lines in multiparts, endless Content-Types, and charsets that are
	decoded in the square of their length.
	"""
	if _SLOW_CHARSET.search(raw):
		return True
	nested = 0
	for field in _TYPE_FIELD.finditer(raw):
		if _end_of_field(raw, field.end()) - field.end() > MAX_READ_TYPE_FIELD:
			return True
		nested += bool(_COMPOSITE.match(raw, field.end()))
	lines = raw.count(b"\n") + raw.count(b"\r")
	return nested > MAX_READ_COMPOSITES or nested * lines > MAX_READ_WORK


def _first_lines(raw: bytes) -> bytes:
	last = next(islice(_LINE_END.finditer(raw), MAX_LINES - 1, None), None)
	return raw[: last.end()] if last else raw


def _end_of_field(raw: bytes, start: int) -> int:
	found = _FIELD_END.search(raw, start)
	return found.start() if found else len(raw)
