"""Going on by hand to the next or the last follow-up (S5.6)."""

from __future__ import annotations

from collections.abc import Iterator

from cadences_app.engine.actions import WithdrawEmail
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import SkipTarget
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import place
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.transitions import FollowUpClosed, FollowUpScheduled


def skip_ahead(builder: DecisionBuilder, target: SkipTarget) -> Reason:
	"""Bring the next follow-up forward to now, or the last one of its branch, passing over what lies before
	it. What waits to be sent is taken back."""
	follow_up = _next_follow_up(builder) if target is SkipTarget.NEXT else _last_follow_up(builder)
	if follow_up is None:
		return Reason.NOTHING_TO_SKIP_TO
	_take_back_mails(builder)
	if target is SkipTarget.LAST:
		_pass_over_others(builder, follow_up)
	due_at = place(builder, follow_up, builder.now, forced=True)
	builder.apply(FollowUpScheduled(follow_up.key, builder.now, due_at, Reason.SKIPPED_AHEAD, forced=True))
	return Reason.SKIPPED_AHEAD


def _next_follow_up(builder: DecisionBuilder) -> FollowUp | None:
	"""The earliest scheduled follow-up (one that waits for its date comes last), or else the first that
	waits for an outcome, or for a mail that has not been sent yet."""
	scheduled = [each for each in _scheduled(builder) if each.follow_up in builder.cadence.by_key]
	if scheduled:
		return builder.cadence.by_key[scheduled[0].follow_up]
	activities = builder.enrollment.activities
	for follow_up in builder.cadence.follow_ups:
		parent = activities.get(follow_up.parent)
		if follow_up.key not in activities and parent is not None and _can_be_followed(parent):
			return follow_up
	return None


def _last_follow_up(builder: DecisionBuilder) -> FollowUp | None:
	"""The last follow-up, in the order of the cadence, of the branch in which the run stands."""
	order = {each.key: position for position, each in enumerate(builder.cadence.follow_ups)}
	for root in _where_it_stands(builder):
		to_come = [key for key in _branch(builder, root) if _is_to_come(builder, key)]
		if to_come:
			return builder.cadence.by_key[max(to_come, key=lambda key: order[key])]
	return None


def _where_it_stands(builder: DecisionBuilder) -> Iterator[str]:
	"""The follow-ups whose branches can go on: what is scheduled next, then what was done last."""
	yield from (each.follow_up for each in _scheduled(builder))
	done = [each for each in builder.enrollment.activities.values() if _can_be_followed(each)]
	latest = sorted(done, key=lambda each: each.passed_at or each.handed_over_at or each.base_at)
	yield from (each.follow_up for each in reversed(latest))


def _scheduled(builder: DecisionBuilder) -> list[Activity]:
	scheduled = builder.enrollment.with_status(ActivityStatus.SCHEDULED)
	return sorted(scheduled, key=lambda each: (each.due_at is None, each.due_at or each.base_at))


def _branch(builder: DecisionBuilder, root: str) -> Iterator[str]:
	"""The follow-up itself and everything that comes after it."""
	waiting, seen = [root], {root}
	while waiting:
		key = waiting.pop()
		yield key
		children = [each.key for each in builder.cadence.children.get(key, ()) if each.key not in seen]
		seen.update(children)
		waiting += children


def _is_to_come(builder: DecisionBuilder, key: str) -> bool:
	activity = builder.enrollment.activities.get(key)
	is_known = key in builder.cadence.by_key
	return is_known and (activity is None or activity.status is ActivityStatus.SCHEDULED)


def _can_be_followed(activity: Activity) -> bool:
	return activity.passed_at is not None or activity.status is ActivityStatus.HANDED_OVER


def _take_back_mails(builder: DecisionBuilder) -> None:
	for activity in builder.enrollment.with_status(ActivityStatus.HANDED_OVER):
		builder.ask(WithdrawEmail(activity.follow_up))
		_pass_over(builder, activity.follow_up)


def _pass_over_others(builder: DecisionBuilder, target: FollowUp) -> None:
	for follow_up in builder.cadence.follow_ups:
		if follow_up.key == target.key or not _is_to_come(builder, follow_up.key):
			continue
		if follow_up.key not in builder.enrollment.activities:
			builder.apply(FollowUpScheduled(follow_up.key, builder.now, None, Reason.SKIPPED_AHEAD))
		_pass_over(builder, follow_up.key)


def _pass_over(builder: DecisionBuilder, key: str) -> None:
	builder.apply(FollowUpClosed(key, ActivityStatus.SKIPPED, builder.now, Reason.SKIPPED_AHEAD))
