"""Whole headers of a mail: people, unsubscribing, threads, and how headers are folded (RFC 5322)."""

import email.policy
import re
from collections.abc import Sequence
from urllib.parse import quote

from cadences_app.mail.addresses import (
	ENCODED_WORD,
	check_address,
	clean_address,
	clean_header,
	read_addresses,
)
from cadences_app.mail.composing.links import is_safe_target
from cadences_app.mail.composing.mime import LONGEST_LINE, encode_words

HEADER_POLICY = email.policy.SMTP.clone(max_line_length=998)
"""Builds messages whose headers are folded only beyond the 998 characters that RFC 5322 allows.

With the usual 78, `email` writes a word that is longer than a line, such as an unsubscribe URL or a
Message-ID of Exchange, as an encoded word, and no mail client can read it any more.
"""
_LONGEST_VALUE = 900
_LONGEST_URL = 450
_MOST_REFERENCES = 20

_UNFIT_IN_BRACKETS = re.compile(r"[<>,]")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")


UNSUBSCRIBE_SUBJECT = "unsubscribe"
"""What the subject of a mail begins with by which a mail client unsubscribes; a token follows."""


_LONGEST_PERSON = 200


def write_person(name: str, address: str, header: str) -> str:
	"""Name and address as the header has them (RFC 5322); the name quoted or encoded, and of at most 200
	characters. Lines with encoded words stay within 76 (RFC 2047). ValueError for what is no address."""
	name = name[:_LONGEST_PERSON]
	if not name or name.isascii():
		return clean_address("" if name == address else name, address)
	words, written = encode_words(clean_header(name), header), f"<{check_address(address)}>"
	begun = words.rpartition("\r\n")[2] if "\r\n" in words else f"{header}: {words}"
	return f"{words} {written}" if len(begun) + 1 + len(written) < LONGEST_LINE else f"{words}\r\n {written}"


def write_people(text: str, header: str) -> str:
	"""One or several people as somebody typed them, each on a line of their own. ValueError as above."""
	return ",\r\n ".join(write_person(*each, header) for each in read_addresses(text))


def list_unsubscribe_headers(url: str, mailto: str | None = None, token: str = "") -> dict[str, str]:
	"""List-Unsubscribe (RFC 2369) and, for an https URL, List-Unsubscribe-Post (RFC 8058).

	`mailto` is a bare address, whose mailbox is read; `token` says in the subject whose mail it was. RFC
	8058 wants both headers covered by the mail's DKIM signature, which is the mail server's part.
	ValueError for a URL or an address that can't stand there.
	"""
	is_plain = url.isascii() and not _UNFIT_IN_BRACKETS.search(url) and ENCODED_WORD not in url
	if not is_plain or len(url) > _LONGEST_URL or not is_safe_target(url):
		raise ValueError("the unsubscribe URL is not a plain http(s) URL, or too long")
	value = f"<{url}>"
	if mailto:
		subject = quote(f"{UNSUBSCRIBE_SUBJECT} {token}".strip(), safe="")
		value += f", <mailto:{quote(check_address(mailto), safe='@+')}?subject={subject}>"
	headers = {"List-Unsubscribe": value}
	if url.lower().startswith("https:"):
		headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	return headers


def thread_headers(message_ids: Sequence[str]) -> dict[str, str]:
	"""In-Reply-To and References for an answer to the last of these mails, the oldest first (RFC 5322).

	Brackets may be missing. What is no Message-ID is left out: an old mail's fault must not stop a new one.
	At most 20 are named, and no more than fit on a line: the thread's first and the latest ones.
	"""
	bare = (message_id.strip().removeprefix("<").removesuffix(">") for message_id in message_ids)
	known = list(dict.fromkeys(f"<{message_id}>" for message_id in bare if _is_message_id(message_id)))
	if not known:
		return {}
	first, *rest = known
	room = _LONGEST_VALUE - len(first)
	latest: list[str] = []
	for message_id in reversed(rest):
		room -= len(message_id) + 1
		if room < 0 or len(latest) == _MOST_REFERENCES - 1:
			break
		latest.insert(0, message_id)
	return {"In-Reply-To": known[-1], "References": " ".join([first, *latest])}


def _is_message_id(text: str) -> bool:
	"""Looked at loosely, as other programs write them; but an encoded word could smuggle a line break in."""
	return bool(_MESSAGE_ID.fullmatch(text)) and ENCODED_WORD not in text
