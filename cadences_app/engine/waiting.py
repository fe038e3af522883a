"""What a run still waits for, and up to when (invariant 5): due follow-ups, timers, answers."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.channels import traits_of
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import FollowUp, Trigger
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.triggers import (
	answer_deadline,
	channel_of,
	may_still_come,
	soonest_of,
	timer_of,
	timer_start,
	waited_until,
)


def earliest_wait(builder: DecisionBuilder) -> datetime | None:
	"""The first moment up to which the run waits for something; None when nothing can come any more."""
	if builder.wait is None:
		builder.wait = (_find_earliest_wait(builder),)
	return builder.wait[0]


def _find_earliest_wait(builder: DecisionBuilder) -> datetime | None:
	timed, answer_wait = builder.cadence.timed, builder.cadence.policy.answer_wait
	due = [each.due_at or date_awaited_until(builder, each) for each in builder.survey.scheduled]
	earliest = min(due, default=None)
	latest = earliest and earliest - answer_wait
	for activity in builder.survey.under_way:
		timers = _timers_of(builder, activity, earliest) if activity.follow_up in timed else []
		since = activity.carried_out_at or activity.handed_over_at
		# What can't end before the earliest of the others is passed over: most is.
		if timers or latest is None or since is None or since < latest:
			earliest = _answer_awaited(builder, activity, timers, earliest)
			latest = earliest and earliest - answer_wait
	return earliest


def date_awaited_until(builder: DecisionBuilder, activity: Activity) -> datetime:
	"""Until when a follow-up waits for its date field to be filled in."""
	return waited_until(activity.base_at, builder.cadence.policy.answer_wait, builder.enrollment)


def _answer_awaited(
	builder: DecisionBuilder, activity: Activity, timers: list[Trigger], known: datetime | None
) -> datetime | None:
	"""Up to when this follow-up waits for an answer or its absence; `known` where that is earlier."""
	deadline = answer_deadline(activity, builder.enrollment, builder.cadence.policy)
	if deadline is None:
		return known
	earliest = known
	for trigger in timers:
		timer = _timer_running(builder, trigger, activity, deadline, earliest)
		if timer is not None and (earliest is None or timer < earliest):
			earliest = timer
	if deadline <= builder.now or (earliest is not None and earliest <= deadline):
		return earliest
	return deadline if _can_be_answered(builder, activity) else earliest


def _timers_of(builder: DecisionBuilder, activity: Activity, by: datetime | None) -> list[Trigger]:
	"""The triggers that listen for the absence of an outcome of this follow-up, and may fire before `by`."""
	key, cadence = activity.follow_up, builder.cadence
	timers = [
		each.trigger
		for each in cadence.timed_listeners.get(key, ())
		if _is_before(soonest_for(builder, each, activity), by) and _may_start(builder, each)
	]
	if key in cadence.exit_timers:
		exits = cadence.exit_timers[key]
		timers += [each for each in exits if _is_before(soonest_of(each, activity), by)]
	return timers


def soonest_for(builder: DecisionBuilder, follow_up: FollowUp, heard: Activity) -> datetime | None:
	"""`soonest_of` what a follow-up listens for, kept for who asks again."""
	found, key = builder.soonest, follow_up.key
	if key not in found:
		found[key] = soonest_of(follow_up.trigger, heard)
	return found[key]


def _is_before(soonest: datetime | None, by: datetime | None) -> bool:
	return soonest is not None and (by is None or soonest < by)


def _timer_running(
	builder: DecisionBuilder, trigger: Trigger, activity: Activity, deadline: datetime, by: datetime | None
) -> datetime | None:
	"""When the absence that a trigger waits for is certain, if its wait began in time and is not over."""
	start = timer_start(trigger, activity)
	if start is None or start > deadline:
		return None
	timer = timer_of(trigger, activity, builder.enrollment, builder.facts.calendar, by=by)
	return timer if timer is not None and timer > builder.now else None


def _may_start(builder: DecisionBuilder, follow_up: FollowUp) -> bool:
	"""Whether a follow-up that listens to another has not come yet, but has its place in this run."""
	known = builder.enrollment.activities
	return follow_up.key not in known and follow_up.parent in known


def _can_be_answered(builder: DecisionBuilder, activity: Activity) -> bool:
	"""Whether an outcome can still come that somebody or something waits for."""
	cadence, follow_up = builder.cadence, builder.cadence.by_key.get(activity.follow_up)
	channel = channel_of(activity, follow_up)
	if activity.status is ActivityStatus.HANDED_OVER:
		return True
	if channel is None:
		return False
	if not traits_of(channel).has_outbox and not activity.is_closed:
		return True
	listening = [
		each.trigger for each in cadence.listeners.get(activity.follow_up, ()) if _may_start(builder, each)
	]
	exits = cadence.exit_triggers_by_channel.get(channel, ())
	if follow_up is not None and follow_up.channel is channel:
		exits = cadence.exit_triggers[follow_up.key]
	for trigger in (*listening, *exits):
		awaited = trigger.since if trigger.absent else trigger.outcome
		has_begun = trigger.absent and timer_start(trigger, activity) is not None
		if not has_begun and may_still_come(awaited, activity, channel):
			return True
	return False
