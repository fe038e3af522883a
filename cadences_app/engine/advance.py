"""What time does to an enrollment beside its follow-ups: overdue calls, pauses that end, completion."""

from __future__ import annotations

from datetime import datetime, timedelta

from cadences_app.engine.calendar import Lateness
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import AFTER_TRIGGER
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import CadenceRepublished, Event
from cadences_app.engine.exits import end, stop
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import fired_for, place, place_anew
from cadences_app.engine.statuses import ACTIVE, SCHEDULED, ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import Delayed, FollowUpMoved, OutcomeRecorded, Resumed
from cadences_app.engine.triggers import due_after, exit_date, overdue_at, timer_of
from cadences_app.engine.waiting import earliest_wait, soonest_for
from cadences_app.engine.wall_clock import sooner

PUNCTUAL = timedelta(minutes=5)
"""How late something may be without anything else moving: no clock and no queue is exact."""


def mark_overdue_calls(builder: DecisionBuilder) -> Reason | None:
	"""A call that is still open after its start and grace is Overdue (S4.3), in a halted cadence too."""
	reason = None
	for activity in builder.survey.calls:
		at = _overdue_at(builder, activity, builder.now)
		if at is not None and at <= builder.now:
			reason = Reason.OVERDUE
			builder.apply(OutcomeRecorded(activity.follow_up, Outcome.OVERDUE, at))
	return reason


def resume_when_over(builder: DecisionBuilder) -> Reason | None:
	until = builder.enrollment.paused_until
	return resume(builder, Reason.RESUMED) if until is not None and until <= builder.now else None


def note_downtime(builder: DecisionBuilder, event: Event) -> None:
	"""Have what follows keep its distance from what nobody looked at when it was due (S13.3): the time since
	then counts as a standstill."""
	is_running = builder.enrollment.status is ACTIVE and builder.enrollment.run
	if not is_running or builder.cadence.policy.late.rule is not Lateness.KEEP_DISTANCE:
		return
	# What a new version brings was not overlooked: nobody could look at it before.
	since = _overlooked_since(builder, count_timers=not isinstance(event, CadenceRepublished))
	if since is None or builder.now - since <= PUNCTUAL:
		return
	builder.apply(Delayed(since, builder.now))
	for activity in builder.enrollment.with_status(ActivityStatus.SCHEDULED):
		place_anew(builder, activity, Reason.LATE)


def _overlooked_since(builder: DecisionBuilder, count_timers: bool) -> datetime | None:
	"""When the first follow-up was due that is still there, or the first absence certain that starts one."""
	earliest = None
	for each in builder.enrollment.activities.values():
		if each.status is SCHEDULED and each.due_at is not None and each.due_at < builder.now:
			earliest = sooner(earliest, each.due_at)
	return sooner(earliest, _first_timer_over(builder)) if count_timers else earliest


def _first_timer_over(builder: DecisionBuilder) -> datetime | None:
	earliest = None
	for follow_up in builder.to_start:
		soonest = soonest_for(builder, follow_up) if follow_up.silence_of else None
		if soonest is not None and soonest <= builder.now:
			earliest = sooner(earliest, fired_for(builder, follow_up))
	return earliest


def resume(builder: DecisionBuilder, reason: Reason) -> Reason:
	"""Go on: the waiting times of what is scheduled go on where they stood (date fields wait for no one)."""
	now = builder.now
	builder.apply(Resumed(now, reason))
	for activity in builder.enrollment.with_status(ActivityStatus.SCHEDULED):
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		if follow_up is None:
			continue
		if activity.forced:
			due_at = place(builder, follow_up, max(activity.due_at or now, now), forced=True)
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason))
		elif activity.due_at is not None and follow_up.timing.start is AFTER_TRIGGER:
			due_at = due_after(follow_up.timing, activity.base_at, builder.enrollment, builder.facts)
			due_at = place(builder, follow_up, max(due_at, now))
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason))
	return reason


def complete_if_done(builder: DecisionBuilder) -> Reason | None:
	"""Complete the run when nothing is scheduled and nothing that is waited for can still come. One in which
	nothing could be carried out did not reach anybody (S5.4)."""
	if builder.survey.scheduled or earliest_wait(builder) is not None:
		return None
	activities = builder.enrollment.activities.values()
	if any(each.carried_out_at is not None for each in activities):
		return end(builder, EnrollmentStatus.COMPLETED, Reason.COMPLETED)
	note = next((each.note for each in activities if each.note), "")
	return stop(builder, Reason.NOT_REACHED, note)


def next_moment(builder: DecisionBuilder) -> datetime | None:
	"""When the clock alone will next change something for this enrollment."""
	earliest = sooner(_next_exit(builder), _next_overdue(builder))
	match builder.enrollment.status:
		case EnrollmentStatus.ACTIVE:
			earliest = earliest_wait(builder, earliest)
		case EnrollmentStatus.PAUSED:
			earliest = sooner(earliest, builder.enrollment.paused_until)
		case EnrollmentStatus.HALTED | EnrollmentStatus.WAITING:
			pass  # their exits alone count (S6.3)
		case EnrollmentStatus.COMPLETED | EnrollmentStatus.STOPPED | EnrollmentStatus.FAILED:
			pass
		case other:
			assert_never(other)
	return earliest


def _next_overdue(builder: DecisionBuilder) -> datetime | None:
	earliest = None
	for activity in builder.survey.calls:
		earliest = sooner(earliest, _overdue_at(builder, activity, earliest))
	return earliest


def _overdue_at(builder: DecisionBuilder, activity: Activity, by: datetime | None) -> datetime | None:
	"""When a call becomes overdue; None where it plainly does not until `by`."""
	follow_up = builder.cadence.by_key.get(activity.follow_up)
	return overdue_at(follow_up, activity, builder.facts.calendar, by) if follow_up else None


def _next_exit(builder: DecisionBuilder) -> datetime | None:
	"""When the clock alone will next have a rule of un-enrolment hold."""
	earliest = None
	for rule in builder.cadence.exit_dates:
		at = exit_date(rule.on, rule.timing, builder.facts)
		if at is not None and at > builder.now:
			earliest = sooner(earliest, at)
	for key, timers in builder.cadence.exit_timers.items():
		activity = builder.enrollment.activities.get(key)
		if activity is None:
			continue
		for trigger in timers:
			timer = timer_of(trigger, activity, builder.enrollment, builder.facts.calendar)
			if timer is not None and timer > builder.now:
				earliest = sooner(earliest, timer)
	return earliest
