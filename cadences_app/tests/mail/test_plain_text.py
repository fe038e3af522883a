"""The text part says what the HTML says, links included."""

import pytest

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
		('<a href="mailto:ada@a.example">ada@a.example</a>', "ada@a.example"),
		('<a href="#top">Up</a>', "Up"),
		('<a href="https://a.example/"><img src="x.png"></a>', "https://a.example/"),
		("<style>p { color: red }</style><p>Text</p>", "Text"),
		("a<br>b", "a\nb"),
	],
)
def test_the_text_of(html: str, text: str) -> None:
	assert text_of(html).strip() == text
