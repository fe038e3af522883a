"""What a mail server's refusal is about: the one table for replies while sending and for reports afterwards.

Whom a refusal concerns decides what follows. Only one that is about the person, or the domain, says that an
address is dead. A full mailbox may be empty tomorrow; what is about the sender, the server, the mailbox
that sends, or about the mail itself, says nothing about the person, whatever the code. So words that speak of
room, of the sender or of a policy beat a status (RFC 3463) that says "no such mailbox", and a code alone
proves little.
"""

from __future__ import annotations

import re

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.understanding.folding import flatten, fold
from cadences_app.mail.understanding.refusal_words import (
	CONTENT,
	FOR_NOW,
	NO_ROOM,
	NOT_NOW,
	PERSON,
	REFUSED,
	SENDER,
	SIZE,
)


class Cause(StoredEnum):
	"""Whom or what a refusal is about."""

	PERSON = "No Such Person"
	"""The address is dead: no such mailbox, no such domain, or one that takes no mail."""
	NO_ROOM = "No Room"
	"""The mailbox is full, or gets too much at the moment."""
	NOT_NOW = "Not Now"
	"""Nobody answered, something waits or goes in circles."""
	SENDER = "Sender"
	"""Our mailbox, server, domain or rate."""
	SIZE = "Size"
	CONTENT = "Content"
	"""This mail: what is in it, or a policy about it."""
	UNKNOWN = "Unknown"


CONCERNS_RECIPIENT = frozenset({Cause.PERSON, Cause.NO_ROOM, Cause.NOT_NOW, Cause.UNKNOWN})
"""What counts against an address when it repeats."""

MAX_WORDS = 4000
_MAILBOX_CODES = frozenset({"550", "551", "553", "556"})
_FEW_WORDS = 1
_AROUND_A_CODE = frozenset(
	"said smtp esmtp lmtp unix local postfix notes host remote server error reply response returned after in"
	" to rcpt data command".split()
)

_STATUS = re.compile(r"[45]\.(\d{1,3})\.(\d{1,3})")
_NAMES = re.compile(r"\S{0,200}(?:@|://|\bwww\.)\S{0,300}")
_REPEATED_CODE = re.compile(r" [45]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3} )?")
_WRAPPED = re.compile(r"(?:unknown address error|other mail system problem) [45]\d\d[- ]'?", re.IGNORECASE)
"""What IronPort's mail systems say for a status, before they quote the server that refused."""
_LISTED = re.compile(
	r"spamhaus|spamcop|barracudacentral|abuseat|sorbs|uceprotect|senderbase|senderscore|talosintelligence"
	r"|cloudmark|mailspike|mxrbl|block-?list|black-?list|dnsbl|openspf|\brbl\b",
	re.IGNORECASE,
)
_HOST = re.compile(r"(?:://|\bwww\.)([\w.-]{1,253})", re.IGNORECASE)
_NAME_OF_LIST = "blocklist"
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]{2,40}")
"""In Chinese and Japanese nothing stands between words, which mostly have two signs."""

_PERSON = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (1, 351), (2, 1), (4, 310), (7, 17), (7, 18)}
_PERSON_UNLESS_WAITING = {(4, 1), (4, 4)}
_CAUSES: dict[tuple[int, int], Cause] = {
	**dict.fromkeys(_PERSON | _PERSON_UNLESS_WAITING, Cause.PERSON),
	(2, 2): Cause.NO_ROOM,
	**dict.fromkeys({(2, 3), (3, 4)}, Cause.SIZE),
	# Our address or domain is bad, a limit of ours is reached; login; DKIM, SPF, reverse DNS, null MX, flood.
	**dict.fromkeys({(1, 7), (1, 8), (1, 90), (4, 5)}, Cause.SENDER),
	**dict.fromkeys({(7, detail) for detail in (8, 9, 10, 11, 13, 14, 57, 60, 64, 139)}, Cause.SENDER),
	**dict.fromkeys({(7, detail) for detail in range(20, 30)}, Cause.SENDER),
	**dict.fromkeys({(7, detail) for detail in range(500, 800)}, Cause.SENDER),  # Exchange Online
	**dict.fromkeys({(7, detail) for detail in (124, 129, 133, 134, 135, 136, 520)}, Cause.CONTENT),
	**dict.fromkeys({(4, detail) for detail in (2, 3, 6, 7, 8, 14, 300, 312, 316, 317, 318)}, Cause.NOT_NOW),
	**dict.fromkeys({(3, 1), (3, 2)}, Cause.NOT_NOW),
}
_SPECIFIC = frozenset({Cause.SENDER, Cause.SIZE, Cause.NO_ROOM})
_TABLE = (
	(SENDER, Cause.SENDER),
	(NO_ROOM, Cause.NO_ROOM),
	(SIZE, Cause.SIZE),
	(CONTENT, Cause.CONTENT),
	(FOR_NOW, Cause.NOT_NOW),
	(PERSON, Cause.PERSON),
)


def cause_of(status: str, text: str, code: str = "") -> Cause:
	"""What a refusal with this status, these words and this reply code is about; "" for what is not known."""
	words = plain_words(text)
	found = _STATUS.fullmatch(status)
	pair = (int(found[1]), int(found[2])) if found else (0, 0)
	told = next((cause for pattern, cause in _TABLE if pattern.search(words)), None)
	named = _CAUSES.get(pair)
	if named in _SPECIFIC and (told is None or told is Cause.PERSON):
		return named
	if told:
		return told
	if NOT_NOW.search(words) and pair not in _PERSON:
		return Cause.NOT_NOW
	if named:
		return named
	if pair[0] in (6, 7):
		return Cause.CONTENT
	is_about_mailbox = pair[0] in (0, 1, 2) or pair[1] == 0
	return Cause.PERSON if is_about_mailbox and _says_only_its_code(code, words) else Cause.UNKNOWN


def plain_words(text: str) -> str:
	"""The words of a server on one folded line, without codes repeated in it, addresses and links, which may
	hold any word. A link to a blocklist says which list it was."""
	quoted = _WRAPPED.sub(" ", flatten(f" {text[:MAX_WORDS]}"))
	flat = flatten(_REPEATED_CODE.sub(" ", quoted))
	return fold(_NAMES.sub(_without_name, flat))


def _without_name(found: re.Match[str]) -> str:
	host = _HOST.search(found.group())
	return _NAME_OF_LIST if host and _LISTED.search(host.group(1)) else "x"


def _says_only_its_code(code: str, words: str) -> bool:
	"""Whether a code that RFC 5321 gives to mailboxes stands for itself: the server says next to nothing."""
	return code in _MAILBOX_CODES and len(_said(words)) <= _FEW_WORDS and not REFUSED.search(words)


def says_something(text: str) -> bool:
	"""Whether a server says more than a code, such as "smtp; 550" or "X-Unix; 77"."""
	return bool(_said(plain_words(text)))


def _said(words: str) -> list[str]:
	return [word for word in _WORD.findall(words) if word not in _AROUND_A_CODE]
