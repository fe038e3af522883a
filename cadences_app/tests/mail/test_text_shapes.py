"""A document laid out by its shape reads as one that is laid out on its own."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing import text_shapes

WORDS = st.text(st.sampled_from("ab <>&;é\u00a0\u200b\n\t'\"#\u2003"), max_size=8)
NAMES = st.sampled_from(
	["p", "div", "b", "span", "ul", "ol", "li", "h1", "blockquote", "a", "sup", "center", "dd"]
)
ATTRIBUTES = st.sampled_from(
	[
		"",
		' href="https://a.example/?b=c&d=>"',
		' style="display:none"',
		' style="display: block"',
		' title="a &quot;b&quot; > c"',
		' align="center"',
		' start="4"',
		' value="7"',
	]
)
PIECES = st.recursive(
	WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
	lambda inner: st.one_of(
		st.builds(
			lambda name, attributes, within: f"<{name}{attributes}>{''.join(within)}</{name}>",
			NAMES,
			ATTRIBUTES,
			st.lists(inner, max_size=4),
		),
		st.sampled_from(["<br>", "<!-- a < b > c -->", "<hr>"]),
	),
	max_leaves=12,
)


def parsed(html):
	return LexborHTMLParser(html).html


def alone(html):
	"""Comments say nothing; inscriptis shows what follows one, even where it is hidden."""
	return text_shapes._lay_out(re.sub("<!--.*?-->", "", html))


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_any_document_reads_as_on_its_own(html):
	html = parsed(html)
	assert text_shapes.lay_out(html) == alone(html)


@pytest.mark.parametrize(
	"html",
	[
		"<table><tr><td>a</td><td>longer</td></tr><tr><td>bb</td><td>c</td></tr></table>",
		"<pre>a\n  b</pre>",
		'<p style="white-space: pre">a\n  b</p>',
		"<p>a \ue0000\ue001 b</p>",
		'<p title="a>b">x &amp;lt; y &amp;amp; z</p>',
		"<p a\"b='c'>d > e</p>",
		"",
	],
)
def test_so_does_what_hangs_on_its_text(html):
	html = parsed(html)
	assert text_shapes.lay_out(html) == alone(html)


def test_mails_of_one_shape_are_laid_out_once():
	text_shapes._laid_out.cache_clear()
	texts = [
		text_shapes.lay_out(
			parsed(f'<p>Dear <b>{name}</b>,</p><p><a href="https://a.example/{name}">here</a></p>')
		)
		for name in ("Ada", "Bo")
	]
	assert texts == ["Dear Ada,\n\nhere\n", "Dear Bo,\n\nhere\n"]
	assert text_shapes._laid_out.cache_info().misses == 1
