"""The checks of delays and of timings (S3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from datetime import date, timedelta

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.days import SEARCHED_DAYS, find_working_day
from cadences_app.engine.definition import Start, Timing
from cadences_app.engine.reading import Path

LONGEST = timedelta(days=SEARCHED_DAYS)

CLOCK_CHANGE = timedelta(hours=2)
"""By how much days that keep the wall time can exceed as many times 24 hours."""

A_WEEK = tuple(date(2024, 1, day) for day in range(1, 8))


def check_timing(
	timing: Timing, follow_up: str, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	yield from check_delay(timing.delay, (*path, "delay"), follow_up=follow_up)
	if timing.start is not Start.AFTER_TRIGGER:
		date_path = (*path, "date_field")
		if not timing.date_field:
			yield Fault(FaultCode.DATE_FIELD_MISSING, follow_up, path=date_path)
		else:
			yield from check_field(timing.date_field, fields, date_path, follow_up=follow_up)


def check_delay(delay: Delay | None, path: Path, follow_up: str = "", rule: str = "") -> Iterator[Fault]:
	if delay is None:
		return
	detail = f"{delay.amount} {delay.unit}"
	if delay.amount < 0:
		yield Fault(FaultCode.DELAY_BELOW_ZERO, follow_up, rule, detail, path)
	elif _about(delay) > LONGEST:
		yield Fault(FaultCode.DELAY_TOO_LONG, follow_up, rule, detail, path)


def check_field(
	name: str, fields: Collection[str] | None, path: Path, follow_up: str = "", rule: str = ""
) -> Iterator[Fault]:
	"""A dotted name leads through a link: only the link itself can be looked up here."""
	if fields is not None and name.partition(".")[0] not in fields:
		yield Fault(FaultCode.FIELD_UNKNOWN, follow_up, rule, name, path)


def longest_length(delay: Delay, business_days: Set[int]) -> timedelta:
	"""How long a delay can take at most, holidays aside."""
	match delay.unit:
		case Unit.MINUTES | Unit.HOURS:
			return _about(delay)
		case Unit.DAYS | Unit.WEEKS | Unit.MONTHS:
			return _about(delay) + CLOCK_CHANGE
		case Unit.BUSINESS_DAYS:
			if not business_days or not 0 <= delay.amount <= SEARCHED_DAYS:
				return _about(delay)
			ends = (find_working_day(day, delay.amount, 1, business_days, frozenset()) for day in A_WEEK)
			return max(end - day for day, end in zip(A_WEEK, ends, strict=True)) + CLOCK_CHANGE


def _about(delay: Delay) -> timedelta:
	"""The length of a delay, a month taken at its longest. Absurd amounts only need to stay absurd."""
	amount = min(delay.amount, 2 * SEARCHED_DAYS * 24 * 60)
	match delay.unit:
		case Unit.MINUTES:
			return timedelta(minutes=amount)
		case Unit.HOURS:
			return timedelta(hours=amount)
		case Unit.DAYS | Unit.BUSINESS_DAYS:
			return timedelta(days=amount)
		case Unit.WEEKS:
			return timedelta(weeks=amount)
		case Unit.MONTHS:
			return timedelta(days=31 * amount)
