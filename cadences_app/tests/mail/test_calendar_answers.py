"""Answers to invites, as calendars send them (S3.3c, S4.1c). The parts are made here, after their formats."""

# Each case stands on one line.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.understanding.references import read_references
from cadences_app.mail.understanding.verdict import MailKind, Participation
from cadences_app.tests.mail.letters import judge, letter, parts, plain

UID = "cadence.act-1@sales.example"

GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20260504T080000Z
DTEND:20260504T083000Z
DTSTAMP:20260501T101010Z
ORGANIZER;CN=Rep:mailto:rep@sales.example
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said};CN=ada@buye
 r.example;X-NUM-GUESTS=0:mailto:ada@buyer.example
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
"""
OUTLOOK = """BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={said};CN=Ada Example:MAILTO:Ada@buyer.example
COMMENT;LANGUAGE=en-US:\\n
UID:{uid}
SUMMARY;LANGUAGE=en-US:Accepted: A meeting
DTSTART;TZID=W. Europe Standard Time:20260504T100000
PRIORITY:5
X-MICROSOFT-CDO-APPT-SEQUENCE:0
BEGIN:VALARM
TRIGGER;RELATED=START:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
"""
APPLE = """BEGIN:VCALENDAR
CALSCALE:GREGORIAN
VERSION:2.0
METHOD:REPLY
PRODID:-//Apple Inc.//macOS 14.4//EN
BEGIN:VEVENT
UID:{uid}
DTSTART;TZID=Europe/Berlin:20260504T100000
ATTENDEE;CN="Ada Example";CUTYPE=INDIVIDUAL;EMAIL="ada@buyer.example";PARTSTAT={said}:mailto:ada@buyer.example
ORGANIZER;CN="Rep";EMAIL="rep@sales.example":mailto:rep@sales.example
END:VEVENT
END:VCALENDAR
"""
THUNDERBIRD = """BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
CREATED:20260501T101010Z
UID:{uid}
SUMMARY:A meeting
ORGANIZER;RSVP=TRUE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:rep@sales.example
ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT={said};ROLE=REQ-PARTICIPANT:mailto:ada@buyer.example
DTSTART:20260504T080000Z
END:VEVENT
END:VCALENDAR
"""
ZOHO = """BEGIN:VCALENDAR
PRODID:-//Zoho Corporation//Zoho Calendar//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:{uid}
DTSTART;TZID=Europe/Berlin:20260504T100000
ORGANIZER;CN=rep@sales.example:MAILTO:rep@sales.example
ATTENDEE;CN=Ada Example;ROLE=REQ-PARTICIPANT;PARTSTAT={said};RSVP=FALSE;X-ZOHO=1:mailto:ada@buyer.example
END:VEVENT
END:VCALENDAR
"""
MAKERS = {
	"google": GOOGLE,
	"outlook": OUTLOOK,
	"apple": APPLE,
	"thunderbird": THUNDERBIRD,
	"zoho": ZOHO,
}
ALARM = "BEGIN:VALARM\nUID:ALARM-1\nACTION:DISPLAY\nTRIGGER:-PT15M\nATTENDEE:mailto:x@y.example\nEND:VALARM\n"
CROWD = "".join(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:p{number}@x.example\n" for number in range(300))


def folded(calendar: str, width: int, space: str = " ") -> str:
	return "".join(
		line[:width]
		+ "".join(f"\n{space}{line[at : at + width]}" for at in range(width, len(line), width))
		+ "\n"
		for line in calendar.format(uid=UID, said="ACCEPTED").splitlines()
	)


def answered(
	maker: str = GOOGLE, said: str = "ACCEPTED", *, method: str = "; method=REPLY", **headers: str
) -> bytes:
	calendar = maker.format(uid=UID, said=said).replace("\n", "\r\n")
	part = f"Content-Type: text/calendar; charset=UTF-8{method}\n\n{calendar}"
	return parts(plain("Ada has answered."), part, kind="multipart/alternative", **headers)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("said", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_each_maker_is_understood(maker, said):
	raw = answered(maker, said, Subject=f"{said.capitalize()}: A meeting", Auto_Submitted="auto-generated")
	found = judge(raw)
	assert found.kind is MailKind.CALENDAR_ANSWER
	assert (found.invite.uid, found.invite.participation) == (UID, Participation(said))
	assert found.invite.attendee == "ada@buyer.example"
	assert read_references(raw).invite_uids == (UID,)


def test_the_calendar_may_be_an_attachment_or_encoded():
	import base64

	ics = base64.b64encode(GOOGLE.format(uid=UID, said="DECLINED").encode()).decode()
	for kind in ("application/ics; name=invite.ics", 'application/octet-stream; name="invite.ics"'):
		part = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n{ics}"
		assert judge(parts(plain("No"), part)).invite.participation is Participation.DECLINED
	assert judge(
		letter(GOOGLE.format(uid=UID, said="ACCEPTED"), Content_Type="text/calendar; method=REPLY")
	).invite


def test_an_answer_may_stand_behind_an_invite_of_the_persons_own():
	own = GOOGLE.format(uid="own@buyer.example", said="NEEDS-ACTION").replace(
		"METHOD:REPLY", "METHOD:REQUEST"
	)
	answer = GOOGLE.format(uid=UID, said="DECLINED")
	raw = parts(plain("Another day?"), *(f"Content-Type: text/calendar\n\n{each}" for each in (own, answer)))
	assert judge(raw).invite.participation is Participation.DECLINED


@pytest.mark.parametrize(
	"calendar",
	[
		folded(ZOHO, 7),
		folded(GOOGLE, 20, "\t"),
		GOOGLE.replace("\n", "\n\n"),
		ZOHO.replace("END:VEVENT", f"{ALARM}END:VEVENT"),
		ZOHO.replace("UID:", f"{ALARM}UID:"),
		ZOHO.replace("END:VEVENT", "BEGIN:VALARM\nUID:other\nEND:VEVENT"),
		ZOHO.replace("CN=Ada Example", "CN=Ada: sales, the best"),
		ZOHO.replace("CN=Ada Example", 'CN="Ada "the" first"'),
		ZOHO.replace("CN=Ada Example", "CN=" + "x" * 3000),
		ZOHO.replace("CN=Ada Example;", 'CN=;=x;X="a;'),
		ZOHO.replace("PARTSTAT={said}", 'PARTSTAT="accepted"'),
		ZOHO.replace("ATTENDEE", f"{CROWD}ATTENDEE"),
		ZOHO.replace("UID:{uid}", "UID: {uid} "),
		ZOHO.replace("ORGANIZER", "SEQUENCE:1\nX-ALT-DESC;FMTTYPE=text/html:<p>BEGIN:VEVENT</p>\nORGANIZER"),
		"\ufeff" + ZOHO,
	],
)
def test_what_is_not_well_formed_around_the_answer_does_not_matter(calendar):
	raw = answered(calendar, Subject="Accepted: A meeting")
	found = judge(raw)
	assert found.invite and (found.invite.uid, found.invite.attendee) == (UID, "ada@buyer.example")
	assert found.invite.participation is Participation.ACCEPTED
	assert read_references(raw).invite_uids == (UID,)


def test_a_calendar_in_utf_16_is_read():
	import base64

	ics = base64.b64encode(ZOHO.format(uid=UID, said="ACCEPTED").encode("utf-16")).decode()
	kind = "Content-Type: text/calendar; charset=utf-16; method=REPLY\nContent-Transfer-Encoding: base64"
	assert judge(parts(plain("x"), f"{kind}\n\n{ics}")).invite.uid == UID


@pytest.mark.parametrize(
	"disposition",
	[
		'attachment; filename="my invite.ics"',
		"attachment; filename=x.ICS",
		"attachment;\n filename*=utf-8''%C3%BC.ics",
	],
)
def test_the_calendar_may_bear_its_name_in_the_disposition_alone(disposition):
	part = f"Content-Type: application/octet-stream\nContent-Disposition: {disposition}\n\n"
	assert judge(parts(plain("Yes"), part + ZOHO.format(uid=UID, said="ACCEPTED"))).invite


@pytest.mark.parametrize("said", ["TENTATIVE", "NEEDS-ACTION", ""])
def test_a_proposal_of_another_time_is_tentative(said):
	raw = answered(GOOGLE.replace("METHOD:REPLY", "METHOD:COUNTER"), said, method="; method=COUNTER")
	found = judge(raw).invite
	assert (found.uid, found.participation) == (UID, Participation.TENTATIVE)


@pytest.mark.parametrize("method", ["REFRESH", "DECLINECOUNTER"])
def test_what_calendars_ask_of_each_other_is_no_reply(method):
	raw = answered(
		ZOHO.replace("METHOD:REPLY", f"METHOD:{method}"), "NEEDS-ACTION", method=f"; method={method}"
	)
	assert judge(raw).kind is MailKind.AUTO_REPLY


def test_who_answers_for_somebody_answers_for_them():
	calendar = ZOHO.replace("CN=Ada Example", 'CN=Ada;SENT-BY="mailto:office@buyer.example"')
	found = judge(answered(calendar, From="office@buyer.example", Subject="Accepted: A meeting")).invite
	assert found.attendee == "ada@buyer.example"


@pytest.mark.parametrize("said", ["NEEDS-ACTION", "DELEGATED", "", "X-MAYBE"])
def test_what_says_nothing_is_no_answer(said):
	assert judge(answered(GOOGLE, said)).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_an_invite_of_the_persons_own_is_none(method):
	raw = answered(GOOGLE.replace("METHOD:REPLY", f"METHOD:{method}"), method=f"; method={method}")
	assert judge(raw).kind is MailKind.HUMAN_REPLY


def test_of_several_attendees_the_sender_answers():
	two = GOOGLE.replace("SEQUENCE:0", "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@buyer.example\nSEQUENCE:0")
	bob = judge(answered(two, From="bob@buyer.example")).invite
	assert (bob.participation, bob.attendee) == (Participation.DECLINED, "bob@buyer.example")


def test_an_answer_that_somebody_passes_on_is_a_persons_mail():
	raw = answered(Subject="Fwd: Accepted: A meeting", From="bob@buyer.example")
	assert judge(raw).kind is MailKind.HUMAN_REPLY


@pytest.mark.parametrize(
	("subject", "participation"),
	[
		("Accepted: A meeting", "ACCEPTED"),
		("Angenommen: A meeting", "ACCEPTED"),
		("Zugesagt: A meeting", "ACCEPTED"),
		("Accepté : A meeting", "ACCEPTED"),
		("Aceptado: A meeting", "ACCEPTED"),
		("Accettato: A meeting", "ACCEPTED"),
		("Geaccepteerd: A meeting", "ACCEPTED"),
		("Tentative: A meeting", "TENTATIVE"),
		("Mit Vorbehalt: A meeting", "TENTATIVE"),
		("Declined: A meeting", "DECLINED"),
		("Abgelehnt: A meeting", "DECLINED"),
		("Refusé : A meeting", "DECLINED"),
		("Rechazado: A meeting", "DECLINED"),
		("Rifiutato: A meeting", "DECLINED"),
	],
)
def test_outlook_without_a_calendar_says_it_in_the_subject(subject, participation):
	headers = {"Content_Class": "urn:content-classes:calendarmessage", "Subject": subject}
	found = judge(letter("", **headers))
	assert found.invite.participation is Participation(participation)
	assert judge(letter("Fine.", Subject=subject)).kind is MailKind.HUMAN_REPLY


TNEF = "Content-Type: application/ms-tnef; name=winmail.dat\n\nx"


@pytest.mark.parametrize("text", ["", "When: Monday at ten\nWhere: here\n*~*~*~*", "Wann: Montag\nWo: hier"])
def test_outlook_in_its_own_format_says_it_in_the_subject(text):
	found = judge(parts(plain(text), TNEF, Subject="Accepted: A meeting"))
	assert found.invite.participation is Participation.ACCEPTED


@pytest.mark.parametrize("subject", ["Accepted", "Accepted: your offer", "Zusage: Angebot"])
def test_a_letter_in_outlooks_own_format_is_a_letter(subject):
	raw = parts(plain("We take your offer. Send us the contract, please."), TNEF, Subject=subject)
	assert judge(raw).kind is MailKind.HUMAN_REPLY


@pytest.mark.parametrize(
	"broken", ["BEGIN:VEVENT\n" * 500, "UID\n", 'ATTENDEE;PARTSTAT="ACCEPTED:x\n', "\0", "END:VEVENT\n"]
)
def test_broken_calendars_are_no_answers(broken):
	raw = answered(GOOGLE.replace("BEGIN:VEVENT\n", broken, 1))
	judge(raw)
	read_references(raw)


@given(
	st.lists(st.sampled_from(GOOGLE.splitlines(keepends=True)), max_size=40).map("".join),
	st.text(max_size=40),
)
def test_any_calendar_is_read(calendar, more):
	part = f"Content-Type: text/calendar; method=REPLY\n\n{calendar}{more}"
	raw = parts(part).decode("utf-8", "replace").encode("utf-8", "replace")
	assert judge(raw).reason != "unreadable"
	read_references(raw)
