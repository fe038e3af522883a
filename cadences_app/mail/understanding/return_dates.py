"""The day on which an absence note says that its writer is back (S4.2).

Read in the languages of `date_words`. A note that names no day, or one that can't be meant, gives None, and
the cadence's own waiting time applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cadences_app.mail.understanding.date_forms import written_out
from cadences_app.mail.understanding.date_words import (
	AFTER,
	BACK,
	BACK_BEHIND,
	COMES_BACK,
	FROM,
	HOURS,
	MONTHS,
	NEGATION,
	OTHER_MONTHS,
	STARTS_AWAY,
	TO,
	UNTIL,
	UNTIL_AT_ONCE,
	UNTIL_BEHIND,
	VERB_LAST,
	WEEKDAYS,
)
from cadences_app.mail.understanding.folding import fold

MAX_NOTE = 8 * 1024
MAX_AHEAD = timedelta(days=365)
# "until 12 March", read in April, was forgotten in the mailbox and doesn't mean next year.
MAX_AHEAD_WITHOUT_YEAR = timedelta(days=300)
_REACH = 70  # characters between the word and its date
_BEHIND = 50  # characters between the date and its word

_SENTENCE_END = re.compile(
	r"[!?;。\n]|(?<!\d)(?<!\.m)(?<!\b[a-z]{3})\.(?=\s|$)|(?<=[a-z]{3})\.(?=\s{1,20}[a-z]{2,40}\s[a-z])"
)
_BEHIND_END = re.compile(
	rf"[\d,.;!?、。\n]|\b(?:and|och|og|ja|i(?! will|'ll)|a|si|es|ve|{fold('и|та|και')})\b"
)
_SINCE_CLAUSE = re.compile(r"[,.;:!?\n]|\b(?:und|and|et|y|e|en)\b")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_BEFORE_WEEKDAYS = re.compile(rf"\b(?:{_WEEKDAY})s?\.?,?\s{{0,3}}$")
_DAY = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th|er|º|°|o|ª)?\.?"
_YEAR = (
	r"(?:(?:-|\s{{0,20}},?\s{{0,20}})(?:de\s{{1,20}}|del\s{{1,20}})?"
	r"(?P<{0}>20\d\d|\d\d(?!\d|\s{{0,20}}[:.h]|\s{{0,20}}(?:am|pm|uhr)\b))\b)?"
)

_DATE = re.compile(
	rf"(?<![\w/.])(?:(?P<weekday>{_WEEKDAY})\b\.?,?\s{{0,20}}(?:(?:the|den|dem|le|el|il|de|o|dia|on)\s{{1,20}}){{0,3}})?(?:"
	r"(?P<iso_year>20\d\d)[-/.]\s?(?P<iso_month>[01]?\d)[-/.]\s?(?P<iso_day>[0-3]?\d)(?![\d/])"
	r"|(?P<first>[0-3]?\d)(?P<mark>[./-])\s?(?P<second>[0-3]?\d)(?:(?P=mark)\s?(?P<year>20\d\d|\d\d))?(?!\d|[:/]\d)"
	rf"|{_DAY.format('day')}(?:-|\s{{0,20}})(?:of\s{{1,20}}|de\s{{1,20}}|di\s{{1,20}})?(?:the\s{{1,20}})?(?P<month>{_MONTH})\b\.?{_YEAR.format('day_year')}"
	rf"|(?P<month_before>{_MONTH})\b\.?\s{{0,20}}(?:the\s{{1,20}})?{_DAY.format('day_after')}(?![\d:]){_YEAR.format('month_year')}"
	r"|(?P<ordinal>[0-3]?\d)(?:st|nd|rd|th)\b"
	r")"
	rf"|(?<![\w/.])(?P<only_weekday>{_WEEKDAY})\b(?:\.?,?\s{{0,20}}(?P<weekday_day>[0-3]?\d)(?![\d:/.hu]|\s{{0,20}}(?:am|pm|uhr|h|to|bis|tot|a|-|–)(?!\w)|[-–]))?"
)
_OF_YEAR = r"г\.?|года|року|р\.|r\.|roku"
_RANGE = re.compile(
	rf"(?<![\w/.])[0-3]?\d(?:st|nd|rd|th|er|º|\.)?(?:[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?\.?|\s{{1,20}}(?:of\s{{1,20}}|de\s{{1,20}})?(?:{_MONTH})\b\.?(?:\s{{1,20}}20\d\d(?:\s?(?:{_OF_YEAR}))?)?)?(?:\s{{0,3}},\s{{0,3}}20\d\d)?"
	rf"\s{{0,20}}(?:{TO}\s{{1,20}}|[-–—~〜至到]\s{{0,20}}|から\s{{0,20}})(?:(?:el|il|le|den|the)\s{{1,20}})?(?=\S)"
)
_MONTH_RANGE = re.compile(
	rf"\b(?P<month>{_MONTH})\.?\s{{1,20}}[0-3]?\d(?:st|nd|rd|th)?\s{{0,20}}{TO}\s{{0,20}}(?P<last>[0-3]?\d)(?:st|nd|rd|th)?(?![\d/:]|\.\d)"
)


@dataclass(frozen=True, slots=True)
class _Named:
	"""A date as it was written: the days that it can mean, and where it ends in the text."""

	days: tuple[date, ...]
	has_year: bool
	end: int


def read_return_date(folded: str, today: date) -> date | None:
	"""The day on which the writer is back: today or later, at most a year ahead; None if the note names none.

	folded: the note as `incoming.fold` gives it. A word of returning goes before a word of absence, and
	"until X" means back on the day after X. Of the two readings of 03/12 the nearest to come is taken.
	"""
	lines = re.sub(r"\n[ \t]{0,20}\n\s{0,20}", " ; ", folded[:MAX_NOTE])
	note = written_out(re.sub(r"[ \t]{0,20}\n[ \t]{0,20}(?!\n)", " ", lines))
	for read in _READ:
		for found in read(note, today):
			return found
	return None


def _read_back(note: str, today: date) -> Iterator[date]:
	for cue, clause, named in _cued(BACK, note, today):
		ahead = clause[: named.end]
		before = note[max(0, cue.start() - 30) : cue.start()]
		day_after = AFTER.search(ahead) or (UNTIL.search(ahead) and not _waits(before, ahead))
		yield from _choose(named, today, later=1 if day_after else 0)


def _waits(before: str, ahead: str) -> bool:
	"""Whether "until" belongs to the word of returning ("not back until"), not to an absence told with it."""
	return bool(NEGATION.search(before)) or bool(UNTIL.match(ahead.lstrip(" ,:(")))


def _read_verb_last(note: str, today: date) -> Iterator[date]:
	for _cue, clause, named in _cued(VERB_LAST, note, today):
		if COMES_BACK.search(clause[named.end :]):
			yield from _choose(named, today)


def _read_again(note: str, today: date) -> Iterator[date]:
	for _cue, clause, named in _cued(FROM, note, today):
		rest = clause[named.end :]
		back = COMES_BACK.search(rest)
		if back and not STARTS_AWAY.search(rest[: back.start()]):
			yield from _choose(named, today)


def _read_behind(word: re.Pattern[str], note: str, today: date, later: int = 0) -> Iterator[date]:
	for found in _DATE.finditer(note):
		days, has_year = _READERS[_form(found)](found, today)
		rest = note[found.end() : found.end() + _BEHIND].lstrip(".)")
		end = _BEHIND_END.search(rest)
		if days and word.search(rest[: end.start()] if end else rest):
			yield from _choose(_Named(days, has_year, found.end()), today, later)


def _read_back_behind(note: str, today: date) -> Iterator[date]:
	return _read_behind(BACK_BEHIND, note, today)


def _read_until_behind(note: str, today: date) -> Iterator[date]:
	return _read_behind(UNTIL_BEHIND, note, today, later=1)


def _read_until_at_once(note: str, today: date) -> Iterator[date]:
	for cue in UNTIL_AT_ONCE.finditer(note):
		found = _DATE.match(note, cue.end())
		if found and found["mark"] != "/":  # "do 3/4 of it"
			days, has_year = _READERS[_form(found)](found, today)
			yield from _choose(_Named(days, has_year, found.end()), today, later=1)


def _read_until(note: str, today: date) -> Iterator[date]:
	for cue, _clause, named in _cued(UNTIL, note, today):
		before = note[max(0, cue.start() - _REACH) : cue.start()]
		is_weekly = _BEFORE_WEEKDAYS.search(before) and not NEGATION.search(before)
		if not (is_weekly and HOURS.search(before)):
			yield from _choose(named, today, later=1)


def _read_range(note: str, today: date) -> Iterator[date]:
	for found in _MONTH_RANGE.finditer(note):
		last = f"{found['last']} {found['month']}"
		named = _find_date(last, today)
		if named:
			yield from _choose(named, today, later=1)
	for _cue, clause, named in _cued(_RANGE, note, today):
		if _DATE.match(clause):
			yield from _choose(named, today, later=1)


def _read_from(note: str, today: date) -> Iterator[date]:
	for cue, clause, named in _cued(FROM, note, today):
		before = _SINCE_CLAUSE.split(note[max(0, cue.start() - _REACH) : cue.start()])[-1]
		if COMES_BACK.search(clause[named.end :]) or not STARTS_AWAY.search(before + clause[named.end :]):
			yield from _choose(named, today)


_READ = (
	_read_back,
	_read_verb_last,
	_read_again,
	_read_back_behind,
	_read_until,
	_read_until_behind,
	_read_range,
	_read_until_at_once,
	_read_from,
)
"""From what says most to what says least."""


def _cued(pattern: re.Pattern[str], note: str, today: date) -> Iterator[tuple[re.Match[str], str, _Named]]:
	"""Each place where the pattern is followed by a date in the same clause."""
	for cue in pattern.finditer(note):
		clause = _clause(note, cue.end())
		named = _find_date(clause[:_REACH], today)
		if named:
			yield cue, clause, named


def _clause(note: str, start: int) -> str:
	reach = note[start : start + 2 * _REACH]
	end = _SENTENCE_END.search(reach)
	return reach[: end.start()] if end else reach


def _find_date(clause: str, today: date) -> _Named | None:
	for found in _DATE.finditer(clause):
		days, has_year = _READERS[_form(found)](found, today)
		if days:
			return _Named(days, has_year, found.end())
	return None


def _form(found: re.Match[str]) -> str:
	return next(group for group in _READERS if found[group])


_Reading = tuple[tuple[date, ...], bool]


def _read_iso(found: re.Match[str], today: date) -> _Reading:
	return _days(today, (found["iso_year"], found["iso_month"], found["iso_day"]))


def _read_numeric(found: re.Match[str], today: date) -> _Reading:
	readings = [(found["year"], found["second"], found["first"])]
	if found["mark"] != ".":
		readings.append((found["year"], found["first"], found["second"]))
	days, has_year = _days(today, *readings)
	return _agreeing(days, found["weekday"]), has_year


def _agreeing(days: tuple[date, ...], weekday: str | None) -> tuple[date, ...]:
	"""The readings that fall on the weekday given with the date, if any does."""
	matching = tuple(day for day in days if weekday and day.weekday() == WEEKDAYS[weekday])
	return matching or days


def _read_day_month(found: re.Match[str], today: date) -> _Reading:
	months = (MONTHS[found["month"]], OTHER_MONTHS.get(found["month"]))
	return _days(today, *((found["day_year"], str(month), found["day"]) for month in months if month))


def _read_month_day(found: re.Match[str], today: date) -> _Reading:
	return _days(today, (found["month_year"], str(MONTHS[found["month_before"]]), found["day_after"]))


def _read_ordinal(found: re.Match[str], today: date) -> _Reading:
	return _day_of_month(int(found["ordinal"]), today), True


def _read_weekday(found: re.Match[str], today: date) -> _Reading:
	if found["weekday_day"]:
		days = _day_of_month(int(found["weekday_day"]), today)
		return _agreeing(days, found["only_weekday"]), True
	ahead = (WEEKDAYS[found["only_weekday"]] - today.weekday() - 1) % 7 + 1
	return (today + timedelta(days=ahead),), True


_READERS: dict[str, Callable[[re.Match[str], date], _Reading]] = {
	"iso_year": _read_iso,
	"first": _read_numeric,
	"month": _read_day_month,
	"month_before": _read_month_day,
	"ordinal": _read_ordinal,
	"only_weekday": _read_weekday,
}


def _day_of_month(day: int, today: date) -> tuple[date, ...]:
	"""The next day with this number, this month or in one of the two that follow."""
	for ahead in range(3):
		month = today.month - 1 + ahead
		found = _day(today.year + month // 12, month % 12 + 1, day)
		if found and found >= today:
			return (found,)
	return ()


def _days(today: date, *readings: tuple[str | None, str, str]) -> _Reading:
	"""The real days among readings of (year, month, day); without a year, the next such day."""
	days: list[date] = []
	for year, month, day in readings:
		if year:
			years = [int(year) + (2000 if len(year) == 2 else 0)]
		else:
			years = [today.year, today.year + 1]
		real = [found for number in years if (found := _day(number, int(month), int(day)))]
		coming = [found for found in real if found >= today - timedelta(days=1)]
		days += coming[:1] or real[-1:]
	return tuple(days), bool(readings[0][0])


def _day(year: int, month: int, day: int) -> date | None:
	try:
		return date(year, month, day)
	except ValueError:
		return None


def _choose(named: _Named, today: date, later: int = 0) -> Iterator[date]:
	"""The nearest day to come among the readings of a date, `later` days on; nothing if none can be meant."""
	limit = MAX_AHEAD if named.has_year else MAX_AHEAD_WITHOUT_YEAR
	shifted = (day + timedelta(days=later) for day in named.days if day < date.max - timedelta(days=later))
	coming = [day for day in shifted if today <= day <= today + limit]
	if coming:
		yield min(coming)
