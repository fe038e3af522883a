"""Mails written out by hand (RFC 5322, RFC 2045 to 2047, RFC 2231).

Python's `email` takes longer over one mail than everything else together, most of it for parsing headers that
were clean already. The values given here come from `headers` and are on one line each.
"""

import base64
from binascii import b2a_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.header import Header
from email.utils import encode_rfc2231

from cadences_app.mail.addresses import clean_header

_LONGEST_LINE = 900
"""Bytes; RFC 5322 allows 998, its name included."""


@dataclass(frozen=True, slots=True)
class Part:
	"""A part with its headers; `body` is encoded already."""

	headers: Mapping[str, str]
	body: bytes


def text_part(text: str, subtype: str) -> Part:
	"""Text as quoted-printable, readable in the source."""
	lines = "\n".join(text.splitlines()) + "\n"
	encoded = b2a_qp(lines.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
	return Part(
		{"Content-Type": f"text/{subtype}; charset=utf-8", "Content-Transfer-Encoding": "quoted-printable"},
		encoded,
	)


def binary_part(content: bytes, content_type: str, filename: str = "") -> Part:
	"""Bytes as base64; with a filename, an attachment."""
	headers = {"Content-Type": content_type, "Content-Transfer-Encoding": "base64"}
	if filename:
		headers["Content-Disposition"] = f"attachment; {_filename(filename)}"
	return Part(headers, base64.encodebytes(content).replace(b"\n", b"\r\n"))


def multipart(subtype: str, parts: Iterable[Part], boundary: str) -> Part:
	"""The parts as one. Neither quoted-printable nor base64 can hold a line with `=_`, so no part holds the
	boundary; within one mail each needs its own."""
	mark = f"--=_{boundary}".encode("ascii")
	pieces = [mark + b"\r\n" + _head(part.headers) + b"\r\n" + part.body + b"\r\n" for part in parts]
	return Part(
		{"Content-Type": f'multipart/{subtype}; boundary="=_{boundary}"'}, b"".join(pieces) + mark + b"--\r\n"
	)


def write(headers: Mapping[str, str], part: Part) -> bytes:
	"""The whole message."""
	return _head({**headers, "MIME-Version": "1.0", **part.headers}) + b"\r\n" + part.body


def encode_words(text: str) -> str:
	"""Text as it may stand in a header: as it is if it is ASCII and fits, else as encoded words (RFC 2047),
	folded."""
	if text.isascii() and len(text) < _LONGEST_LINE:
		return text
	return Header(text, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _head(headers: Mapping[str, str]) -> bytes:
	return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _filename(name: str) -> str:
	plain = clean_header(name)
	if plain.isascii() and len(plain) < 200:
		escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
		return f'filename="{escaped}"'
	return f"filename*={encode_rfc2231(plain[:200], 'utf-8')}"
