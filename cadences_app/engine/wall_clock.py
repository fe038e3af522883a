"""Local wall times as instants, also on the days on which the clocks change (S13.1)."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc


def as_utc(moment: datetime) -> datetime:
	"""The same instant in UTC. ValueError for a naive datetime, which is no instant."""
	if moment.tzinfo is UTC:
		return moment
	if moment.tzinfo is None:
		raise ValueError(f"an instant needs a time zone: {moment!r}")
	return moment.astimezone(UTC)


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
	"""The earlier of two instants, of which either may not be there."""
	if one is None:
		return other
	return one if other is None or one <= other else other


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
	"""The instant of a wall time.

	One that a clock change skips moves forward by what is skipped, one that occurs twice means its first
	occurrence.
	"""
	return _wall(day, at, zone).astimezone(UTC)


def first_reaching(day: date, at: time, zone: ZoneInfo) -> datetime:
	"""The first instant at which the local clock shows `at` of that day or later.

	It differs from `instant_of` for a wall time that a clock change skips: that is reached at the change.
	"""
	wall = _wall(day, at, zone)
	offset, other = zone.utcoffset(wall), zone.utcoffset(wall.replace(fold=1))
	if offset is None or other is None or offset >= other:
		return wall.astimezone(UTC)
	before = wall.replace(microsecond=0, fold=1).astimezone(UTC)
	seconds = range(int((other - offset).total_seconds()))
	change = bisect_left(
		seconds, True, key=lambda s: (before + timedelta(seconds=s)).astimezone(zone).utcoffset() == other
	)
	return before + timedelta(seconds=change)


def _wall(day: date, at: time, zone: ZoneInfo) -> datetime:
	# Built field by field: `datetime.combine` would keep the fold of `at`.
	return datetime(day.year, day.month, day.day, at.hour, at.minute, at.second, at.microsecond, zone)
