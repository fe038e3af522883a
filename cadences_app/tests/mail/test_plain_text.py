"""The text part says what the HTML says, links included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.composing.plain_text import text_of


@pytest.mark.parametrize(
	("html", "text"),
	[
		("<p>Dear Ada,</p><p>hello.</p>", "Dear Ada,\n\nhello."),
		(
			'See <a href="https://a.example/?x=1&amp;y=2">this page</a>.',
			"See this page (https://a.example/?x=1&y=2).",
		),
		("See <a class='b' href='https://a.example/'>https://a.example/</a>", "See https://a.example/"),
		("See <a href=https://a.example/x>x</a>", "See x (https://a.example/x)"),
		('<a title="a > b" href="https://a.example/">x</a>', "x (https://a.example/)"),
		('<a href="https://a.example/?a=1&section=2">x</a>', "x (https://a.example/?a=1&section=2)"),
		("<p>&amp;lt; &amp;section=1 &lt;b&gt;</p>", "&lt; &section=1 <b>"),
		('<a href="mailto:ada@a.example">ada@a.example</a>', "ada@a.example"),
		('<a href="tel:+49%20123">+49 123</a>', "+49 123"),
		('<a href="tel:+49 30 5">Call</a>', "Call (tel:+49 30 5)"),
		('<a href="sms:+49%20123?body=a%20b">Text us</a>', "Text us (sms:+49 123?body=a b)"),
		("<p><s>100 €</s> <del></del><b>50 €</b></p>", "~~100 €~~ 50 €"),
		("<ul><li><ul><li>Deep</li></ul></li><li>Flat</li></ul>", "+ Deep\n  * Flat"),
		('<a href="#top">Up</a>', "Up"),
		('<a href="https://a.example/"><img src="x.png"></a>', "https://a.example/"),
		('<a href="https://a.example/"><img src="x.png" alt="Shop"></a>', "[Shop] (https://a.example/)"),
		("<style>p { color: red }</style><p>Text</p>", "Text"),
		("<!-- secret --><p>Text<!--[if mso]><b>Outlook</b><![endif]--></p>", "Text"),
		("a<br>b", "a\nb"),
		("<h1>Offer</h1><p>One</p><h2>More</h2>", "Offer\n\nOne\n\nMore"),
		("<ul><li>One</li><li>Two</li></ul>", "* One\n  * Two"),
		("<ol><li>One</li><li>Two</li></ol>", "1. One\n 2. Two"),
		(
			"<table><tr><th>Item</th><th>Price</th></tr><tr><td>Pallet</td><td>12</td></tr></table>",
			"Item    Price\nPallet  12",
		),
		(
			'<table role="presentation"><tr><td>Left side</td><td><p>Right side</p></td></tr></table>',
			"Left side\n\nRight side",
		),
		(
			'<table role="presentation"><tr><td><table role="presentation"><tr><td>In</td><td>ner</td></tr>'
			"</table></td><td>out</td></tr></table>",
			"In\nner\nout",
		),
		("<dl><dt>Price</dt><dd>12 €</dd><dt>Until</dt><dd>May</dd></dl>", "Price\n    12 €\nUntil\n    May"),
		("<center>Hello</center><section>there</section>you", "Hello\nthere\nyou"),
		("<details><summary>More</summary>Text</details>", "More\nText"),
		("<table><caption>Prices</caption><tr><td>1</td><td>2</td></tr></table>", "Prices\n1  2"),
		("<pre>a  b\n<code>  c  <b>d</b></code></pre>", "a  b\n  c  d"),
		("<p style='white-space: pre-wrap'>a\n  <span>b\n  c</span></p>", "a\n  b\n  c"),
		("10<sup>6</sup> km<sup>2</sup>, H<sub>2</sub>O, the 4<sup>th</sup>", "10⁶ km², H₂O, the 4th"),
		("our offer<sup>1st of 2</sup>", "our offer1st of 2"),
		(
			"<ul style='padding-left:2em'><li>One<ul style='padding-left:2em'><li>Two</li></ul></li></ul>",
			"* One\n      + Two",
		),
		(
			'<a href="https://a.example/x"><img alt="Buy"></a><a href="https://a.example/y"><img></a>',
			"[Buy] (https://a.example/x) https://a.example/y",
		),
		("<iframe src=x>no frames</iframe><p>Text</p>", "Text"),
		("<p>one\u00a0two</p>", "one two"),
		("<p style='display:none'>hidden</p><p>shown</p>", "shown"),
	],
)
def test_the_text_of(html: str, text: str) -> None:
	assert text_of(html).strip() == text


@pytest.mark.parametrize(
	("content", "text"),
	[
		('<img src="cid:1" alt="">', "[Our offer]"),
		(
			'<a href="https://a.example/"><img src="cid:1" alt="Spring sale"></a>',
			"[Spring sale] (https://a.example/)",
		),
		("<p>Text</p><img src=x>", "Text"),
	],
)
def test_a_mail_of_pictures_has_a_text(content: str, text: str) -> None:
	html = f"<div data-mail-text>{content}</div><p>Unsubscribe</p>"
	said = text_of(html, "Our offer")
	assert said.startswith(text)
	assert said.rstrip().endswith("Unsubscribe")


WORDS = st.text(st.sampled_from("abcxyz<>&;#'\"=/{}[]§äß€ 😀"), min_size=1, max_size=12).filter(str.strip)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_every_word_is_said_as_it_stands(words: list[str]) -> None:
	escaped = [each.replace("&", "&amp;").replace("<", "&lt;") for each in words]
	said = text_of("".join(f"<p>{each}</p>" for each in escaped)).split("\n")
	assert [each for each in said if each] == [" ".join(each.split()) for each in words]


@given(st.text(max_size=200))
def test_any_text_is_survived(html: str) -> None:
	assert text_of(html).endswith("\n")
