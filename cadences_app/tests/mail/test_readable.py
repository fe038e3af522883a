"""The plain copy of a broken message: always readable, and nothing gets into its headers by stealth."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.receiving.readable import UNKNOWN_SENDER, readable_copy
from cadences_app.mail.understanding.fields import address_in, header
from cadences_app.mail.understanding.references import read_references

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.eml"))
HEADERS = {"from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"}
OWN = {"content-type", "content-transfer-encoding", "mime-version"}


def test_what_matters_is_kept():
	raw = (
		b"From: Ada <ada@buyer.example>\nTo: Rep <rep@sales.example>, a b@x\nCc: bo@buyer.example\n"
		b"Subject: =?utf-8?B?A?= yes\n"
		b"Message-ID: <a@buyer.example>\nIn-Reply-To: <b@sales.example>\n"
		b"References: <c@x.example> <b@sales.example>\n"
		b"Content-Type: text/plain; charset=undefined\n\nGr\xc3\xbc\xc3\x9fe\n"
	)
	copy = message_from_bytes(readable_copy(raw), policy=default)
	assert address_in(copy["From"]) == "ada@buyer.example"
	assert (copy["To"], copy["Cc"]) == ("rep@sales.example", "bo@buyer.example")
	assert copy["Message-ID"] == "<a@buyer.example>"
	assert read_references(copy).in_reply_to == ("<b@sales.example>",)
	assert read_references(copy).references == ("<b@sales.example>", "<c@x.example>")
	assert copy.get_content().strip() == "Grüße"


def test_who_is_not_named_is_unknown():
	copy = message_from_bytes(readable_copy(b"Subject: boo\n\nboo\n"))
	assert header(copy, "from") == UNKNOWN_SENDER


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_shape_of_mail_can_be_copied(path):
	raw = path.read_bytes()
	copy = message_from_bytes(readable_copy(raw))
	assert header(copy, "subject").replace("= ?", "=?")[:100] in header(message_from_bytes(raw), "subject")


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_nothing_gets_into_the_headers(subject, text):
	raw = b"From: " + subject + b"\nSubject: " + subject + b"\nIn-Reply-To: " + subject + b"\n\n" + text
	copy = message_from_bytes(readable_copy(raw))
	assert {name.lower() for name in copy.keys()} <= HEADERS | OWN
	assert not copy.defects
