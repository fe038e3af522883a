"""Header fields of a message from outside, read without trusting them.

The standard library's accessors raise on 8-bit headers and unknown charsets, so the raw values are decoded
here; only the first fields of a message and the beginning of each are looked at.
"""

from __future__ import annotations

import binascii
import re
from codecs import lookup
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from itertools import islice

from cadences_app.mail.understanding.bounds import MAX_FIELDS, MAX_HEADER, MAX_SAME_FIELDS

# Latin letters only: in Chinese or Japanese text an address may stand between words without a space.
_LETTERS = r"A-Za-z0-9\u00c0-\u024f"
ADDRESS = re.compile(
	rf"[{_LETTERS}_.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@(?:[{_LETTERS}-]{{1,63}}\.){{1,8}}[{_LETTERS}-]{{2,63}}"
)
_AROUND_ADDRESS = "'`*/=|{}!?#&~^$%."
_ANGLED = re.compile(r"<\s{0,20}([^<>\s]{1,254})\s{0,20}>")
_FOLD = re.compile(r"[\r\n][\r\n \t]{0,200}")
_TYPE = re.compile(r"\s{0,20}([\w.+-]{1,80}/[\w.+-]{1,80})")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?\r\n]{0,2000}\?=")
_MOST_HALF_WORDS = 4
_JIS = re.compile(rb"\x1b\$[@B].{0,200}\x1b\([BJ]")
_SLOW_CHARSETS = frozenset({"punycode", "idna"})  # no text is written in them, and they take square time


def headers(message: Message, name: str) -> tuple[str, ...]:
	"""The values of a header, unfolded and decoded (RFC 2047), in the order of the message; at most 30."""
	wanted = name.lower()
	found = (value for key, value in islice(message.raw_items(), MAX_FIELDS) if key.lower() == wanted)
	return tuple(decode_value(value) for value in islice(found, MAX_SAME_FIELDS))


def header(message: Message, name: str) -> str:
	"""The first value of a header, or an empty string."""
	return next(iter(headers(message, name)), "")


def header_names(message: Message) -> tuple[str, ...]:
	return tuple(key.lower() for key, _value in islice(message.raw_items(), MAX_FIELDS))


def decode_value(value: object) -> str:
	"""One header value as readable text: unfolded, 8-bit bytes read as UTF-8 or Latin-1, RFC 2047 decoded."""
	text = str(value)[:MAX_HEADER]
	raw = text.encode("utf-8", "surrogateescape" if _has_raw_bytes(text) else "replace")
	text = _FOLD.sub(" ", decode_bytes(raw, "utf-8")).strip()
	# The library looks for the end of each encoded word up to the end of the text.
	if "=?" not in text or text.count("=?") > len(_ENCODED_WORD.findall(text)) + _MOST_HALF_WORDS:
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
	"""Decode by the given charset; an unknown or wrong one falls back to UTF-8, then to Latin-1.

	Japanese text that switches character sets says so itself, whatever charset it goes by.
	"""
	if _JIS.search(raw):
		charset = "iso-2022-jp"
	for candidate in (charset, "utf-8"):
		try:
			if lookup(candidate).name not in _SLOW_CHARSETS:
				return raw.decode(candidate)
		except (LookupError, ValueError):
			continue
	return raw.decode("latin-1")


def address_in(value: str) -> str:
	"""The bare, lower-cased address of a From-like header; empty when there is none."""
	angled: list[str] = [match for match in _ANGLED.findall(value) if "@" in match]
	if angled:
		return angled[-1].lower()
	found = ADDRESS.search(value) if "@" in value else None
	return found.group().lower() if found else ""


def addresses_in(text: str) -> tuple[str, ...]:
	"""Every address in a text, lower-cased, each once, in the order of the text, without quotes around it."""
	if "@" not in text:
		return ()
	found = (each.rstrip(".").lstrip(_AROUND_ADDRESS).lower() for each in ADDRESS.findall(text))
	return tuple(dict.fromkeys(each for each in found if not each.startswith("@")))


def bare(address: str) -> str:
	"""An address for comparing: lower-cased, without the tag behind "+"."""
	local, at, domain = address.lower().rpartition("@")
	return f"{local.partition('+')[0]}{at}{domain}"


def is_same_house(one: str, other: str) -> bool:
	"""Whether two addresses lie with the same organisation, so that one stands for the other and is no
	forwarding to somewhere else."""
	first, second = (address.lower().rpartition("@")[2] for address in (one, other))
	if first.endswith(_INNER_DOMAINS) or second.endswith(_INNER_DOMAINS):
		return True
	return _organisation(first) == _organisation(second)


# Where large providers pass mail on inside, and then name the address so.
_INNER_DOMAINS = (".onmicrosoft.com", ".test-google-a.com", ".local", ".lan", ".internal", ".localdomain")


def _organisation(domain: str) -> tuple[str, ...]:
	labels = domain.split(".")
	is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
	return tuple(labels[-3 if is_second_level else -2 :])


def content_type(part: Message) -> str:
	found = _TYPE.match(header(part, "content-type"))
	return found.group(1).lower() if found else "text/plain"


_PARAMETERS = {
	name: re.compile(rf";\s{{0,40}}{name}\s{{0,5}}=\s{{0,5}}\"?([^\";\s]{{1,200}})", re.IGNORECASE)
	for name in ("charset", "report-type", "method", "name")
}


def parameter(part: Message, name: str) -> str:
	"""A parameter of Content-Type, lower-cased and without quotes; empty when it is not there."""
	found = _PARAMETERS[name].search(header(part, "content-type"))
	return found.group(1).lower() if found else ""
