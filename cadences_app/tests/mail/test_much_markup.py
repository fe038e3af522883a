"""HTML that would keep a mail worker busy for hours, or end it: a record's notes can hold it."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing.markup import (
	DEEPEST,
	MOST_TAGS,
	TooMuchMarkup,
	as_paragraphs,
	is_written_in_lines,
	read_markup,
)
from cadences_app.mail.composing.plain_text import _keep_meaning_of_marks, text_of
from cadences_app.mail.composing.styles import Styles


@pytest.mark.parametrize("reader", [read_markup, is_written_in_lines, as_paragraphs])
@pytest.mark.parametrize(
	"html",
	[
		"<div>" * (DEEPEST + 1),
		"<table><tr><td>" * DEEPEST,
		"<b>" * 5 + "<blockquote>" * MOST_TAGS + "x",
		"<p>x" * (MOST_TAGS + 1),
	],
)
def test_what_is_too_deep_or_too_much_is_refused(reader, html):
	with pytest.raises(TooMuchMarkup):
		reader(html)


@pytest.mark.parametrize("tag", ["div", "blockquote", "span", "pre"])
def test_what_is_deep_as_forwarded_mails_are_is_read(tag):
	deep = f"<{tag}>" * (DEEPEST - 10) + "Hello"
	markup = read_markup(deep)
	styled = Styles("p { color: red }").container(markup)
	assert "Hello" in styled
	assert "Hello" in text_of(styled)


def test_spaces_are_kept_by_one_word_however_deep():
	tree = LexborHTMLParser("<pre>" * 50 + "a  b")
	_keep_meaning_of_marks(tree)
	assert (tree.html or "").count("white-space: pre") == 50
	assert "a  b" in text_of("<pre><b><i>a  b</i></b></pre>")


@pytest.mark.parametrize("head", ["", "<style>p { margin: 0 }</style>"])
@pytest.mark.parametrize("broken", ["*zoom: 1", "@x", "url(", "color", "<b>", "{{ x }}"])
def test_a_style_that_can_not_be_read_leaves_the_others(head, broken):
	"""`*zoom` stands in many a template: it was for a browser of old."""
	html = f'{head}<p style="{broken}; font-size: 14px">Hello <b style="color: blue">Ada</b></p>'
	styled = Styles("p { color: red }").container(read_markup(html))
	assert "Hello" in text_of(styled)
	assert "color: blue" in styled or broken == "url("
	assert "color: red" in styled
	assert "font-size: 14px" in styled or broken == "url("
