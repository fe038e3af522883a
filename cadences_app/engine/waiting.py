"""What a run still waits for, and up to when (invariant 5): due follow-ups, timers, answers."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.channels import traits_of
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import FollowUp, Trigger
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.statuses import HANDED_OVER
from cadences_app.engine.triggers import (
	answer_deadline,
	channel_of,
	may_still_come,
	soonest_of,
	timer_of,
	timer_start,
	waited_until,
)
from cadences_app.engine.wall_clock import sooner


def earliest_wait(builder: DecisionBuilder, known: datetime | None = None) -> datetime | None:
	"""The first moment up to which the run waits for something; None when nothing can come any more.
	`known` where that is earlier, which spares the calendar."""
	if builder.wait is not None:
		return sooner(builder.wait[0], known)
	found = _find_earliest_wait(builder, known)
	if known is None:
		builder.wait = (found,)
	return found


def _find_earliest_wait(builder: DecisionBuilder, known: datetime | None) -> datetime | None:
	earliest = known
	for activity in builder.survey.scheduled:
		earliest = sooner(earliest, activity.due_at or date_awaited_until(builder, activity))
	earliest = _find_earliest_timer(builder, earliest)
	answer_wait = builder.cadence.policy.answer_wait
	latest = earliest and earliest - answer_wait
	for activity in builder.survey.under_way:
		since = activity.carried_out_at or activity.handed_over_at
		# What can't end before the earliest of the others is passed over: most is.
		if latest is None or since is None or since < latest:
			earliest = _answer_awaited(builder, activity, earliest)
			latest = earliest and earliest - answer_wait
	return earliest


def _find_earliest_timer(builder: DecisionBuilder, known: datetime | None) -> datetime | None:
	"""When the first absence is certain that something waits for; `known` where that is earlier."""
	earliest, activities = known, builder.enrollment.activities
	for follow_up in builder.to_start:
		if follow_up.silence_of and _is_before(soonest_for(builder, follow_up), earliest):
			timer = _timer_running(builder, follow_up.trigger, activities[follow_up.silence_of])
			earliest = sooner(earliest, timer)
	for key, triggers in builder.cadence.exit_timers.items():
		heard = activities.get(key)
		if heard is None:
			continue
		for trigger in triggers:
			if _is_before(soonest_of(trigger, heard), earliest):
				earliest = sooner(earliest, _timer_running(builder, trigger, heard))
	return earliest


def date_awaited_until(builder: DecisionBuilder, activity: Activity) -> datetime:
	"""Until when a follow-up waits for its date field to be filled in."""
	return waited_until(activity.base_at, builder.cadence.policy.answer_wait, builder.enrollment)


def _answer_awaited(builder: DecisionBuilder, activity: Activity, known: datetime | None) -> datetime | None:
	"""Up to when this follow-up waits for an answer; `known` where that is earlier."""
	deadline = answer_deadline(activity, builder.enrollment, builder.cadence.policy)
	if deadline is None or deadline <= builder.now or (known is not None and known <= deadline):
		return known
	return deadline if _can_be_answered(builder, activity) else known


def soonest_for(builder: DecisionBuilder, follow_up: FollowUp) -> datetime | None:
	"""Before when the absence can't be certain that starts a follow-up; None where it waits for none by now.
	Kept for who asks again."""
	found, key = builder.soonest, follow_up.key
	if key not in found:
		heard = builder.enrollment.activities.get(follow_up.silence_of)
		found[key] = None if heard is None else soonest_of(follow_up.trigger, heard)
	return found[key]


def _is_before(soonest: datetime | None, by: datetime | None) -> bool:
	return soonest is not None and (by is None or soonest < by)


def _timer_running(builder: DecisionBuilder, trigger: Trigger, activity: Activity) -> datetime | None:
	"""When the absence that a trigger waits for is certain, if its wait began in time and is not over."""
	start = timer_start(trigger, activity)
	deadline = answer_deadline(activity, builder.enrollment, builder.cadence.policy)
	if start is None or deadline is None or start > deadline:
		return None
	timer = timer_of(trigger, activity, builder.enrollment, builder.facts.calendar)
	return timer if timer is not None and timer > builder.now else None


def _may_start(builder: DecisionBuilder, follow_up: FollowUp) -> bool:
	"""Whether a follow-up that listens to another has not come yet, but has its place in this run."""
	known = builder.enrollment.activities
	return follow_up.key not in known and follow_up.parent in known


def _can_be_answered(builder: DecisionBuilder, activity: Activity) -> bool:
	"""Whether an outcome can still come that somebody or something waits for."""
	cadence, follow_up = builder.cadence, builder.cadence.by_key.get(activity.follow_up)
	channel = channel_of(activity, follow_up)
	if activity.status is HANDED_OVER:
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
