"""Reading foreign mail takes time in proportion to its length, and beyond the first megabyte none at all.

No clock decides here by itself: the same text is read in a small and in a large size, and the times are held
against each other. Eight times the length costs eight times in a linear reader and 64 times in a square one.
"""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadences_app.mail.receiving.readable import readable_copy
from cadences_app.mail.understanding.bounds import MAX_LINES, MAX_RAW, MAX_TYPED_PARTS, breaks_readers, cut
from cadences_app.mail.understanding.classify import judge
from cadences_app.mail.understanding.html_text import read_html
from cadences_app.mail.understanding.references import read_references
from cadences_app.tests.mail.test_hostile_mail import SHARDS

TODAY = date(2026, 11, 23)
HEAD = b"From: ada@buyer.example.com\nTo: rep@sales.example.com\nSubject: Re: A question\n"
DAEMON = b"From: MAILER-DAEMON@mx.example\nTo: rep@sales.example.com\nSubject: Undelivered Mail\n"
KB = 1024
TOO_SHORT_TO_TELL = 0.04
"""Seconds of processor time below which a ratio says nothing."""


def read(raw: bytes) -> None:
	judge(raw, TODAY)
	read_references(raw)
	readable_copy(raw)
	breaks_readers(raw)


def filled(start: bytes, unit: bytes) -> Callable[[int], bytes]:
	return lambda size: start + unit * (max(0, size - len(start)) // len(unit) + 1)


def typed(kind: str, head: bytes = HEAD) -> bytes:
	return head + b"Content-Type: " + kind.encode() + b"\n\n"


def nested(size: int) -> bytes:
	levels = range(size // 60)
	return HEAD + b"".join(
		b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in levels
	)


def deep_lines(size: int) -> bytes:
	heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(50))
	return HEAD + heads + b"\n" * size


REPORT = "multipart/report; report-type=delivery-status; boundary=b"
SHAPES: dict[str, Callable[[int], bytes]] = {
	"messages in messages": filled(HEAD, b"Content-Type: message/rfc822\n\n"),
	"folded messages in messages": filled(HEAD, b"Content-Type:\n message/rfc822\n\n"),
	"digests": filled(HEAD, b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n"),
	"multiparts in multiparts": nested,
	"lines in open multiparts": deep_lines,
	"carriage returns": filled(typed("multipart/mixed; boundary=b"), b"\r"),
	"parameters": filled(HEAD + b"Content-Type: multipart/mixed", b"; a=b"),
	"semicolons": filled(HEAD + b"Content-Type: text/plain", b";"),
	"open quotes": filled(HEAD + b"Content-Type: text/plain", b'; a="'),
	"continued parameters": filled(HEAD + b"Content-Type: text/plain", b"; a*1*=x''%41"),
	"folds": filled(HEAD + b"Content-Type: text/plain", b";\n a=b"),
	"many types": filled(HEAD, b"Content-Type: multipart/mixed; boundary=b\n"),
	"half encoded words": filled(HEAD + b"Subject: ", b"=?a?q?"),
	"encoded words": filled(HEAD + b"To: ", b"=?utf-8?q?x?= "),
	"many subjects": filled(b"", b"Subject: " + b"=?a?q?" * 1300 + b"\n"),
	"comments in headers": filled(HEAD + b"Auto-Submitted: ", b"("),
	"results": filled(HEAD + b"Authentication-Results: mx", b';dmarc=("'),
	"open anchors": filled(typed("text/html"), b"<a href>"),
	"half anchors": filled(typed("text/html"), b"<a href"),
	"anchors with values": filled(typed("text/html"), b'<a href="x">y'),
	"open values": filled(typed("text/html"), b"<a href=\"'"),
	"attributes": filled(typed("text/html") + b"<a", b" b=c"),
	"open comments": filled(typed("text/html"), b"<!--"),
	"heads": filled(typed("text/html"), b"<head>"),
	"styles": filled(typed("text/html"), b"<style></style"),
	"blocks": filled(typed("text/html"), b"<div><blockquote>"),
	"entities": filled(typed("text/html"), b"&#x41;&amp&"),
	"punycode": filled(typed("text/plain; charset=punycode"), b"abc-def"),
	"idna": filled(typed("text/plain; charset=idna"), b"xn--a."),
	"utf-7": filled(typed("text/plain; charset=utf-7"), b"+AOk-"),
	"long characters": filled(typed("text/plain; charset=utf-8"), "\ufdfa".encode()),
	"accents": filled(typed("text/plain; charset=utf-8"), "a\u0301\u0316".encode()),
	"addresses": filled(typed("text/plain", DAEMON), b"a@b.c.d.e.f "),
	"half addresses": filled(typed("text/plain", DAEMON), b"a.b@"),
	"long half addresses": filled(typed("text/plain", DAEMON), b"a" * 64 + b"@" + b"b." * 30),
	"codes": filled(typed("text/plain", DAEMON), b"host mx[192.0.2.1]: 550 5.1 "),
	"refusals": filled(typed("text/plain", DAEMON), b"mailbox account quota user recipient is not "),
	"original messages": filled(typed("text/plain", DAEMON), b"----- Original message -"),
	"report blocks": filled(
		typed(REPORT, DAEMON) + b"--b\nContent-Type: message/delivery-status\n\n",
		b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n",
	),
	"report fields": filled(
		typed(REPORT, DAEMON) + b"--b\nContent-Type: message/delivery-status\n\nDiagnostic-Code: ",
		b"x@y 5.1.1 ",
	),
	"blank report lines": filled(
		typed(REPORT, DAEMON)
		+ b"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: 8bit\n\n",
		b"\n \t",
	),
	"quotes": filled(typed("text/plain"), b"On Monday wrote wrote <a@b "),
	"quote heads": filled(typed("text/plain"), b"On Monday the rep@sales.example.com\nwrote\n"),
	"dates": filled(
		typed("text/plain", HEAD + b"Auto-Submitted: auto-replied\n"), b"until monday 12 to 13 march "
	),
	"lists": filled(typed("text/plain"), b"[{"),
	"json": filled(typed("text/plain") + b'{"notificationType":"Bounce","mail":', b'{"a":['),
	"calendars": filled(
		typed("text/calendar; method=REPLY") + b"BEGIN:VCALENDAR\nMETHOD:REPLY\n", b"BEGIN:VEVENT\nUID:x\n"
	),
	"calendar lines": filled(
		typed("text/calendar; method=REPLY") + b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nATTENDEE", b';X="a";Y=b,c'
	),
	"uuencoded": filled(
		HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: uuencode\n\nbegin 644 x\n",
		b"M" + b"!" * 60 + b"\n",
	),
	"quoted-printable": filled(
		HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n", b"=41=\n=C3"
	),
	"references": filled(HEAD + b"References: ", b"<a@b> "),
	"open references": filled(HEAD + b"References: ", b"<a@b@"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_eight_times_the_length_takes_no_more_than_in_proportion(shape):
	make = SHAPES[shape]
	assert grows_in_proportion(make(64 * KB), make(512 * KB)), shape


@pytest.mark.parametrize("shape", SHAPES)
def test_of_ten_megabytes_no_more_than_one_is_parsed(shape):
	raw = SHAPES[shape](10 * KB * KB)
	kept = cut(raw)
	assert len(kept) <= MAX_RAW
	assert len(kept.splitlines()) <= MAX_LINES + 1
	assert kept.lower().count(b"\ncontent-type:") <= MAX_TYPED_PARTS
	small = _time(_look_over, SHAPES[shape](KB * KB))
	assert _time(_look_over, raw) < max(30 * small, 10 * TOO_SHORT_TO_TELL)


def _look_over(raw: bytes) -> None:
	cut(raw)
	breaks_readers(raw)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
	st.sampled_from(
		["text/plain", "text/html", REPORT, "multipart/mixed; boundary=b1", "message/rfc822", ""]
	),
	st.booleans(),
	st.lists(st.one_of(st.binary(min_size=1, max_size=30), SHARDS), min_size=1, max_size=5).map(b"".join),
)
def test_whatever_is_repeated(kind, from_daemon, unit):
	head = DAEMON if from_daemon else HEAD
	make = filled(typed(kind, head) if kind else head, unit)
	assert grows_in_proportion(make(64 * KB), make(512 * KB)), unit


@settings(max_examples=60, deadline=None)
@given(
	st.lists(
		st.sampled_from(["<", ">", "a ", "</", "!--", "-->", "=", '"', "'", "style", "&", "div"]), min_size=1
	)
)
def test_whatever_html_is_repeated(parts):
	unit = "".join(parts)
	short, long = (_time(read_html, unit * (size // len(unit) + 1)) for size in (16 * KB, 128 * KB))
	assert long < TOO_SHORT_TO_TELL or long < 24 * short, unit


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), SHARDS), max_size=60).map(b"".join))
def test_what_is_cut_is_a_part_of_the_message_in_its_order(raw):
	kept = cut(raw)
	assert len(kept) <= len(raw)
	assert kept == raw or len(raw) > 4096 or raw.lower().count(b"content-type:") > 60


def grows_in_proportion(small: bytes, large: bytes) -> bool:
	short, long = _time(read, small), _time(read, large)
	return long < TOO_SHORT_TO_TELL or long < 3 * short * len(large) / len(small)


def _time(reader: Callable, raw: bytes | str) -> float:
	"""The lesser of two runs, in seconds of processor time."""
	best = 1e9
	for _ in range(2):
		started = time.process_time()
		reader(raw)
		best = min(best, time.process_time() - started)
	return best
