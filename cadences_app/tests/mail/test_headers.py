"""Whatever people type into names and subjects, a header stays one header (RFC 5322, S14.2)."""

import email
import email.header
import email.policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cadences_app.mail.addresses import (
	check_address,
	clean_address,
	clean_header,
	read_addresses,
	tidy_addresses,
)
from cadences_app.mail.composing.headers import (
	HEADER_POLICY,
	list_unsubscribe_headers,
	thread_headers,
	write_people,
	write_person,
)
from cadences_app.mail.composing.mime import text_part, write

pieces = st.lists(
	st.one_of(
		st.sampled_from(
			[
				"\r\n",
				"\n",
				"\r",
				"\0",
				"\u2028",
				"\x85",
				"Bcc: evil@x.example",
				"=?utf-8?q?",
				"=0D=0A",
				"?=",
				"=?",
				"?",
				"=?utf-8?b?DQpCY2M6eA==?=",
				'"',
				"<",
				">",
				",",
				";",
				"(",
				"\\",
				"@",
				":",
				" ",
				"é",
				"日本",
				"\ud800",
			]
		),
		st.text(max_size=5),
	),
	max_size=12,
).map("".join)


def send(name: str, value: str) -> EmailMessage:
	"""The message with that header as the person's mail server gets it."""
	message = EmailMessage(policy=HEADER_POLICY)
	message[name] = value
	message.set_content("body")
	parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
	assert sorted(parsed.keys()) == sorted(
		[name, "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
	)
	assert parsed.get_content().strip() == "body"
	return parsed


@pytest.mark.parametrize(
	("typed", "clean"),
	[
		("Hello", "Hello"),
		("  a \t b  ", "a b"),
		("Hi\r\nBcc: evil@x.example", "Hi Bcc: evil@x.example"),
		("Hi\nBcc: x", "Hi Bcc: x"),
		("Hi\rBcc: x", "Hi Bcc: x"),
		("Hi\0\x0b\x0c\x85\u2028\u2029x", "Hi x"),
		("Grüße 👋 \u200d", "Grüße 👋 \u200d"),
		("=?utf-8?q?x=0D=0ABcc:_evil?=", "= ?utf-8?q?x=0D=0ABcc:_evil?="),
		("\ud800", ""),
		("", ""),
	],
)
def test_a_header_is_cleaned(typed: str, clean: str) -> None:
	assert clean_header(typed) == clean


@given(pieces)
def test_a_subject_stays_one_header_and_arrives_as_it_was_cleaned(typed: str) -> None:
	clean = clean_header(typed)
	assert clean == clean_header(clean)
	assert " ".join(send("Subject", clean)["Subject"].split()) == " ".join(clean.split())


@example(".\r\né")
@given(pieces)
def test_a_name_stays_one_header_with_one_address(typed: str) -> None:
	header = send("To", clean_address(typed, "anna@example.com"))["To"]
	assert [address.addr_spec for address in header.addresses] == ["anna@example.com"]


@pytest.mark.parametrize(
	("name", "address", "header"),
	[
		("Anna", "anna@example.com", "Anna <anna@example.com>"),
		("", "anna@example.com", "anna@example.com"),
		("Kern, Anna (Berlin)", "a+b@example.com", '"Kern, Anna (Berlin)" <a+b@example.com>'),
		('An"na\\', "a@b.example", '"An\\"na\\\\" <a@b.example>'),
		("Ärger", " a@b.example ", "=?utf-8?b?w4RyZ2Vy?= <a@b.example>"),
		("M", "info@müller.example", "M <info@xn--mller-kva.example>"),
		("x\r\nBcc: evil@x.example", "a@b.example", '"x Bcc: evil@x.example" <a@b.example>'),
	],
)
def test_an_address_is_formatted(name: str, address: str, header: str) -> None:
	assert clean_address(name, address) == header
	assert parseaddr(header)[1] == check_address(address)


@pytest.mark.parametrize(
	"address",
	[
		"",
		"anna",
		"@b.example",
		"a@",
		"a@b@c.example",
		"a b@c.example",
		"a@b.example, c@d.example",
		"a@b.example;c@d.example",
		"Anna <a@b.example>",
		"<a@b.example>",
		"a@b.example\r\nBcc: x@y.example",
		"a@b.example\n",
		"a\0@b.example",
		"a\t@b.example",
		'"a b"@c.example',
		"a..b@c.example",
		".a@c.example",
		"a@.example",
		"a@b..example",
		"a@-b.example",
		"ä@b.example",
		"a@straße.example",
		"a@b\u2028.example",
		"=?utf-8?q?x?=@b.example",
		"a" * 65 + "@b.example",
		"a@" + "b." * 130 + "example",
		"a@ b.example",
		"a@[127.0.0.1]",
		"a@b.example>",
		"a@é\ud800.example",
	],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
	with pytest.raises(ValueError):
		clean_address("Anna", address)


@given(pieces, pieces)
def test_a_made_up_address_is_refused_or_harmless(local_part: str, domain: str) -> None:
	try:
		header = clean_address("Anna", f"{local_part}@{domain}")
	except ValueError:
		return
	(address,) = send("To", header)["To"].addresses
	assert isinstance(address, Address) and address.addr_spec == check_address(f"{local_part}@{domain}")


URL = "https://erp.example.com/api/method/cadences_app.api.unsubscribe.unsubscribe?t=" + "aB3-_" * 8


def test_one_click_unsubscribe() -> None:
	headers = list_unsubscribe_headers(URL, "stop+token@example.com")
	assert headers == {
		"List-Unsubscribe": f"<{URL}>, <mailto:stop+token@example.com?subject=unsubscribe>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	}
	for name, value in headers.items():
		assert send(name, value)[name] == value


def test_the_url_arrives_as_it_is_though_it_is_longer_than_a_line() -> None:
	message = EmailMessage(policy=HEADER_POLICY)
	message["List-Unsubscribe"] = list_unsubscribe_headers(URL)["List-Unsubscribe"]
	assert URL.encode() in message.as_bytes()


def test_one_click_needs_https() -> None:
	assert list_unsubscribe_headers("http://localhost:8000/u?t=1") == {
		"List-Unsubscribe": "<http://localhost:8000/u?t=1>"
	}


def test_the_mail_address_is_written_as_a_uri() -> None:
	value = list_unsubscribe_headers("https://a.b/", "a&b%c?d@example.com")["List-Unsubscribe"]
	assert value.endswith("<mailto:a%26b%25c%3Fd@example.com?subject=unsubscribe>")


@pytest.mark.parametrize(
	("url", "mailto"),
	[
		("", None),
		("javascript:alert(1)", None),
		("https://a.b/>,<https://c.d", None),
		("https://a.b/\r\nBcc: x", None),
		("//a.b", None),
		("https://a.b/é", None),
		("https://a.b/" + "x" * 500, None),
		("https://a.b/=?utf-8?q?=0A?=", None),
		("https://a.b", "a@b.example>\r\nBcc: x"),
		("https://a.b", "a,b@c.example"),
	],
)
def test_a_bad_unsubscribe_link_is_refused(url: str, mailto: str | None) -> None:
	with pytest.raises(ValueError):
		list_unsubscribe_headers(url, mailto)


def test_an_answer_names_the_thread() -> None:
	assert thread_headers(["<a@x>", "b@x", " <c@x>\r\n"]) == {
		"In-Reply-To": "<c@x>",
		"References": "<a@x> <b@x> <c@x>",
	}
	assert thread_headers(["<a@x>", "<a@x>"]) == {"In-Reply-To": "<a@x>", "References": "<a@x>"}
	assert (
		thread_headers([])
		== thread_headers(["", "<>", "a b", "é@x", "<a>\r\nBcc: x", "<a@x> <b@x>", "=?utf-8?q?=0A?="])
		== {}
	)


def test_a_long_thread_keeps_its_first_and_its_latest_mails() -> None:
	references = thread_headers([f"<{number}@x>" for number in range(50)])["References"].split()
	assert references == ["<0@x>", *(f"<{number}@x>" for number in range(31, 50))]


@given(
	st.lists(
		st.one_of(pieces, st.integers(1, 300).map(lambda size: "<" + "m" * size + "@exchange.example>")),
		max_size=40,
	)
)
def test_thread_headers_stay_whole_on_one_line(message_ids: list[str]) -> None:
	for name, value in thread_headers(message_ids).items():
		assert len(name) + 2 + len(value) <= 998
		message = EmailMessage(policy=HEADER_POLICY)
		message[name] = value
		assert message.as_bytes() == f"{name}: {value}\r\n\r\n".encode()


def test_an_unsubscribe_url_has_at_most_450_characters() -> None:
	longest = "https://a.b/".ljust(450, "x")
	assert list_unsubscribe_headers(longest)["List-Unsubscribe"] == f"<{longest}>"
	with pytest.raises(ValueError):
		list_unsubscribe_headers(f"{longest}x")


def test_a_mail_that_unsubscribes_says_whose_it_was() -> None:
	value = list_unsubscribe_headers(URL, "rep@example.com", "ab_c-D")["List-Unsubscribe"]
	assert value == f"<{URL}>, <mailto:rep@example.com?subject=unsubscribe%20ab_c-D>"


PEOPLE = [
	# (typed, as they are stored)
	("a@b.example", "a@b.example"),
	("Team <team@b.example>", "Team <team@b.example>"),
	('"Müller, Anna" <anna@b.example>', "Müller Anna <anna@b.example>"),
	("a@b.example, Team <team@b.example>", "a@b.example, Team <team@b.example>"),
	("a@b.example; b@b.example", "a@b.example, b@b.example"),
	("Team &lt;team@b.example&gt;", "Team <team@b.example>"),
	("R&amp;D <rd@b.example>", "R D <rd@b.example>"),
	("x <a/b=`c`@b.example>", "a/b=`c`@b.example"),
	("anna@bücher.example", "anna@xn--bcher-kva.example"),
]


@pytest.mark.parametrize(("typed", "stored"), PEOPLE)
def test_people_are_read_as_they_were_typed(typed: str, stored: str) -> None:
	assert tidy_addresses(typed) == stored
	assert read_addresses(stored)


@pytest.mark.parametrize(
	"typed",
	[
		"", "nobody", "a@b.example, nobody", "a@b.example\nBcc: c@d.example", "Team: a@b.example;",
		"@b.example", "Müller, Anna <anna@b.example>", "<script>alert(1)</script>", "a@@b.example",
		"a@b.example b", "a@b.example,,",
	],
)  # fmt: skip
def test_what_are_no_people_is_refused(typed: str) -> None:
	with pytest.raises(ValueError):
		read_addresses(typed)


@given(st.text(max_size=60))
def test_what_is_stored_as_addresses_is_no_markup(typed: str) -> None:
	stored = tidy_addresses(typed)
	try:
		people = read_addresses(stored)
	except ValueError:
		assert "<" not in stored and ">" not in stored
	else:
		assert read_addresses(tidy_addresses(stored)) == people


@pytest.mark.parametrize("header", ["From", "Reply-To"])
@pytest.mark.parametrize(
	"name", ["Zoë", "Ünï " * 9, "Ünï " * 11, "日本語の名前" * 30, "🚀 Team", "Ada " * 400]
)
@pytest.mark.parametrize("address", ["rep@seller.example", f"{'x' * 40}@{'y' * 30}.example"])
def test_a_person_stands_on_lines_that_are_short_enough(header: str, name: str, address: str) -> None:
	source = write({header: write_person(name, address, header)}, text_part("", "plain"))
	lines = source.partition(b"\r\n\r\n")[0].split(b"\r\n")
	assert all(len(line) <= 76 for line in lines if b"=?" in line)
	assert max(map(len, lines)) <= 998
	words, _bracket, rest = email.message_from_bytes(source)[header].rpartition("<")
	assert rest == f"{address}>"
	said = str(email.header.make_header(email.header.decode_header(words.replace("\r\n", ""))))
	assert said.split() == name[:200].split()


def test_every_person_is_answered() -> None:
	typed = ", ".join(f"Person Nümber {number} <p{number}@buyer.example>" for number in range(40))
	source = write({"Reply-To": write_people(typed, "Reply-To")}, text_part("", "plain"))
	assert all(len(line) <= 76 for line in source.split(b"\r\n") if b"=?" in line)
	found = email.message_from_bytes(source, policy=email.policy.default)["Reply-To"].addresses
	assert [each.addr_spec for each in found] == [f"p{number}@buyer.example" for number in range(40)]


@pytest.mark.parametrize("length", range(1, 40))
def test_a_line_with_several_people_has_room_for_its_comma(length: int) -> None:
	typed = f"{'ä' * length} <ada@buyer.example>, Bert <bert@buyer.example>"
	assert all(len(line) <= 76 for line in f"To: {write_people(typed, 'To')}".split("\r\n"))
