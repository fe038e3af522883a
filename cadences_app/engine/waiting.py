"""What a run still waits for, and up to when (invariant 5): due follow-ups, timers, answers."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.channels import traits_of
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import FollowUp, Trigger
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.triggers import answer_deadline, may_still_come, timer_of, timer_start

UNDER_WAY = (ActivityStatus.CARRIED_OUT, ActivityStatus.HANDED_OVER)


def earliest_wait(builder: DecisionBuilder) -> datetime | None:
	"""The first moment up to which the run waits for something; None when nothing can come any more."""
	activities = builder.enrollment.activities.values()
	answer_wait = builder.cadence.policy.answer_wait
	earliest: datetime | None = None
	for activity in activities:
		if activity.status is ActivityStatus.SCHEDULED:
			due_at = activity.due_at or activity.base_at + answer_wait
			earliest = due_at if earliest is None or due_at < earliest else earliest
	for activity in activities:
		if activity.status in UNDER_WAY and not _waits_longer(builder, activity, earliest):
			earliest = _answer_awaited(builder, activity, earliest)
	return earliest


def _waits_longer(builder: DecisionBuilder, activity: Activity, known: datetime | None) -> bool:
	"""Whether nothing that this follow-up waits for can be before `known`: the short way, taken mostly."""
	key, cadence = activity.follow_up, builder.cadence
	since = activity.carried_out_at or activity.handed_over_at
	if known is None or since is None or key in cadence.timed_children or key in cadence.exit_timers:
		return False
	return since + cadence.policy.answer_wait >= known


def _answer_awaited(builder: DecisionBuilder, activity: Activity, known: datetime | None) -> datetime | None:
	"""Up to when this follow-up waits for an answer or its absence; `known` where that is earlier."""
	deadline = answer_deadline(activity, builder.enrollment, builder.cadence.policy)
	follow_up = builder.cadence.by_key.get(activity.follow_up)
	if deadline is None or follow_up is None:
		return known
	earliest = known
	for trigger in _timers_of(builder, follow_up.key):
		timer = _timer_running(builder, trigger, activity, deadline, earliest)
		if timer is not None and (earliest is None or timer < earliest):
			earliest = timer
	if deadline <= builder.now or (earliest is not None and earliest <= deadline):
		return earliest
	return deadline if _can_be_answered(builder, activity, follow_up) else earliest


def _timers_of(builder: DecisionBuilder, key: str) -> list[Trigger]:
	"""The triggers that listen for the absence of an outcome of this follow-up."""
	known, children = builder.enrollment.activities, builder.cadence.timed_children.get(key, ())
	timers = [child.trigger for child in children if child.key not in known]
	return [*timers, *builder.cadence.exit_timers[key]] if key in builder.cadence.exit_timers else timers


def _timer_running(
	builder: DecisionBuilder, trigger: Trigger, activity: Activity, deadline: datetime, by: datetime | None
) -> datetime | None:
	"""When the absence that a trigger waits for is certain, if its wait began in time and is not over."""
	start = timer_start(trigger, activity)
	if start is None or start > deadline:
		return None
	timer = timer_of(trigger, activity, builder.facts.calendar, by=by)
	return timer if timer is not None and timer > builder.now else None


def _can_be_answered(builder: DecisionBuilder, activity: Activity, follow_up: FollowUp) -> bool:
	"""Whether an outcome can still come that somebody or something waits for."""
	channel, known = follow_up.channel, builder.enrollment.activities
	if activity.status is ActivityStatus.HANDED_OVER:
		return True
	if not traits_of(channel).has_outbox and not activity.is_closed:
		return True
	children = builder.cadence.children.get(follow_up.key, ())
	listening = [child.trigger for child in children if child.key not in known]
	for trigger in (*listening, *builder.cadence.exit_triggers.get(follow_up.key, ())):
		awaited = trigger.since if trigger.absent else trigger.outcome
		has_begun = trigger.absent and timer_start(trigger, activity) is not None
		if not has_begun and may_still_come(awaited, activity, channel):
			return True
	return False
