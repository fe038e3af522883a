"""What can happen to a follow-up (S3.3). Which channel produces what stands in `channels.py`."""

from __future__ import annotations

from collections.abc import Mapping

from cadences_app.engine.stored_enum import StoredEnum


class Outcome(StoredEnum):
	"""What can happen to a follow-up (S3.3). A channel's own, then what any channel has."""

	SENT = "Sent"
	DELIVERED = "Delivered"
	FAILED = "Failed"
	OPENED = "Opened"
	CLICKED = "Clicked"
	REPLIED = "Replied"
	BOUNCED = "Bounced"
	UNSUBSCRIBED = "Unsubscribed"
	INVITE_ACCEPTED = "Invite Accepted"
	INVITE_TENTATIVE = "Invite Tentative"
	INVITE_DECLINED = "Invite Declined"
	NOT_STARTED = "Not Started"
	IN_PROGRESS = "In Progress"
	WAITING_FOR_INPUT = "Waiting for Input"
	DEFERRED = "Deferred"
	COMPLETED = "Completed"
	SKIPPED = "Skipped"
	SCHEDULED = "Scheduled"
	OVERDUE = "Overdue"
	CANCELLED = "Cancelled"
	CALL_RESULT = "Call Result"
	CARRIED_OUT = "Carried Out"


INVITE_OUTCOMES = frozenset({Outcome.INVITE_ACCEPTED, Outcome.INVITE_TENTATIVE, Outcome.INVITE_DECLINED})
"""What an email brings only if a calendar invite goes with it (S3.3c)."""

EMAIL_OUTCOMES = INVITE_OUTCOMES | {
	Outcome.SENT,
	Outcome.OPENED,
	Outcome.CLICKED,
	Outcome.REPLIED,
	Outcome.BOUNCED,
	Outcome.UNSUBSCRIBED,
}
TASK_OUTCOMES = frozenset(
	{
		Outcome.NOT_STARTED,
		Outcome.IN_PROGRESS,
		Outcome.WAITING_FOR_INPUT,
		Outcome.DEFERRED,
		Outcome.COMPLETED,
		Outcome.SKIPPED,
	}
)
CALL_OUTCOMES = frozenset(
	{Outcome.SCHEDULED, Outcome.COMPLETED, Outcome.OVERDUE, Outcome.CANCELLED, Outcome.CALL_RESULT}
)
MESSAGE_OUTCOMES = frozenset(
	{Outcome.SENT, Outcome.DELIVERED, Outcome.FAILED, Outcome.REPLIED, Outcome.UNSUBSCRIBED}
)
TAKE_DETAIL = frozenset({Outcome.CLICKED, Outcome.CALL_RESULT})
"""Outcomes that a trigger can narrow to one link or one call result."""

REPEATABLE = frozenset({Outcome.OPENED, Outcome.CLICKED, Outcome.REPLIED, Outcome.CALL_RESULT})
"""Outcomes that can come several times, so that a trigger can ask for the second or third (S3.7)."""

STANDINGS = frozenset(
	{
		Outcome.NOT_STARTED,
		Outcome.IN_PROGRESS,
		Outcome.WAITING_FOR_INPUT,
		Outcome.DEFERRED,
		Outcome.SCHEDULED,
		Outcome.OVERDUE,
	}
)
"""Outcomes that say where a task or call stands now. A follow-up that started from one is withdrawn when
the task or call moves on before the follow-up is due."""

CLOSING = frozenset({Outcome.COMPLETED, Outcome.SKIPPED, Outcome.CANCELLED})
"""Outcomes after which nobody has to do anything about a task or call."""

IMPLIED_BY: Mapping[Outcome, tuple[Outcome, ...]] = {
	Outcome.SENT: (
		Outcome.DELIVERED,
		Outcome.OPENED,
		Outcome.CLICKED,
		Outcome.REPLIED,
		*sorted(INVITE_OUTCOMES),
	),
	Outcome.DELIVERED: (Outcome.REPLIED,),
	Outcome.OPENED: (Outcome.CLICKED, Outcome.REPLIED),
	Outcome.COMPLETED: (Outcome.CALL_RESULT,),
}
"""Who clicked or answered an email has opened it, whatever the pixel says; who
answered a message has it, and what arrived was sent; a call with a result was held."""

UNMARKED = frozenset({Outcome.CARRIED_OUT, *IMPLIED_BY})
"""Outcomes that can have come without a mark of their own."""

MarkKey = tuple[Outcome, str]
"""An outcome and its detail (a link, a call result; blank for all of them together)."""

UNSUBSCRIBED: MarkKey = (Outcome.UNSUBSCRIBED, "")

IMPLYING_MARKS: Mapping[Outcome, frozenset[MarkKey]] = {
	outcome: frozenset((stronger, "") for stronger in implying) for outcome, implying in IMPLIED_BY.items()
}
