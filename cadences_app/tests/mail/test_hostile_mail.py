"""Broken, hostile and huge messages: never an error, never long, never a person's answer by accident."""

from datetime import date
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadences_app.mail.receiving.readable import readable_copy
from cadences_app.mail.understanding.classify import MailKind, classify, judge
from cadences_app.mail.understanding.fields import decode_bytes
from cadences_app.mail.understanding.references import read_references

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.eml"))
TODAY = date(2026, 11, 23)
HEAD = b"From: ada@buyer.example.com\nTo: rep@sales.example.com\nSubject: Re: A question\n"

# Pieces that parsers stumble over.
SHARDS = st.sampled_from(
	[
		b"\n\n",
		b"\r\n",
		b"\0",
		b"\xff\xfe",
		b"Content-Type: multipart/report; boundary=",
		b'Content-Type: text/plain; charset="undefined"\n',
		b"Content-Type: text/plain; charset*=x'y'%zz\n",
		b"Content-Transfer-Encoding: base64\n",
		b"Content-Type: message/rfc822\n\n",
		b"Content-Type: message/delivery-status\n\n",
		b"Final-Recipient: rfc822;\nAction: failed\nStatus: 9.9.9\n",
		b"Subject: =?utf-8?B?A?= =?x?Q?=ZZ?=\n",
		b"From: <<>@>,,\n",
		b"Return-Path: <>\n",
		b"--b1\n",
		b"--b1--\n",
		b"<blockquote><style><",
	]
)


@pytest.mark.parametrize("charset", ["punycode", "idna", "Punycode"])
def test_what_takes_square_time_to_decode_is_read_as_it_stands(charset):
	assert decode_bytes(b"abc-def", charset) == "abc-def"
	assert decode_bytes(b"xn--mller-kva.example", charset) == "xn--mller-kva.example"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), SHARDS), max_size=25).map(b"".join))
def test_random_bytes(raw):
	judge(raw, TODAY)
	read_references(raw)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
	st.sampled_from(SAMPLES),
	st.lists(
		st.tuples(st.integers(0, 3000), st.integers(0, 40), st.one_of(st.binary(max_size=8), SHARDS)),
		max_size=6,
	),
)
def test_mutated_samples(path, edits):
	raw = path.read_bytes()
	for place, length, piece in edits:
		start = place % (len(raw) + 1)
		raw = raw[:start] + piece + raw[start + length :]
	judge(raw, TODAY)
	read_references(raw)


TYPES = st.sampled_from(
	[
		"text/plain",
		"text/html",
		"message/rfc822",
		"message/delivery-status",
		"message/feedback-report",
		"message/disposition-notification",
		"text/calendar; method=REPLY",
		"text/rfc822-headers",
		"image/png",
	]
)
SENDERS = st.sampled_from(["ada@buyer.example", "MAILER-DAEMON@mx.example", "<>", "x"])
SUBJECTS = st.sampled_from(["Undelivered Mail", "Accepted: x", "Out of office", "stop"])
HEADS = st.fixed_dictionaries(
	{},
	optional={
		"From": SENDERS | st.text(max_size=20),
		"Subject": SUBJECTS | st.text(max_size=20),
		"Return-Path": st.just("<>"),
		"Auto-Submitted": st.sampled_from(["no", "auto-replied"]),
		"Content-Transfer-Encoding": st.sampled_from(["base64", "quoted-printable", "8bit", "x"]),
		"In-Reply-To": st.text(max_size=20),
	},
)
TEXTS = st.one_of(
	st.text(max_size=80),
	st.sampled_from(
		[
			"550 5.1.1 <gone@buyer.example>: user unknown",
			"Final-Recipient: rfc822; gone@buyer.example\nAction: failed\nStatus: 5.1.1",
			"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:x\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example",
			'{"notificationType": "Bounce", "mail": {}, "bounce": {"bouncedRecipients": [{}]}}',
			"Feedback-Type: abuse",
			"stop",
		]
	),
)


def _entity(kind: str, heads: dict[str, str], body: str) -> str:
	lines = [f"{name}: {value}" for name, value in {**heads, "Content-Type": kind}.items()]
	return "\n".join(lines) + f"\n\n{body}"


def _multipart(parts: list[str], heads: dict[str, str], kind: str, number: int) -> str:
	body = "".join(f"--b{number}\n{part}\n" for part in parts) + f"--b{number}--\n"
	return _entity(f'multipart/{kind}; report-type=delivery-status; boundary="b{number}"', heads, body)


