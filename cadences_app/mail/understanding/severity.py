"""How final a failed delivery is: judged by enhanced status, then SMTP code, then words (S4.1).

A hard bounce is about the address: it is not written to again. What another mail or another day may pass,
a full mailbox, a busy server, a size limit, a spam filter, is soft and only counts when it repeats.
"""

from __future__ import annotations

import re

from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.phrases import any_of
from cadences_app.mail.understanding.verdict import MailKind

# Statuses of class 5 that don't say that the address is dead: our own address refused, no room, too large,
# routed in a circle, given up after waiting.
_SOFT_STATUSES = frozenset(
	{"5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.4.6", "5.4.7", "5.4.312", "5.4.316"},
)
# Of the server, the protocol, the content and the policy (RFC 3463): the address only if the words say so.
_NOT_OF_ADDRESS = ("5.3.", "5.5.", "5.6.", "5.7.")
_NEW_OWNER_STATUSES = frozenset({"5.7.17", "5.7.18"})  # RFC 7293
# Statuses that servers give when they know no better; the text is asked as well.
_VAGUE_STATUSES = frozenset({"4.0.0", "5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.4.0", "5.5.0"})
_FULL_CODES = frozenset({"452", "552"})

_AFTER_CODE = re.compile(r"(?<![\d.])[45]\d\d[ \-]{1,3}#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_HASHED = re.compile(r"#([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_BARE = re.compile(r"(?<![\w.\-/@])([245]\.[0-7]\.\d{1,3})(?![.\-]?\w)")
_SOFTWARE = re.compile(r"(?:exim|postfix|version|sendmail|server|agent|v\.?)\s{0,20}\(?$", re.IGNORECASE)
_CODE = re.compile(
	r"(?:^[ \t<>]{0,12}"
	r"|(?:said:|smtp;|smtp error|returned|response:?|reply:?|error:?|reason:?|code:?|server:|command:)"
	r"[^\d\n]{0,12})(?<![\d.])([45][0-5]\d)(?=[\s\-:;,)#]|$)(?!\.\d)",
	re.IGNORECASE | re.MULTILINE,
)

_NO_ROOM = any_of(
	r"""
	quota
	(?:mailbox|inbox|folder|account)\b.{0,80}\bfull\b
	full mailbox
	(?:mailbox|inbox) (?:size )?exceed
	insufficient (?:\w{1,40} )?(?:storage|space)
	(?:exceeds?|exceeded|over) (?:its |the |his |maximum |allowed ){0,4}(?:mailbox|storage|size)
	out of (?:storage|space)
	(?:message|mail|line|size)\b.{0,30}\b(?:too (?:large|big)|limit exceeded)
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
	一杯のため
	容量を超え
	메일함.{0,20}초과
	용량
	"""
)
_TOO_FAST = any_of(r"receiving (?:e?mail|messages) (?:too quickly|at a rate)")
_NO_SUCH_PERSON = any_of(
	r"""
	(?:user|recipient|mailbox|address|account)\w{0,9}[:>]?(?: \S{1,100}){0,3} (?:is )?(?:unknown|invalid)
	(?:user|recipient|mailbox|address|account)\w{0,9}[:>]?(?: \S{1,100}){0,3} (?:is )?not found
	(?:user|recipient|mailbox|address|account)\w{0,9}[:>]?(?: \S{1,100}){0,3} (?:is )?(?:disabled|inactive)
	mailbox[:>]?(?: [^\s]{1,100}){0,2} (?:is )?unavailable
	(?:unknown|no such|invalid|bad) (?:\w{1,40} )?(?:user|recipient|mailbox|address|account|person)
	(?:does not|doesn't|do not|don't) (?:exist|have an? .{1,40} account)
	(?:couldn't|could not) be found
	address not found
	not listed in
	"""
)
_WAITED = any_of(
	r"""
	(?:delivery|message|mail)\b.{0,40}\b(?:is|has been|was|were) (?:being )?(?:delayed|deferred|postponed)
	not yet been delivered
	(?:will|to) (?:be retried|retry|keep trying|continue (?:to be made|trying|to try))
	still being retried
	do not need to resend
	warning message only
	temporar(?:y|ily)
	try again later
	time-?out|timed out
	(?:envelope|message|delivery time) (?:has )?expired
	did not accept our requests to connect
	connection refused
	(?:for|after|than) \d{1,9}(?:\.\d)? (?:day|hour)
	(?:multiple|several|\d{1,9}) (?:retries|attempts)
	failing for a long time
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
_REFUSED_MAIL = any_of(
	r"""
	spam
	policy|policies
	block(?:ed|ing|list| list)
	black-?list
	banned
	virus|malware
	content
	reputation
	dmarc|\bspf\b|\bdkim\b
	reverse dns|\brdns\b|\bptr\b|\bhelo\b
	client host|ip address|sending ip
	sender
	authenticat|unauthori[sz]ed
	relay
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
	folded = fold(text)
	if status.startswith("4") or status in _SOFT_STATUSES:
		return MailKind.SOFT_BOUNCE
	if status.startswith(_NOT_OF_ADDRESS) and status not in _NEW_OWNER_STATUSES:
		return _hard_if(bool(_NO_SUCH_PERSON.search(folded)) and not _NO_ROOM.search(folded))
	if status == "5.2.1":  # disabled, but also "receives too much at the moment"
		return _hard_if(not _TOO_FAST.search(folded))
	if status.startswith("5") and status not in _VAGUE_STATUSES:
		return MailKind.HARD_BOUNCE
	code = find_code(text)
	if code.startswith("4") or code in _FULL_CODES:
		return MailKind.SOFT_BOUNCE
	return _judge_words(folded, refused=bool(code or status))


def _hard_if(address_is_dead: bool) -> MailKind:
	return MailKind.HARD_BOUNCE if address_is_dead else MailKind.SOFT_BOUNCE


def _judge_words(folded: str, *, refused: bool) -> MailKind:
	if _NO_ROOM.search(folded):
		return MailKind.SOFT_BOUNCE
	if _NO_SUCH_PERSON.search(folded):
		return MailKind.HARD_BOUNCE
	if _WAITED.search(folded) or (refused and _REFUSED_MAIL.search(folded)):
		return MailKind.SOFT_BOUNCE
	return MailKind.HARD_BOUNCE
