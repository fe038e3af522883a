"""What `decide` is told: things that happened to an enrollment, and what people asked for. A closed set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.stored_enum import StoredEnum


class SkipTarget(StoredEnum):
	NEXT = "Next Follow-up"
	LAST = "Last Follow-up"


class Republish(StoredEnum):
	"""What becomes of the records under way when a new version is published (S1.7)."""

	STOP_EDITED = "Stop Those Whose Scheduled Follow-up Was Edited"
	FINISH = "Let Them Finish on Their Version"
	MOVE = "Move Them to the New Version"


@dataclass(frozen=True, slots=True)
class Enrolled:
	"""A record was put into the cadence: the first run begins, at `starts_with` if that is given (S2.10)."""

	starts_with: str = ""


@dataclass(frozen=True, slots=True)
class TimePassed:
	"""Nothing happened but the clock: do what is due."""


@dataclass(frozen=True, slots=True)
class RecordChanged:
	"""The record (or what the facts hold of it) may read differently now."""


@dataclass(frozen=True, slots=True)
class OutcomeReported:
	"""A follow-up of run `run` had `outcome` at `at`; `detail` is the clicked link or the call result."""

	run: int
	follow_up: str
	outcome: Outcome
	at: datetime
	detail: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpFailed:
	"""The channel could not carry the follow-up out, and trying again alone won't help."""

	run: int
	follow_up: str
	error: str


@dataclass(frozen=True, slots=True)
class FollowUpImpossible:
	"""The channel found no way to reach the person: the follow-up is skipped and says why (S2.6)."""

	run: int
	follow_up: str
	why: str


@dataclass(frozen=True, slots=True)
class FollowUpDeclined:
	"""Somebody looked at a mail before it went out and decided that it is not to go (S3.9): it is skipped."""

	run: int
	follow_up: str
	why: str = ""


@dataclass(frozen=True, slots=True)
class EmailEdited:
	"""Somebody edited the email of this person alone, before it goes out (S3.9). It decides nothing."""

	run: int
	follow_up: str


@dataclass(frozen=True, slots=True)
class ActivityDeleted:
	"""Somebody deleted the task, call or activity of a follow-up; the run can't be resumed (S5.5)."""

	run: int
	follow_up: str


@dataclass(frozen=True, slots=True)
class CallRescheduled:
	"""Somebody moved an open call to another time."""

	run: int
	follow_up: str
	starts_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingBooked:
	"""A meeting with the person was put on the calendar at `at`."""

	at: datetime


@dataclass(frozen=True, slots=True)
class ColleagueReplied:
	"""Somebody else of the same company, `who`, has answered one of our mails (S6.1b)."""

	who: str = ""


class Note(StoredEnum):
	"""What happened around an enrollment that decides nothing by itself; workflows hear it (S9.1)."""

	TASK_CREATED = "Task Created"
	INCOMING_CALL = "Incoming Call"
	CALL_ENDED = "Call Ended"
	OWNER_CHANGED = "Owner Changed"
	FIELD_CHANGED = "Field Changed"
	CONVERTED = "Converted"


@dataclass(frozen=True, slots=True)
class Noted:
	"""Something happened around the enrollment. `detail` is the field that changed or the document that came,
	`seconds` how long a call took."""

	note: Note
	detail: str = ""
	seconds: int = 0


@dataclass(frozen=True, slots=True)
class HoldRequested:
	"""Nothing is to go out before `until` (the person is out of office, S4.2)."""

	until: datetime


@dataclass(frozen=True, slots=True)
class PauseRequested:
	until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResumeRequested:
	"""Go on after a pause or a halt; waiting times go on where they stood."""


@dataclass(frozen=True, slots=True)
class SkipRequested:
	target: SkipTarget


@dataclass(frozen=True, slots=True)
class StopRequested:
	"""Somebody takes the record out (S6.5); `disposition` is what they found (S5.7)."""

	why: str = ""
	disposition: str = ""


@dataclass(frozen=True, slots=True)
class ContinueRequested:
	"""Re-enrolling: go on in the same run, from the last follow-up's response (S5.5)."""


@dataclass(frozen=True, slots=True)
class RestartRequested:
	"""Re-enrolling: a new run from the beginning (S5.5), or from `starts_with` if that is given (S2.10),
	under the definition that `decide` gets."""

	version: str = ""
	"""The name under which that definition is stored, for who loads it."""
	starts_with: str = ""


@dataclass(frozen=True, slots=True)
class CadenceDeactivated:
	pass


@dataclass(frozen=True, slots=True)
class CadenceRepublished:
	"""A newer version stands; `edited` are the keys that differ in it from the version before, or from the
	enrollment's own once `decide` is asked. `decide` gets the definition that the enrollment is to go on
	under: the new one, or its own if it is to finish on that."""

	edited: frozenset[str]
	choice: Republish
	version: str = ""
	"""The name under which the new version is stored, for who loads it."""
	added: frozenset[str] = frozenset()
	"""The keys that are new in it, told as `edited` is."""
	starting: frozenset[str] = frozenset()
	"""The keys that start it and did not start the version before, told as `edited` is."""
	rechanneled: frozenset[str] = frozenset()
	"""The keys that another channel's outbox sends in it, told as `edited` is."""


