"""What an incoming message turned out to be (S4.1, S4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cadences_app.engine.stored_enum import StoredEnum


class MailKind(StoredEnum):
	"""The closed set of things that an incoming message can be."""

	HUMAN_REPLY = "Reply"
	OUT_OF_OFFICE = "Out of Office"
	AUTO_REPLY = "Automatic Answer"
	HARD_BOUNCE = "Hard Bounce"
	SOFT_BOUNCE = "Soft Bounce"
	COMPLAINT = "Complaint"
	CHALLENGE = "Challenge"
	NOT_UNDERSTOOD = "Not Understood"


@dataclass(frozen=True, slots=True)
class Verdict:
	"""The kind of a message, with what it says about the people concerned.

	recipients: the failed or complaining addresses, lower-cased; only for bounces and complaints.
	status: the enhanced status code (RFC 3463), such as "5.1.1"; empty when the message names none.
	diagnostic: what the refusing server said, at most 500 characters.
	back_on: the day on which the person is back, when an out-of-office names it.
	reason: a short code for the rule that decided.
	"""

	kind: MailKind
	reason: str
	recipients: tuple[str, ...] = ()
	status: str = ""
	diagnostic: str = ""
	back_on: date | None = None
