"""Un-enrolment: when a record leaves by itself, and what its end takes with it (S6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cadences_app.engine.actions import CloseActivity, WithdrawEmail
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import ExitKind, ExitRule, Trigger
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import IMPLIED_BY, STANDINGS, UNSUBSCRIBED, Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import CARRIED_OUT, HANDED_OVER, SCHEDULED, ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import Ended, FollowUpClosed
from cadences_app.engine.triggers import channel_of, exit_date, fired_at

UNSUBSCRIBES = Trigger(Outcome.UNSUBSCRIBED)


def leave_if_asked(builder: DecisionBuilder) -> Reason | None:
	"""End the enrollment when the record is gone, the person unsubscribed or may not be contacted (S6.1a), or
	a rule says so."""
	if not builder.facts.exists:
		return stop(builder, Reason.RECORD_DELETED)
	if _has_unsubscribed(builder):
		return stop(builder, Reason.UNSUBSCRIBED)
	for rule in builder.cadence.exit_rules:
		reason = CHECKS[rule.kind](builder, rule)
		if reason is not None:
			return stop(builder, reason, rule.label)
	if builder.facts.asked_out:
		return stop(builder, Reason.RULE_OF_APP, builder.facts.asked_out)
	if builder.facts.refusal:
		return stop(builder, Reason.NOT_TO_BE_CONTACTED, builder.facts.refusal)
	return None


def _by_outcome(builder: DecisionBuilder, rule: ExitRule) -> Reason | None:
	mark = rule.mark
	for activity in builder.survey.with_exit_mark if mark else builder.enrollment.activities.values():
		if mark and mark not in activity.marks:
			continue
		if rule.follow_up in ("", activity.follow_up) and _fires_anew(builder, rule.trigger, activity):
			return Reason.RULE_OUTCOME
	return None


def _by_conditions(builder: DecisionBuilder, rule: ExitRule) -> Reason | None:
	for each in rule.conditions:
		if not each.holds(builder.facts.fields):
			return None
	return Reason.RULE_CONDITIONS if rule.conditions else None


def _by_date(builder: DecisionBuilder, rule: ExitRule) -> Reason | None:
	leaves_at = exit_date(rule.on, rule.timing, builder.facts)
	return Reason.RULE_DATE if leaves_at is not None and leaves_at <= builder.now else None


CHECKS: Mapping[ExitKind, Callable[[DecisionBuilder, ExitRule], Reason | None]] = {
	ExitKind.OUTCOME: _by_outcome,
	ExitKind.CONDITIONS: _by_conditions,
	ExitKind.CONVERTED: lambda builder, rule: Reason.RULE_CONVERTED if builder.facts.is_converted else None,
	ExitKind.LEFT_VIEW: lambda builder, rule: (
		Reason.RULE_LEFT_VIEW if builder.facts.in_view is False else None
	),
	ExitKind.DATE: _by_date,
	ExitKind.EXPRESSION: lambda builder, rule: (
		Reason.RULE_EXPRESSION if builder.facts.expressions.get(rule.key) else None
	),
	ExitKind.MEETING: lambda builder, rule: None,  # told by an event, not read from the facts
}


def stop(builder: DecisionBuilder, reason: Reason, note: str = "") -> Reason:
	return end(builder, EnrollmentStatus.STOPPED, reason, note)


def end(builder: DecisionBuilder, status: EnrollmentStatus, reason: Reason, note: str = "") -> Reason:
	"""End the enrollment: what is scheduled is cancelled and what was not sent yet is taken back. Whoever
	is taken out has open tasks and calls closed as well, if the cadence says so (S6.4)."""
	closes_open = status is EnrollmentStatus.STOPPED and builder.cadence.close_open_on_exit
	for activity in builder.enrollment.activities.values():
		key = activity.follow_up
		if activity.status is SCHEDULED or activity.status is HANDED_OVER:
			if activity.status is HANDED_OVER:
				builder.ask(WithdrawEmail(key))
			builder.apply(FollowUpClosed(key, ActivityStatus.CANCELLED, builder.now, reason, note))
		elif closes_open and (channel := _open_channel(builder, activity)) is not None:
			builder.ask(CloseActivity(key, channel))
	builder.apply(Ended(status, builder.now, reason, note))
	return reason


def _open_channel(builder: DecisionBuilder, activity: Activity) -> Channel | None:
	"""What made a task or call about which somebody still has to do something, also of an earlier version
	(S1.7); None where there is none."""
	channel = channel_of(activity, builder.cadence.by_key.get(activity.follow_up))
	if channel is None or traits_of(channel).has_outbox:
		return None
	is_open = activity.status is CARRIED_OUT and not activity.is_closed
	return channel if is_open else None


def _has_unsubscribed(builder: DecisionBuilder) -> bool:
	"""Whoever unsubscribes leaves, unless a follow-up waits for just that."""
	for activity in builder.survey.with_exit_mark:
		if UNSUBSCRIBED in activity.marks and _fires_anew(builder, UNSUBSCRIBES, activity):
			listeners = builder.cadence.listeners.get(activity.follow_up, ())
			if not any(child.trigger.outcome is Outcome.UNSUBSCRIBED for child in listeners):
				return True
	return False


def _fires_anew(builder: DecisionBuilder, trigger: Trigger, activity: Activity) -> bool:
	"""Whether the trigger fired; what was known when somebody resumed the enrollment does not count again.

	An outcome that is heard of only now does, whenever it came: whoever resumed did not know of it.
	"""
	fired = fired_at(trigger, activity, builder.enrollment, builder.facts.calendar, builder.now)
	resumed_at = builder.enrollment.resumed_at
	if fired is None or resumed_at is None or fired > resumed_at:
		return fired is not None
	if trigger.absent or trigger.outcome in STANDINGS:
		return False
	latest = activity.latest(trigger.outcome, trigger.detail)
	return (latest is not None and latest > resumed_at) or _is_heard_now(builder, trigger, activity)


def _is_heard_now(builder: DecisionBuilder, trigger: Trigger, activity: Activity) -> bool:
	heard = builder.heard
	if heard is None or heard.follow_up != activity.follow_up or trigger.detail not in ("", heard.detail):
		return False
	return heard.outcome is trigger.outcome or heard.outcome in IMPLIED_BY.get(trigger.outcome, ())
