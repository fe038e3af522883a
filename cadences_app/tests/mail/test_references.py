"""Which mail of ours a message answers or returns (S4.1)."""

from pathlib import Path

import pytest

from cadences_app.mail.understanding.references import References, read_references

SAMPLES = Path(__file__).parent / "samples"


def read_sample(name: str) -> References:
	return read_references((SAMPLES / f"{name}.eml").read_bytes())


def test_an_answer_names_its_thread_newest_first():
	found = read_sample("human_plain")
	assert found.in_reply_to == ("<act-000139@sales.example.com>",)
	assert found.references == ("<act-000139@sales.example.com>", "<act-000100@sales.example.com>")
	assert found.sender == "ada@buyer.example.com"
	assert found.plus_tokens == ("act123Tok",)
	assert found.returned_message_ids == ()


@pytest.mark.parametrize(
	("name", "message_id"),
	[
		("dsn_postfix_unknown_user", "<act-000123@sales.example.com>"),  # message/rfc822
		("dsn_delayed", "<act-000124@sales.example.com>"),  # text/rfc822-headers
		("dsn_gmail_failure", "<act-000125@sales.example.com>"),  # X-Original-Message-ID
		("qmail", "<act-000126@sales.example.com>"),  # in the text
		("exchange_online_html_only", "<act-000130@sales.example.com>"),  # in HTML
		("read_receipt", "<act-000133@sales.example.com>"),  # Original-Message-ID
		("arf_redacted_recipient", "<act-000135@sales.example.com>"),
	],
)
def test_a_bounce_names_the_mail_that_it_returns(name, message_id):
	assert message_id in read_sample(name).returned_message_ids


def test_our_own_header_is_read_from_what_is_returned():
	assert read_sample("dsn_postfix_unknown_user").headers_tokens == ("act-000123.sig",)
	assert read_sample("qmail").headers_tokens == ("act-000126.sig",)


def test_our_own_header_on_the_message_itself_proves_nothing():
	assert read_references(b"From: a@b.example.com\nX-Cadence-Activity: forged\n\nHi").headers_tokens == ()


def test_ids_without_brackets_folded_and_doubled():
	found = read_references(
		b"In-Reply-To: act-1@sales.example.com\n"
		b"References: <a@x.example.com> <b@x.example.com>\n\t<a@x.example.com>\n <c@x.example.com>\n\n"
	)
	assert found.in_reply_to == ("<act-1@sales.example.com>",)
	assert found.references == ("<c@x.example.com>", "<b@x.example.com>", "<a@x.example.com>")


def test_every_address_that_it_came_to_may_carry_a_tag():
	found = read_references(
		b'To: Rep <rep@s.example.com>, "+x" <rep+One@s.example.com>\n'
		b"Delivered-To: rep+Two+b@s.example.com\nX-Original-To: rep+One@s.example.com\n"
		b"Envelope-To: <rep+three@s.example.com>\nCc: rep+no@s.example.com\n\n"
	)
	assert found.plus_tokens == ("One", "Two+b", "three")


def test_a_sender_is_bare_and_lower_case():
	assert (
		read_references(b'From: "x@fake.example.com" <Ada@Buyer.Example.com>\n\n').sender
		== "ada@buyer.example.com"
	)
	assert read_references(b"From: ada@buyer.example.com (Ada)\n\n").sender == "ada@buyer.example.com"
	assert read_references(b"").sender == ""


def test_long_threads_keep_their_newest_end():
	ids = b" ".join(b"<%d@x.example.com>" % number for number in range(200))
	found = read_references(b"References: " + ids + b"\n\n").references
	assert (found[0], len(found)) == ("<199@x.example.com>", 100)
