"""Which triggers something that happened to an enrollment pulls. Pure (S9.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Event, MeetingBooked, Note, Noted
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.transitions import (
	Ended,
	FollowUpCarriedOut,
	OutcomeRecorded,
	Paused,
	RunStarted,
	Transition,
)
from cadences_app.workflows.kinds import Trigger


@dataclass(frozen=True, slots=True)
class Happening:
	"""One event (its Cadence Event) and what was decided on it; `after` is the enrollment then, or as it came
	to be since: then `at` says when, and what came later does not count."""

	event_name: str
	enrollment: str
	cadence_name: str
	record: tuple[str, str]
	event: Event
	transitions: tuple[Transition, ...]
	cadence: Cadence
	after: Enrollment
	at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
	"""A trigger that was pulled; `detail` is the clicked link or the field, `seconds` a call's length."""

	trigger: Trigger
	detail: str = ""
	seconds: int = 0


_OF_EMAILS = {
	Outcome.OPENED: Trigger.EMAIL_OPENED,
	Outcome.CLICKED: Trigger.EMAIL_CLICKED,
	Outcome.REPLIED: Trigger.EMAIL_REPLIED,
	Outcome.BOUNCED: Trigger.EMAIL_BOUNCED,
	Outcome.UNSUBSCRIBED: Trigger.UNSUBSCRIBED,
}
_OF_MESSAGES = {
	Outcome.DELIVERED: Trigger.MESSAGE_DELIVERED,
	Outcome.FAILED: Trigger.MESSAGE_FAILED,
	Outcome.REPLIED: Trigger.MESSAGE_ANSWERED,
	Outcome.UNSUBSCRIBED: Trigger.UNSUBSCRIBED,
}
_OF_NOTES = {
	Note.TASK_CREATED: Trigger.TASK_CREATED,
	Note.INCOMING_CALL: Trigger.INCOMING_CALL,
	Note.CALL_ENDED: Trigger.CALL_LONGER,
	Note.OWNER_CHANGED: Trigger.OWNER_CHANGED,
	Note.CONVERTED: Trigger.CONVERTED,
}
_OF_ENDS = {
	Reason.STOPPED_BY_HAND: Trigger.STOPPED_BY_HAND,
	Reason.COMPLETED: Trigger.COMPLETED,
}


def heard_in(happening: Happening) -> list[Heard]:
	"""The triggers that this pulls, each once."""
	found = [*_in_event(happening.event)]
	for transition in happening.transitions:
		found += _in_transition(happening, transition)
	return list(dict.fromkeys(found))


def _in_event(event: Event) -> Iterator[Heard]:
	match event:
		case MeetingBooked():
			yield Heard(Trigger.MEETING_BOOKED)
		case Noted(Note.FIELD_CHANGED, detail):
			for trigger in (Trigger.RECORD_FIELD, Trigger.CONTACT_FIELD, Trigger.ACCOUNT_FIELD):
				if detail.startswith(f"{trigger.name}:"):
					yield Heard(trigger, detail.partition(":")[2])
		case Noted(note, detail, seconds):
			yield Heard(_OF_NOTES[note], detail, seconds)


def _in_transition(happening: Happening, transition: Transition) -> Iterator[Heard]:
	match transition:
		case RunStarted():
			yield Heard(Trigger.ENROLLED)
		case Paused():
			yield Heard(Trigger.PAUSED)
		case Ended(reason=reason):
			if trigger := _OF_ENDS.get(reason):
				yield Heard(trigger)
		case FollowUpCarriedOut(follow_up=key) if _is_automatic(_channel(happening, key)):
			if _channel(happening, key) is Channel.MESSAGE:
				yield Heard(Trigger.MESSAGE_SENT)
			if _is_first(happening, key, is_manual=False):
				yield Heard(Trigger.FIRST_AUTOMATIC)
		case OutcomeRecorded(follow_up=key, outcome=outcome, detail=detail):
			yield from _in_outcome(happening, key, outcome, detail)


def _in_outcome(happening: Happening, key: str, outcome: Outcome, detail: str) -> Iterator[Heard]:
	channel = _channel(happening, key)
	if channel is Channel.EMAIL:
		if trigger := _OF_EMAILS.get(outcome):
			yield Heard(trigger, detail)
		return
	if channel is Channel.MESSAGE:
		if trigger := _OF_MESSAGES.get(outcome):
			yield Heard(trigger)
		return
	if outcome is Outcome.SKIPPED and channel is Channel.TASK:
		yield Heard(Trigger.TASK_SKIPPED)
	if outcome is Outcome.COMPLETED and _is_first(happening, key, is_manual=True):
		yield Heard(Trigger.FIRST_MANUAL)


def _is_first(happening: Happening, key: str, *, is_manual: bool) -> bool:
	"""Whether no other follow-up of this run of the same kind was done before."""
	for other, activity in happening.after.activities.items():
		channel = _channel(happening, other)
		if other == key or channel is None or _is_automatic(channel) is is_manual:
			continue
		done_at = activity.first(Outcome.COMPLETED) if is_manual else activity.carried_out_at
		if done_at is not None and (happening.at is None or done_at <= happening.at):
			return False
	return True


def _is_automatic(channel: Channel | None) -> bool:
	"""Whether nobody has to do it: what is sent."""
	return channel is not None and traits_of(channel).has_outbox


def _channel(happening: Happening, key: str) -> Channel | None:
	follow_up = happening.cadence.by_key.get(key)
	return follow_up.channel if follow_up else None
