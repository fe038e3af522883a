"""Sending windows: S13.1. Expected instants are worked out by hand, in UTC or in local wall time."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from cadences_app.engine.calendar import Calendar, Window, following_opening, is_open, next_opening

KOLKATA = ZoneInfo("Asia/Kolkata")
DAILY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
OFFICE = Window(WEEKDAYS, time(9), time(17))
NIGHT = Window(WEEKDAYS, time(22), time(2))
EVENING = Window(WEEKDAYS, time(18), time(0))
ALL_DAY = Window(WEEKDAYS, time(0), time(0))
ROUND_THE_CLOCK = Window(DAILY, time(0), time(0))
FRIDAY_SHIFT = Window(frozenset({4}), time(9), time(9))


def utc(text: str) -> datetime:
	return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def wall(text: str) -> datetime:
	return datetime.fromisoformat(text).replace(tzinfo=KOLKATA).astimezone(timezone.utc)


def daily(opens: str, closes: str) -> Window:
	return Window(DAILY, time.fromisoformat(opens), time.fromisoformat(closes))


@pytest.mark.parametrize(
	("window", "moment", "opening", "following"),
	[
		# 7 May 2024 is a Tuesday, Friday the 10th a holiday
		(OFFICE, "2024-05-07 08:59:59", "2024-05-07 09:00", "2024-05-07 09:00"),
		(OFFICE, "2024-05-07 09:00", "2024-05-07 09:00", "2024-05-08 09:00"),
		(OFFICE, "2024-05-07 16:59:59.999999", "2024-05-07 16:59:59.999999", "2024-05-08 09:00"),
		(OFFICE, "2024-05-07 17:00", "2024-05-08 09:00", "2024-05-08 09:00"),
		(OFFICE, "2024-05-09 18:00", "2024-05-13 09:00", "2024-05-13 09:00"),
		(OFFICE, "2024-05-10 12:00", "2024-05-13 09:00", "2024-05-13 09:00"),
		(OFFICE, "2024-05-11 12:00", "2024-05-13 09:00", "2024-05-13 09:00"),
		(NIGHT, "2024-05-07 21:00", "2024-05-07 22:00", "2024-05-07 22:00"),
		(NIGHT, "2024-05-07 23:00", "2024-05-07 23:00", "2024-05-08 22:00"),
		(NIGHT, "2024-05-08 00:00", "2024-05-08 00:00", "2024-05-08 22:00"),
		(NIGHT, "2024-05-08 01:59", "2024-05-08 01:59", "2024-05-08 22:00"),
		(NIGHT, "2024-05-08 02:00", "2024-05-08 22:00", "2024-05-08 22:00"),
		(NIGHT, "2024-05-04 01:00", "2024-05-04 01:00", "2024-05-06 22:00"),  # Saturday, Friday's window
		(NIGHT, "2024-05-04 23:00", "2024-05-06 22:00", "2024-05-06 22:00"),
		(NIGHT, "2024-05-06 01:00", "2024-05-06 22:00", "2024-05-06 22:00"),  # Monday, Sunday has none
		(NIGHT, "2024-05-10 01:00", "2024-05-10 01:00", "2024-05-13 22:00"),  # opened before the holiday
		(NIGHT, "2024-05-11 01:00", "2024-05-13 22:00", "2024-05-13 22:00"),  # the holiday's own
		(EVENING, "2024-05-07 23:59", "2024-05-07 23:59", "2024-05-08 18:00"),
		(EVENING, "2024-05-08 00:00", "2024-05-08 18:00", "2024-05-08 18:00"),
		(ALL_DAY, "2024-05-07 00:00", "2024-05-07 00:00", "2024-05-08 00:00"),
		(ALL_DAY, "2024-05-09 23:59", "2024-05-09 23:59", "2024-05-13 00:00"),
		(ALL_DAY, "2024-05-10 00:00", "2024-05-13 00:00", "2024-05-13 00:00"),
		(ROUND_THE_CLOCK, "2024-05-04 13:00", "2024-05-04 13:00", "2024-05-05 00:00"),
		(FRIDAY_SHIFT, "2024-05-04 08:59", "2024-05-04 08:59", "2024-05-17 09:00"),
		(FRIDAY_SHIFT, "2024-05-04 09:00", "2024-05-17 09:00", "2024-05-17 09:00"),
	],
)
def test_opens_on_its_days_and_hours(window: Window, moment: str, opening: str, following: str) -> None:
	calendar = Calendar(KOLKATA, holidays=frozenset({date(2024, 5, 10)}))
	assert next_opening(wall(moment), window, calendar) == wall(opening)
	assert following_opening(wall(moment), window, calendar) == wall(following)
	assert is_open(wall(moment), window, calendar) is (moment == opening)


@pytest.mark.parametrize(
	("zone", "window", "moment", "opening"),
	[
		# Berlin: 31 March 2024, 02:00 becomes 03:00 (01:00 UTC); 27 October, 03:00 becomes 02:00 (01:00)
		("Europe/Berlin", daily("09:00", "17:00"), "2024-03-31 06:59", "2024-03-31 07:00"),
		("Europe/Berlin", daily("09:00", "17:00"), "2024-03-30 16:00", "2024-03-31 07:00"),
		("Europe/Berlin", daily("02:30", "05:00"), "2024-03-31 00:30", "2024-03-31 01:00"),
		("Europe/Berlin", daily("02:30", "03:15"), "2024-03-31 00:30", "2024-03-31 01:00"),
		("Europe/Berlin", daily("02:15", "02:45"), "2024-03-31 00:00", "2024-04-01 00:15"),
		("Europe/Berlin", daily("01:00", "02:30"), "2024-03-31 00:59", "2024-03-31 00:59"),
		("Europe/Berlin", daily("01:00", "02:30"), "2024-03-31 01:00", "2024-03-31 23:00"),
		("Europe/Berlin", daily("22:00", "03:30"), "2024-03-31 01:29", "2024-03-31 01:29"),
		("Europe/Berlin", daily("22:00", "03:30"), "2024-03-31 01:30", "2024-03-31 20:00"),
		("Europe/Berlin", daily("09:00", "17:00"), "2024-10-26 16:00", "2024-10-27 08:00"),
		("Europe/Berlin", daily("02:30", "03:00"), "2024-10-27 00:15", "2024-10-27 00:30"),
		("Europe/Berlin", daily("02:30", "03:00"), "2024-10-27 01:15", "2024-10-27 01:15"),
		("Europe/Berlin", daily("02:30", "03:00"), "2024-10-27 02:00", "2024-10-28 01:30"),
		("Europe/Berlin", daily("02:00", "02:30"), "2024-10-27 00:29", "2024-10-27 00:29"),
		("Europe/Berlin", daily("02:00", "02:30"), "2024-10-27 00:30", "2024-10-28 01:00"),
		("Europe/Berlin", daily("02:00", "02:30"), "2024-10-27 01:10", "2024-10-28 01:00"),
		# New York: 10 March 2024, 02:00 becomes 03:00 (07:00 UTC); 3 November, 02:00 becomes 01:00 (06:00)
		("America/New_York", daily("02:30", "05:00"), "2024-03-10 06:00", "2024-03-10 07:00"),
		("America/New_York", daily("09:00", "17:00"), "2024-03-10 01:00", "2024-03-10 13:00"),
		("America/New_York", daily("09:00", "17:00"), "2024-11-02 22:00", "2024-11-03 14:00"),
		# Lord Howe: 6 October 2024, 02:00 becomes 02:30 (15:30 UTC); 7 April, 02:00 becomes 01:30 (15:00)
		("Australia/Lord_Howe", daily("02:15", "04:00"), "2024-10-05 15:00", "2024-10-05 15:30"),
		("Australia/Lord_Howe", daily("02:10", "02:20"), "2024-10-05 15:00", "2024-10-06 15:10"),
		("Australia/Lord_Howe", daily("01:40", "03:00"), "2024-04-06 14:00", "2024-04-06 14:40"),
		("Australia/Lord_Howe", daily("01:00", "01:45"), "2024-04-06 15:05", "2024-04-07 14:30"),
		# Beirut: 31 March 2024 began at 01:00
		("Asia/Beirut", daily("00:00", "02:00"), "2024-03-30 21:30", "2024-03-30 22:00"),
		# Samoa had no 30 December 2011
		("Pacific/Apia", daily("09:00", "17:00"), "2011-12-30 05:00", "2011-12-30 19:00"),
	],
)
def test_opens_by_the_wall_clock_over_clock_changes(
	zone: str, window: Window, moment: str, opening: str
) -> None:
	calendar = Calendar(ZoneInfo(zone))
	opened = next_opening(utc(moment), window, calendar)
	assert opened == utc(opening)
	assert opened.utcoffset() == timedelta(0)
	assert is_open(utc(moment), window, calendar) is (moment == opening)


def test_stays_open_when_the_clocks_go_back_over_midnight() -> None:
	"""Newfoundland, 7 November 2010, a Sunday: at 00:01 (02:31 UTC) it was 23:01 of Saturday again."""
	calendar = Calendar(ZoneInfo("America/St_Johns"))
	sunday = Window(frozenset({6}), time(0), time(0))
	sunday_into_monday = Window(frozenset({6}), time(0, 0, 30), time(0, 0, 15))
	saturday_again = utc("2010-11-07 02:45")
	assert next_opening(utc("2010-11-07 02:00"), sunday, calendar) == utc("2010-11-07 02:30")
	assert next_opening(saturday_again, sunday, calendar) == saturday_again
	assert is_open(saturday_again, sunday, calendar)
	assert is_open(saturday_again, sunday_into_monday, calendar)
	assert not is_open(saturday_again, Window(frozenset({5}), time(0), time(0)), calendar)


def test_the_weekday_is_the_one_of_the_zone() -> None:
	sunday_in_utc = utc("2024-05-05 22:00")
	assert is_open(sunday_in_utc, ALL_DAY, Calendar(KOLKATA))
	assert not is_open(sunday_in_utc, ALL_DAY, Calendar(ZoneInfo("America/New_York")))


def test_no_window_is_always_open() -> None:
	moment = utc("2024-05-05 03:00")
	calendar = Calendar(KOLKATA, holidays=frozenset({date(2024, 5, 5)}))
	assert next_opening(moment, None, calendar) == moment
	assert following_opening(moment, None, calendar) == moment
	assert is_open(moment, None, calendar)


def test_the_working_week_does_not_close_a_window() -> None:
	calendar = Calendar(KOLKATA, business_days=frozenset())
	assert is_open(wall("2024-05-07 12:00"), OFFICE, calendar)


def test_says_when_it_never_opens() -> None:
	first = date(2024, 5, 1)
	closed_for_good = Calendar(KOLKATA, holidays=frozenset(first + timedelta(days=n) for n in range(4000)))
	no_days = Window(frozenset(), time(9), time(17))
	assert OFFICE.ever_opens()
	assert not no_days.ever_opens()
	for window, calendar in ((OFFICE, closed_for_good), (no_days, Calendar(KOLKATA))):
		assert not is_open(wall("2024-05-07 12:00"), window, calendar)
		for search in (next_opening, following_opening):
			with pytest.raises(ValueError, match="does not open"):
				search(wall("2024-05-07 12:00"), window, calendar)


@pytest.mark.parametrize("window", [OFFICE, None])
def test_refuses_a_naive_moment(window: Window | None) -> None:
	for ask in (next_opening, following_opening, is_open):
		with pytest.raises(ValueError, match="needs a time zone"):
			ask(datetime(2024, 5, 7, 12), window, Calendar(KOLKATA))
