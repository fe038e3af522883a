"""Messages written by hand are read by Python's `email` as they were meant."""

import email
import email.header
import email.policy
import re
from email.message import EmailMessage
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.addresses import clean_header
from cadences_app.mail.composing.mime import (
	binary_part,
	disposition,
	encode_words,
	multipart,
	shorten,
	text_part,
	write,
)

TEXTS = st.text(
	st.characters(blacklist_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", blacklist_categories=["Cs"])
)


def read(source: bytes) -> EmailMessage:
	message = email.message_from_bytes(source, policy=email.policy.default)
	assert isinstance(message, EmailMessage)
	return message


def said(part: EmailMessage) -> str:
	return part.get_content().replace("\r\n", "\n")


def longest_line(source: bytes) -> int:
	return max(len(line) for line in source.split(b"\r\n"))


@given(TEXTS)
def test_any_text_arrives_as_it_was(text: str) -> None:
	source = write({"Subject": "x"}, text_part(text, "plain"))
	assert said(read(source)).rstrip("\n") == text.rstrip("\n")
	assert source.isascii()
	assert longest_line(source) <= 76
	assert b"\n" not in source.replace(b"\r\n", b"")


@given(st.text(max_size=500))
def test_any_subject_arrives_on_one_header(text: str) -> None:
	subject = clean_header(text)
	source = write({"Subject": encode_words(subject, "Subject"), "To": "x@y.example"}, text_part("", "plain"))
	message = read(source)
	assert message["Subject"].split() == subject.split()
	assert set(message.keys()) >= {"Subject", "To", "MIME-Version"}
	assert len(message.keys()) == 5
	assert longest_line(source) <= (998 if subject.isascii() else 76)


def test_the_parts_of_a_message_are_told_apart() -> None:
	texts = multipart("alternative", [text_part("plain", "plain"), text_part("<b>html</b>", "html")], "a")
	file = binary_part(b"\x00\xff" * 100, "application/pdf", "Angebot.pdf")
	message = read(write({"Subject": "x"}, multipart("mixed", [texts, file], "b")))
	assert [part.get_content_type() for part in message.walk()] == [
		"multipart/mixed",
		"multipart/alternative",
		"text/plain",
		"text/html",
		"application/pdf",
	]
	(attachment,) = message.iter_attachments()
	assert attachment.get_content() == b"\x00\xff" * 100
	assert attachment.get_filename() == "Angebot.pdf"


def test_a_text_can_not_end_its_part() -> None:
	part = multipart("alternative", [text_part("--=_a--\nmore", "plain"), text_part("html", "html")], "a")
	message = read(write({}, part))
	plain, _html = message.iter_parts()
	assert said(plain) == "--=_a--\nmore\n"


@pytest.mark.parametrize("header", ["Subject", "From", "Reply-To", "X-A-Rather-Long-Name-Of-A-Header"])
def test_encoded_words_stay_within_76_characters(header: str) -> None:
	for text in ("Ü" * 200, "日本語の件名" * 30, "a " * 20 + "é", "x" * 60 + "ü" + "y" * 60):
		source = write({header: encode_words(text, header)}, text_part("", "plain"))
		assert longest_line(source) <= 76
		assert (
			str(
				email.header.make_header(email.header.decode_header(email.message_from_bytes(source)[header]))
			)
			== text
		)


@pytest.mark.parametrize(("length", "is_plain"), [(900, True), (901, False)])
def test_a_long_header_is_plain_as_long_as_its_line_may_be(length: int, is_plain: bool) -> None:
	assert (encode_words("x" * length, "Subject") == "x" * length) is is_plain


@pytest.mark.parametrize(
	("name", "kept"),
	[
		("x" * 200, "x" * 200),
		("x" * 201, "x" * 200),
		("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
		("x" * 300 + "." + "y" * 20, "x" * 179 + "." + "y" * 20),
		("x" * 250 + "." + "y" * 21, "x" * 200),
	],
)
def test_a_files_long_name_loses_its_middle(name: str, kept: str) -> None:
	assert shorten(name) == kept


def test_a_files_name_of_two_hundred_plain_letters_stands_on_one_line() -> None:
	assert disposition("attachment", "x" * 200) == f'attachment; filename="{"x" * 200}"'


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=300)


@given(NAMES, st.sampled_from(["pdf", "tar", "docx", "ics"]))
def test_a_file_keeps_its_ending_and_its_lines_stay_short(stem: str, ending: str) -> None:
	name = clean_header(f"a{stem}.{ending}")
	source = write({}, multipart("mixed", [binary_part(b"x", "application/pdf", name)], "a"))
	(part,) = read(source).iter_parts()
	found = part.get_filename()
	assert found.endswith(f".{ending}")
	assert len(found) <= 200
	assert found == name or len(name) > 200
	assert longest_line(source) <= (998 if name.isascii() else 78)


@pytest.mark.parametrize("name", ["Größe.pdf", 'a "b" \\c.pdf', "x\r\nBcc: y@z.example", "日本.pdf"])
def test_a_file_may_have_any_name(name: str) -> None:
	message = read(write({}, multipart("mixed", [binary_part(b"x", "application/pdf", name)], "a")))
	(part,) = message.iter_parts()
	assert part.get_filename() == clean_header(name)
	assert "Bcc" not in part


@given(NAMES)
def test_no_piece_of_a_name_ends_within_a_character(name: str) -> None:
	"""Some programs decode each piece by itself, and Python says so."""
	source = write({}, multipart("mixed", [binary_part(b"x", "application/pdf", f"{name}.pdf")], "a"))
	pieces = re.findall(rb"filename\*\d*\*?=(?:utf-8'')?([^;\r\n\"]*)", source)
	assert all(unquote_to_bytes(piece).decode("utf-8") is not None for piece in pieces)
	(part,) = read(source).iter_parts()
	assert not part["Content-Disposition"].defects or name.isascii()