@dataclass(frozen=True, slots=True)
class TryAgainRequested:
	"""What stopped an enrollment with an error has been mended: go on (S5.8).

	One that failed under an earlier version goes on under the cadence's own, `version`, which `decide` gets,
	with what differs in it told as CadenceRepublished tells it; blank where the two are the same.
	"""

	version: str = ""
	edited: frozenset[str] = frozenset()
	added: frozenset[str] = frozenset()
	starting: frozenset[str] = frozenset()
	rechanneled: frozenset[str] = frozenset()


Event = (
	Enrolled
	| TimePassed
	| RecordChanged
	| OutcomeReported
	| FollowUpFailed
	| FollowUpImpossible
	| FollowUpDeclined
	| EmailEdited
	| ActivityDeleted
	| CallRescheduled
	| MeetingBooked
	| ColleagueReplied
	| Noted
	| HoldRequested
	| PauseRequested
	| ResumeRequested
	| SkipRequested
	| StopRequested
	| ContinueRequested
	| RestartRequested
	| CadenceDeactivated
	| CadenceRepublished
	| TryAgainRequested
)


class EventKind(StoredEnum):
	"""The stored name of each event."""

	ENROLLED = "Enrolled"
	TIME = "Time Passed"
	RECORD = "Record Changed"
	OUTCOME = "Outcome"
	FAILED = "Follow-up Failed"
	IMPOSSIBLE = "Follow-up Impossible"
	DECLINED = "Follow-up Declined"
	DELETED = "Activity Deleted"
	CALL_MOVED = "Call Rescheduled"
	MEETING = "Meeting Booked"
	COLLEAGUE = "Colleague Replied"
	NOTED = "Noted"
	HOLD = "Hold"
	PAUSE = "Pause"
	RESUME = "Resume"
	SKIP = "Skip"
	STOP = "Stop"
	CONTINUE = "Continue"
	RESTART = "Restart"
	DEACTIVATED = "Cadence Deactivated"
	REPUBLISHED = "Cadence Republished"
	TRY_AGAIN = "Try Again"
	EMAIL_EDITED = "Email Edited"


KINDS: Mapping[EventKind, type[Event]] = {
	EventKind.ENROLLED: Enrolled,
	EventKind.TIME: TimePassed,
	EventKind.RECORD: RecordChanged,
	EventKind.OUTCOME: OutcomeReported,
	EventKind.FAILED: FollowUpFailed,
	EventKind.IMPOSSIBLE: FollowUpImpossible,
	EventKind.DECLINED: FollowUpDeclined,
	EventKind.EMAIL_EDITED: EmailEdited,
	EventKind.DELETED: ActivityDeleted,
	EventKind.CALL_MOVED: CallRescheduled,
	EventKind.MEETING: MeetingBooked,
	EventKind.COLLEAGUE: ColleagueReplied,
	EventKind.NOTED: Noted,
	EventKind.HOLD: HoldRequested,
	EventKind.PAUSE: PauseRequested,
	EventKind.RESUME: ResumeRequested,
	EventKind.SKIP: SkipRequested,
	EventKind.STOP: StopRequested,
	EventKind.CONTINUE: ContinueRequested,
	EventKind.RESTART: RestartRequested,
	EventKind.DEACTIVATED: CadenceDeactivated,
	EventKind.REPUBLISHED: CadenceRepublished,
	EventKind.TRY_AGAIN: TryAgainRequested,
}
KIND_OF: Mapping[type[Event], EventKind] = {kind_type: kind for kind, kind_type in KINDS.items()}


def event_to_dict(event: Event) -> dict[str, Any]:
	"""The event's own fields as plain JSON values; its kind is `KIND_OF[type(event)]`."""
	return {each.name: _plain(getattr(event, each.name)) for each in fields(event)}


def event_from_dict(kind: EventKind, values: Mapping[str, Any]) -> Event:
	"""What `event_to_dict` wrote; fields that this kind does not have are left aside.

	Raises TypeError for a missing field and ValueError for a value that is not of the field's kind.
	"""
	known = {each.name for each in fields(KINDS[kind])}
	return KINDS[kind](**{name: _READERS[name](value) for name, value in values.items() if name in known})


def _plain(value: Any) -> Any:
	if isinstance(value, datetime):
		return value.isoformat()
	if isinstance(value, frozenset):
		return sorted(value)
	return value.value if isinstance(value, StoredEnum) else value


def _instant(value: Any) -> datetime:
	found = datetime.fromisoformat(_text(value).replace("Z", "+00:00"))
	if found.tzinfo is None:
		raise ValueError(f"an instant needs a time zone: {value!r}")
	return found


def _text(value: Any) -> str:
	if not isinstance(value, str):
		raise ValueError(f"expected text, not {value!r}")
	return value


def _number(value: Any) -> int:
	if type(value) is not int:
		raise ValueError(f"expected a whole number, not {value!r}")
	return value


def _keys(value: Any) -> frozenset[str]:
	if not isinstance(value, list | tuple | frozenset):
		raise ValueError(f"expected a list of keys, not {value!r}")
	return frozenset(_text(each) for each in value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
	"run": _number,
	"follow_up": _text,
	"starts_with": _text,
	"disposition": _text,
	"outcome": Outcome,
	"at": _instant,
	"starts_at": _instant,
	"until": lambda value: None if value is None else _instant(value),
	"detail": _text,
	"note": Note,
	"seconds": _number,
	"error": _text,
	"why": _text,
	"who": _text,
	"target": SkipTarget,
	"choice": Republish,
	"edited": _keys,
	"added": _keys,
	"starting": _keys,
	"rechanneled": _keys,
	"version": _text,
}
