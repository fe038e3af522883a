"""Scheduling follow-ups whose trigger fired, and carrying out what is due (S3.1, S3.2, S13.1, S13.3)."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter

from cadences_app.engine.actions import AssignTask, HandOver, PlaceCall, SendEmail, SendMessage, WithdrawEmail
from cadences_app.engine.calendar import Lateness, add_delay, following_opening, is_late, next_opening
from cadences_app.engine.channels import traits_of
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.content import CallContent, EmailContent, MessageContent, OtherContent, TaskContent
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import AFTER_TRIGGER, ANY_EARLIER, FollowUp, Start, Trigger
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import HANDED_OVER, ActivityStatus
from cadences_app.engine.transitions import (
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpHandedOver,
	FollowUpMoved,
	FollowUpScheduled,
	FollowUpWithdrawn,
	OutcomeRecorded,
)
from cadences_app.engine.triggers import (
	AS_CARRIED_OUT,
	answer_deadline,
	answered_at,
	base_of,
	due_after,
	fired_at,
	timer_start,
)
from cadences_app.engine.waiting import date_awaited_until, soonest_for


def schedule(builder: DecisionBuilder, follow_up: FollowUp, fired: datetime, reason: Reason) -> None:
	"""Schedule a follow-up whose trigger fired at `fired`; without its date it waits for one."""
	base_at = base_of(follow_up.timing, fired, builder.facts)
	if base_at is None:
		builder.apply(FollowUpScheduled(follow_up.key, fired, None, Reason.DATE_MISSING))
	else:
		builder.apply(FollowUpScheduled(follow_up.key, base_at, due_of(builder, follow_up, base_at), reason))


def due_of(builder: DecisionBuilder, follow_up: FollowUp, base_at: datetime) -> datetime:
	"""When a follow-up is due that counts from `base_at`: by its timing, the standstills and the window."""
	return place(builder, follow_up, due_after(follow_up.timing, base_at, builder.enrollment, builder.facts))


def place(builder: DecisionBuilder, follow_up: FollowUp, due_at: datetime, forced: bool = False) -> datetime:
	"""The due moment put behind a hold and into the sending window. Who brings a follow-up on by hand
	passes over the hold."""
	hold_until = builder.enrollment.hold_until
	if hold_until is not None and hold_until > due_at and not forced:
		due_at = hold_until
	window = builder.cadence.policy.window_for(follow_up.channel)
	return next_opening(due_at, window, builder.facts.calendar) if window else due_at


def bring_on(builder: DecisionBuilder, follow_up: FollowUp, reason: Reason) -> None:
	"""Schedule a follow-up for now, or the next opening, whatever starts it otherwise: somebody chose it."""
	due_at = place(builder, follow_up, builder.now, forced=True)
	builder.apply(FollowUpScheduled(follow_up.key, builder.now, due_at, reason, forced=True))


def schedule_triggered(builder: DecisionBuilder) -> Reason | None:
	"""Schedule each follow-up whose trigger fired, once per run."""
	reason = None
	for follow_up in builder.to_start:
		fired = fired_for(builder, follow_up)
		if fired is not None:
			schedule(builder, follow_up, fired, Reason.TRIGGERED)
			reason = Reason.TRIGGERED
	return reason


def withdraw_untriggered(builder: DecisionBuilder) -> Reason | None:
	"""Take back what is scheduled on a trigger that does not hold any more. What a late report shows to
	have been triggered at another time moves there: the order of arrival makes no difference (S4.4)."""
	reason = None
	for activity in builder.survey.to_come:
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		if activity.forced or follow_up is None or not follow_up.parent:
			continue
		if activity.status is HANDED_OVER:
			reason = _take_back_answered(builder, follow_up) or reason
			continue
		fired = fired_for(builder, follow_up)
		if fired is None:
			reason = Reason.TRIGGER_GONE
			builder.apply(FollowUpWithdrawn(activity.follow_up, reason))
		elif follow_up.timing.start is AFTER_TRIGGER and fired != activity.base_at:
			reason = Reason.TRIGGERED
			due_at = due_of(builder, follow_up, fired)
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason, fired))
	return reason


def _take_back_answered(builder: DecisionBuilder, follow_up: FollowUp) -> Reason | None:
	"""Take an email back that waits to be sent because there was no answer, and now there is (S3.3b)."""
	if not follow_up.trigger.absent or not _was_answered(builder, follow_up):
		return None
	builder.ask(WithdrawEmail(follow_up.key))
	taken_back = FollowUpClosed(follow_up.key, ActivityStatus.CANCELLED, builder.now, Reason.ANSWERED)
	builder.apply(taken_back)
	return Reason.ANSWERED


def fired_for(builder: DecisionBuilder, follow_up: FollowUp) -> datetime | None:
	"""When what a follow-up listens to came about, while that was waited for; None while it has not.

	What listens to another one than its parent comes no sooner than that has passed (S3.3a).
	"""
	trigger, activities = follow_up.trigger, builder.enrollment.activities
	parent = activities.get(follow_up.parent)
	if parent is None:
		return None
	if trigger.of:
		return _fired_elsewhere(builder, follow_up, parent)
	if trigger.absent:
		soonest = soonest_for(builder, follow_up)
		if soonest is None or soonest > builder.now:
			return None
	elif trigger.outcome is AS_CARRIED_OUT:
		return parent.passed_at
	elif trigger.signs.isdisjoint(parent.marks):
		return None
	fired = _fired_in_time(builder, trigger, parent)
	return None if fired is not None and trigger.absent and _was_answered(builder, follow_up) else fired


def _fired_elsewhere(builder: DecisionBuilder, follow_up: FollowUp, parent: Activity) -> datetime | None:
	trigger, activities = follow_up.trigger, builder.enrollment.activities
	if parent.passed_at is None or (trigger.absent and _was_answered(builder, follow_up)):
		return None
	if trigger.of != ANY_EARLIER or trigger.absent:
		heard = activities.get(trigger.of) if trigger.of != ANY_EARLIER else parent
		found = [_fired_in_time(builder, trigger, heard)] if heard else []
	else:
		others = (each for each in activities.values() if each.follow_up != follow_up.key)
		found = [_fired_in_time(builder, trigger, each) for each in others]
	fired = min((each for each in found if each is not None), default=None)
	return None if fired is None else max(fired, parent.passed_at)


def _was_answered(builder: DecisionBuilder, follow_up: FollowUp) -> bool:
	"""Whether the outcome that is not to come has come: in time or not, "not within" holds no more."""
	trigger, activities = follow_up.trigger, builder.enrollment.activities
	of = trigger.of or follow_up.parent
	if of != ANY_EARLIER:
		heard = activities.get(of)
		return heard is not None and answered_at(trigger, heard) is not None
	others = (activity for key, activity in activities.items() if key != follow_up.key)
	return any(answered_at(trigger, each) is not None for each in others)


def _fired_in_time(builder: DecisionBuilder, trigger: Trigger, heard: Activity) -> datetime | None:
	"""When the trigger fired on that activity, if what it listens to came while it was waited for."""
	fired = fired_at(trigger, heard, builder.enrollment, builder.facts.calendar, builder.now)
	if fired is None or trigger.outcome is AS_CARRIED_OUT:
		return fired
	deadline = answer_deadline(heard, builder.enrollment, builder.cadence.policy)
	heard_at = timer_start(trigger, heard) if trigger.absent else fired
	return fired if deadline is None or heard_at is None or heard_at <= deadline else None


def place_anew(builder: DecisionBuilder, activity: Activity, reason: Reason) -> None:
	"""Reckon the due moment of a scheduled follow-up again, since waiting times stood still. What hangs on
	a date, or was brought on by hand, stays where it is."""
	follow_up = builder.cadence.by_key.get(activity.follow_up)
	if follow_up is None or follow_up.timing.start is not AFTER_TRIGGER:
		return
	if activity.due_at is None or activity.forced:
		return
	due_at = due_of(builder, follow_up, activity.base_at)
	if due_at > activity.due_at:
		builder.apply(FollowUpMoved(activity.follow_up, due_at, reason))


def follow_dates(builder: DecisionBuilder) -> Reason | None:
	"""Move what hangs on a date field of the record whose value is new."""
	reason, dated = None, builder.cadence.dated
	for activity in builder.survey.scheduled if dated else ():
		if activity.follow_up not in dated or activity.forced:
			continue
		follow_up = builder.cadence.by_key[activity.follow_up]
		base_at = base_of(follow_up.timing, activity.base_at, builder.facts)
		if base_at is None:
			if activity.due_at is not None:
				reason = Reason.DATE_MISSING
				builder.apply(FollowUpMoved(activity.follow_up, None, reason, builder.now))
		elif activity.due_at is None or base_at != activity.base_at:
			due_at = due_of(builder, follow_up, base_at)
			reason = Reason.DATE_CHANGED
			builder.apply(FollowUpMoved(activity.follow_up, due_at, reason, base_at))
	return reason


def carry_out_due(builder: DecisionBuilder) -> Reason | None:
	"""Carry out, move or skip every scheduled follow-up that is due, the earliest first."""
	reason, due = None, []
	for activity in builder.survey.scheduled:
		if activity.due_at is None:
			reason = _skip_dateless(builder, activity) or reason
		elif activity.due_at <= builder.now:
			due.append((activity.due_at, activity))
	for _, activity in sorted(due, key=itemgetter(0)):
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		if follow_up is not None:
			reason = _take_up(builder, follow_up, activity)
		else:
			reason = Reason.REPUBLISHED
			gone = FollowUpClosed(activity.follow_up, ActivityStatus.CANCELLED, builder.now, reason)
			builder.apply(gone)
	return reason


def _skip_dateless(builder: DecisionBuilder, activity: Activity) -> Reason | None:
	"""A follow-up whose date field stays empty is waited for no longer than an answer is."""
	if date_awaited_until(builder, activity) > builder.now:
		return None
	reason = Reason.DATE_MISSING
	builder.apply(FollowUpClosed(activity.follow_up, ActivityStatus.SKIPPED, builder.now, reason))
	return reason


def _take_up(builder: DecisionBuilder, follow_up: FollowUp, activity: Activity) -> Reason:
	"""Carry one due follow-up out, unless it is too late for it, the window is closed or it is held."""
	policy, calendar, now = builder.cadence.policy, builder.facts.calendar, builder.now
	window = policy.window_for(follow_up.channel)
	assert activity.due_at is not None
	is_too_late = is_late(activity.due_at, now, policy.late, calendar)
	is_skipped = is_too_late and policy.late.rule is Lateness.SKIP
	if is_skipped or _has_missed_its_date(builder, follow_up, activity):
		builder.apply(FollowUpClosed(follow_up.key, ActivityStatus.SKIPPED, now, Reason.LATE))
		return Reason.LATE
	if is_too_late and policy.late.rule is Lateness.NEXT_OPENING and window is not None:
		builder.apply(FollowUpMoved(follow_up.key, following_opening(now, window, calendar), Reason.LATE))
		return Reason.LATE
	opening = place(builder, follow_up, now, activity.forced)
	if opening > now:
		is_held = not activity.forced and (builder.enrollment.hold_until or now) > now
		reason = Reason.HELD if is_held else Reason.OUTSIDE_WINDOW
		builder.apply(FollowUpMoved(follow_up.key, opening, reason))
		return reason
	_start(builder, follow_up)
	return Reason.DUE


def _has_missed_its_date(builder: DecisionBuilder, follow_up: FollowUp, activity: Activity) -> bool:
	"""What was to come before a date has no sense after that day, however late "too late" is otherwise."""
	if follow_up.timing.start is not Start.BEFORE_DATE or activity.forced:
		return False
	zone = builder.facts.calendar.zone
	return builder.now.astimezone(zone).date() > activity.base_at.astimezone(zone).date()


def _start(builder: DecisionBuilder, follow_up: FollowUp) -> None:
	"""Hand a follow-up to its channel. A task or call is carried out by being there for the rep."""
	key, now, calendar = follow_up.key, builder.now, builder.facts.calendar
	match follow_up.content:
		case EmailContent():
			builder.ask(SendEmail(key))
			builder.apply(FollowUpHandedOver(key, now, follow_up.channel))
		case MessageContent():
			builder.ask(SendMessage(key))
			builder.apply(FollowUpHandedOver(key, now, follow_up.channel))
		case TaskContent(due=delay):
			due_on = add_delay(now, delay, calendar).astimezone(calendar.zone).date()
			builder.ask(AssignTask(key, due_on))
			builder.apply(FollowUpCarriedOut(key, now, due_on=due_on))
			builder.apply(OutcomeRecorded(key, Outcome.NOT_STARTED, now))
		case CallContent(start=delay, at=at):
			starts_at = add_delay(now, delay, calendar, at)
			builder.ask(PlaceCall(key, starts_at))
			builder.apply(FollowUpCarriedOut(key, now, starts_at=starts_at))
			builder.apply(OutcomeRecorded(key, Outcome.SCHEDULED, now))
		case OtherContent():
			_hand_to_other_app(builder, follow_up)
		case other:
			assert_never(other)


def _hand_to_other_app(builder: DecisionBuilder, follow_up: FollowUp) -> None:
	traits, key, now = traits_of(follow_up.channel), follow_up.key, builder.now
	builder.ask(HandOver(key))
	if traits.has_outbox:
		builder.apply(FollowUpHandedOver(key, now, follow_up.channel))
		return
	builder.apply(FollowUpCarriedOut(key, now))
	if traits.begins_at is not None:
		builder.apply(OutcomeRecorded(key, traits.begins_at, now))
