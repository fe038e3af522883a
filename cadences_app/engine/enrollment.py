"""The state of one enrollment, and `evolve`, which makes its transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.outcomes import CLOSING, IMPLIED_BY, IMPLYING_MARKS, STANDINGS, MarkKey, Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.standstill import Standstill, with_standstill
from cadences_app.engine.statuses import LIVE, SKIPPED, ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	ActivityLost,
	CallMoved,
	Delayed,
	Ended,
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpHandedOver,
	FollowUpMoved,
	FollowUpScheduled,
	FollowUpWithdrawn,
	Halted,
	Held,
	OutcomeRecorded,
	Paused,
	PauseNoted,
	Resumed,
	RunStarted,
	Transition,
	VersionAdopted,
)
from cadences_app.engine.wall_clock import sooner

Marks = Mapping[MarkKey, tuple[datetime, ...]]
"""When each outcome came, by outcome and detail (a link, a call result; blank for all of them together)."""

EARLIEST_KEPT = 19
MOST_TIMES = EARLIEST_KEPT + 1
"""So often at most can an outcome be asked for: more moments of it are not kept."""

UNTOUCHED = frozenset({Outcome.NOT_STARTED, Outcome.SCHEDULED})
"""Where a task or call stands before anybody did something about it."""

OVERDUE = (Outcome.OVERDUE, "")
CLOSING_MARKS = frozenset((outcome, "") for outcome in (*CLOSING, Outcome.CALL_RESULT))


@dataclass(frozen=True)
class Activity:
	"""One follow-up in one run. All moments are aware UTC.

	`base_at` is the moment from which `due_at` counts (the outcome, or the date field's value);
	`due_at` is None while the date field it hangs on is empty. `sent_by` is the channel that it was handed
	over to, to be sent. `forced`: brought on by hand.
	"""

	follow_up: str
	status: ActivityStatus
	base_at: datetime
	due_at: datetime | None
	handed_over_at: datetime | None = None
	sent_by: Channel | None = None
	carried_out_at: datetime | None = None
	closed_at: datetime | None = None
	starts_at: datetime | None = None
	due_on: date | None = None
	marks: Marks = field(default_factory=dict)
	reason: Reason | None = None
	note: str = ""
	forced: bool = False

	def first(self, outcome: Outcome, detail: str = "", times: int = 1) -> datetime | None:
		"""When `outcome` had come `times` times, or None. Once is also what another outcome implies."""
		marks = self.marks
		if not marks:
			return None
		found = marks.get((outcome, detail)) or ()
		if times > 1 or detail:
			return found[times - 1] if len(found) >= times else None
		earliest = found[0] if found else None
		implying = IMPLYING_MARKS.get(outcome)
		if implying is None:
			return earliest
		for key, moments in marks.items():
			if key in implying and moments and (earliest is None or moments[0] < earliest):
				if self._can_be(outcome):
					earliest = moments[0]
		return earliest

	def _can_be(self, outcome: Outcome) -> bool:
		"""A text message is never opened, though it is answered."""
		return self.sent_by is None or outcome in traits_of(self.sent_by).produces

	@property
	def passed_at(self) -> datetime | None:
		"""When the follow-up was carried out or skipped: the moment the plain next one counts from."""
		return self.closed_at if self.status is SKIPPED else self.carried_out_at

	@property
	def made_by(self) -> Channel | None:
		"""The channel that carried it out, whatever the definition says by now; None before that, or where
		another app's did without sending anything."""
		if self.due_on is not None:
			return Channel.TASK
		if self.starts_at is not None:
			return Channel.CALL
		return (self.sent_by or Channel.EMAIL) if self.handed_over_at is not None else None

	@property
	def was_sent(self) -> bool:
		"""Whether it was handed over to be sent, rather than made for a rep."""
		return self.handed_over_at is not None and self.due_on is None and self.starts_at is None

	def latest(self, outcome: Outcome, detail: str = "") -> datetime | None:
		"""When `outcome` came last, or (without a detail) what implies it."""
		implied = () if detail else IMPLIED_BY.get(outcome, ())
		found = (self.marks.get(key) for key in ((outcome, detail), *((each, "") for each in implied)))
		return max((times[-1] for times in found if times), default=None)

	@property
	def standing(self) -> Outcome | None:
		"""Where a task or call stands: its latest outcome of that sort.

		The clock may find a call overdue before it is told that somebody made it: done is done.
		"""
		told = self._last_told()
		overdue_at = told.pop(Outcome.OVERDUE, None)
		latest = max(told, key=lambda each: (told[each], _weight(each), each), default=None)
		if overdue_at is None or latest in CLOSING:
			return latest
		return latest if latest is not None and told[latest] > overdue_at else Outcome.OVERDUE

	@property
	def stands_since(self) -> datetime | None:
		"""Since when a task or call stands where it does, without a break."""
		standing = self.standing
		if standing is None:
			return None
		told, times = self._last_told(), self.marks.get((standing, ""))
		if not times:
			return None
		moved_at = max((at for outcome, at in told.items() if outcome is not standing), default=times[0])
		return next((at for at in times if at >= moved_at), times[-1])

	def _last_told(self) -> dict[Outcome, datetime]:
		"""When each outcome that a task or call can stand at came last; a call result means Completed."""
		told: dict[Outcome, datetime] = {}
		for (outcome, detail), times in self.marks.items():
			meant = Outcome.COMPLETED if outcome is Outcome.CALL_RESULT else outcome
			if not detail and (meant in STANDINGS or meant in CLOSING):
				told[meant] = max(times[-1], told.get(meant, times[-1]))
		return told

	@property
	def can_become_overdue(self) -> bool:
		"""Whether a call is open and was not found overdue since it is to start when it is (S4.3)."""
		found = self.marks.get(OVERDUE)
		is_told = found and self.starts_at is not None and found[-1] >= self.starts_at
		return not is_told and not self.is_closed

	@property
	def is_closed(self) -> bool:
		return not CLOSING_MARKS.isdisjoint(self.marks) and self.standing in CLOSING


def _weight(outcome: Outcome) -> int:
	"""Which of two outcomes of the same instant counts: closed before begun, begun before not begun."""
	return 2 if outcome in CLOSING else 0 if outcome in UNTOUCHED else 1


@dataclass(frozen=True)
class Enrollment:
	"""One record enrolled in one cadence, as far as `decide` needs it."""

	status: EnrollmentStatus = EnrollmentStatus.ACTIVE
	run: int = 0
	activities: Mapping[str, Activity] = field(default_factory=dict)
	started_at: datetime | None = None
	paused_at: datetime | None = None
	paused_until: datetime | None = None
	halted_at: datetime | None = None
	hold_until: datetime | None = None
	stood: tuple[Standstill, ...] = ()
	resumed_at: datetime | None = None
	ended_at: datetime | None = None
	exit_reason: Reason | None = None
	exit_note: str = ""
	has_lost_activity: bool = False

	@property
	def is_live(self) -> bool:
		return self.status in LIVE

	@property
	def is_to_pause(self) -> bool:
		"""Whether a pause was noted since it ended, or while it waited to begin: it holds what follows."""
		if self.paused_at is None or self.paused_until is not None:
			return False
		if self.ended_at is None or self.paused_at > self.ended_at:
			return True
		return self.status is EnrollmentStatus.FAILED and self.paused_at == self.ended_at

	@property
	def stands_since(self) -> datetime | None:
		"""Since when it has stood still, without an end that is known; None while it runs."""
		return sooner(sooner(self.paused_at, self.halted_at), self.ended_at)

	def with_status(self, status: ActivityStatus) -> list[Activity]:
		return [each for each in self.activities.values() if each.status is status]


S = TypeVar("S", Activity, Enrollment)


def _changed(state: S, **changes: Any) -> S:
	"""A copy with other values; `dataclasses.replace` takes eight times as long, much of `evolve`."""
	copy = object.__new__(type(state))
	# A dict of its own: from one that is filled key by key, Python 3.11 reads each attribute the slow way.
	object.__setattr__(copy, "__dict__", state.__dict__ | changes)
	return copy


def evolve(enrollment: Enrollment, transition: Transition) -> Enrollment:
	"""The enrollment after one transition. Pure; knows no rules, only what each transition means."""
	match transition:
		case (
			OutcomeRecorded()
			| FollowUpMoved()
			| FollowUpHandedOver()
			| FollowUpCarriedOut()
			| FollowUpClosed()
			| CallMoved()
		):
			activity = enrollment.activities[transition.follow_up]
			return _with(enrollment, _evolve_activity(activity, transition))
		case RunStarted(run, at, _):
			return Enrollment(run=run, started_at=at)
		case FollowUpScheduled():
			return _with(enrollment, _schedule(enrollment.activities.get(transition.follow_up), transition))
		case FollowUpWithdrawn(key, _):
			kept = {name: each for name, each in enrollment.activities.items() if name != key}
			return _changed(enrollment, activities=kept)
		case Paused(at, until):
			paused = EnrollmentStatus.PAUSED
			return _changed(enrollment, status=paused, paused_at=at, paused_until=until, halted_at=None)
		case PauseNoted(at):
			stood = with_standstill(enrollment.stood, enrollment.paused_at or at, at)
			return _changed(enrollment, stood=stood, paused_at=at, paused_until=None)
		case Halted(at):
			return _changed(enrollment, status=EnrollmentStatus.HALTED, halted_at=at)
		case Resumed(at, _):
			return _resume(enrollment, at)
		case Held(until, at):
			return _changed(enrollment, hold_until=until, stood=with_standstill(enrollment.stood, at, until))
		case Delayed(since, until):
			return _changed(enrollment, stood=with_standstill(enrollment.stood, since, until))
		case ActivityLost():
			return _changed(enrollment, has_lost_activity=True)
		case VersionAdopted():
			return enrollment
		case Ended(status, at, reason, note):
			return _changed(enrollment, status=status, ended_at=at, exit_reason=reason, exit_note=note)


def evolve_all(enrollment: Enrollment, transitions: Iterable[Transition]) -> Enrollment:
	for transition in transitions:
		enrollment = evolve(enrollment, transition)
	return enrollment


def _schedule(before: Activity | None, transition: FollowUpScheduled) -> Activity:
	"""Scheduled afresh. That it was handed over once stays known, since it may have gone out after all."""
	return Activity(
		transition.follow_up,
		ActivityStatus.SCHEDULED,
		transition.base_at,
		transition.due_at,
		handed_over_at=before.handed_over_at if before else None,
		sent_by=before.sent_by if before else None,
		reason=transition.reason,
		forced=transition.forced,
	)


def _evolve_activity(
	activity: Activity,
	transition: FollowUpMoved
	| FollowUpHandedOver
	| FollowUpCarriedOut
	| FollowUpClosed
	| CallMoved
	| OutcomeRecorded,
) -> Activity:
	match transition:
		case OutcomeRecorded():
			return _mark(activity, transition)
		case FollowUpMoved(_, due_at, reason, base_at):
			return _changed(activity, due_at=due_at, reason=reason, base_at=base_at or activity.base_at)
		case FollowUpHandedOver(_, at, channel):
			handed_over = ActivityStatus.HANDED_OVER
			return _changed(activity, status=handed_over, handed_over_at=at, sent_by=channel)
		case FollowUpCarriedOut(_, at, starts_at, due_on):
			return _changed(
				activity,
				status=ActivityStatus.CARRIED_OUT,
				carried_out_at=at,
				starts_at=starts_at,
				due_on=due_on,
			)
		case FollowUpClosed(_, status, at, reason, note):
			if status is ActivityStatus.FAILED:
				activity = _changed(activity, carried_out_at=None, starts_at=None, due_on=None, marks={})
			return _changed(activity, status=status, closed_at=at, reason=reason, note=note)
		case CallMoved(_, starts_at):
			return _changed(activity, starts_at=starts_at)


def _mark(activity: Activity, told: OutcomeRecorded) -> Activity:
	marks = dict(activity.marks)
	for detail in ("", told.detail) if told.detail else ("",):
		key = (told.outcome, detail)
		marks[key] = add_moment(marks.get(key, ()), told.at)
	return _changed(activity, marks=marks)


def add_moment(known: tuple[datetime, ...], at: datetime) -> tuple[datetime, ...]:
	"""The moments with `at` among them: sorted, each once, the earliest ones and the latest kept.

	Adding is commutative and idempotent, so late and double reports change nothing (S4.4).
	"""
	if not known:
		return (at,)
	if at in known:
		return known
	merged = sorted((*known, at))
	return tuple(merged if len(merged) <= EARLIEST_KEPT + 1 else (*merged[:EARLIEST_KEPT], merged[-1]))


def _with(enrollment: Enrollment, activity: Activity) -> Enrollment:
	return _changed(enrollment, activities={**enrollment.activities, activity.follow_up: activity})


def _resume(enrollment: Enrollment, at: datetime) -> Enrollment:
	since = enrollment.stands_since
	return _changed(
		enrollment,
		stood=with_standstill(enrollment.stood, since or at, at),
		status=EnrollmentStatus.ACTIVE,
		resumed_at=at,
		paused_at=None,
		paused_until=None,
		halted_at=None,
		ended_at=None,
		exit_reason=None,
		exit_note="",
	)
