"""Site time and UTC. Frappe stores naive moments in the site's time zone; the engine knows aware UTC only."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import get_datetime, get_system_timezone, now_datetime


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


def from_site(stored: datetime | str | None) -> datetime | None:
	"""A stored naive moment as aware UTC; of a repeated hour, the first."""
	if not stored:
		return None
	return get_datetime(stored).replace(tzinfo=site_zone()).astimezone(timezone.utc)


def today() -> str:
	return frappe.utils.nowdate()
