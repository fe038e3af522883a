"""What a run still waits for, and up to when (invariant 5): due follow-ups, timers, answers."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.content import Channel
from cadences_app.engine.definition import PRODUCES, FollowUp, Outcome
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import Activity, ActivityStatus
from cadences_app.engine.triggers import answer_deadline, may_still_fire, timer_of


def earliest_wait(draft: Draft) -> datetime | None:
	"""The first moment up to which the run waits for something; None when nothing can come any more."""
	activities = draft.enrollment.activities.values()
	answer_wait = draft.cadence.policy.answer_wait
	earliest: datetime | None = None
	for activity in activities:
		if activity.status is ActivityStatus.SCHEDULED:
			due_at = activity.due_at or activity.base_at + answer_wait
			earliest = due_at if earliest is None or due_at < earliest else earliest
	for activity in activities:
		if activity.status in (ActivityStatus.CARRIED_OUT, ActivityStatus.HANDED_OVER):
			earliest = _answer_awaited(draft, activity, earliest)
	return earliest


def _answer_awaited(draft: Draft, activity: Activity, known: datetime | None) -> datetime | None:
	"""Up to when this follow-up waits for an answer or its absence; `known` where that is earlier."""
	deadline = answer_deadline(activity, draft.enrollment, draft.cadence.policy)
	follow_up = draft.cadence.by_key.get(activity.follow_up)
	if deadline is None or follow_up is None or deadline <= draft.now:
		return known
	earliest = known
	for child in draft.cadence.children.get(activity.follow_up, ()):
		if child.trigger.absent and child.key not in draft.enrollment.activities:
			timer = timer_of(child.trigger, activity, draft.facts.calendar, by=earliest)
			if timer is not None and (earliest is None or timer < earliest):
				earliest = timer
	if earliest is not None and earliest <= deadline:
		return earliest
	return deadline if _can_be_answered(draft, activity, follow_up) else known


def _can_be_answered(draft: Draft, activity: Activity, follow_up: FollowUp) -> bool:
	"""Whether an outcome can still come that somebody or something waits for."""
	channel = follow_up.channel
	if activity.status is ActivityStatus.HANDED_OVER:
		return True
	if channel is not Channel.EMAIL and not activity.is_closed:
		return True
	for child in draft.cadence.children.get(activity.follow_up, ()):
		trigger = child.trigger
		if child.key in draft.enrollment.activities:
			continue
		if not trigger.absent:
			if may_still_fire(trigger, activity, channel):
				return True
		elif _timer_is_to_come(draft, child, activity):
			return True
	return any(
		not trigger.absent
		and trigger.outcome in PRODUCES[channel]
		and may_still_fire(trigger, activity, channel)
		for trigger in draft.cadence.exit_triggers_on(activity.follow_up)
	)


def _timer_is_to_come(draft: Draft, child: FollowUp, activity: Activity) -> bool:
	"""Whether a timer runs, or begins with an outcome that has not come yet."""
	trigger = child.trigger
	if trigger.since is not Outcome.CARRIED_OUT and activity.first(trigger.since) is None:
		return True
	return timer_of(trigger, activity, draft.facts.calendar) is not None