MESSAGES = st.recursive(
	st.builds(_entity, TYPES, HEADS, TEXTS),
	lambda inner: st.one_of(
		st.builds(
			_multipart,
			st.lists(inner, max_size=4),
			HEADS,
			st.sampled_from(["mixed", "report", "alternative", "digest"]),
			st.integers(1, 9),
		),
		st.builds(_entity, st.just("message/rfc822"), HEADS, inner),
	),
	max_leaves=10,
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES)
def test_messages_of_any_structure(text):
	"""`judge` has no net: what it is given is judged without an error, and names no more than it may."""
	raw = text.encode("utf-8", "replace")
	found = judge(raw, TODAY)
	read_references(raw)
	readable_copy(raw)
	assert len(found.recipients) <= 60 and len(found.diagnostic) <= 500
	is_bounce = found.kind in (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.COMPLAINT)
	assert is_bounce or not found.recipients
	assert (found.invite is not None) == (found.kind is MailKind.CALENDAR_ANSWER)
	assert not found.wants_out or found.kind is MailKind.HUMAN_REPLY


@pytest.mark.parametrize("raw", [b"", b"\n", b"\n\nNo headers at all", b"\0" * 100, b"\xff" * 100])
def test_nothing_readable_is_not_an_answer(raw):
	assert classify(raw, TODAY).kind is MailKind.NOT_UNDERSTOOD


def test_a_message_built_in_code_without_a_payload():
	assert classify(Message(), TODAY).kind is MailKind.NOT_UNDERSTOOD
	assert read_references(Message()).in_reply_to == ()


def test_eight_bit_headers_and_made_up_charsets_stay_readable():
	raw = "From: Jörg <ada@buyer.example.com>\nSubject: Réponse automatique : Grüße\n\nx".encode("latin-1")
	assert classify(raw, TODAY).kind is MailKind.OUT_OF_OFFICE


def test_a_bounce_without_a_sender_leaves_the_log_alone(caplog):
	raw = b"Return-Path: <>\nFrom: <>\nSubject: failure notice\n\nUser unknown: gone@buyer.example.com"
	assert classify(raw, TODAY).recipients == ("gone@buyer.example.com",)
	assert caplog.records == []


def test_an_error_in_reading_is_contained():
	class Raising(Message):
		def raw_items(self):
			raise RuntimeError("broken")

	found = classify(Raising(), TODAY)
	assert (found.kind, found.reason) == (MailKind.NOT_UNDERSTOOD, "unreadable")


TEN_MEGABYTES = 10 * 1024 * 1024
HUGE = {
	"one line": b"a" * TEN_MEGABYTES,
	"many lines": b"reply\n" * (TEN_MEGABYTES // 6),
	"empty lines": b"\n" * TEN_MEGABYTES,
	"at signs": b"a@" * (TEN_MEGABYTES // 2),
	"angles": b"<" * TEN_MEGABYTES,
	"style tags": b"<style>" * (TEN_MEGABYTES // 7),
	"quotes": b"> On Monday a@b wrote:\n" * (TEN_MEGABYTES // 23),
	"numbers": b"until 12 " * (TEN_MEGABYTES // 9),
	"codes": b"said: 5.1.1.1 550 \n" * (TEN_MEGABYTES // 19),
}


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "multipart/mixed; boundary=b"])
@pytest.mark.parametrize("filler", HUGE.values(), ids=HUGE)
def test_ten_megabytes_are_judged_by_how_they_begin(filler, kind):
	for extra in (b"", b"Return-Path: <>\n"):
		raw = HEAD + extra + b"Content-Type: " + kind.encode() + b"\n\nYes, please.\n" + filler
		assert (judge(raw, TODAY).kind is MailKind.HUMAN_REPLY) == (extra == b"")


def test_a_thousand_nested_parts_end():
	nested = b"".join(
		b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(1000)
	)
	assert classify(HEAD + nested + b"\nhi", TODAY).kind in set(MailKind)
	rfc822 = b"Content-Type: message/rfc822\n\n" * 2000
	assert judge(HEAD + rfc822 + b"hi", TODAY).kind is MailKind.HUMAN_REPLY
	assert readable_copy(HEAD + rfc822 + b"hi").startswith(b"From: ada@buyer.example.com")
	assert classify(message_from_bytes(HEAD + b"\nfine"), TODAY).kind is MailKind.HUMAN_REPLY
