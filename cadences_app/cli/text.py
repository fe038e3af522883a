"""What the commands say in words: faults, reasons, triggers and timings, in plain English."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from cadences_app.engine.calendar import Delay
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Start, Timing, Trigger
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block, Reason

FAULTS: Mapping[FaultCode, str] = {
	FaultCode.NO_FOLLOW_UP: "The cadence has no follow-up.",
	FaultCode.NO_STARTER: "No follow-up starts the cadence: each one has a parent.",
	FaultCode.KEY_MISSING: "The key is blank.",
	FaultCode.KEY_TWICE: 'The key "{detail}" is used more than once.',
	FaultCode.PARENT_UNKNOWN: 'There is no follow-up "{detail}" to come after.',
	FaultCode.CIRCLE: "The follow-ups wait for each other in a circle: {detail}.",
	FaultCode.OUTCOME_IMPOSSIBLE: 'The follow-up it listens to never has the outcome "{detail}".',
	FaultCode.NEVER_AWAITED: 'That "{detail}" does not come can\'t be a trigger here.',
	FaultCode.WITHIN_MISSING: "An outcome that does not come needs the time within which it should have.",
	FaultCode.WITHIN_TOO_LONG: "{detail} is not shorter than answers are waited for: it would never start.",
	FaultCode.SINCE_IMPOSSIBLE: 'The time can\'t be counted from "{detail}" here.',
	FaultCode.TIMES_BELOW_ONE: "An outcome has to come at least once, not {detail} times.",
	FaultCode.DETAIL_NOT_TAKEN: 'Only clicks and call results have a detail; "{detail}" would never match.',
	FaultCode.DELAY_BELOW_ZERO: "A delay can't be below zero: {detail}.",
	FaultCode.DELAY_TOO_LONG: "{detail} is longer than ten years.",
	FaultCode.DATE_FIELD_MISSING: "It counts from a date field of the record, but none is named.",
	FaultCode.WINDOW_NEVER_OPENS: "The sending window has no day on which it opens.",
	FaultCode.NO_BUSINESS_DAYS: "No day of the week is a business day.",
	FaultCode.ANSWER_WAIT_TOO_SHORT: "Answers have to be waited for at least one day, not {detail}.",
	FaultCode.TEMPLATE_MISSING: "The email has no template.",
	FaultCode.TEMPLATE_UNKNOWN: 'There is no Email Template "{detail}".',
	FaultCode.NO_WEIGHT: "No weight may be below zero and one has to be above: {detail}.",
	FaultCode.RECIPIENT_MISSING: "No field says to which address the email goes.",
	FaultCode.SENDER_MISSING: "A fixed sender needs an email address.",
	FaultCode.THREAD_UNKNOWN: 'There is no email follow-up "{detail}" whose thread it could join.',
	FaultCode.THREAD_OF_ITSELF: "An email can't join its own thread.",
	FaultCode.INVITE_WITHOUT_START: "The invite needs a date field for its start.",
	FaultCode.SUBJECT_MISSING: "The subject is missing.",
	FaultCode.ASSIGNEE_MISSING: 'Nobody is named for the assignment by "{detail}".',
	FaultCode.CALLS_NOT_ALLOWED: "Calls are not allowed in cadences for this module.",
	FaultCode.FIELD_UNKNOWN: 'The module has no field "{detail}".',
	FaultCode.FOLLOW_UP_UNKNOWN: 'There is no follow-up "{detail}".',
	FaultCode.CONDITIONS_MISSING: "The rule has no condition.",
	FaultCode.EXIT_DATE_MISSING: "The rule has neither a date nor a date field.",
	FaultCode.EXIT_DATE_PASSED: "{detail} has passed: whoever is enrolled would leave at once.",
	FaultCode.EXPRESSION_MISSING: "The rule has no expression.",
	FaultCode.EXPRESSION_UNREADABLE: "The expression can't be read: {detail}.",
}

REASONS: Mapping[Reason, str] = {
	Reason.ENROLLED: "enrolled",
	Reason.RESTARTED: "enrolled again, from the beginning",
	Reason.CONTINUED: "enrolled again, going on where it stopped",
	Reason.PAUSED: "paused",
	Reason.RESUMED: "resumed",
	Reason.HALTED: "the cadence was deactivated",
	Reason.HELD: "held back",
	Reason.SKIPPED_AHEAD: "skipped ahead by hand",
	Reason.REPUBLISHED: "a new version of the cadence was published",
	Reason.TRIGGERED: "its trigger fired",
	Reason.DUE: "was due",
	Reason.OUTSIDE_WINDOW: "moved into the sending window",
	Reason.LATE: "too late for it",
	Reason.DATE_CHANGED: "the date it hangs on has changed",
	Reason.DATE_MISSING: "the date it hangs on is empty",
	Reason.TRIGGER_GONE: "its trigger does not hold any more",
	Reason.OUTCOME_RECORDED: "reported",
	Reason.OVERDUE: "the call is still open after its time",
	Reason.CALL_MOVED: "the call was moved to another time",
	Reason.IMPOSSIBLE: "no way to reach the person",
	Reason.FAILED: "could not be carried out",
	Reason.ACTIVITY_DELETED: "somebody deleted it",
	Reason.COMPLETED: "nothing more to come",
	Reason.STOPPED_BY_HAND: "taken out by hand",
	Reason.UNSUBSCRIBED: "unsubscribed",
	Reason.RECORD_DELETED: "the record was deleted",
	Reason.RULE_OUTCOME: "un-enrolment rule: an outcome",
	Reason.RULE_CONDITIONS: "un-enrolment rule: conditions of the record",
	Reason.RULE_CONVERTED: "un-enrolment rule: converted",
	Reason.RULE_LEFT_VIEW: "un-enrolment rule: left the view",
	Reason.RULE_DATE: "un-enrolment rule: a date",
	Reason.RULE_MEETING: "un-enrolment rule: a meeting was booked",
	Reason.RULE_EXPRESSION: "un-enrolment rule: an expression",
	Reason.NOTHING_DUE: "nothing was due",
	Reason.ALREADY_KNOWN: "was known already",
	Reason.ALREADY_ENROLLED: "is enrolled already",
	Reason.ENDED: "has ended already",
	Reason.IS_PAUSED: "is paused",
	Reason.IS_HALTED: "is halted",
	Reason.NOT_PAUSED: "is not paused",
	Reason.OTHER_RUN: "belongs to another run",
	Reason.NO_SUCH_FOLLOW_UP: "there is no such follow-up in this run",
	Reason.NOTHING_TO_SKIP_TO: "there is nothing to skip to",
	Reason.STILL_RUNNING: "is still under way",
	Reason.ONLY_RESTART: "can only be restarted",
	Reason.NO_RULE: "no rule asks for anything",
}

NOTES: Mapping[str, str] = {
	Block.NO_EMAIL_ADDRESS: "the email address is empty",
	Block.ADDRESS_BOUNCED: "the address bounced before",
}

NOT_EVALUATED: Mapping[ExitKind, str] = {
	ExitKind.EXPRESSION: "expressions are evaluated on a site only",
	ExitKind.LEFT_VIEW: "there is no view here",
}
"""Rules of which a simulation knows nothing unless its script says so."""


def tell_fault(fault: Fault) -> str:
	return FAULTS[fault.code].format(detail=fault.detail)


def tell_reason(reason: Reason, note: str = "") -> str:
	"""The reason in words; the label of a rule says more than its kind."""
	if note and reason.value.startswith("rule_"):
		return note
	told = REASONS[reason]
	return f"{told}: {NOTES.get(note, note)}" if note else told


def tell_moment(at: datetime, zone: ZoneInfo) -> str:
	return at.astimezone(zone).strftime("%a %d %b %H:%M")


def tell_day(at: datetime, zone: ZoneInfo) -> str:
	return at.astimezone(zone).strftime("%a %d %b")


def tell_delay(delay: Delay) -> str:
	"""A delay as people say it: "1 business day"."""
	unit = delay.unit.value.lower()
	return f"{delay.amount} {unit.removesuffix('s') if delay.amount == 1 else unit}"


def tell_start(cadence: Cadence, follow_up: FollowUp) -> str:
	"""Why and when a follow-up comes, by its definition: "2 days after Thank-you email: opened"."""
	timing = follow_up.timing
	at = f", at {timing.at.strftime('%H:%M')}" if timing.at else ""
	if timing.start is not Start.AFTER_TRIGGER:
		return _tell_date(timing) + at
	after = f"{tell_delay(timing.delay)} after " if timing.delay.amount else ""
	parent = cadence.by_key.get(follow_up.parent)
	if parent is None:
		return f"{after}enrollment{at}" if after else f"on enrollment{at}"
	return f"{after}{parent.label}: {tell_trigger(follow_up.trigger)}{at}"


def tell_trigger(trigger: Trigger) -> str:
	if trigger.absent and trigger.within is not None:
		since = (
			""
			if trigger.since in (Outcome.CARRIED_OUT, Outcome.SENT)
			else f" of {trigger.since.value.lower()}"
		)
		return f"not {_tell_outcome(trigger)} within {tell_delay(trigger.within)}{since}"
	return _tell_outcome(trigger)


def _tell_outcome(trigger: Trigger) -> str:
	told = trigger.outcome.value.lower()
	if trigger.detail:
		told = trigger.detail if trigger.outcome is Outcome.CALL_RESULT else f"{told} {trigger.detail}"
	return f"{told} {trigger.times} times" if trigger.times > 1 else told


def _tell_date(timing: Timing) -> str:
	side = "before" if timing.start is Start.BEFORE_DATE else "after"
	return (
		f"{tell_delay(timing.delay)} {side} {timing.date_field}"
		if timing.delay.amount
		else f"on {timing.date_field}"
	)


def tell_not_evaluated(rule: ExitRule) -> str:
	return f'Rule "{rule.label}" does nothing in this simulation: {NOT_EVALUATED[rule.kind]}.'
