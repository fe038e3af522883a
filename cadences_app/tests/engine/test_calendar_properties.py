"""What holds for every delay and every window: S3.2, S13.1, S13.3."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cadences_app.engine.calendar import (
	Calendar,
	Delay,
	Lateness,
	LatePolicy,
	Unit,
	Window,
	add_delay,
	before_or_after,
	following_opening,
	is_late,
	is_open,
	next_opening,
)

quick = settings(deadline=None, max_examples=150)

# With clock changes of an hour, of half an hour, at midnight, of a whole day, back over midnight, and none.
ZONES = [
	ZoneInfo(name)
	for name in (
		"Europe/Berlin",
		"America/New_York",
		"Australia/Lord_Howe",
		"Asia/Beirut",
		"Pacific/Apia",
		"America/St_Johns",
		"Asia/Kolkata",
	)
]
KOLKATA = ZoneInfo("Asia/Kolkata")
RESOLUTION = timedelta(microseconds=1)
# Instants near which one of the zones changes its clocks
CHANGES = [
	datetime(2024, 3, 31, 1),
	datetime(2024, 10, 27, 1),
	datetime(2024, 3, 10, 7),
	datetime(2024, 11, 3, 6),
	datetime(2024, 10, 5, 15, 30),
	datetime(2024, 4, 6, 15),
	datetime(2024, 3, 30, 22),
	datetime(2011, 12, 30, 10),
	datetime(2010, 11, 7, 2, 31),
]

anywhen = st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(timezone.utc))
near_a_change = st.builds(
	lambda change, minutes: change.replace(tzinfo=timezone.utc) + timedelta(minutes=minutes),
	st.sampled_from(CHANGES),
	st.integers(-2000, 2000),
)
moments = anywhen | near_a_change
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59])) | st.times()
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
windows = st.builds(Window, weekdays, times, times)
delays = st.builds(Delay, st.integers(0, 40), st.sampled_from(Unit))
holidays = st.frozensets(st.dates(date(2023, 12, 1), date(2024, 12, 31)), max_size=40)
calendars = st.builds(Calendar, st.sampled_from(ZONES), weekdays, holidays)
unchanging_calendars = st.builds(Calendar, st.just(KOLKATA), weekdays, holidays)


@quick
@given(moments, delays, calendars, st.none() | times)
def test_nothing_is_due_before_its_start(
	start: datetime, delay: Delay, calendar: Calendar, at: time | None
) -> None:
	assert add_delay(start, delay, calendar, at) >= start


@quick
@given(moments, delays, calendars)
def test_a_longer_delay_is_not_due_earlier(start: datetime, delay: Delay, calendar: Calendar) -> None:
	longer = Delay(delay.amount + 1, delay.unit)
	assert add_delay(start, delay, calendar) <= add_delay(start, longer, calendar)


@quick
@given(moments, delays, unchanging_calendars, times)
def test_a_time_of_day_is_kept(start: datetime, delay: Delay, calendar: Calendar, at: time) -> None:
	assert add_delay(start, delay, calendar, at).astimezone(KOLKATA).time() == at


@quick
@given(moments, st.integers(0, 40), unchanging_calendars, st.none() | times)
def test_business_days_end_on_working_days(
	start: datetime, amount: int, calendar: Calendar, at: time | None
) -> None:
	day = add_delay(start, Delay(amount, Unit.BUSINESS_DAYS), calendar, at).astimezone(KOLKATA).date()
	assert day.weekday() in calendar.business_days
	assert day not in calendar.holidays


@quick
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), calendars)
def test_business_days_backwards_undo_business_days(day: date, amount: int, calendar: Calendar) -> None:
	worked = calendar.find_working_day(day)
	later = calendar.find_working_day(worked, amount)
	assert calendar.find_working_day(later, amount, -1) == worked


@quick
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), delays, calendars)
def test_before_is_not_after(day: date, delay: Delay, calendar: Calendar) -> None:
	before = before_or_after(day, delay, True, calendar)
	after = before_or_after(day, delay, False, calendar)
	assert before <= before_or_after(day, Delay(0, Unit.DAYS), False, calendar) <= after


@quick
@given(moments, windows, calendars)
@example(
	datetime(2010, 11, 7, 2, 45, tzinfo=timezone.utc),
	Window(frozenset({6}), time(0), time(0)),
	Calendar(ZoneInfo("America/St_Johns")),
)
def test_the_next_opening_is_open_and_the_first(moment: datetime, window: Window, calendar: Calendar) -> None:
	opening = next_opening(moment, window, calendar)
	assert opening >= moment
	assert is_open(opening, window, calendar)
	assert next_opening(opening, window, calendar) == opening
	assert is_open(moment, window, calendar) is (opening == moment)
	if opening > moment:
		assert not is_open(opening - RESOLUTION, window, calendar)


@quick
@given(moments, st.timedeltas(timedelta(0), timedelta(days=3)), windows, calendars)
def test_openings_keep_the_order_of_moments(
	moment: datetime, later: timedelta, window: Window, calendar: Calendar
) -> None:
	for search in (next_opening, following_opening):
		assert search(moment, window, calendar) <= search(moment + later, window, calendar)


@quick
@given(moments, windows, calendars)
def test_the_following_opening_begins_later(moment: datetime, window: Window, calendar: Calendar) -> None:
	following = following_opening(moment, window, calendar)
	assert following > moment
	assert is_open(following, window, calendar)
	assert following_opening(following - RESOLUTION, window, calendar) == following


@quick
@given(moments, windows, unchanging_calendars)
def test_a_window_is_open_when_the_wall_clock_says_so(
	moment: datetime, window: Window, calendar: Calendar
) -> None:
	local = moment.astimezone(KOLKATA)
	today, yesterday = local.date(), local.date() - timedelta(days=1)
	opens_today = today.weekday() in window.days and today not in calendar.holidays
	opened_yesterday = yesterday.weekday() in window.days and yesterday not in calendar.holidays
	if window.opens < window.closes:
		expected = opens_today and window.opens <= local.time() < window.closes
	else:
		expected = (opens_today and local.time() >= window.opens) or (
			opened_yesterday and local.time() < window.closes
		)
	assert is_open(moment, window, calendar) is expected


@quick
@given(moments, delays, calendars, st.sampled_from(Lateness))
def test_lateness_begins_right_after_the_allowed_time(
	due: datetime, after: Delay, calendar: Calendar, rule: Lateness
) -> None:
	policy = LatePolicy(rule, after)
	limit = add_delay(due, after, calendar)
	assert not is_late(due, limit, policy, calendar)
	assert is_late(due, limit + RESOLUTION, policy, calendar)


@quick
@given(delays, windows, st.sampled_from(Lateness))
def test_what_is_written_reads_back(delay: Delay, window: Window, rule: Lateness) -> None:
	assert Delay.from_dict(delay.to_dict()) == delay
	assert Window.from_dict(window.to_dict()) == window
	policy = LatePolicy(rule, delay)
	assert LatePolicy.from_dict(policy.to_dict()) == policy
