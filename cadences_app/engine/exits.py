"""Un-enrolment: when a record leaves by itself, and what its end takes with it (S6)."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.actions import CloseActivity, WithdrawEmail
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import ExitKind, ExitRule, Outcome
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import ActivityStatus, Ended, EnrollmentStatus, FollowUpClosed
from cadences_app.engine.reasons import Reason
from cadences_app.engine.triggers import exit_date, fired_at


def leave_if_asked(draft: Draft) -> Reason | None:
	"""End the enrollment when the record is gone, the person unsubscribed, or a rule says so."""
	if not draft.facts.exists:
		return stop(draft, Reason.RECORD_DELETED)
	if _has_unsubscribed(draft):
		return stop(draft, Reason.UNSUBSCRIBED)
	for rule in draft.cadence.exit_rules:
		reason = exit_by(draft, rule)
		if reason is not None:
			return stop(draft, reason, rule.label)
	return None


def exit_by(draft: Draft, rule: ExitRule) -> Reason | None:
	facts = draft.facts
	match rule.kind:
		case ExitKind.OUTCOME:
			return Reason.RULE_OUTCOME if _outcome_came(draft, rule) else None
		case ExitKind.CONDITIONS:
			holds = bool(rule.conditions) and all(each.holds(facts.fields) for each in rule.conditions)
			return Reason.RULE_CONDITIONS if holds else None
		case ExitKind.CONVERTED:
			return Reason.RULE_CONVERTED if facts.is_converted else None
		case ExitKind.LEFT_VIEW:
			return Reason.RULE_LEFT_VIEW if facts.in_view is False else None
		case ExitKind.DATE:
			leaves_at = exit_date(rule.on, rule.timing, facts)
			return Reason.RULE_DATE if leaves_at is not None and leaves_at <= draft.now else None
		case ExitKind.EXPRESSION:
			return Reason.RULE_EXPRESSION if facts.expressions.get(rule.key) else None
		case ExitKind.MEETING:
			return None  # told by an event, not read from the facts


def stop(draft: Draft, reason: Reason, note: str = "") -> Reason:
	return end(draft, EnrollmentStatus.STOPPED, reason, note)


def end(draft: Draft, status: EnrollmentStatus, reason: Reason, note: str = "") -> Reason:
	"""End the enrollment: what is scheduled is cancelled, what was not sent yet is taken back, open tasks
	and calls are closed if the cadence says so (S6.4)."""
	for activity in draft.enrollment.activities.values():
		key = activity.follow_up
		if activity.status in (ActivityStatus.SCHEDULED, ActivityStatus.HANDED_OVER):
			if activity.status is ActivityStatus.HANDED_OVER:
				draft.ask(WithdrawEmail(key))
			draft.apply(FollowUpClosed(key, ActivityStatus.CANCELLED, draft.now, reason, note))
		elif draft.cadence.close_open_on_exit and _is_open(draft, key):
			draft.ask(CloseActivity(key))
	draft.apply(Ended(status, draft.now, reason, note))
	return reason


def _is_open(draft: Draft, key: str) -> bool:
	activity = draft.enrollment.activities[key]
	follow_up = draft.cadence.by_key.get(key)
	if follow_up is None or follow_up.channel is Channel.EMAIL:
		return False
	return activity.status is ActivityStatus.CARRIED_OUT and not activity.is_closed


def _has_unsubscribed(draft: Draft) -> bool:
	"""Whoever unsubscribes leaves, unless a follow-up waits for just that."""
	for key, activity in draft.enrollment.activities.items():
		at = activity.first(Outcome.UNSUBSCRIBED)
		if at is not None and _is_news(draft, at):
			listeners = draft.cadence.children.get(key, ())
			if not any(child.trigger.outcome is Outcome.UNSUBSCRIBED for child in listeners):
				return True
	return False


def _outcome_came(draft: Draft, rule: ExitRule) -> bool:
	for key, activity in draft.enrollment.activities.items():
		if rule.follow_up in ("", key):
			at = fired_at(rule.trigger, activity, draft.facts.calendar, draft.now)
			if at is not None and _is_news(draft, at):
				return True
	return False


def _is_news(draft: Draft, at: datetime) -> bool:
	"""What ended the enrollment once does not end it again after somebody resumed it."""
	resumed_at = draft.enrollment.resumed_at
	return resumed_at is None or at > resumed_at
