"""On which day of a run each follow-up can come at the earliest, as a tree is drawn beside its days."""

from __future__ import annotations

from datetime import timedelta

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.definition import Cadence, FollowUp, Start
from cadences_app.engine.outcomes import Outcome

ONE_DAY = timedelta(days=1)
_DAYS_IN = {Unit.DAYS: 1.0, Unit.WEEKS: 7.0, Unit.MONTHS: 30.0}


def earliest_days(cadence: Cadence) -> dict[str, float]:
	"""Days since enrollment by follow-up, with the waits that lead to it added up.

	Where a date of the record says when, it is the day of the follow-up before it. What comes after itself,
	or after what is not there, counts from 0.
	"""
	found: dict[str, float] = {}
	for follow_up in cadence.follow_ups:
		_count(cadence, follow_up, found, frozenset())
	return found


def is_boost(follow_up: FollowUp) -> bool:
	"""Whether it stands beside the main line: it starts from more than one opening or from a given link
	(S3.7)."""
	trigger = follow_up.trigger
	if not follow_up.parent or trigger.absent or trigger.outcome not in (Outcome.OPENED, Outcome.CLICKED):
		return False
	return trigger.times > 1 or bool(trigger.detail)


def _count(
	cadence: Cadence, follow_up: FollowUp, found: dict[str, float], on_the_way: frozenset[str]
) -> float:
	if follow_up.key in found:
		return found[follow_up.key]
	parent = cadence.by_key.get(follow_up.parent)
	begun = 0.0
	if parent is not None and follow_up.key not in on_the_way:
		begun = _count(cadence, parent, found, on_the_way | {follow_up.key})
	trigger, timing = follow_up.trigger, follow_up.timing
	days = begun + (_days(cadence, trigger.within) if parent and trigger.absent and trigger.within else 0)
	if timing.start is Start.AFTER_TRIGGER:
		days += _days(cadence, timing.delay)
	found[follow_up.key] = days
	return days


def _days(cadence: Cadence, delay: Delay) -> float:
	amount = max(delay.amount, 0)
	match delay.unit:
		case Unit.MINUTES:
			return timedelta(minutes=amount) / ONE_DAY
		case Unit.HOURS:
			return timedelta(hours=amount) / ONE_DAY
		case Unit.BUSINESS_DAYS:
			return amount * 7 / max(len(cadence.policy.business_days), 1)
		case _:
			return amount * _DAYS_IN[delay.unit]
