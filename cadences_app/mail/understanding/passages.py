"""What the text of a report says about one of those whom it names."""

from __future__ import annotations

import re

from cadences_app.mail.understanding.bounce_phrases import RETURNED_COPY
from cadences_app.mail.understanding.fields import addresses_in, header, headers, is_same_house
from cadences_app.mail.understanding.incoming import Incoming, returned_messages
from cadences_app.mail.understanding.refusals import Cause, cause_of
from cadences_app.mail.understanding.severity import EVIDENCE

MAX_EXPLANATION = 16 * 1024
MOST_PASSAGES = 5
MOST_OF_OURS = 10

_OUR_HEADERS = ("to", "delivered-to", "x-original-to", "envelope-to")

_CODE_FIRST = re.compile(r"[ \t]{0,12}[45]\d\d[ -][^@]{0,60}$")


def explanation(mail: Incoming) -> str:
	"""The part of the text in which a bounce explains itself: before the copy of the mail it returns."""
	found = RETURNED_COPY.search(mail.folded_text)
	if not found:
		return mail.text[:MAX_EXPLANATION]
	lines = mail.folded_text[: found.start()].count("\n")
	return "\n".join(mail.text.split("\n")[:lines])[:MAX_EXPLANATION]


def telling_passage(text: str, address: str, others: tuple[str, ...]) -> str:
	"""The passage about the address in which a server speaks, or one that says why; empty without one."""
	found = passages(text, address, others)
	spoken = next((part for part in found if EVIDENCE.search(part)), "")
	return spoken or next((part for part in found if cause_of("", part) is not Cause.UNKNOWN), "")


def passages(text: str, address: str, others: tuple[str, ...]) -> list[str]:
	"""What stands behind each mention of the address, up to the line that mentions another; at most 5."""
	lower = text.lower()
	found: list[str] = []
	start = lower.find(address) if address else -1
	while start >= 0 and len(found) < MOST_PASSAGES:
		after = start + len(address)
		line = _line_with_code_first(text, start)
		ends = [end for other in others if other != address and (end := lower.find(other, after)) >= 0]
		line_of_end = lower.rfind("\n", after, min(ends)) if ends else len(text)
		found.append(line or text[after : line_of_end if line_of_end >= 0 else min(ends)])
		start = lower.find(address, after)
	return found


def _line_with_code_first(text: str, mention: int) -> str:
	"""The line of a mention as Sendmail's transcripts have it, code before address; else empty."""
	start = text.rfind("\n", 0, mention) + 1
	if not _CODE_FIRST.match(text[start:mention]):
		return ""
	end = text.find("\n", mention)
	return text[start : end if end >= 0 else len(text)]


def own_addresses(mail: Incoming) -> frozenset[str]:
	"""The mailbox that a bounce came to, who wrote the mail that it returns, and the system that wrote it."""
	written = [value for name in _OUR_HEADERS for value in headers(mail.message, name)]
	return frozenset({*addresses_in(" ".join(written)), *_writers(mail), mail.sender})


def names_of_ours(mail: Incoming) -> tuple[str, ...]:
	"""The addresses in whose name the returned mail was sent, at most 10."""
	return (*_writers(mail), *addresses_in(header(mail.message, "to")))[:MOST_OF_OURS]


def _writers(mail: Incoming) -> tuple[str, ...]:
	names = ("from", "sender", "reply-to")
	returned = (header(inner, name) for inner in returned_messages(mail.message) for name in names)
	return addresses_in(" ".join(returned))


def in_our_name(text: str, ours: tuple[str, ...], recipients: tuple[str, ...]) -> str:
	"""The text with "sender" for our addresses and domains: what a server says of them it says of the sender.

	Not where a recipient is of our own house.
	"""
	for address in ours:
		if not any(is_same_house(address, each) for each in recipients):
			domain = address.rpartition("@")[2]
			text = _replaced(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", "sender", text)
			text = _replaced(rf"(?<![\w.@-]){re.escape(domain)}(?![\w.-])", "sender domain", text)
	return text


def _replaced(pattern: str, word: str, text: str) -> str:
	return re.sub(pattern, word, text, flags=re.IGNORECASE)
