"""Site time and UTC. Frappe stores naive moments in the site's time zone; the engine knows aware UTC only."""

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import get_datetime, get_system_timezone, now_datetime

from cadences_app.engine.triggers import MEANT_YEARS

LONGEST_WRITTEN = 100
"""Characters of a moment that somebody writes, in words too."""
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a moment fails with, by what is written instead."""


def now() -> datetime:
	"""The present moment, aware UTC. Follows Frappe's clock, so a frozen one is frozen here too."""
	return from_site(now_datetime())


def site_zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())


def reader_zone(user: str = "") -> ZoneInfo:
	"""The zone in which this user (else the session's) reads times: their own, or the site's."""
	name = frappe.get_cached_value("User", user or frappe.session.user, "time_zone")
	try:
		return ZoneInfo(name) if name else site_zone()
	except (ZoneInfoNotFoundError, ValueError):
		return site_zone()


def to_reader(stored: datetime | str | None) -> datetime | None:
	"""A stored moment as the session's user reads it, without a zone."""
	moment = from_site(stored)
	return None if moment is None else moment.astimezone(reader_zone()).replace(tzinfo=None)


def to_site(moment: datetime | None) -> datetime | None:
	"""An aware moment as Frappe stores it; of a repeated hour only the wall time is kept."""
	return None if moment is None else moment.astimezone(site_zone()).replace(tzinfo=None)


def latest_at_site(moment: datetime) -> datetime:
	"""What a stored moment that is no later than this one reads at most. In an hour that a clock change
	repeats, what is stored of its first pass can read later than what is stored of its second."""
	wall = moment.astimezone(site_zone())
	offsets = [wall.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
	return wall.replace(tzinfo=None) + max(offsets[0] - offsets[1], timedelta())


def from_site(stored: datetime | str | None) -> datetime | None:
	"""A stored naive moment as aware UTC; of a repeated hour, the first."""
	if not stored:
		return None
	return get_datetime(stored).replace(tzinfo=site_zone()).astimezone(timezone.utc)


def read_moment(written: Any, zone: ZoneInfo | None = None) -> datetime | None:
	"""The moment that somebody wrote, aware UTC: in `zone` (else the site's) where it names none itself; a
	date is its first moment. None for what is none, and for a year that nobody means (`MEANT_YEARS`)."""
	found = _read(written)
	if found is None:
		return None
	try:
		return (found if found.tzinfo else found.replace(tzinfo=zone or site_zone())).astimezone(timezone.utc)
	except _UNREADABLE:  # an offset of days
		return None


def read_day(written: Any) -> date | None:
	"""The day that somebody wrote; None as in `read_moment`."""
	found = _read(written)
	return None if found is None else found.date()


def is_meant(moment: date | datetime) -> bool:
	"""Whether somebody can mean this: the year 9999 stands for "never"."""
	return moment.year in MEANT_YEARS


def _read(written: Any) -> datetime | None:
	if not written or (isinstance(written, str) and len(written) > LONGEST_WRITTEN):
		return None
	try:
		found = get_datetime(written)
	except _UNREADABLE:
		return None
	return found if isinstance(found, datetime) and is_meant(found) else None


def today() -> str:
	return frappe.utils.nowdate()
