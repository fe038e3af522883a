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
