"""When something is due: delays (S3.2), sending windows (S13.1) and lateness (S13.3).

Instants go in and come out as aware UTC datetimes. Days, weekdays and times of day are those of the
calendar's zone. A due time that a clock change skips moves forward by what is skipped, one that occurs twice
means its first occurrence. The edge of a window that is skipped lies at the change itself: nothing may go out
after the wall time at which the window closes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from cadences_app.engine.days import SEARCHED_DAYS, add_months, find_working_day
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.engine.wall_clock import UTC, as_utc, first_reaching, instant_of

ONE_DAY = timedelta(days=1)
LARGEST_AMOUNT = 10**9
MIDNIGHT = time(0)

Choice = TypeVar("Choice", bound=StoredEnum)


class Unit(StoredEnum):
	"""What a delay is counted in (S3.2)."""

	MINUTES = "Minutes"
	HOURS = "Hours"
	DAYS = "Days"
	BUSINESS_DAYS = "Business Days"
	WEEKS = "Weeks"
	MONTHS = "Months"


class Lateness(StoredEnum):
	"""What to do with a follow-up that could not be carried out when it was due (S13.3)."""

	KEEP_DISTANCE = "Keep the Distance"
	SEND_NOW = "Carry Out Now"
	NEXT_OPENING = "At the Next Opening"
	SKIP = "Skip"


ELAPSED = frozenset({Unit.MINUTES, Unit.HOURS})
"""Units that are elapsed time. The others keep the wall time."""

BEYOND_ALL_DAYS = timedelta(days=4_000_000)


def _span(amount: int, unit: Unit) -> timedelta | None:
	match unit:
		case Unit.MINUTES:
			one = timedelta(minutes=1)
		case Unit.HOURS:
			one = timedelta(hours=1)
		case Unit.DAYS:
			one = ONE_DAY
		case Unit.WEEKS:
			one = timedelta(weeks=1)
		case Unit.BUSINESS_DAYS | Unit.MONTHS:
			return None
	most = BEYOND_ALL_DAYS // one
	return max(-most, min(amount, most)) * one


def _shortest_length(amount: int, unit: Unit) -> timedelta:
	amount = max(0, min(amount, SEARCHED_DAYS))
	match unit:
		case Unit.MINUTES:
			return timedelta(minutes=amount)
		case Unit.HOURS:
			return timedelta(hours=amount)
		case Unit.DAYS | Unit.BUSINESS_DAYS:
			days = amount
		case Unit.WEEKS:
			days = 7 * amount
		case Unit.MONTHS:
			days = 28 * amount
	return timedelta(days=max(0, days - 1))  # a zone that changes sides of the date line skips a day


@dataclass(frozen=True, slots=True)
class Delay:
	"""A length of time as people say it (S3.2).

	An amount below zero can be held, so that the check on activation can name it (S1.6), but not added.
	"""

	amount: int
	unit: Unit
	span: timedelta | None = field(init=False, repr=False, compare=False)
	"""Its fixed length; None where it depends on the calendar."""
	shortest: timedelta = field(init=False, repr=False, compare=False)
	"""A length of time that `add_delay` adds at least, whatever the calendar and the clocks do."""

	def __post_init__(self) -> None:
		object.__setattr__(self, "span", _span(self.amount, self.unit))
		object.__setattr__(self, "shortest", _shortest_length(self.amount, self.unit))

	def to_dict(self) -> dict[str, object]:
		return {"amount": self.amount, "unit": self.unit.value}

	@classmethod
	def from_dict(cls, source: Mapping[str, Any]) -> Delay:
		"""Read what `to_dict` wrote; ValueError names the field that is wrong."""
		_expect_fields(source, required={"amount", "unit"})
		amount = source["amount"]
		if type(amount) is not int:
			raise ValueError(f"amount must be a whole number, not {amount!r}")
		if abs(amount) > LARGEST_AMOUNT:
			raise ValueError("amount is too large a number")
		return cls(amount, _read_choice(source, "unit", Unit))


@dataclass(frozen=True, slots=True)
class Window:
	"""The hours in which things go out (S13.1).

	`days` are the weekdays (0 = Monday) on which it opens. `closes` is exclusive; at or before `opens` it
	means that time of the next day, so 00:00 to 00:00 is the whole day.
	"""

	days: frozenset[int]
	opens: time
	closes: time

	def ever_opens(self) -> bool:
		"""Whether there is a weekday on which it opens; holidays aside."""
		return bool(self.days)

	def to_dict(self) -> dict[str, object]:
		opens, closes = self.opens.isoformat(), self.closes.isoformat()
		return {"days": sorted(self.days), "opens": opens, "closes": closes}

	@classmethod
	def from_dict(cls, source: Mapping[str, Any]) -> Window:
		"""Read what `to_dict` wrote; ValueError names the field that is wrong."""
		_expect_fields(source, required={"days", "opens", "closes"})
		return cls(_read_weekdays(source), _read_time(source, "opens"), _read_time(source, "closes"))


@dataclass(frozen=True, slots=True)
class Calendar:
	"""What a decision knows about days: the zone, the weekdays that are worked (0 = Monday), the holidays."""

	zone: ZoneInfo
	business_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
	holidays: frozenset[date] = frozenset()

	def find_working_day(self, day: date, amount: int = 0, direction: int = 1) -> date:
		"""The `amount`th working day after (1) or before (-1) `day`; for 0 at best that day itself."""
		return find_working_day(day, amount, direction, self.business_days, self.holidays)


@dataclass(frozen=True, slots=True)
class LatePolicy:
	"""What is later than `after` meets `rule` (S13.3). Keeping the distance asks for no length of time: the
	late one comes now, and what follows moves by the same delay."""

	rule: Lateness = Lateness.KEEP_DISTANCE
	after: Delay = Delay(24, Unit.HOURS)

	def to_dict(self) -> dict[str, object]:
		return {"rule": self.rule.value, "after": self.after.to_dict()}

	@classmethod
	def from_dict(cls, source: Mapping[str, Any]) -> LatePolicy:
		"""Read what `to_dict` wrote, a missing field as its default; ValueError names what is wrong."""
		_expect_fields(source, optional={"rule", "after"})
		policy = cls()
		rule = _read_choice(source, "rule", Lateness) if "rule" in source else policy.rule
		try:
			after = Delay.from_dict(source["after"]) if "after" in source else policy.after
		except ValueError as fault:
			raise ValueError(f"after: {fault}") from fault
		return cls(rule, after)


def add_delay(start: datetime, delay: Delay, calendar: Calendar, at: time | None = None) -> datetime:
	"""The instant `delay` after `start` (S3.2).

	Minutes and hours are elapsed time. The other units keep the wall time: N days, weeks or months later (at
	most the last day of that month), or on the Nth working day after the day of `start`; 0 business days
	only leave a day off for the next working day.

	With `at` it is that wall time on the day so reached or, where this would be before `start`, on the
	next day, which for business days is the next working day.

	ValueError: an amount below zero, no working day to be found, or a result past the year 9999.
	"""
	begun = as_utc(start)
	if at is None and delay.unit in ELAPSED:
		return _elapsed(begun, delay, 1)
	landed = _shift(begun.astimezone(calendar.zone), delay, 1, calendar)
	if at is None:
		return landed.astimezone(UTC)
	day = landed.date()
	while (due := instant_of(day, at, calendar.zone)) < begun:
		day += ONE_DAY
		if delay.unit is Unit.BUSINESS_DAYS:
			day = calendar.find_working_day(day)
	return due


def before_or_after(
	moment: date | datetime, delay: Delay, before: bool, calendar: Calendar, at: time | None = None
) -> datetime:
	"""The instant `delay` before or after what a date field of the record holds (S3.2).

	A date means its local midnight, a naive datetime that wall time in the zone. Units count as in
	`add_delay`, backwards too: 0 business days before a day off is the working day before it. With `at`
	it is that wall time on the day so reached. ValueError as in `add_delay`.
	"""
	if not isinstance(moment, datetime):
		local = datetime(moment.year, moment.month, moment.day, tzinfo=calendar.zone)
	elif moment.tzinfo is None:
		local = moment.replace(tzinfo=calendar.zone, fold=0)
	else:
		local = moment.astimezone(calendar.zone)
	landed = _shift(local, delay, -1 if before else 1, calendar)
	if at is None:
		return landed.astimezone(UTC)
	return instant_of(landed.date(), at, calendar.zone)


def next_opening(moment: datetime, window: Window | None, calendar: Calendar) -> datetime:
	"""The first instant from `moment` on at which the window is open (S13.1); no window is always open.

	ValueError when it does not open within ten years.
	"""
	asked = as_utc(moment)
	if window is None:
		return asked
	for opens, closes in _openings(asked, window, calendar):
		if asked < closes:
			return max(asked, opens)
	raise ValueError(f"the sending window does not open in the {SEARCHED_DAYS} days after {asked}")


def following_opening(moment: datetime, window: Window | None, calendar: Calendar) -> datetime:
	"""The start of the first opening that begins after `moment`; without a window, `moment` itself.

	ValueError when there is none within ten years.
	"""
	asked = as_utc(moment)
	if window is None:
		return asked
	for opens, _closes in _openings(asked, window, calendar):
		if opens > asked:
			return opens
	raise ValueError(f"the sending window does not open in the {SEARCHED_DAYS} days after {asked}")


def is_open(moment: datetime, window: Window | None, calendar: Calendar) -> bool:
	"""Whether the window is open at `moment` (S13.1); no window is always open."""
	asked = as_utc(moment)
	if window is None:
		return True
	# Yesterday's may run past midnight; tomorrow's may have begun before the clocks went back over midnight.
	return any(opens <= asked < closes for opens, closes in _openings(asked, window, calendar, days=3))


def is_late(due: datetime, now: datetime, policy: LatePolicy, calendar: Calendar) -> bool:
	"""Whether more time than the policy allows has passed since `due` (S13.3)."""
	return add_delay(due, policy.after, calendar) < now


def _shift(local: datetime, delay: Delay, direction: int, calendar: Calendar) -> datetime:
	"""`local` moved by the delay, forwards (1) or backwards (-1), as local time again."""
	if delay.unit in ELAPSED:
		return _elapsed(local.astimezone(UTC), delay, direction).astimezone(calendar.zone)
	_expect_length(delay)
	if not delay.amount and delay.unit is not Unit.BUSINESS_DAYS:
		return local  # keeps which of two equal wall times it is
	try:
		if delay.span is not None:
			# Both are of one zone, so the wall time is what moves.
			return local + delay.span if direction > 0 else local - delay.span
		if delay.unit is Unit.MONTHS:
			return _move_to(add_months(local.date(), delay.amount * direction), local)
		return _move_to(calendar.find_working_day(local.date(), delay.amount, direction), local)
	except OverflowError as fault:
		raise _out_of_calendar(delay) from fault


def _elapsed(instant: datetime, delay: Delay, direction: int) -> datetime:
	_expect_length(delay)
	assert delay.span is not None
	try:
		return instant + delay.span if direction > 0 else instant - delay.span
	except OverflowError as fault:
		raise _out_of_calendar(delay) from fault


def _expect_length(delay: Delay) -> None:
	if delay.amount < 0:
		raise ValueError(f"a delay can't be below zero: {delay.amount} {delay.unit}")


def _out_of_calendar(delay: Delay) -> ValueError:
	return ValueError(f"a delay of {delay.amount} {delay.unit} leads out of the calendar")


def _move_to(day: date, local: datetime) -> datetime:
	if day == local.date():
		return local  # keeps which of two equal wall times it is
	return local.replace(year=day.year, month=day.month, day=day.day, fold=0)


def _openings(
	moment: datetime, window: Window, calendar: Calendar, days: int = SEARCHED_DAYS
) -> Iterator[tuple[datetime, datetime]]:
	"""Start and end of each opening, in order, from the first that can still be open at `moment`."""
	day = moment.astimezone(calendar.zone).date()
	if window.closes <= window.opens and window.closes != MIDNIGHT:
		day -= ONE_DAY
	for _ in range(days):
		if day.weekday() in window.days and day not in calendar.holidays:
			opening = _opening_of(day, window, calendar.zone)
			if opening is not None:
				yield opening
		day += ONE_DAY


@lru_cache(maxsize=4096)
def _opening_of(day: date, window: Window, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
	past_midnight = window.closes <= window.opens
	opens = first_reaching(day, window.opens, zone)
	closes = first_reaching(day + ONE_DAY if past_midnight else day, window.closes, zone)
	return (opens, closes) if opens < closes else None  # a clock change can skip all of it


def _expect_fields(
	source: Mapping[str, Any], required: Set[str] = frozenset(), optional: Set[str] = frozenset()
) -> None:
	if not isinstance(source, Mapping):
		raise ValueError(f"expected an object with fields, not {source!r}")
	if missing := required - source.keys():
		raise ValueError(f"{', '.join(sorted(missing))} is missing")
	if unknown := source.keys() - required - optional:
		raise ValueError(f"{', '.join(sorted(map(str, unknown)))} is not known here")


def _read_choice(source: Mapping[str, Any], name: str, choices: type[Choice]) -> Choice:
	for choice in choices:
		if choice.value == source[name]:
			return choice
	raise ValueError(f"{name} must be one of {', '.join(choices)}, not {source[name]!r}")


def _read_weekdays(source: Mapping[str, Any]) -> frozenset[int]:
	days = source["days"]
	if not isinstance(days, list) or not all(type(day) is int and 0 <= day <= 6 for day in days):
		raise ValueError(f"days must be a list of weekdays from 0 (Monday) to 6 (Sunday), not {days!r}")
	return frozenset(days)


def _read_time(source: Mapping[str, Any], name: str) -> time:
	text = source[name]
	try:
		if isinstance(text, str) and (parsed := time.fromisoformat(text)).tzinfo is None:
			return parsed
	except ValueError:
		pass
	raise ValueError(f"{name} must be a time of day such as 09:30, not {text!r}")
