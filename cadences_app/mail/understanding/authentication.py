"""What the receiving server found out about the sender (RFC 8601), without believing the sender (S4.1a)."""

from __future__ import annotations

import re
from email.message import Message

from cadences_app.mail.understanding.fields import headers

_MAX_COMMENTS = 5
_COMMENT = re.compile(r"\([^()]{0,2000}\)")
_QUOTED = re.compile(r'"[^"]{0,2000}"')
_DMARC = re.compile(r"dmarc\s{0,5}=\s{0,5}(\w{1,20})")
_TOKEN = re.compile(r"[\w.:-]{1,255}")


def is_forged(message: Message) -> bool:
	"""Whether the receiving server marked the sender's address as forged: dmarc=fail.

	A server puts its result on top, so the server that wrote the first Authentication-Results is the one
	that is believed, in all that it wrote. Who forges can add results below, but can't take that one away;
	results of other servers, such as a list's, say nothing about how the message came to us.
	"""
	results = headers(message, "authentication-results")
	if not results:
		return False
	ours = _server_of(results[0])
	return any("fail" in _dmarc_of(value) for value in results if _server_of(value) == ours)


def _server_of(value: str) -> str:
	"""The authserv-id, lower-cased; empty where a result comes first, as Exchange Online writes it."""
	first, _, _ = _plain(value).partition(";")
	found = _TOKEN.match(first.strip())
	return "" if "=" in first or not found else found.group().lower()


def _dmarc_of(value: str) -> tuple[str, ...]:
	results = (part.strip() for part in _plain(value).lower().split(";"))
	return tuple(found.group(1) for part in results if (found := _DMARC.match(part)))


def _plain(value: str) -> str:
	"""Without quoted strings and comments, in which a sender's own words may stand."""
	plain = _QUOTED.sub("", value)
	for _ in range(_MAX_COMMENTS):
		plain, found = _COMMENT.subn(" ", plain)
		if not found:
			break
	return plain
