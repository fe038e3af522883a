"""The calendar invite that goes with an email (S3.4; RFC 5545, RFC 5546)."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from cadences_app.mail.addresses import check_address, clean_header

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029]")


def build_invite(
	uid: str,
	starts: date,
	ends: date,
	summary: str,
	description: str,
	location: str,
	organizer: tuple[str, str],
	attendee: tuple[str, str],
	sequence: int,
	now: datetime,
	method: Literal["REQUEST", "CANCEL"] = "REQUEST",
) -> bytes:
	"""An .ics file for one meeting with one person; `organizer` and `attendee` are (name, address).

	The same `uid` with a higher `sequence` changes the meeting, method CANCEL calls it off. Times are aware;
	those of a `ZoneInfo` zone keep it, so that the meeting stays at its hour if the rules change, all others
	are written in UTC. Dates without a time are whole days, the last one included. Put the result into a part
	`text/calendar; method=...` of the mail.

	ValueError: naive times, a date with a time, an end not after the start, an empty uid, a negative
	sequence, a bad address.
	"""
	uid = clean_header(uid)
	_check_span(starts, ends, now)
	if not uid or sequence < 0:
		raise ValueError("an invite needs a uid and a sequence from 0")
	event = Event()
	event.add("uid", uid)
	event.add("dtstamp", now.astimezone(timezone.utc))
	event.add("dtstart", _place(starts))
	event.add("dtend", _place(ends) if isinstance(ends, datetime) else ends + timedelta(days=1))
	event.add("sequence", sequence)
	event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
	event.add("summary", clean_header(summary))
	for name, text in (("description", _clean_text(description)), ("location", clean_header(location))):
		if text:
			event.add(name, text)
	event.add("organizer", _name_person(organizer))
	event.add(
		"attendee", _name_person(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="TRUE")
	)
	return _wrap(event, method, starts, ends)


def _check_span(starts: date, ends: date, now: datetime) -> None:
	moments = [each for each in (starts, ends, now) if isinstance(each, datetime)]
	if any(moment.utcoffset() is None for moment in moments):
		raise ValueError("an invite's times need a time zone")
	if len(moments) == 2:
		raise ValueError("an invite is for whole days or between two times")
	# Within one zone, Python compares clock times; across the end of DST they don't tell what comes first.
	if isinstance(starts, datetime) and isinstance(ends, datetime):
		in_order = ends.astimezone(timezone.utc) > starts.astimezone(timezone.utc)
	else:
		in_order = ends >= starts
	if not in_order:
		raise ValueError("an invite ends after it starts")


def _wrap(event: Event, method: str, first: date, last: date) -> bytes:
	calendar = Calendar()
	calendar.add("prodid", "-//cadences_app//EN")
	calendar.add("version", "2.0")
	calendar.add("calscale", "GREGORIAN")
	calendar.add("method", method)
	calendar.add_component(event)
	if _KNOWS_ZONES:
		calendar.add_missing_timezones(date(first.year - 1, 1, 1), date(last.year + 2, 1, 1))
	ics: bytes = calendar.to_ical()
	return ics


# icalendar 6 writes the VTIMEZONE that a TZID needs; before that, UTC is the only time without one.
_KNOWS_ZONES = hasattr(Calendar, "add_missing_timezones")


def _place(moment: date) -> date:
	"""The moment as the file can say it without doubt; a day as it is.

	A clock time that a DST change skips becomes the one it stands for. One that is there twice is given in
	UTC: RFC 5545 reads it as the first, and calendars read it as either.
	"""
	if not isinstance(moment, datetime):
		return moment
	utc = moment.astimezone(timezone.utc)
	zone = moment.tzinfo
	if not _KNOWS_ZONES or not isinstance(zone, ZoneInfo) or zone.key is None:
		return utc
	local = utc.astimezone(zone)
	is_there_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
	return utc if is_there_twice or zone.key in ("UTC", "Etc/UTC") else local


def _name_person(person: tuple[str, str], **parameters: str) -> vCalAddress:
	name, address = person
	value: vCalAddress = vCalAddress(f"mailto:{check_address(address)}")
	name = clean_header(name)
	if name:
		value.params["CN"] = name
	value.params.update(parameters)
	return value


def _clean_text(text: str) -> str:
	return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text)).strip()
