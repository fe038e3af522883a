"""What time does to an enrollment beside its follow-ups: overdue calls, pauses that end, completion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cadences_app.engine.definition import ExitKind, Outcome, Start
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import (
	ActivityStatus,
	Ended,
	EnrollmentStatus,
	FollowUpMoved,
	OutcomeRecorded,
	Resumed,
)
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import place
from cadences_app.engine.triggers import exit_date, overdue_at, timer_of
from cadences_app.engine.waiting import earliest_wait


def mark_overdue_calls(draft: Draft) -> None:
	"""A call that is still open after its start and grace is Overdue (S4.3), in a halted cadence too."""
	for key, at in [*_overdue_calls(draft, draft.now)]:
		if at <= draft.now:
			draft.apply(OutcomeRecorded(key, Outcome.OVERDUE, at))


def resume_when_over(draft: Draft) -> Reason:
	until = draft.enrollment.paused_until
	if until is None or until > draft.now:
		return Reason.IS_PAUSED
	return resume(draft, Reason.RESUMED)


def resume(draft: Draft, reason: Reason, stood_since: datetime | None = None) -> Reason:
	"""Go on: the waiting times of what is scheduled go on where they stood (date fields wait for no one)."""
	enrollment, now = draft.enrollment, draft.now
	since = stood_since or enrollment.halted_at or enrollment.paused_at or now
	if enrollment.halted_at and enrollment.paused_at:
		since = min(enrollment.halted_at, enrollment.paused_at)
	draft.apply(Resumed(now, reason))
	for activity in draft.enrollment.with_status(ActivityStatus.SCHEDULED):
		follow_up = draft.cadence.by_key.get(activity.follow_up)
		if follow_up is None or activity.due_at is None:
			continue
		if follow_up.timing.start is Start.AFTER_TRIGGER:
			due_at = place(draft, follow_up, now + max(activity.due_at - since, now - now))
			draft.apply(FollowUpMoved(activity.follow_up, due_at, reason))
	return reason


def complete_if_done(draft: Draft) -> Reason | None:
	"""Complete the run when nothing is scheduled and nothing that is waited for can still come."""
	if draft.enrollment.with_status(ActivityStatus.SCHEDULED) or earliest_wait(draft) is not None:
		return None
	draft.apply(Ended(EnrollmentStatus.COMPLETED, draft.now, Reason.COMPLETED))
	return Reason.COMPLETED


def next_moment(draft: Draft) -> datetime | None:
	"""When the clock alone will next change something for this enrollment."""
	moments = [*_exit_moments(draft), *(at for _, at in _overdue_calls(draft))]
	match draft.enrollment.status:
		case EnrollmentStatus.ACTIVE:
			wait = earliest_wait(draft)
			if wait is not None:
				moments.append(wait)
		case EnrollmentStatus.PAUSED:
			if draft.enrollment.paused_until is not None:
				moments.append(draft.enrollment.paused_until)
		case _:
			pass
	return min(moments, default=None)


def _overdue_calls(draft: Draft, until: datetime | None = None) -> Iterator[tuple[str, datetime]]:
	"""The calls that are open, and when each becomes overdue; by `until` at least those that do by then."""
	for key, activity in draft.enrollment.activities.items():
		if activity.starts_at is None:
			continue
		follow_up = draft.cadence.by_key.get(key)
		at = overdue_at(follow_up, activity, draft.facts.calendar, until) if follow_up else None
		if at is not None:
			yield key, at


def _exit_moments(draft: Draft) -> Iterator[datetime]:
	for rule in draft.cadence.exit_rules:
		if rule.kind is ExitKind.DATE:
			at = exit_date(rule.on, rule.timing, draft.facts)
			if at is not None and at > draft.now:
				yield at
	for activity in draft.enrollment.activities.values():
		for trigger in draft.cadence.exit_triggers_on(activity.follow_up):
			if trigger.absent:
				timer = timer_of(trigger, activity, draft.facts.calendar)
				if timer is not None and timer > draft.now:
					yield timer
