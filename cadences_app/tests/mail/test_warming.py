"""How the daily cap of a mailbox that warms up moves from day to day (S13.3a)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.warming import Day, first_cap, next_cap

NUMBERS = st.integers(1, 5000)
GROWTHS = st.integers(1, 100)


@given(st.integers(0, 5000), NUMBERS)
def test_it_begins_with_at_least_one_and_no_more_than_wanted(first: int, wanted: int) -> None:
	"""S13.3a"""
	assert 1 <= first_cap(first, wanted) <= wanted


@given(NUMBERS, NUMBERS, GROWTHS, st.integers(0, 5000), st.booleans())
def test_it_stays_between_one_and_what_is_wanted(
	cap: int, wanted: int, growth: int, sent: int, is_bad: bool
) -> None:
	"""S13.3a"""
	assert 1 <= next_cap(cap, wanted, growth, Day(sent), is_bad=is_bad) <= wanted


@given(NUMBERS, NUMBERS, GROWTHS)
def test_good_days_reach_what_is_wanted_and_bad_ones_lead_down(first: int, wanted: int, growth: int) -> None:
	"""S13.3a"""
	cap = first_cap(first, wanted)
	for _day in range(5000):
		later = next_cap(cap, wanted, growth, Day(cap), is_bad=False)
		assert later > cap or later == wanted
		assert later <= max(cap + 1, cap * (100 + growth) // 100)
		if later == wanted:
			break
		cap = later
	assert later == wanted
	while cap > 1:
		later = next_cap(cap, wanted, growth, Day(cap), is_bad=True)
		assert later == cap // 2
		cap = later


@given(st.integers(2, 5000), GROWTHS)
def test_a_day_on_which_little_was_sent_proves_nothing(cap: int, growth: int) -> None:
	"""S13.3a"""
	assert next_cap(cap, 10_000, growth, Day((cap - 1) // 2), is_bad=False) == cap


@pytest.mark.parametrize(
	("day", "is_bad"),
	[
		(Day(sent=20), False),
		(Day(sent=20, bounced=1), False),
		(Day(sent=20, bounced=2), True),
		(Day(sent=100, bounced=2), False),
		(Day(sent=80, bounced=2), False),
		(Day(sent=100, bounced=3), True),
		(Day(sent=0, bounced=2), True),
		(Day(sent=20, complaints=1), True),
		(Day(sent=2000, complaints=1), False),
	],
)
def test_which_days_are_bad(day: Day, is_bad: bool) -> None:
	"""S13.3a: more than half of what would pause it came back."""
	assert day.is_bad(5, 0.3) is is_bad


def test_a_limit_of_zero_is_none() -> None:
	assert not Day(sent=10, bounced=10, complaints=10).is_bad(0, 0)
