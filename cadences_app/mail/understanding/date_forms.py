"""Dates as they are written in East Asia, in Vietnam and in Hungary, written as other languages have them."""

from __future__ import annotations

import re

from cadences_app.mail.understanding.date_words import MONTHS
from cadences_app.mail.understanding.folding import fold

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SIGNS = {
	fold(sign): word
	for signs in ("月火水木金土日", "一二三四五六日", "월화수목금토일")
	for sign, word in zip(signs, _WEEKDAYS, strict=True)
} | {"天": "sunday"}
_SIGN = "|".join(sorted(_SIGNS, key=len, reverse=True))

_NOT_LONG = rf"(?!\s?(?:[間间内]|{fold('간')}|{fold('동안')}))"
"""Behind a day: "3日間" is how long."""
_MONTH_AND_DAY = re.compile(
	rf"(?:(20\d\d)\s{{0,3}}(?:年|{fold('년')})\s{{0,3}})?(?<!\d)(\d{{1,2}})\s{{0,3}}(?:月|{fold('월')})\s{{0,3}}"
	rf"(\d{{1,2}})\s{{0,3}}(?:[日号號]|{fold('일')}){_NOT_LONG}"
)
_DAY = re.compile(rf"(?<![\d月])(\d{{1,2}})\s?(?:[日号號]|{fold('일')}){_NOT_LONG}")
_IN_BRACKETS = re.compile(rf"\((?:{_SIGN})(?:曜日?|{fold('요일')})?\)")
_WEEKDAY = re.compile(rf"(?:({_SIGN})(?:曜日?|{fold('요일')})|(?:周|週|星期|礼拜|禮拜)({_SIGN}))")
_VIETNAMESE = re.compile(r"\b(\d{1,2})\s{1,3}thang\s{1,3}(\d{1,2})\b(?:\s{1,3}(?:nam\s{1,3})?(20\d\d)\b)?")
_HUNGARIAN = re.compile(
	r"(?<![\d.])(?:(20\d\d)\.\s?)?(\d{1,2})\.\s?(\d{1,2})\.?(?=-(?:j?e?ig|an|en|on|[ae]|jen|tol)\b)"
)
_HUNGARIAN_DAY = re.compile(r"(\w{1,20})\.? (\d{1,2})(?=-(?:j?e)?ig\b)")
_HUNGARIAN_WEEKDAY = re.compile(r"\b(hetfo|kedd|szerda|csutortok|pentek|szombat|vasarnap)ig\b")
_DANISH_DAY = re.compile(r"\bd\.\s{0,3}(?=\d)")


def written_out(note: str) -> str:
	"""The folded note with such dates as "7 december 2026", such weekdays in English."""
	note = _DANISH_DAY.sub("den ", note)
	note = _HUNGARIAN_WEEKDAY.sub(r"\1 -ig", note)
	note = _HUNGARIAN.sub(lambda found: _date(found, found[1], found[2], found[3]), note)
	note = _HUNGARIAN_DAY.sub(lambda found: found[0] if found[1] in MONTHS else f"{found[0]}th ", note)
	note = _VIETNAMESE.sub(lambda found: _date(found, found[3], found[2], found[1]), note)
	note = _IN_BRACKETS.sub("", note)
	note = _MONTH_AND_DAY.sub(lambda found: f" {_date(found, found[1], found[2], found[3])} ", note)
	note = _DAY.sub(r" \1th ", note)
	return _WEEKDAY.sub(lambda found: f" {_SIGNS[found[1] or found[2]]} ", note)


def _date(found: re.Match[str], year: str | None, month: str, day: str) -> str:
	number = int(month)
	return f"{day} {_MONTHS[number - 1]} {year or ''}".rstrip() if 1 <= number <= 12 else found[0]
