"""The invite as a calendar program reads it (S3.4, RFC 5545)."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from cadences_app.mail.composing import invite
from cadences_app.mail.composing.invite import build_invite

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
STARTS = datetime(2026, 3, 30, 10, tzinfo=BERLIN)


def build(**changes: Any) -> bytes:
	given: dict[str, Any] = {
		"uid": "cadence.0k3j9x2m1a@example.com",
		"starts": STARTS,
		"ends": STARTS + timedelta(hours=1),
		"summary": "Viewing",
		"description": "Bring the keys",
		"location": "Main St 1",
		"organizer": ("Rita Rep", "rita@example.com"),
		"attendee": ("Anna Kern", "anna@example.org"),
		"sequence": 0,
		"now": NOW,
	}
	return build_invite(**(given | changes))


def read(ics: bytes) -> tuple[Calendar, Any]:
	calendar = Calendar.from_ical(ics)
	event: Any
	(event,) = calendar.walk("VEVENT")
	return calendar, event


def test_a_request() -> None:
	calendar, event = read(build())
	assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
	assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (
		"cadence.0k3j9x2m1a@example.com",
		0,
		"CONFIRMED",
	)
	assert (event["SUMMARY"], event["DESCRIPTION"], event["LOCATION"]) == (
		"Viewing",
		"Bring the keys",
		"Main St 1",
	)
	assert event["DTSTAMP"].dt == NOW
	assert event["ORGANIZER"] == "mailto:rita@example.com" and event["ORGANIZER"].params["CN"] == "Rita Rep"
	attendee = event["ATTENDEE"]
	assert attendee == "mailto:anna@example.org" and attendee.params["CN"] == "Anna Kern"
	assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_what_is_not_said_of_a_meeting_has_no_line() -> None:
	ics = build(description="", location=" ")
	assert b"DESCRIPTION" not in ics and b"LOCATION" not in ics


def test_a_re_send_keeps_the_uid_and_a_cancellation_too() -> None:
	calendar, event = read(build(sequence=2, method="CANCEL", now=NOW + timedelta(days=1)))
	assert calendar["METHOD"] == "CANCEL"
	assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (
		"cadence.0k3j9x2m1a@example.com",
		2,
		"CANCELLED",
	)
	assert build() == build()


@pytest.mark.parametrize(
	"starts",
	[
		STARTS,
		datetime(2026, 1, 15, 9, 30, tzinfo=BERLIN),
		datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
		datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
		datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN),
		datetime(2028, 2, 29, 23, 45, tzinfo=ZoneInfo("Asia/Kolkata")),
		datetime(2026, 7, 1, 8, tzinfo=ZoneInfo("America/New_York")),
		datetime(2045, 7, 1, 8, tzinfo=ZoneInfo("America/New_York")),
		datetime(2026, 7, 1, 8, tzinfo=ZoneInfo("UTC")),
		datetime(2026, 7, 1, 8, tzinfo=timezone.utc),
		datetime(2026, 7, 1, 8, tzinfo=timezone(timedelta(hours=5, minutes=45))),
	],
)
def test_the_instant_is_right_in_every_zone(starts: datetime) -> None:
	ends = (starts.astimezone(timezone.utc) + timedelta(minutes=45)).astimezone(starts.tzinfo)
	_calendar, event = read(build(starts=starts, ends=ends))
	assert event["DTSTART"].dt.astimezone(timezone.utc) == starts.astimezone(timezone.utc)
	assert event["DTEND"].dt.astimezone(timezone.utc) == ends.astimezone(timezone.utc)


@pytest.mark.skipif(not invite._KNOWS_ZONES, reason="icalendar below 6 writes no zones")
def test_a_zone_comes_with_its_definition() -> None:
	calendar, event = read(build())
	assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
	zone: Any
	(zone,) = calendar.walk("VTIMEZONE")
	assert zone["TZID"] == "Europe/Berlin"
	rules = {(part.name, part["TZOFFSETTO"].td) for part in zone.subcomponents}
	assert rules == {("STANDARD", timedelta(hours=1)), ("DAYLIGHT", timedelta(hours=2))}


def test_without_zone_definitions_all_times_are_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(invite, "_KNOWS_ZONES", False)
	ics = build()
	assert b"DTSTART:20260330T080000Z" in ics and b"TZID" not in ics


HOSTILE = 'Eve"\r\nATTENDEE:mailto:evil@x.example\nBEGIN:VEVENT;:,\\\x00\u2028END:VCALENDAR'


@pytest.mark.parametrize("field", ["uid", "summary", "description", "location", "organizer", "attendee"])
def test_a_text_cannot_add_a_line(field: str) -> None:
	value = (HOSTILE, "rita@example.com") if field in ("organizer", "attendee") else HOSTILE
	ics = build(**{field: value})
	_calendar, event = read(ics)
	plain = read(build())[1]
	assert sorted(event.keys()) == sorted(plain.keys())
	assert [line.split(b":")[0].split(b";")[0] for line in unfold(ics)] == [
		line.split(b":")[0].split(b";")[0] for line in unfold(build())
	]
	assert isinstance(event["ATTENDEE"], str)


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_is_there_twice_is_said_without_doubt(fold: int) -> None:
	"""RFC 5545 reads a clock time as the first of two; ical.js, which many calendars use, as the second."""
	starts = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN)
	ics = build(starts=starts, ends=starts + timedelta(hours=3))
	assert f"DTSTART:20261025T0{fold}3000Z".encode() in ics
	assert re.search(rb"DTEND;TZID=Europe/Berlin:20261025T053000", ics)


def unfold(ics: bytes) -> list[bytes]:
	return ics.replace(b"\r\n ", b"").splitlines()


@given(st.text(), st.text())
def test_texts_and_names_arrive_whatever_they_hold(text: str, name: str) -> None:
	ics = build(summary=text, description=text, attendee=(name, "anna@example.org"))
	calendar, event = read(ics)
	assert event["ATTENDEE"] == "mailto:anna@example.org"
	assert len(calendar.walk()) == len(read(build())[0].walk())
	assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", ics)
	assert all(len(line) <= 75 for line in ics.split(b"\r\n"))


def test_a_description_keeps_its_lines() -> None:
	assert read(build(description="a\r\nb\rc\nd;e,f\\"))[1]["DESCRIPTION"] == "a\nb\nc\nd;e,f\\"


@pytest.mark.parametrize(
	"changes",
	[
		{"starts": datetime(2026, 3, 30, 10)},
		{"ends": STARTS},
		{"ends": STARTS - timedelta(minutes=1)},
		{"now": datetime(2026, 3, 30)},
		{"uid": " \r\n"},
		{"sequence": -1},
		{"attendee": ("Anna", "anna@example.org, eve@example.org")},
		{"organizer": ("Rita", "rita@example.com\r\nATTENDEE:mailto:x@y")},
	],
)
def test_what_no_calendar_could_show_is_refused(changes: dict[str, Any]) -> None:
	with pytest.raises(ValueError):
		build(**changes)


DAYS = st.dates(date(1980, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(0, 400))
def test_whole_days_include_the_last_one(first: date, length: int) -> None:
	last = first + timedelta(days=length)
	_calendar, event = read(build(starts=first, ends=last))
	assert (event["DTSTART"].dt, event["DTEND"].dt) == (first, last + timedelta(days=1))
	assert event["DTSTART"].params["VALUE"] == "DATE"


@pytest.mark.parametrize(
	("starts", "ends"),
	[(date(2026, 3, 2), date(2026, 3, 1)), (date(2026, 3, 1), STARTS), (STARTS, date(2026, 4, 1))],
)
def test_a_day_and_a_time_or_days_out_of_order_are_refused(starts: date, ends: date) -> None:
	with pytest.raises(ValueError):
		build(starts=starts, ends=ends)
