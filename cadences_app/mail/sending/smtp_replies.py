"""What a mail server's refusal means for the mail, the person and the mailbox (S4.1, S15.2).

The server asked is the mailbox's own outgoing server. The reply code (RFC 5321) decides between now and
never; what a permanent one is about, the table tells that reads bounces as well (`understanding.refusals`):

1. 4xx: RETRY, whatever the text says.
2. Login, sender, relay, limit: MAILBOX_PAUSED. The next mail would get the same answer.
3. A full mailbox, or one that gets too much at the moment, a server that does not answer, though it was told
   as 5xx: RETRY. It may pass tomorrow.
4. Too large: TOO_LARGE. A smaller mail would pass.
5. Content or policy: REJECTED. The address may be good, another mail may pass.
6. No such person or domain, also by a code that RFC 5321 gives to mailboxes (550, 551, 553, 556) where
   nothing else is said: BOUNCED. The address is not written to again (S13.4).
7. No clue: REJECTED.
"""

import re

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.understanding.refusals import Cause, cause_of


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

_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?!\d|\.\d)")
_MEANING = {
	Cause.PERSON: Refusal.BOUNCED,
	Cause.NO_ROOM: Refusal.RETRY,
	Cause.NOT_NOW: Refusal.RETRY,
	Cause.SENDER: Refusal.MAILBOX_PAUSED,
	Cause.SIZE: Refusal.TOO_LARGE,
	Cause.CONTENT: Refusal.REJECTED,
	Cause.UNKNOWN: Refusal.REJECTED,
}


def classify_refusal(code: int, message: bytes | str) -> Refusal:
	"""What a reply of 400 to 599, with its text as `smtplib` gives it, means: the rules above.

	ValueError for any other code: a lost connection is not a refusal. Whether the server took the mail
	before it went silent is unknown, and such a mail must not be sent again blindly.
	"""
	if not 400 <= code <= 599:
		raise ValueError(f"{code} is not an SMTP refusal")
	if code < 500:
		return Refusal.RETRY
	if code in _SESSION_CODES:
		return Refusal.MAILBOX_PAUSED
	text = _read_text(message)
	status = _STATUS.search(text)
	return _MEANING[cause_of(status.group() if status else "", text, str(code))]


def retry_delay(attempt: int) -> int | None:
	"""Seconds from the refused attempt of that number (the first is 1) to the next; None: give up."""
	if attempt < 1:
		raise ValueError("attempts are counted from 1")
	return _RETRY_DELAYS[attempt - 1] if attempt <= len(_RETRY_DELAYS) else None


def _read_text(message: bytes | str) -> str:
	text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
	return text[:2000]
