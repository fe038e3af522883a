"""How final a failed delivery is, by status, reply code and words (S4.1); what they are about: `refusals`.

A hard bounce is about the address: it is not written to again. What another mail or another day may pass,
a full mailbox, a busy server, a size limit, a spam filter, is soft and only counts when it repeats.
"""

from __future__ import annotations

import re

from cadences_app.mail.understanding.refusals import Cause, cause_of
from cadences_app.mail.understanding.verdict import MailKind

# Statuses that servers give when they know no better; the text is asked as well.
_VAGUE_STATUSES = frozenset({"4.0.0", "5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.4.0", "5.5.0"})
EVIDENCE = re.compile(r"(?<![\d.])[45]\d\d[ \-]|(?<![\d.])[45]\.\d\.\d{1,3}(?!\.?\d)|#\d\.\d")
MOST_LINES_SAID = 4
SERVER_SPEAKS = re.compile(
	r"(?<![\d.])[45]\d\d[ \-]{1,3}#?[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)|#[45]\.\d{1,3}\.\d{1,3}"
)
"""A status behind a code, or marked as one: no person writes so."""
_FULL_CODES = frozenset({"452", "552"})

_AFTER_CODE = re.compile(r"(?<![\d.])[45]\d\d[ \-]{1,3}#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_HASHED = re.compile(r"#([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_BARE = re.compile(r"(?<![\w.\-/@])([245]\.[0-7]\.\d{1,3})(?![.\-]?\w)")
_SOFTWARE = re.compile(r"(?:exim|postfix|version|sendmail|server|agent|v\.?)\s{0,20}\(?$", re.IGNORECASE)
_AFTER_SERVER = (
	r"(?:[\])]:[ \t]{1,3}|(?<=\w)>:?[ \t]{1,3}"
	r"|(?:said:|smtp;|smtp error|returned|response:?|reply:?|error:?|reason:?|code:?|server:|command:)"
	r"[^\d\n]{0,12})"
)
_THREE_DIGITS = r"(?<![\d.])([45]\d\d)(?=[\s\-:;,)\]#]|$)(?!\.\d)"
_SAID_CODE = re.compile(_AFTER_SERVER + _THREE_DIGITS, re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(
	rf"(?:^[ \t<>]{{0,12}}|{_AFTER_SERVER}){_THREE_DIGITS}",
	re.IGNORECASE | re.MULTILINE,
)


def find_status(text: str) -> str:
	"""The enhanced status code (RFC 3463) that a text names; empty when there is none.

	One after an SMTP code is preferred to a bare one, which may be the version of a server.
	"""
	for pattern in (_AFTER_CODE, _HASHED):
		found = pattern.search(text)
		if found:
			return found.group(1)
	for found in _BARE.finditer(text):
		if not _SOFTWARE.search(text[max(0, found.start() - 16) : found.start()]):
			return found.group(1)
	return ""


def find_code(text: str) -> str:
	"""The SMTP reply code that a text names, where it stands as one; empty when there is none."""
	found = _CODE.search(text)
	return found.group(1) if found else ""


def quotes_server(text: str) -> bool:
	"""Whether a code stands in the text as people don't write it; "500 pallets" may begin any line."""
	return bool(SERVER_SPEAKS.search(text) or _SAID_CODE.search(text))


def more_telling(status: str, text: str) -> str:
	"""The status of a report, or the one in the refusing server's own words, which may say more."""
	said = _AFTER_CODE.search(text)
	if said and said.group(1)[0] == status[:1]:
		return said.group(1)
	if status and status not in _VAGUE_STATUSES:
		return status
	quoted = find_status(text)
	return quoted if quoted and quoted[0] == (status or quoted)[0] else status


def judge_failure(status: str, text: str) -> MailKind:
	"""HARD_BOUNCE or SOFT_BOUNCE for a failure with this status ("" if unknown) and this explanation."""
	return fate_of(status, text)[0]


def fate_of(status: str, text: str) -> tuple[MailKind, Cause]:
	"""What became of an address, and what the refusal was about.

	Only a refusal that is about the person is hard. A report that says nothing but that a delivery failed
	leaves open what about.
	"""
	said = server_words(text)
	code = find_code(said) or find_code(text)
	cause = cause_of(status, said, code)
	if cause is Cause.UNKNOWN and said != text:
		cause = cause_of(status, text, code)
	is_for_now = status.startswith("4") or (code.startswith("4") and not status.startswith("5"))
	if is_for_now or (code in _FULL_CODES and cause is Cause.UNKNOWN):
		told = cause if cause not in (Cause.PERSON, Cause.UNKNOWN) else Cause.NOT_NOW
		return MailKind.SOFT_BOUNCE, told
	return (MailKind.HARD_BOUNCE if cause is Cause.PERSON else MailKind.SOFT_BOUNCE), cause


def server_words(text: str) -> str:
	"""The lines in which the refusing server speaks, with what follows; the whole text where none does.

	What a mail system writes around them speaks of servers, policies and senders at large.
	"""
	lines = text.split("\n")
	start = next((number for number, line in enumerate(lines) if EVIDENCE.search(line)), None)
	if start is None:
		return text
	before = lines[start - 1].strip() if start else ""
	is_of_it = before.endswith((":", "said", "(")) or before.startswith(">>>")
	return "\n".join([before if is_of_it else "", *lines[start : start + MOST_LINES_SAID]])
