"""Arithmetic on dates: months and working days, forwards and backwards (S3.2)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Set
from datetime import date, timedelta

# Ten years without a working day, or without an opening of a window: there will never be one.
SEARCHED_DAYS = 3660


def add_months(day: date, months: int) -> date:
	"""The same day `months` later, or earlier when below zero; at most the last day of that month.

	OverflowError outside the years 1 to 9999, as in the arithmetic of dates.
	"""
	year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
	if not date.min.year <= year <= date.max.year:
		raise OverflowError(f"no such year: {year}")
	if day.day <= 28:
		return date(year, month + 1, day.day)
	return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def find_working_day(
	day: date, amount: int, direction: int, business_days: Set[int], holidays: Set[date]
) -> date:
	"""The working day that is the `amount`th after `day` (direction 1) or before it (-1).

	Amount 0 is the day itself or, where that is a day off, the nearest working day in that direction.
	ValueError when ten years go by without one.
	"""
	if amount == 0 and day.weekday() in business_days and day not in holidays:
		return day
	step = timedelta(days=direction)
	missing = max(amount, 1)
	days_off = 0
	while missing:
		day += step
		if day.weekday() in business_days and day not in holidays:
			missing -= 1
			days_off = 0
		elif (days_off := days_off + 1) >= SEARCHED_DAYS:
			raise ValueError(f"no working day within {SEARCHED_DAYS} days of {day - step * days_off}")
	return day
