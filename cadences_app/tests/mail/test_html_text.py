"""The readable text of HTML (S4.1): what a person sees, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.understanding.html_text import MOST_BROKEN, is_tangled, read_html
from cadences_app.mail.understanding.incoming import own_text, parse
from cadences_app.mail.understanding.quotes import without_quotes


@pytest.mark.parametrize(
	("html", "text"),
	[
		("<p>Yes.</p>", "Yes."),
		("Yes<!-- no <p>no</p> -->, please", "Yes, please"),
		("<!--[if mso]><p>Outlook</p><![endif]-->Yes", "Yes"),
		("<![if !mso]>Yes<![endif]>", "Yes"),
		('<a title="a > b" href=x>Yes</a>', "Yes"),
		("<a title='a > \"b' href=x>Yes</a>", "Yes"),
		("<p title=it's>Yes</p> it's", "Yes\n it's"),
		("<head><title>No</title><style>p > b {}</style></head><body>Yes", "Yes"),
		("<HEAD><p>no</p></HEAD>Yes", "Yes"),
		("<head>Yes", "Yes"),
		("<style>no", ""),
		("<script>if (a < b && c > d) no()</script>Yes", "Yes"),
		("1 < 2 &amp; 3 &lt; 4", "1 < 2 & 3 < 4"),
		("Yes<br>and<br/>no", "Yes\nand\nno"),
		("a<td>b</td><td>c</td>", "a b c"),
		("Yes <", "Yes <"),
		("Yes <p", "Yes"),
		("Mine<blockquote>theirs</blockquote>mine", "Mine\n\n> theirs\nmine"),
		("<template>no</template>Yes", "Yes"),
		("", ""),
	],
)
def test_html_is_read(html, text):
	assert read_html(html).strip() == text


@given(st.text(alphabet="<>!-/ab =\"'&;#pstyle \n", max_size=200))
def test_any_html_is_read(html):
	assert len(read_html(html)) <= 6 * len(html) + 10


@pytest.mark.parametrize(
	("text", "own"),
	[
		("Yes.\n\nOn Monday, 3 March, Ada <ada@buyer.example>\nwrote:\nHello?", "Yes."),
		("Ja.\n\nAm Montag, 3. März 2026 um 10:00 schrieb Ada Lovelace\n<ada@buyer.example>:\nHallo?", "Ja."),
		(
			"On Monday I met Ada (ada@buyer.example).\nShe wrote this:\nHello.",
			"On Monday I met Ada (ada@buyer.example).\nShe wrote this:\nHello.",
		),
	],
)
def test_a_quoted_mails_head_may_be_broken_over_two_lines_and_no_sentence_is_one(text, own):
	assert without_quotes(text) == own


@pytest.mark.parametrize(("broken", "is_one"), [(MOST_BROKEN, False), (MOST_BROKEN + 1, True)])
def test_so_many_unfinished_tags_are_a_tangle(broken, is_one):
	assert is_tangled("<p>Yes</p>" + "<a href" * broken) is is_one


ALTERNATIVES = (
	"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	"Content-Type: multipart/alternative; boundary=a\n\n"
	"--a\nContent-Type: text/plain\n\n{plain}\n--a\nContent-Type: text/html\n\n<p>In colour</p>\n--a--\n"
	"--b\nContent-Type: application/pdf\n\nA contract\n"
	"--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nA list\n--b--\n"
)


@pytest.mark.parametrize(
	("plain", "own"),
	[("Yes, " * 9, "Yes, " * 9), ("Yes, " * 7, "Yes, " * 7 + "\nIn colour")],
)
def test_html_is_read_where_the_plain_text_beside_it_says_little_and_no_attachment_is(plain, own):
	assert own_text(parse(ALTERNATIVES.format(plain=plain).encode())).split() == own.split()


def test_html_on_one_line_is_not_cut_like_a_line():
	"""Newsletters and webmail write thousands of characters of style before the first word."""
	html = "<html><head><style>" + "p{margin:0}" * 500 + "</style></head><body>Yes, please.</body></html>"
	assert own_text(parse(f"Content-Type: text/html\n\n{html}".encode())).strip() == "Yes, please."


@pytest.mark.parametrize(
	"unit", ["<div>", "<a href>", "<b>", "<ul><li>", "<a href", "<blockquote><p>", "<a\n<b\n"]
)
def test_what_takes_a_tree_builder_long_is_told(unit):
	assert is_tangled("<p>Yes</p>" + unit * 1000)


@pytest.mark.parametrize(
	"html",
	[
		"<p>" * 5000,
		"<div>x</div>" * 5000,
		"<ul>" + "<li>x" * 5000 + "</ul>",
		"<br><img src=x>" * 5000,
		"1 < 2 and 3 > 2 " * 5000,
		"<table>" + "<tr><td>x" * 5000,
		"<div>" * 100 + "x" + "</div>" * 100,
	],
)
def test_what_people_write_is_not_tangled(html):
	assert not is_tangled(html)
