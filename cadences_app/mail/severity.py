"""How final a failed delivery is: judged by enhanced status, then SMTP code, then words (S4.1).

A hard bounce is about the address: it is not written to again. What another mail or another day may pass,
a full mailbox, a busy server, a size limit, a spam filter, is soft and only counts when it repeats.
"""

from __future__ import annotations

import re

from cadences_app.mail.incoming import fold
from cadences_app.mail.phrases import any_of
from cadences_app.mail.verdict import MailKind

# Statuses of class 5 that don't say that the address is dead: full or too large, given up after waiting.
_SOFT_STATUSES = frozenset({"5.2.2", "5.2.3", "5.3.1", "5.3.4", "5.4.7"})
_NEW_OWNER_STATUSES = frozenset({"5.7.17", "5.7.18"})  # RFC 7293
# Statuses that servers give when they know no better; the text is asked as well.
_VAGUE_STATUSES = frozenset({"5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.4.0", "5.5.0"})
_FULL_CODES = frozenset({"452", "552"})

_AFTER_CODE = re.compile(r"(?<![\d.])[45]\d\d[ \-]{1,3}#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_HASHED = re.compile(r"#([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_BARE = re.compile(r"(?<![\w.\-/@])([245]\.[0-7]\.\d{1,3})(?![.\-]?\w)")
_SOFTWARE = re.compile(r"(?:exim|postfix|version|sendmail|server|agent|v\.?)\s*\(?$", re.IGNORECASE)
_CODE = re.compile(
	r"(?:^|said:|smtp;|smtp error|returned|response:?|reply:?|error:?|reason:?|code:?|server:|<<<|command:)"
	r"[^\d\n]{0,12}(?<![\d.])([45][0-5]\d)(?=[\s\-:;,)#]|$)(?!\.\d)",
	re.IGNORECASE | re.MULTILINE,
)

_FULL = any_of(
	r"""
	quota
	mailbox (?:is |size )?(?:full|exceeded)
	full mailbox
	inbox is full
	insufficient (?:\w+ )?(?:storage|space)
	(?:exceeds?|exceeded|over) (?:its |the |his |maximum )*(?:mailbox|storage|size) (?:size |limit)?
	out of (?:storage|space)
	postfach\b.{0,80}\bvoll
	speicherplatz
	boîte\b.{0,80}\bpleine
	buzón\b.{0,80}\blleno
	casella\b.{0,80}\bpiena
	mailbox is vol
	caixa\b.{0,80}\bcheia
	переполнен
	квот
	邮箱已满
	容量不足
	空间不足
	메일함.{0,20}초과
	용량
	"""
)
_DELAYED = any_of(
	r"""
	(?:delivery|message|mail)\b.{0,40}\b(?:is|has been|was|were) (?:being )?(?:delayed|deferred|postponed)
	not yet been delivered
	(?:will|to) (?:be retried|retry|keep trying|continue (?:to be made|trying|to try))
	still being retried
	do not need to resend
	warning message only
	temporar(?:y|ily)
	try again later
	verzögert
	weitere zustellversuche
	retardée?
	sera retent
	retrasad
	ritardat
	vertraagd
	atrasad
	отложен
	повторн
	"""
)
_UNKNOWN = any_of(
	r"""
	(?:user|recipient|mailbox|address|account)\b.{0,60}\b(?:unknown|not found|invalid)
	(?:user|recipient|mailbox|address|account)\b.{0,60}\b(?:unavailable|disabled|inactive)
	(?:unknown|no such|invalid|bad) (?:\w+ )?(?:user|recipient|mailbox|address|account|person)
	(?:does not|doesn't|do not|don't) (?:exist|have an? .{1,40} account)
	(?:giving up|given up)
	permanent (?:error|failure)
	(?:couldn't|could not) be found
	address not found
	not listed in
	"""
)
_POLICY = any_of(
	r"""
	spam
	policy
	blocked
	block ?list
	blacklist
	virus
	malware
	content
	reputation
	dmarc
	\bspf\b
	\bdkim\b
	"""
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


def more_telling(status: str, text: str) -> str:
	"""The status of a report, or the one in the server's own words where the report's is vague."""
	if status and status not in _VAGUE_STATUSES and status != "4.0.0":
		return status
	quoted = find_status(text)
	return quoted if quoted and quoted[0] == (status or quoted)[0] else status


def judge_failure(status: str, text: str) -> MailKind:
	"""HARD_BOUNCE or SOFT_BOUNCE for a failure with this status ("" if unknown) and this explanation."""
	folded = fold(text)
	if status.startswith("4") or status in _SOFT_STATUSES:
		return MailKind.SOFT_BOUNCE
	if status.startswith("5.6.") or (status.startswith("5.7.") and status not in _NEW_OWNER_STATUSES):
		return MailKind.HARD_BOUNCE if _UNKNOWN.search(folded) else MailKind.SOFT_BOUNCE
	if status.startswith("5") and status not in _VAGUE_STATUSES:
		return MailKind.HARD_BOUNCE
	code = find_code(text)
	if code.startswith("4") or code in _FULL_CODES:
		return MailKind.SOFT_BOUNCE
	return _judge_words(folded, refused=bool(code or status))


def _judge_words(folded: str, *, refused: bool) -> MailKind:
	if _FULL.search(folded):
		return MailKind.SOFT_BOUNCE
	if _UNKNOWN.search(folded):
		return MailKind.HARD_BOUNCE
	if (_POLICY if refused else _DELAYED).search(folded):
		return MailKind.SOFT_BOUNCE
	return MailKind.HARD_BOUNCE
