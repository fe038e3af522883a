"""Answers to calendar invites (S3.3c; RFC 5546 3.2.3): whose they are, to which meeting, and what they say.

Google, Outlook, Apple, Thunderbird and Zoho send a part `text/calendar; method=REPLY` with the UID of the
invite. Only the lines that matter are handed to the reader of iCalendar, of each attendee no more than
address and answer, since what stands in the others is not always well formed, and none of our business.
Outlook can send an answer without such a part; that one says by its class and its subject what it is, and by
its thread what it answers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from icalendar import Calendar, Component

from cadences_app.mail.understanding.fields import bare, content_type, header, parameter
from cadences_app.mail.understanding.incoming import Incoming, is_split, leading_bytes, own_parts
from cadences_app.mail.understanding.invite_words import ACCEPTED_TITLE, DECLINED_TITLE, TENTATIVE_TITLE
from cadences_app.mail.understanding.phrases import REPLY_PREFIX
from cadences_app.mail.understanding.verdict import InviteAnswer, MailKind, Participation, Verdict

MAX_CALENDAR = 64 * 1024
MAX_LINES = 200
MAX_LINE = 2000

_CALENDAR_TYPES = ("text/calendar", "application/ics", "text/x-vcalendar")
_FILE = re.compile(r"""\.ics(?:["';\s]|\Z)""", re.I)
_FOLD = re.compile(r"(?:\r\n|\r|\n){1,3}[ \t]")
_LEVEL = re.compile(r"(BEGIN|END):\s{0,9}([A-Z-]{1,40})", re.I)
_NEEDED = re.compile(r"METHOD:|UID[:;]", re.I)
_ATTENDEE = re.compile(r"ATTENDEE[:;]", re.I)
_PARTSTAT = re.compile(r";\s{0,9}PARTSTAT\s{0,9}=\s{0,9}\"?([A-Z-]{1,40})", re.I)
_WHEN_OR_WHERE = re.compile(
	r"\s{0,20}(?:when|where|subject|wann|wo|betreff|quand|ou|cuando|donde|quando|dove|wanneer|waar|onde|kiedy|gdzie)\s?:|\W{1,80}$"
)
_KEPT = ("VCALENDAR", "VEVENT")
_ANSWERS = frozenset({"reply", "counter"})
_MACHINES = frozenset({"refresh", "declinecounter"})
_TITLES = (
	(ACCEPTED_TITLE, Participation.ACCEPTED),
	(TENTATIVE_TITLE, Participation.TENTATIVE),
	(DECLINED_TITLE, Participation.DECLINED),
)


def read_calendar_answer(mail: Incoming) -> Verdict | None:
	"""The verdict of an answer to an invite; None for what is none, such as an invite of the person's own."""
	for part in _calendar_parts(mail.message):
		found = _read_part(part, mail)
		if found:
			return found
	return _read_title(mail)


def invite_uids(message: Message) -> tuple[str, ...]:
	"""The UIDs of the meetings that a message answers about."""
	found = (_events(part)[1] for part in _calendar_parts(message))
	return tuple(dict.fromkeys(_uid(event) for events in found for event in events))


def _calendar_parts(message: Message) -> Iterator[Message]:
	for part in own_parts(message):
		if not is_split(part) and (content_type(part) in _CALENDAR_TYPES or _is_named_so(part)):
			yield part


def _is_named_so(part: Message) -> bool:
	return any(
		_FILE.search(header(part, name)[:MAX_LINE]) for name in ("content-type", "content-disposition")
	)


def _read_part(part: Message, mail: Incoming) -> Verdict | None:
	method, events = _events(part)
	method = method or parameter(part, "method")
	if method in _MACHINES:
		return Verdict(MailKind.AUTO_REPLY, "calendar")
	if method not in _ANSWERS:
		return None
	for event in events:
		answer = _answer_of(event, mail.sender)
		if answer is None and method == "counter":  # another time is proposed, and nothing else said
			answer = mail.sender[:320], Participation.TENTATIVE
		if answer is None:
			return Verdict(MailKind.AUTO_REPLY, "calendar")
		attendee, participation = answer
		is_passed_on = REPLY_PREFIX.match(mail.folded_subject) and bare(attendee) != bare(mail.sender)
		if not is_passed_on:
			said = InviteAnswer(_uid(event), participation, attendee)
			return Verdict(MailKind.CALENDAR_ANSWER, participation.value.lower(), invite=said)
	return None


def _answer_of(event: Component, sender: str) -> tuple[str, Participation] | None:
	"""Who answers what: the sender, where several attendees are named, else whoever has an answer."""
	attendees = event.get("attendee", [])
	answers = []
	for attendee in attendees if isinstance(attendees, list) else [attendees]:
		said = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
		if said in set(Participation):
			address = str(attendee).strip().lower().removeprefix("mailto:").strip()
			answers.append((address[:320], Participation(said)))
	own = (each for each in answers if bare(each[0]) == bare(sender))
	return next(own, answers[0] if answers else None)


def _uid(event: Component) -> str:
	return str(event.get("uid", "")).strip()[:500]


def _events(part: Message) -> tuple[str, list[Component]]:
	"""The method and the meetings of a calendar part; nothing where it can't be read."""
	try:
		calendar = Calendar.from_ical("\r\n".join(islice(_needed(_text(part)), MAX_LINES)) + "\r\n")
		events = [event for event in calendar.walk("VEVENT") if _uid(event)]
	except Exception:  # noqa: BLE001 - whatever its reader makes of a broken calendar, it is no answer
		return "", []
	return str(calendar.get("method", "")).strip().lower(), events


def _text(part: Message) -> str:
	raw = leading_bytes(part)[:MAX_CALENDAR]
	is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
	return _FOLD.sub("", raw.decode("utf-16" if is_wide else "utf-8", "replace").removeprefix("\ufeff"))


def _needed(text: str) -> Iterator[str]:
	"""The lines of the calendar and its meetings that say whose answer it is. Alarms within a meeting, which
	may have a UID of their own, are left out."""
	within: list[str] = []
	for line in map(str.strip, text.splitlines()):
		if level := _LEVEL.fullmatch(line):
			begins, name = level[1].upper() == "BEGIN", level[2].upper()
			if name in _KEPT and (within[:1] or ["VCALENDAR"])[0] == "VCALENDAR":
				yield f"{level[1]}:{name}"
			if begins:
				within.append(name)
			elif within and within[-1] == name:
				within.pop()
		elif not within or within[-1] not in _KEPT:
			continue
		elif _NEEDED.match(line):
			yield line[:MAX_LINE]
		elif _ATTENDEE.match(line):
			yield from _attendee(line)


def _attendee(line: str) -> Iterator[str]:
	"""Address and answer of an attendee; those who say nothing are left out, since there may be hundreds."""
	said = _PARTSTAT.search(line)
	if said and said[1].upper() in set(Participation):
		address = line.lower().rpartition(":")[2]
		yield f"ATTENDEE;PARTSTAT={said[1].upper()}:mailto:{address.strip()[:320]}"


def _holds_tnef(message: Message) -> bool:
	return any(content_type(part) == "application/ms-tnef" for part in own_parts(message))


def _is_wordless(mail: Incoming) -> bool:
	"""Whether the person says nothing but when and where; some programs send every letter in this format."""
	said = (line for line in mail.folded_answer[:MAX_LINE].split("\n") if line.strip())
	return all(_WHEN_OR_WHERE.match(line) for line in said)


def _read_title(mail: Incoming) -> Verdict | None:
	"""An answer of Outlook's that holds no calendar: in its own format, or of its own class."""
	is_meeting = "calendarmessage" in header(mail.message, "content-class").lower()
	if not is_meeting and not (_holds_tnef(mail.message) and _is_wordless(mail)):
		return None
	for title, participation in _TITLES:
		if title.match(mail.folded_subject):
			said = InviteAnswer("", participation, mail.sender)
			return Verdict(MailKind.CALENDAR_ANSWER, participation.value.lower(), invite=said)
	return None
