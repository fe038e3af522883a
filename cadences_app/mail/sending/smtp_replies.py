"""What a mail server's refusal means for the mail, the person and the mailbox (S4.1, S15.2).

The server asked is the mailbox's own outgoing server, so a word about the sender, the login or a limit
speaks about that mailbox; only a word about the recipient speaks about the person. The reply code (RFC
5321) decides between now and never; the enhanced status (RFC 3463, 5248, 7372, 7505), where there is
one, and then the wording decide whom it concerns. Rules, the first that fits:

1. 4xx: RETRY, whatever the text says.
2. Login, sender, relay, limit: MAILBOX_PAUSED. The next mail would get the same answer.
3. A full mailbox, or one that gets too much at the moment, though it was told as 5xx: RETRY. It is the
   person's, and may be empty tomorrow.
4. Too large: TOO_LARGE. A smaller mail would pass.
5. Content or policy: REJECTED. The address may be good, another mail may pass.
6. No such person or domain: BOUNCED. The address is not written to again (S13.4).
7. No clue: BOUNCED for the codes that RFC 5321 gives to mailboxes (550, 551, 553, 556), REJECTED else.
"""

import re

from cadences_app.engine.stored_enum import StoredEnum


class Refusal(StoredEnum):
	"""What to do about a mail that the server refused."""

	RETRY = "Retry"
	"""The same mail may pass later: see `retry_delay`."""
	BOUNCED = "Bounced"
	"""The address is dead."""
	MAILBOX_PAUSED = "Mailbox Paused"
	"""The sending mailbox may not send: its mails wait, someone has to look."""
	TOO_LARGE = "Too Large"
	"""This mail has to shrink."""
	REJECTED = "Rejected"
	"""This mail is refused for what it is; neither the address nor the mailbox is to blame."""


_RETRY_DELAYS = (5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60, 12 * 60 * 60)

# Codes that can only concern the session: login wanted, refused, too weak; the host takes no mail.
_SESSION_CODES = frozenset({521, 525, 530, 534, 535, 538})
_MAILBOX_CODES = frozenset({550, 551, 553, 556})

_BUSY_STATUS = frozenset({(2, 2)})
_SENDER_STATUS = frozenset(
	{(1, 7), (1, 8), (1, 90), (4, 5)}  # the sender's address or domain is bad; a day's limit is reached
	| {(7, detail) for detail in (8, 9, 10, 11, 13, 14)}  # login
	| {(7, detail) for detail in range(20, 30)}  # DKIM, SPF, reverse DNS, null MX, flood: of the sender
	| {(7, detail) for detail in (57, 60, 64, 139, 501, 502, 503, 511, 705, 708)}  # Exchange Online
)
_SIZE_STATUS = frozenset({(2, 3), (3, 4)})
_RECIPIENT_STATUS = frozenset(
	{(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1), (4, 1), (4, 4)}
	| {(7, 17), (7, 18)}  # the mailbox or the domain has another owner now (RFC 7293)
)


def _any_of(*phrases: str) -> re.Pattern[str]:
	return re.compile("|".join(phrases))


