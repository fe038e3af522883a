"""Mails written out by hand (RFC 5322, RFC 2045 to 2047, RFC 2231).

Python's `email` takes longer over one mail than everything else together, most of it for parsing headers that
were clean already. The values given here come from `headers` and are on one line each.
"""

import base64
from binascii import b2a_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.header import Header
from urllib.parse import quote

from cadences_app.mail.addresses import clean_header

LONGEST_LINE = 76
"""Characters of a line that holds encoded words (RFC 2047)."""
_LONGEST_LINE = 900
"""Bytes; RFC 5322 allows 998, its name included."""
_LONGEST_NAME = 200
_LONGEST_ENDING = 20
_LONGEST_PARAMETER = 60
"""Characters of a parameter's piece, so that its line stays within 78."""


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
		headers["Content-Disposition"] = disposition("attachment", filename)
	return Part(headers, base64.encodebytes(content).replace(b"\n", b"\r\n"))


def inline_part(content: bytes, content_type: str, filename: str, content_id: str) -> Part:
	"""A picture that the HTML beside it shows by `cid:` (RFC 2392)."""
	part = binary_part(content, content_type)
	shown = {"Content-ID": f"<{content_id}>", "Content-Disposition": disposition("inline", filename)}
	return Part({**part.headers, **shown}, part.body)


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


def encode_words(text: str, header_name: str) -> str:
	"""Text as it may stand in a header of that name: as it is if it is ASCII and fits, else as encoded words,
	folded into lines of at most 76 characters (RFC 2047)."""
	if text.isascii() and len(text) <= _LONGEST_LINE:
		return text
	return Header(text, "utf-8", maxlinelen=75, header_name=header_name).encode(linesep="\r\n")


def disposition(kind: str, filename: str) -> str:
	"""The value of Content-Disposition. A long name loses its middle, never its ending, by which it is
	opened; what doesn't fit on a line is continued on the next ones (RFC 2231)."""
	name = shorten(clean_header(filename))
	if name.isascii():
		escaped = name.replace("\\", "\\\\").replace('"', '\\"')
		return f'{kind}; filename="{escaped}"'
	pieces = _split_encoded(name)
	if len(pieces) == 1:
		return f"{kind};\r\n filename*={pieces[0]}"
	return ";\r\n ".join([kind, *(f"filename*{number}*={piece}" for number, piece in enumerate(pieces))])


def shorten(name: str) -> str:
	"""A file's name of at most 200 characters."""
	if len(name) <= _LONGEST_NAME:
		return name
	stem, dot, ending = name.rpartition(".")
	if not dot or len(ending) > _LONGEST_ENDING:
		return name[:_LONGEST_NAME]
	return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def _split_encoded(name: str) -> list[str]:
	"""Pieces of a name, percent-encoded, none of which ends within a character: some programs decode each by
	itself."""
	pieces = ["utf-8''"]
	for char in name:
		encoded = quote(char, safe="")
		if len(pieces[-1]) + len(encoded) > _LONGEST_PARAMETER:
			pieces.append("")
		pieces[-1] += encoded
	return pieces


def _head(headers: Mapping[str, str]) -> bytes:
	return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")
