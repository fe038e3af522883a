"""What an incoming message turned out to be (S4.1, S4.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.understanding.fields import bare
from cadences_app.mail.understanding.refusals import Cause


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
	CALENDAR_ANSWER = "Calendar Answer"


class Participation(StoredEnum):
	"""What somebody says to an invite (RFC 5545 3.2.12); whatever else there is, is no answer."""

	ACCEPTED = "ACCEPTED"
	TENTATIVE = "TENTATIVE"
	DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class InviteAnswer:
	"""An answer to the invite with this UID (S3.3c); `attendee`: whose, lower-cased, blank if untold."""

	uid: str
	participation: Participation
	attendee: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
	"""What a report says about one recipient. AUTO_REPLY: it was delivered or passed on."""

	address: str
	kind: MailKind
	status: str = ""
	diagnostic: str = ""
	cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True)
class Verdict:
	"""The kind of a message, with what it says about the people concerned.

	recipients: the failed or complaining addresses, lower-cased; only for bounces and complaints.
	status: the enhanced status code (RFC 3463), such as "5.1.1"; empty when the message names none.
	diagnostic: what the refusing server said, at most 500 characters.
	back_on: the day on which the person is back, when an out-of-office names it.
	reason: a short code for the rule that decided.
	cause: what a bounce is about.
	fates: what became of each recipient, where a report says it of several.
	wants_out: whether a person's answer says nothing but that they want no more mail (S4.1c).
	invite: what a calendar answer says.
	"""

	kind: MailKind
	reason: str
	recipients: tuple[str, ...] = ()
	status: str = ""
	diagnostic: str = ""
	back_on: date | None = None
	cause: Cause = Cause.UNKNOWN
	fates: tuple[Fate, ...] = ()
	wants_out: bool = False
	invite: InviteAnswer | None = None

	def names(self, address: str) -> bool:
		"""Whether the report is about this address: it names it, or nobody."""
		named = {*self.recipients, *(fate.address for fate in self.fates)} - {""}
		return not named or bare(address) in {bare(each) for each in named}

	def about(self, address: str) -> Verdict:
		"""The verdict for one of those whom a report is about; as it is, where it doesn't name them."""
		fate = next((each for each in self.fates if bare(each.address) == bare(address)), None)
		if fate is None:
			return self
		return replace(
			self,
			kind=fate.kind,
			recipients=() if fate.kind is MailKind.AUTO_REPLY else (fate.address,),
			status=fate.status,
			diagnostic=fate.diagnostic,
			cause=fate.cause,
		)


def verdict_of(fates: tuple[Fate, ...], reason: str) -> Verdict | None:
	"""The verdict of a report: the worst recipient decides, and only such are named."""
	for kind in (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE):
		failed = [fate for fate in fates if fate.kind is kind]
		if failed:
			return Verdict(
				kind,
				reason,
				recipients=tuple(dict.fromkeys(fate.address for fate in failed if fate.address)),
				status=next((fate.status for fate in failed if fate.status), ""),
				diagnostic=next((fate.diagnostic for fate in failed if fate.diagnostic), ""),
				cause=failed[0].cause,
				fates=fates if len(fates) > 1 else (),
			)
	if not fates:
		return None
	return Verdict(MailKind.AUTO_REPLY, f"{reason}-delivered", status=fates[0].status)