_ENHANCED = re.compile(r"(?<![\d.])5\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
_SENDER_WORDS = _any_of(
	r"auth\w* (?:is )?(?:required|failed|failure|unsuccessful|disabled)",
	r"not authenticated|(?:log ?in|authenticate) (?:first|required|denied)",
	r"must (?:be )?(?:authenticat|log ?in)",
	r"starttls (?:command )?(?:first|required)|must issue a starttls",
	r"relay(?:ing)? (?:\w+ ){0,2}(?:denied|prohibited|forbidden|not (?:permitted|allowed))|unable to relay",
	r"not (?:\w+ )?(?:allowed|permitted|authori[sz]ed) to (?:relay|send)",
	r"permissions? to send|send ?as ?denied|not owned by|does not match (?:the )?(?:auth|log ?in|user)",
	r"(?:sender|\bfrom (?:header|address))(?: address)?:?(?: is| was| has been)? (?:rejected|refused|denied"
	r"|blocked|unverified|invalid|not (?:owned|allowed|authori[sz]ed|verified|valid))",
	r"(?:bad|invalid|unverified|unauthori[sz]ed|banned|blocked) (?:outbound )?sender",
	r"(?:address|identity|domain) (?:is )?not verified",
	r"too many (?:messages|mails|emails|recipients)|limit for sending",
	r"(?:daily|hourly|sending|rate|outgoing|submission) (?:\w+ ){0,2}(?:limit|quota)",
	r"client host.{0,60}(?:blocked|rejected)|your .{0,30}account.{0,30}(?:suspended|locked|blocked|disabled)",
)
_BUSY_WORDS = _any_of(
	r"mailbox (?:is )?(?:full|over)|over ?quota|quota (?:is )?(?:full|exceeded)",
	r"exceed\w* (?:\w+ ){0,2}(?:quota|storage)|out of (?:storage|space)|insufficient (?:\w+ )?storage",
	r"receiving mail (?:too quickly|at a rate)",
)
_SIZE_WORDS = _any_of(
	r"(?:message|mail|size|content|attachments?).{0,30}(?:too (?:large|big)|exceeds?)",
	r"(?:maximum|max|fixed) (?:\w+ ){0,3}size|size limit",
)
_CONTENT_WORDS = _any_of(
	r"spam|unsolicited|virus|malware|phish|content|attachment|banned|reputation|polic(?:y|ies)",
	r"blacklist|block ?list|blocked|dnsbl|\brbl\b",
)
_PERSON = r"(?:user|recipient|mailbox|address|account|person|addressee)"
_RECIPIENT_WORDS = _any_of(
	_PERSON + r"\w*:? (?:\S+ ){0,3}(?:unknown|disabled|unavailable|inactive|invalid|rejected)",
	_PERSON + r"\w*:? (?:\S+ ){0,3}not (?:found|listed|here|local|recogni[sz]ed)",
	r"(?:unknown|no such|invalid|bad|undeliverable|unrouteable|not an?) (?:\w+ )?" + _PERSON,
	r"does(?: not|n'?t) (?:exist|have an? \S+ account)|no mailbox",
	r"no longer (?:\S+ ){0,3}(?:accept|valid|active)",
	r"(?:domain|host) (?:\S+ )?(?:not found|unknown|does not accept)|null ?mx",
)


def classify_refusal(code: int, message: bytes | str) -> Refusal:
	"""What a reply of 400 to 599, with its text as `smtplib` gives it, means: the rules above.

	ValueError for any other code: a lost connection is not a refusal. Whether the server took the mail
	before it went silent is unknown, and such a mail must not be sent again blindly.
	"""
	if not 400 <= code <= 599:
		raise ValueError(f"{code} is not an SMTP refusal")
	if code < 500:
		return Refusal.RETRY
	text = _read_text(message)
	if code in _SESSION_CODES:
		return Refusal.MAILBOX_PAUSED
	return _judge_status(text) or _judge_words(text) or _judge_code(code)


def retry_delay(attempt: int) -> int | None:
	"""Seconds from the refused attempt of that number (the first is 1) to the next; None: give up."""
	if attempt < 1:
		raise ValueError("attempts are counted from 1")
	return _RETRY_DELAYS[attempt - 1] if attempt <= len(_RETRY_DELAYS) else None


def _read_text(message: bytes | str) -> str:
	text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
	return " ".join(text[:2000].lower().split())


def _judge_status(text: str) -> Refusal | None:
	"""By the enhanced status, where it says more than the wording could take back."""
	found = _ENHANCED.search(text)
	if not found:
		return None
	status = int(found[1]), int(found[2])
	if status in _BUSY_STATUS or (status == (2, 1) and _BUSY_WORDS.search(text)):
		return Refusal.RETRY
	if status in _SENDER_STATUS:
		return Refusal.MAILBOX_PAUSED
	if status in _SIZE_STATUS:
		return Refusal.TOO_LARGE
	if status in _RECIPIENT_STATUS:
		return Refusal.BOUNCED
	if status[0] == 6:
		return Refusal.REJECTED
	# 5.7.1, 5.1.0, 5.5.0 and the like say too little; under 5.7 what is left is policy, not a dead address.
	return _judge_words(text) or (Refusal.REJECTED if status[0] == 7 else None)


def _judge_words(text: str) -> Refusal | None:
	for words, refusal in (
		(_SENDER_WORDS, Refusal.MAILBOX_PAUSED),
		(_BUSY_WORDS, Refusal.RETRY),
		(_SIZE_WORDS, Refusal.TOO_LARGE),
		(_CONTENT_WORDS, Refusal.REJECTED),
		(_RECIPIENT_WORDS, Refusal.BOUNCED),
	):
		if words.search(text):
			return refusal
	return None


def _judge_code(code: int) -> Refusal:
	return Refusal.BOUNCED if code in _MAILBOX_CODES else Refusal.REJECTED
