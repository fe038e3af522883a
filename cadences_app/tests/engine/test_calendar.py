"""Delays and lateness: S3.2 and S13.3. Expected instants are worked out by hand, in UTC or local time."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from cadences_app.engine.calendar import (
	Calendar,
	Delay,
	Lateness,
	LatePolicy,
	Unit,
	add_delay,
	before_or_after,
	is_late,
)

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
# Wednesday, Thursday, and the Wednesday after
CHRISTMAS = frozenset({date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)})
SUNDAY_TO_THURSDAY = frozenset({6, 0, 1, 2, 3})

MINUTES, HOURS, DAYS = Unit.MINUTES, Unit.HOURS, Unit.DAYS
BUSINESS_DAYS, WEEKS, MONTHS = Unit.BUSINESS_DAYS, Unit.WEEKS, Unit.MONTHS


def utc(text: str) -> datetime:
	return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def wall(text: str, zone: ZoneInfo = KOLKATA) -> datetime:
	return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(timezone.utc)


def clock(text: str | None) -> time | None:
	return time.fromisoformat(text) if text else None


@pytest.mark.parametrize(
	("start", "amount", "unit", "expected"),
	[
		("2024-05-07 10:00:30", 0, MINUTES, "2024-05-07 10:00:30"),
		("2024-05-07 10:00:30", 45, MINUTES, "2024-05-07 10:45:30"),
		("2024-05-07 23:30", 45, MINUTES, "2024-05-08 00:15"),
		("2024-05-07 10:00", 36, HOURS, "2024-05-08 22:00"),
		("2024-05-07 10:00", 0, DAYS, "2024-05-07 10:00"),
		("2024-05-07 10:00", 3, DAYS, "2024-05-10 10:00"),
		("2024-02-28 10:00", 1, DAYS, "2024-02-29 10:00"),
		("2023-02-28 10:00", 1, DAYS, "2023-03-01 10:00"),
		("2024-12-31 23:59", 1, DAYS, "2025-01-01 23:59"),
		("2024-02-22 10:00", 1, WEEKS, "2024-02-29 10:00"),
		("2024-05-07 10:00", 3, WEEKS, "2024-05-28 10:00"),
		("2024-01-31 10:00", 0, MONTHS, "2024-01-31 10:00"),
		("2024-01-31 10:00", 1, MONTHS, "2024-02-29 10:00"),
		("2023-01-31 10:00", 1, MONTHS, "2023-02-28 10:00"),
		("2028-01-30 10:00", 1, MONTHS, "2028-02-29 10:00"),
		("2024-01-31 10:00", 2, MONTHS, "2024-03-31 10:00"),
		("2024-03-31 10:00", 1, MONTHS, "2024-04-30 10:00"),
		("2024-02-29 10:00", 1, MONTHS, "2024-03-29 10:00"),
		("2024-02-29 10:00", 12, MONTHS, "2025-02-28 10:00"),
		("2024-02-29 10:00", 48, MONTHS, "2028-02-29 10:00"),
		("2024-11-30 10:00", 3, MONTHS, "2025-02-28 10:00"),
		("2024-12-15 10:00", 1, MONTHS, "2025-01-15 10:00"),
		("2099-12-31 10:00", 2, MONTHS, "2100-02-28 10:00"),
	],
)
def test_adds_a_delay_to_the_local_calendar(start: str, amount: int, unit: Unit, expected: str) -> None:
	assert add_delay(wall(start), Delay(amount, unit), Calendar(KOLKATA)) == wall(expected)


@pytest.mark.parametrize(
	("zone", "start", "amount", "unit", "at", "expected"),
	[
		# Berlin: 31 March 2024, 02:00 becomes 03:00 (01:00 UTC); 27 October, 03:00 becomes 02:00 (01:00)
		("Europe/Berlin", "2024-03-30 09:00", 1, DAYS, None, "2024-03-31 08:00"),
		("Europe/Berlin", "2024-03-30 09:00", 24, HOURS, None, "2024-03-31 09:00"),
		("Europe/Berlin", "2024-03-30 01:30", 1, DAYS, None, "2024-03-31 01:30"),  # 02:30 is 03:30
		("Europe/Berlin", "2024-03-30 09:00", 1, DAYS, "02:15", "2024-03-31 01:15"),
		("Europe/Berlin", "2024-03-31 00:30", 60, MINUTES, None, "2024-03-31 01:30"),
		("Europe/Berlin", "2024-03-15 11:00", 1, MONTHS, None, "2024-04-15 10:00"),
		("Europe/Berlin", "2024-03-29 11:00", 1, BUSINESS_DAYS, None, "2024-04-01 10:00"),
		("Europe/Berlin", "2024-10-26 08:00", 1, DAYS, None, "2024-10-27 09:00"),
		("Europe/Berlin", "2024-10-26 08:00", 24, HOURS, None, "2024-10-27 08:00"),
		("Europe/Berlin", "2024-10-26 00:30", 1, DAYS, None, "2024-10-27 00:30"),  # the first 02:30
		("Europe/Berlin", "2024-10-27 01:30", 0, DAYS, None, "2024-10-27 01:30"),  # stays the second 02:30
		("Europe/Berlin", "2024-10-27 01:30", 1, DAYS, None, "2024-10-28 01:30"),
		("Europe/Berlin", "2024-10-27 01:30", 52, WEEKS, None, "2025-10-26 00:30"),  # the first 02:30
		("Europe/Berlin", "2024-10-27 00:45", 30, MINUTES, None, "2024-10-27 01:15"),
		("Europe/Berlin", "2024-10-26 08:00", 1, DAYS, "02:15", "2024-10-27 00:15"),
		("Europe/Berlin", "2024-10-27 01:30", 0, DAYS, "02:45", "2024-10-28 01:45"),
		# New York: 10 March 2024, 02:00 becomes 03:00 (07:00 UTC); 3 November, 02:00 becomes 01:00 (06:00)
		("America/New_York", "2024-03-09 07:30", 1, DAYS, None, "2024-03-10 07:30"),
		("America/New_York", "2024-03-09 17:00", 1, WEEKS, None, "2024-03-16 16:00"),
		("America/New_York", "2024-11-02 05:30", 1, DAYS, None, "2024-11-03 05:30"),
		("America/New_York", "2024-11-02 16:00", 1, WEEKS, None, "2024-11-09 17:00"),
		# the date is New York's: there it is still the evening of 30 January
		("America/New_York", "2024-01-31 02:00", 1, MONTHS, None, "2024-03-01 02:00"),
		# Lord Howe: 6 October 2024, 02:00 becomes 02:30 (15:30 UTC); 7 April, 02:00 becomes 01:30 (15:00)
		("Australia/Lord_Howe", "2024-10-04 15:45", 1, DAYS, None, "2024-10-05 15:45"),  # 02:15 is 02:45
		("Australia/Lord_Howe", "2024-10-05 01:30", 1, DAYS, None, "2024-10-06 01:00"),
		("Australia/Lord_Howe", "2024-04-05 14:45", 1, DAYS, None, "2024-04-06 14:45"),  # the first 01:45
		("Australia/Lord_Howe", "2024-04-06 01:00", 1, DAYS, None, "2024-04-07 01:30"),
		# no clock changes
		("Asia/Kolkata", "2024-03-30 04:30", 1, DAYS, None, "2024-03-31 04:30"),
		("Asia/Kolkata", "2024-10-26 04:30", 1, DAYS, None, "2024-10-27 04:30"),
		# Samoa had no 30 December 2011: its noon is the noon of the 31st
		("Pacific/Apia", "2011-12-29 22:00", 1, DAYS, None, "2011-12-30 22:00"),
	],
)
def test_keeps_the_wall_time_over_clock_changes(
	zone: str, start: str, amount: int, unit: Unit, at: str | None, expected: str
) -> None:
	due = add_delay(utc(start), Delay(amount, unit), Calendar(ZoneInfo(zone)), clock(at))
	assert due == utc(expected)
	assert due.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
	("start", "amount", "expected"),
	[
		("2024-05-07 10:00", 0, "2024-05-07 10:00"),  # Tuesday
		("2024-05-07 10:00", 1, "2024-05-08 10:00"),
		("2024-05-07 10:00", 4, "2024-05-13 10:00"),
		("2024-05-10 10:00", 1, "2024-05-13 10:00"),  # Friday
		("2024-05-10 10:00", 10, "2024-05-24 10:00"),
		("2024-05-11 10:00", 0, "2024-05-13 10:00"),  # Saturday
		("2024-05-11 10:00", 1, "2024-05-13 10:00"),
		("2024-05-11 10:00", 2, "2024-05-14 10:00"),
		("2024-12-24 10:00", 0, "2024-12-24 10:00"),  # over holidays
		("2024-12-24 10:00", 1, "2024-12-27 10:00"),
		("2024-12-24 10:00", 2, "2024-12-30 10:00"),
		("2024-12-24 10:00", 4, "2025-01-02 10:00"),
		("2024-12-25 10:00", 0, "2024-12-27 10:00"),
		("2024-12-26 10:00", 1, "2024-12-27 10:00"),
	],
)
def test_counts_business_days(start: str, amount: int, expected: str) -> None:
	calendar = Calendar(KOLKATA, holidays=CHRISTMAS)
	assert add_delay(wall(start), Delay(amount, BUSINESS_DAYS), calendar) == wall(expected)


def test_counts_many_years_of_business_days() -> None:
	monday = wall("2024-05-06 10:00")
	due = add_delay(monday, Delay(10_000, BUSINESS_DAYS), Calendar(KOLKATA))
	assert due == monday + timedelta(weeks=2_000)


def test_follows_the_working_week_of_the_calendar() -> None:
	calendar = Calendar(KOLKATA, business_days=SUNDAY_TO_THURSDAY)
	thursday, sunday = wall("2024-05-09 10:00"), wall("2024-05-12 10:00")
	assert add_delay(thursday, Delay(1, BUSINESS_DAYS), calendar) == sunday


@pytest.mark.parametrize(
	("start", "amount", "unit", "at", "expected"),
	[
		("2024-05-07 10:00", 0, DAYS, "14:00", "2024-05-07 14:00"),
		("2024-05-07 10:00", 0, DAYS, "10:00", "2024-05-07 10:00"),
		("2024-05-07 10:00", 0, DAYS, "09:00", "2024-05-08 09:00"),
		("2024-05-07 10:00", 3, DAYS, "09:00", "2024-05-10 09:00"),
		("2024-05-07 10:00", 2, HOURS, "11:00", "2024-05-07 11:00"),
		("2024-05-07 10:00", 2, HOURS, "09:00", "2024-05-08 09:00"),
		("2024-05-07 10:00", 23, HOURS, "09:00", "2024-05-08 09:00"),
		("2024-05-10 10:00", 30, MINUTES, "09:00", "2024-05-11 09:00"),  # a Saturday
		("2024-05-07 10:00", 1, WEEKS, "00:00", "2024-05-14 00:00"),
		("2024-01-31 10:00", 1, MONTHS, "08:00", "2024-02-29 08:00"),
		("2024-01-31 10:00", 0, MONTHS, "08:00", "2024-02-01 08:00"),
		("2024-12-20 10:00", 0, BUSINESS_DAYS, "12:00", "2024-12-20 12:00"),  # a Friday
		("2024-12-20 10:00", 0, BUSINESS_DAYS, "09:00", "2024-12-23 09:00"),
		("2024-12-21 10:00", 0, BUSINESS_DAYS, "09:00", "2024-12-23 09:00"),
		("2024-12-24 10:00", 0, BUSINESS_DAYS, "09:00", "2024-12-27 09:00"),
		("2024-12-24 10:00", 1, BUSINESS_DAYS, "09:00", "2024-12-27 09:00"),
	],
)
def test_moves_to_a_time_of_day(start: str, amount: int, unit: Unit, at: str, expected: str) -> None:
	calendar = Calendar(KOLKATA, holidays=CHRISTMAS)
	assert add_delay(wall(start), Delay(amount, unit), calendar, clock(at)) == wall(expected)


def test_the_fold_of_a_time_of_day_has_no_meaning() -> None:
	due = add_delay(utc("2024-10-26 08:00"), Delay(1, DAYS), Calendar(BERLIN), time(2, 15, fold=1))
	assert due == utc("2024-10-27 00:15")


def test_start_may_be_given_in_another_zone() -> None:
	start = datetime(2024, 10, 26, 23, 30, tzinfo=BERLIN)
	assert add_delay(start, Delay(6, HOURS), Calendar(KOLKATA)) == utc("2024-10-27 03:30")


@pytest.mark.parametrize("unit", list(Unit))
def test_refuses_an_amount_below_zero(unit: Unit) -> None:
	with pytest.raises(ValueError, match="below zero"):
		add_delay(utc("2024-05-07 10:00"), Delay(-1, unit), Calendar(KOLKATA))
	with pytest.raises(ValueError, match="below zero"):
		before_or_after(date(2024, 5, 7), Delay(-1, unit), True, Calendar(KOLKATA))


@pytest.mark.parametrize("unit", [MINUTES, HOURS, DAYS, WEEKS, MONTHS])
@pytest.mark.parametrize("amount", [10**10, 10**30])
def test_refuses_an_amount_beyond_all_years(unit: Unit, amount: int) -> None:
	with pytest.raises(ValueError, match="out of the calendar"):
		add_delay(utc("2024-05-07 10:00"), Delay(amount, unit), Calendar(KOLKATA))
	with pytest.raises(ValueError, match="out of the calendar"):
		before_or_after(date(2024, 5, 7), Delay(amount, unit), True, Calendar(KOLKATA))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("amount", [0, 1])
def test_gives_up_where_no_day_is_worked(before: bool, amount: int) -> None:
	never = Calendar(KOLKATA, business_days=frozenset())
	first = date(2010, 1, 1)
	always_off = Calendar(KOLKATA, holidays=frozenset(first + timedelta(days=n) for n in range(12_000)))
	for calendar in (never, always_off):
		with pytest.raises(ValueError, match="no working day"):
			before_or_after(date(2025, 1, 1), Delay(amount, BUSINESS_DAYS), before, calendar)


def test_refuses_a_naive_start() -> None:
	with pytest.raises(ValueError, match="needs a time zone"):
		add_delay(datetime(2024, 5, 7, 10), Delay(1, DAYS), Calendar(KOLKATA))


@pytest.mark.parametrize(
	("moment", "amount", "unit", "before", "at", "expected"),
	[
		(date(2024, 5, 7), 0, DAYS, False, None, "2024-05-07 00:00"),
		(date(2024, 5, 7), 0, DAYS, True, "09:00", "2024-05-07 09:00"),
		(date(2024, 5, 7), 3, DAYS, True, None, "2024-05-04 00:00"),
		(date(2024, 5, 7), 3, DAYS, True, "09:00", "2024-05-04 09:00"),
		(date(2024, 5, 7), 2, WEEKS, False, "09:00", "2024-05-21 09:00"),
		(date(2024, 5, 7), 90, MINUTES, True, None, "2024-05-06 22:30"),
		(date(2024, 5, 7), 90, MINUTES, True, "09:00", "2024-05-06 09:00"),
		(date(2024, 3, 31), 1, MONTHS, True, None, "2024-02-29 00:00"),
		(date(2024, 2, 29), 12, MONTHS, True, None, "2023-02-28 00:00"),
		(date(2024, 1, 15), 1, MONTHS, True, None, "2023-12-15 00:00"),
		(date(2024, 3, 1), 1, DAYS, True, None, "2024-02-29 00:00"),
		(date(2025, 1, 2), 1, BUSINESS_DAYS, True, None, "2024-12-31 00:00"),
		(date(2025, 1, 2), 4, BUSINESS_DAYS, True, "09:00", "2024-12-24 09:00"),
		(date(2024, 12, 24), 4, BUSINESS_DAYS, False, "09:00", "2025-01-02 09:00"),
		(date(2024, 12, 28), 0, BUSINESS_DAYS, True, None, "2024-12-27 00:00"),  # a Saturday
		(date(2024, 12, 28), 0, BUSINESS_DAYS, False, None, "2024-12-30 00:00"),
		(date(2024, 12, 27), 0, BUSINESS_DAYS, True, None, "2024-12-27 00:00"),
		(date(2024, 12, 29), 1, BUSINESS_DAYS, True, None, "2024-12-27 00:00"),
		(datetime(2024, 5, 7, 15, 30), 2, HOURS, True, None, "2024-05-07 13:30"),
		(datetime(2024, 5, 7, 15, 30), 1, DAYS, True, None, "2024-05-06 15:30"),
		(datetime(2024, 5, 7, 15, 30), 0, DAYS, False, "09:00", "2024-05-07 09:00"),
		(utc("2024-05-07 20:00"), 1, DAYS, True, None, "2024-05-07 01:30"),
		(utc("2024-05-07 20:00"), 1, DAYS, True, "09:00", "2024-05-07 09:00"),  # in Kolkata it is the 8th
	],
)
def test_counts_from_a_date_field(
	moment: date, amount: int, unit: Unit, before: bool, at: str | None, expected: str
) -> None:
	calendar = Calendar(KOLKATA, holidays=CHRISTMAS)
	assert before_or_after(moment, Delay(amount, unit), before, calendar, clock(at)) == wall(expected)


@pytest.mark.parametrize(
	("zone", "moment", "amount", "unit", "before", "expected"),
	[
		("Europe/Berlin", date(2024, 4, 1), 1, DAYS, True, "2024-03-30 23:00"),
		("Europe/Berlin", date(2024, 4, 1), 24, HOURS, True, "2024-03-30 22:00"),
		("Europe/Berlin", datetime(2024, 3, 31, 2, 30), 0, DAYS, True, "2024-03-31 01:30"),
		("Europe/Berlin", datetime(2024, 4, 1, 2, 30), 1, DAYS, True, "2024-03-31 01:30"),
		("Europe/Berlin", datetime(2024, 10, 27, 2, 30, fold=1), 0, DAYS, False, "2024-10-27 00:30"),
		("Europe/Berlin", utc("2024-10-27 01:30"), 0, DAYS, False, "2024-10-27 01:30"),
		("Europe/Berlin", utc("2024-10-27 01:30"), 0, BUSINESS_DAYS, False, "2024-10-27 01:30"),
		# Beirut: 31 March 2024 began at 01:00
		("Asia/Beirut", date(2024, 3, 31), 0, DAYS, False, "2024-03-30 22:00"),
		("Asia/Beirut", date(2024, 3, 31), 1, DAYS, False, "2024-03-31 21:00"),
	],
)
def test_counts_from_a_date_field_over_clock_changes(
	zone: str, moment: date, amount: int, unit: Unit, before: bool, expected: str
) -> None:
	every_day = Calendar(ZoneInfo(zone), frozenset(range(7)))
	due = before_or_after(moment, Delay(amount, unit), before, every_day)
	assert due == utc(expected)
	assert due.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
	("after", "due", "now", "late"),
	[
		(Delay(24, HOURS), "2024-05-07 10:00", "2024-05-07 09:00", False),
		(Delay(24, HOURS), "2024-05-07 10:00", "2024-05-08 10:00", False),
		(Delay(24, HOURS), "2024-05-07 10:00", "2024-05-08 10:01", True),
		(Delay(0, MINUTES), "2024-05-07 10:00", "2024-05-07 10:00", False),
		(Delay(0, MINUTES), "2024-05-07 10:00", "2024-05-07 10:01", True),
		(Delay(1, BUSINESS_DAYS), "2024-12-24 10:00", "2024-12-27 10:00", False),
		(Delay(1, BUSINESS_DAYS), "2024-12-24 10:00", "2024-12-27 10:01", True),
	],
)
def test_is_late_when_more_than_the_policy_allows_has_passed(
	after: Delay, due: str, now: str, late: bool
) -> None:
	calendar = Calendar(KOLKATA, holidays=CHRISTMAS)
	for rule in Lateness:
		assert is_late(wall(due), wall(now), LatePolicy(rule, after), calendar) is late
