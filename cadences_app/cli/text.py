"""What the commands say in words: faults, reasons, triggers and timings, in plain English."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from cadences_app.engine.calendar import Delay
from cadences_app.engine.checking.faults import Fault
from cadences_app.engine.definition import (
	ANY_EARLIER,
	Cadence,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.sentences.faults import FAULTS
from cadences_app.sentences.reasons import BLOCKS, REASONS

NOT_EVALUATED: Mapping[ExitKind, str] = {
	ExitKind.EXPRESSION: "expressions are evaluated on a site only",
	ExitKind.LEFT_VIEW: "there is no view here",
}
"""Rules of which a simulation knows nothing unless its script says so."""


def tell_fault(fault: Fault) -> str:
	return FAULTS[fault.code].format(fault.detail)


def tell_reason(reason: Reason, note: str = "") -> str:
	"""The reason in words; the label of a rule says more than its kind."""
	if note and reason.value.startswith("rule_"):
		return note
	told = REASONS[reason]
	return f"{told}: {BLOCKS[note] if note in BLOCKS else note}" if note else told


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
	if follow_up.parent not in cadence.by_key:
		return f"{after}enrollment{at}" if after else f"on enrollment{at}"
	return f"{after}{_tell_heard(cadence, follow_up)}: {tell_trigger(follow_up.trigger)}{at}"


def _tell_heard(cadence: Cadence, follow_up: FollowUp) -> str:
	of = follow_up.trigger.of or follow_up.parent
	if of == ANY_EARLIER:
		return "any earlier follow-up"
	return cadence.by_key[of].label if of in cadence.by_key else of


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
