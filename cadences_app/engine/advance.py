"""What time does to an enrollment beside its follow-ups: overdue calls, pauses that end, completion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cadences_app.engine.completeness import assert_never
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import ExitKind, Start
from cadences_app.engine.exits import end
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import place
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import FollowUpMoved, OutcomeRecorded, Resumed
from cadences_app.engine.triggers import due_after, exit_date, overdue_at, timer_of
from cadences_app.engine.waiting import earliest_wait


def mark_overdue_calls(builder: DecisionBuilder) -> Reason | None:
	"""A call that is still open after its start and grace is Overdue (S4.3), in a halted cadence too."""
	reason = None
	for key, at in [*_overdue_calls(builder, builder.now)]:
		if at <= builder.now:
			reason = Reason.OVERDUE
			builder.apply(OutcomeRecorded(key, Outcome.OVERDUE, at))
	return reason


def resume_when_over(builder: DecisionBuilder) -> Reason | None:
	until = builder.enrollment.paused_until
	return resume(builder, Reason.RESUMED) if until is not None and until <= builder.now else None


def resume(builder: DecisionBuilder, reason: Reason, stood_since: datetime | None = None) -> Reason:
	"""Go on: the waiting times of what is scheduled go on where they stood (date fields wait for no one)."""
	enrollment, now = builder.enrollment, builder.now
	stands = [each for each in (stood_since, enrollment.halted_at, enrollment.paused_at) if each is not None]
	stood = max(now - min(stands, default=now), timedelta(0))
	builder.apply(Resumed(now, reason))
	for activity in builder.enrollment.with_status(ActivityStatus.SCHEDULED):
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		if follow_up is None:
			continue
		if activity.forced:
			due_at = place(builder, follow_up, max(activity.due_at or now, now), forced=True)
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason))
		elif activity.due_at is None:
			builder.apply(FollowUpMoved(activity.follow_up, None, reason, activity.base_at + stood))
		elif follow_up.timing.start is Start.AFTER_TRIGGER:
			base_at = activity.base_at + stood
			due_at = place(builder, follow_up, max(due_after(follow_up.timing, base_at, builder.facts), now))
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason, base_at))
	return reason


def complete_if_done(builder: DecisionBuilder) -> Reason | None:
	"""Complete the run when nothing is scheduled and nothing that is waited for can still come."""
	if builder.enrollment.with_status(ActivityStatus.SCHEDULED) or earliest_wait(builder) is not None:
		return None
	return end(builder, EnrollmentStatus.COMPLETED, Reason.COMPLETED)


def next_moment(builder: DecisionBuilder) -> datetime | None:
	"""When the clock alone will next change something for this enrollment."""
	moments = [*_exit_moments(builder)]
	match builder.enrollment.status:
		case EnrollmentStatus.ACTIVE:
			wait = earliest_wait(builder)
			if wait is not None:
				moments.append(wait)
		case EnrollmentStatus.PAUSED:
			if builder.enrollment.paused_until is not None:
				moments.append(builder.enrollment.paused_until)
		case EnrollmentStatus.HALTED | EnrollmentStatus.WAITING:
			pass  # their exits alone count (S6.3)
		case EnrollmentStatus.COMPLETED | EnrollmentStatus.STOPPED | EnrollmentStatus.FAILED:
			pass
		case other:
			assert_never(other)
	overdue = [at for _, at in _overdue_calls(builder, min(moments, default=None))]
	return min([*moments, *overdue], default=None)


def _overdue_calls(builder: DecisionBuilder, until: datetime | None = None) -> Iterator[tuple[str, datetime]]:
	"""The calls that are open, and when each becomes overdue; by `until` at least those that do by then."""
	for key, activity in builder.enrollment.activities.items():
		if activity.starts_at is None:
			continue
		follow_up = builder.cadence.by_key.get(key)
		at = overdue_at(follow_up, activity, builder.facts.calendar, until) if follow_up else None
		if at is not None:
			yield key, at


def _exit_moments(builder: DecisionBuilder) -> Iterator[datetime]:
	for rule in builder.cadence.exit_rules:
		if rule.kind is ExitKind.DATE:
			at = exit_date(rule.on, rule.timing, builder.facts)
			if at is not None and at > builder.now:
				yield at
	for key, timers in builder.cadence.exit_timers.items():
		activity = builder.enrollment.activities.get(key)
		if activity is None:
			continue
		for trigger in timers:
			timer = timer_of(trigger, activity, builder.facts.calendar)
			if timer is not None and timer > builder.now:
				yield timer
