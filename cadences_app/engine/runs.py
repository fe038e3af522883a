"""Beginning a run, going on with one that ended, and taking one over into a new version (S1.7, S5.5)."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.actions import WithdrawEmail
from cadences_app.engine.advance import resume
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import CadenceRepublished, ContinueRequested, Republish, TryAgainRequested
from cadences_app.engine.exits import leave_if_asked, stop
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import bring_on, due_of, fired_for, place, schedule
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	FollowUpClosed,
	FollowUpMoved,
	FollowUpScheduled,
	FollowUpWithdrawn,
	Paused,
	RunStarted,
	VersionAdopted,
)
from cadences_app.engine.triggers import base_of, channel_of


def start_run(builder: DecisionBuilder, reason: Reason, starts_with: str = "") -> Reason:
	"""Begin a run: un-enrolment is looked at first (S2.4), then the starters are scheduled, or the one
	follow-up that it is to start with is brought on (S2.10)."""
	is_to_pause = builder.enrollment.is_to_pause
	builder.apply(RunStarted(builder.enrollment.run + 1, builder.now, reason))
	left = leave_if_asked(builder)
	if left is not None:
		return left
	chosen = builder.cadence.by_key.get(starts_with)
	if chosen is not None:
		bring_on(builder, chosen, reason)
	else:
		for starter in builder.cadence.starters:
			schedule(builder, starter, builder.now, reason)
	if is_to_pause:
		builder.apply(Paused(builder.now, None))
	return reason


def take_up_failed(builder: DecisionBuilder, event: ContinueRequested | TryAgainRequested) -> Reason:
	"""Go on once it is mended, under the version that mends it if the event brings one. What came meanwhile
	counts: a rule may take the record out instead (S5.8)."""
	left = leave_if_asked(builder)
	if left is not None:
		return left
	if isinstance(event, ContinueRequested) or not event.version:
		return continue_run(builder)
	reason = continue_run(builder, to_be_moved=True)
	if builder.enrollment.is_live:
		_move(builder, event)
	return reason


def continue_run(builder: DecisionBuilder, to_be_moved: bool = False) -> Reason:
	"""Go on in the same run: what its end cancelled and what failed is scheduled again (S5.5). What a new
	version did away with is so too, where it is to be moved to that: it is looked at there."""
	enrollment = builder.enrollment
	if enrollment.is_live:
		return Reason.STILL_RUNNING
	if enrollment.status is EnrollmentStatus.COMPLETED or enrollment.has_lost_activity or not enrollment.run:
		return Reason.ONLY_RESTART
	ended_at, is_to_pause = enrollment.ended_at or builder.now, enrollment.is_to_pause
	for activity in enrollment.activities.values():
		is_known = to_be_moved or activity.follow_up in builder.cadence.by_key
		if is_known and (activity.status is ActivityStatus.FAILED or _was_cut_off(activity, ended_at)):
			builder.apply(
				FollowUpScheduled(
					activity.follow_up, activity.base_at, activity.due_at, Reason.CONTINUED, activity.forced
				)
			)
	resume(builder, Reason.CONTINUED)
	if not builder.enrollment.with_status(ActivityStatus.SCHEDULED) and not _has_begun(builder):
		# The run ended before it began (S2.4), or by a new version, under which it goes on.
		_begin_starters(builder, frozenset(each.key for each in builder.cadence.starters))
	if is_to_pause:
		builder.apply(Paused(builder.now, None))
	return Reason.CONTINUED


def _was_cut_off(activity: Activity, ended_at: datetime) -> bool:
	return activity.status is ActivityStatus.CANCELLED and activity.closed_at == ended_at


def adopt_version(builder: DecisionBuilder, event: CadenceRepublished) -> Reason:
	"""Go on under the new definition, or stop if what is scheduled was edited in it (S1.7).

	Nobody is lost by it: what is gone lets what comes after it begin, and nothing that went out comes again.
	"""
	if event.choice is Republish.FINISH:
		return Reason.REPUBLISHED
	is_affected = any(_is_edited(builder, each, event) for each in _to_come(builder))
	if event.choice is Republish.STOP_EDITED and is_affected:
		return stop(builder, Reason.REPUBLISHED)
	_move(builder, event)
	return Reason.REPUBLISHED


def _move(builder: DecisionBuilder, event: CadenceRepublished | TryAgainRequested) -> None:
	builder.apply(VersionAdopted())
	if not builder.enrollment.run:
		return
	waiting = _to_come(builder)
	_forget_what_was_gone(builder)
	for activity in waiting:
		_take_over(builder, activity, event)
	_begin_starters(builder, event.starting, event.added)


def _to_come(builder: DecisionBuilder) -> list[Activity]:
	return [
		*builder.enrollment.with_status(ActivityStatus.SCHEDULED),
		*builder.enrollment.with_status(ActivityStatus.HANDED_OVER),
	]


def _is_edited(builder: DecisionBuilder, activity: Activity, event: CadenceRepublished) -> bool:
	"""Whether what waits was edited. A mail that is ready to be sent goes as it is, while it is a mail."""
	if activity.status is ActivityStatus.SCHEDULED:
		return activity.follow_up in event.edited
	return not _can_still_send(builder, activity, event)


def _can_still_send(
	builder: DecisionBuilder, activity: Activity, event: CadenceRepublished | TryAgainRequested
) -> bool:
	follow_up = builder.cadence.by_key.get(activity.follow_up)
	if follow_up is None or activity.follow_up in event.rechanneled:
		return False
	return channel_of(activity, follow_up) is follow_up.channel


def _forget_what_was_gone(builder: DecisionBuilder) -> None:
	"""What an earlier version did away with, and this one has again, may come after all."""
	for activity in builder.enrollment.with_status(ActivityStatus.CANCELLED):
		was_gone = activity.reason is Reason.REPUBLISHED and activity.handed_over_at is None
		if was_gone and activity.follow_up in builder.cadence.by_key:
			builder.apply(FollowUpWithdrawn(activity.follow_up, Reason.REPUBLISHED))


def _take_over(
	builder: DecisionBuilder, activity: Activity, event: CadenceRepublished | TryAgainRequested
) -> None:
	key, now, reason = activity.follow_up, builder.now, Reason.REPUBLISHED
	follow_up = builder.cadence.by_key.get(key)
	if activity.status is ActivityStatus.HANDED_OVER:
		if _can_still_send(builder, activity, event):
			return
		builder.ask(WithdrawEmail(key))
		if follow_up is not None:  # it comes by its new channel instead
			due_at = place(builder, follow_up, now)
			builder.apply(FollowUpScheduled(key, activity.base_at, due_at, reason, activity.forced))
			return
	if follow_up is None:
		builder.apply(FollowUpClosed(key, ActivityStatus.CANCELLED, now, reason))
	elif key in event.edited and not activity.forced:
		_reckon_anew(builder, follow_up, activity)


def _reckon_anew(builder: DecisionBuilder, follow_up: FollowUp, activity: Activity) -> None:
	"""Give an edited follow-up the moment at which the new version has it. One whose trigger does not hold
	is withdrawn afterwards, like any other."""
	began_at = builder.enrollment.started_at or activity.base_at
	fired = fired_for(builder, follow_up) if follow_up.parent else began_at
	if fired is None:
		return
	base_at = base_of(follow_up.timing, fired, builder.facts)
	if base_at is None:
		moved = FollowUpMoved(follow_up.key, None, Reason.DATE_MISSING, builder.now)
	else:
		due_at = due_of(builder, follow_up, base_at)
		moved = FollowUpMoved(follow_up.key, due_at, Reason.REPUBLISHED, base_at)
	if (moved.due_at, moved.base_at) != (activity.due_at, activity.base_at):
		builder.apply(moved)


def _has_begun(builder: DecisionBuilder) -> bool:
	return any(channel_of(each, None) for each in builder.enrollment.activities.values())


def _begin_starters(
	builder: DecisionBuilder, starting: frozenset[str], added: frozenset[str] = frozenset()
) -> None:
	"""Schedule what starts the cadence by now and did not before. What is new and lies behind is not made up
	for in a run that has begun, unless the way to follow-ups that were there before leads over it."""
	has_begun = _has_begun(builder)
	for starter in builder.cadence.starters:
		if starter.key not in starting or starter.key in builder.enrollment.activities:
			continue
		schedule(builder, starter, builder.enrollment.started_at or builder.now, Reason.REPUBLISHED)
		scheduled = builder.enrollment.activities[starter.key]
		if scheduled.due_at is None or scheduled.due_at >= builder.now:
			continue
		if has_begun and starter.key in added and not _leads_to_known(builder, starter, added):
			left_out = FollowUpClosed(starter.key, ActivityStatus.CANCELLED, builder.now, Reason.LATE)
			builder.apply(left_out)
		else:
			due_at = place(builder, starter, builder.now)
			builder.apply(FollowUpMoved(starter.key, due_at, Reason.REPUBLISHED))


def _leads_to_known(builder: DecisionBuilder, follow_up: FollowUp, added: frozenset[str]) -> bool:
	"""Whether something comes after it that is not new and has not come yet."""
	waiting, seen = [follow_up.key], {follow_up.key}
	while waiting:
		for child in builder.cadence.children.get(waiting.pop(), ()):
			if child.key not in added and child.key not in builder.enrollment.activities:
				return True
			if child.key not in seen:
				seen.add(child.key)
				waiting.append(child.key)
	return False


def edited_follow_ups(before: Cadence, after: Cadence) -> frozenset[str]:
	"""The keys of the follow-ups that read differently in the two definitions, or are gone."""
	return frozenset(key for key, each in before.by_key.items() if after.by_key.get(key) != each)


def rechanneled_follow_ups(before: Cadence, after: Cadence) -> frozenset[str]:
	"""The keys of the follow-ups of both definitions that each has another channel send."""
	return frozenset(
		key
		for key, each in before.by_key.items()
		if key in after.by_key and after.by_key[key].channel is not each.channel
	)


def starting_follow_ups(before: Cadence, after: Cadence) -> frozenset[str]:
	"""The keys of the follow-ups that start the second definition, and not the first."""
	known = {each.key for each in before.starters}
	return frozenset(each.key for each in after.starters if each.key not in known)


def added_follow_ups(before: Cadence, after: Cadence) -> frozenset[str]:
	"""The keys of the follow-ups that only the second definition has."""
	return frozenset(after.by_key.keys() - before.by_key.keys())
