"""What time does to an enrollment beside its follow-ups: overdue calls, pauses that end, completion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cadences_app.engine.content import Channel
from cadences_app.engine.definition import PRODUCES, ExitKind, Outcome, Start
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import (
	Activity,
	ActivityStatus,
	Ended,
	EnrollmentStatus,
	FollowUpMoved,
	OutcomeRecorded,
	Resumed,
)
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import place
from cadences_app.engine.triggers import (
	answer_deadline,
	exit_date,
	exit_triggers,
	may_still_fire,
	overdue_at,
	timer_of,
)


def mark_overdue_calls(draft: Draft) -> None:
	"""A call that is still open after its start and grace is Overdue (S4.3), in a halted cadence too."""
	for key, activity in draft.enrollment.activities.items():
		follow_up = draft.cadence.by_key.get(key)
		if follow_up is not None and follow_up.channel is Channel.CALL:
			at = overdue_at(follow_up, activity, draft.facts.calendar)
			if at is not None and at <= draft.now:
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
	if next(_waits(draft), None) is not None:
		return None
	draft.apply(Ended(EnrollmentStatus.COMPLETED, draft.now, Reason.COMPLETED))
	return Reason.COMPLETED


def next_moment(draft: Draft) -> datetime | None:
	"""When the clock alone will next change something for this enrollment."""
	moments = [*_exit_moments(draft), *_overdue_moments(draft)]
	match draft.enrollment.status:
		case EnrollmentStatus.ACTIVE:
			moments.extend(_waits(draft))
		case EnrollmentStatus.PAUSED:
			if draft.enrollment.paused_until is not None:
				moments.append(draft.enrollment.paused_until)
		case _:
			pass
	return min(moments, default=None)


def _waits(draft: Draft) -> Iterator[datetime]:
	"""The moments up to which the run waits for something: due follow-ups, timers, answers."""
	policy = draft.cadence.policy
	for activity in draft.enrollment.activities.values():
		match activity.status:
			case ActivityStatus.SCHEDULED:
				yield activity.due_at or activity.base_at + policy.answer_wait
			case ActivityStatus.HANDED_OVER | ActivityStatus.CARRIED_OUT:
				yield from _answers_awaited(draft, activity)
			case _:
				pass


def _answers_awaited(draft: Draft, activity: Activity) -> Iterator[datetime]:
	deadline = answer_deadline(activity, draft.enrollment, draft.cadence.policy)
	follow_up = draft.cadence.by_key.get(activity.follow_up)
	if deadline is None or follow_up is None or deadline <= draft.now:
		return
	channel = follow_up.channel
	if activity.status is ActivityStatus.HANDED_OVER:
		yield deadline
	if channel is not Channel.EMAIL and not activity.is_closed:
		yield deadline
	for child in draft.cadence.children.get(activity.follow_up, ()):
		if child.key in draft.enrollment.activities:
			continue
		if child.trigger.absent:
			timer = timer_of(child.trigger, activity, draft.facts.calendar)
			if timer is not None:
				yield timer
			elif (
				child.trigger.since is not Outcome.CARRIED_OUT and activity.first(child.trigger.since) is None
			):
				yield deadline
		elif may_still_fire(child.trigger, activity, channel):
			yield deadline
	for trigger, _, _ in exit_triggers(draft.cadence, activity):
		if not trigger.absent and trigger.outcome in PRODUCES[channel]:
			if may_still_fire(trigger, activity, channel):
				yield deadline


def _overdue_moments(draft: Draft) -> Iterator[datetime]:
	for key, activity in draft.enrollment.activities.items():
		follow_up = draft.cadence.by_key.get(key)
		if follow_up is not None and activity.starts_at is not None:
			at = overdue_at(follow_up, activity, draft.facts.calendar)
			if at is not None:
				yield at


def _exit_moments(draft: Draft) -> Iterator[datetime]:
	for rule in draft.cadence.exit_rules:
		if rule.kind is ExitKind.DATE:
			at = exit_date(rule.on, rule.timing, draft.facts)
			if at is not None and at > draft.now:
				yield at
	for activity in draft.enrollment.activities.values():
		for trigger, _, _ in exit_triggers(draft.cadence, activity):
			if trigger.absent:
				timer = timer_of(trigger, activity, draft.facts.calendar)
				if timer is not None and timer > draft.now:
					yield timer
