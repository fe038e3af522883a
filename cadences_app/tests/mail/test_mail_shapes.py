"""A mail that is filled into the shape of those before it is the one that is made on its own."""

from dataclasses import replace
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadences_app.mail.composing import mail_shapes
from cadences_app.mail.composing.frame import Frame
from cadences_app.mail.composing.mail_shapes import Shapes
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.pictures import Picture
from cadences_app.mail.composing.shown import Shown, show
from cadences_app.mail.composing.styles import Styles

SITE = "https://crm.example"
SHELL = (
	"<!DOCTYPE html><html><head><title>TITLE</title></head><body><table class=body-table><tr><td>"
	"<p><!--CONTENT--></p></td></tr></table><div><!--unsubscribe link here--><!--email_open_check--></div>"
	'<a href="/imprint"><img src="logo.png"></a></body></html>'
)
CSS = "p { margin: 1em 0 } a { color: blue } .btn:empty { color: red } ul li { padding: 1px }"
PNG = Picture("logo.png", b"\x89PNG", "image/png")


class Surroundings:
	site = SITE
	frame = Frame(SHELL, "<!--CONTENT-->", "TITLE", SITE, "de", Styles(CSS))

	def unsubscribe_line(self, text: str, url: str, language: str = "") -> str:
		if escape(url) in text:
			return ""
		return f'<p lang="{language}"><a href="{escape(url)}" data-no-track>Leave</a></p>'


class Addresses:
	def opening(self, activity: str) -> str:
		return f"{SITE}/api/open?t=O-{activity}"

	def click(self, activity: str, number: int) -> str:
		return f"{SITE}/api/click?t=C-{activity}_{number}"

	def unsubscribe(self, activity: str) -> str:
		return f"{SITE}/api/unsubscribe?t=U-{activity}"


LAYOUT, URLS = Surroundings(), Addresses()


def mail(number: int, content: str, **changes: object) -> OutgoingMail:
	activity = f"act{number}x"
	content = content.replace("LEAVE", URLS.unsubscribe(activity))
	made = OutgoingMail(
		activity=activity,
		message_id=f"cadence.{activity}@seller.example",
		sender="s@seller.example",
		recipient="a@buyer.example",
		subject=f'Offer {number} for "A & B" <you>',
		content=content,
		find_picture={"/private/files/logo.png": PNG}.get,
	)
	return replace(made, **changes)


def alone(outgoing: OutgoingMail) -> Shown:
	return replace(show(outgoing, LAYOUT, URLS, outgoing.subject), is_by_its_words=False)


def assert_same(shapes: Shapes, outgoing: OutgoingMail) -> None:
	assert replace(shapes.show(outgoing, LAYOUT, URLS), is_by_its_words=False) == alone(outgoing)


def kept(shapes: Shapes) -> int:
	return sum(each is not None for each in shapes._known.values())


TEXTS = st.text(
	st.sampled_from("ab1+ <>&;é\u00a0\u200b\n\t\r'\"#\u2003\u00ad\u0085\x1c=?/.:@[]{}-"), max_size=9
)
CHUNKS = st.sampled_from(
	[
		"&amp;", "&nbsp;", "&lt;b&gt;", "&copy;", "&notit;", "&#1;", "&#x41;", "&", "www.a.example", "tel:1",
		"https://a.example/", "2", "10", "x > y", "[if mso]", "-->", "LEAVE",
	]
)  # fmt: skip
SAID = st.one_of(TEXTS.map(lambda text: text.replace("<", "&lt;")), CHUNKS)
TAGS = st.sampled_from(
	"p div b span ul ol li h1 blockquote a sup sub center dd table tr td pre style title textarea select"
	" option svg button noscript script !-- ![CDATA[ xmp template caption body html p".split()
)
ATTRIBUTES = st.sampled_from(
	[
		"", ' href="https://a.example/?b=c&d=>"', " href='LEAVE'", ' href="mailto:a@b.example"', " href=/x",
		' style="display:none"', ' style="white-space:pre"', ' title="a &quot;b&quot; > c"', " hidden",
		' class="btn no-track"', ' data-list="bullet"', ' role="presentation"', ' cellpadding="0"',
		' lang="fr"',
		' src="/private/files/logo.png"', " a='", ' a="', ' href="tel:+49%201"',
		' background="/private/files/x"',
	]
)  # fmt: skip
ELEMENTS = st.builds(
	lambda tag, attributes, within, end: f"<{tag}{attributes}>{''.join(within)}{end.format(tag)}",
	TAGS,
	ATTRIBUTES,
	st.lists(SAID, max_size=3),
	st.sampled_from(["</{}>", "</{}>", "</{}>", "", "<br>", "-->", "</p>"]),
)
SINGLE = st.sampled_from(
	[
		"<br>", "<!-- a < b > c -->", '<img src="/private/files/logo.png" alt="Logo">', "<hr>",
		'<img src="/private/files/gone.png">', '<img src="data:image/png;base64,eA==">', "<", "<3", "</p>",
		'<!--[if mso]><v:rect href="https://a.example/v">a</v:rect><![endif]-->',
		"<style>p > b { color: red }</style>", "<base href='https://b.example/'>", "<img>",
	]
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(st.lists(st.one_of(ELEMENTS, SINGLE, SAID), max_size=7), st.lists(SAID, min_size=4, max_size=4))
def test_any_mail_is_the_one_that_is_made_on_its_own(pieces: list[str], said: list[str]) -> None:
	shapes = Shapes()
	for number, word in enumerate(said):
		assert_same(shapes, mail(number, f"<p>Dear {word},</p>{''.join(pieces)}<p>{word}"))


@pytest.mark.parametrize(
	"content",
	[
		"<p>Dear {0},</p><p>see <a href='https://a.example/?a=1&b=2'>it</a>, or <a href=LEAVE>go</a>.</p>",
		"<p>{0}<!--[if mso]><v:rect href='https://a.example/'>Buy</v:rect><![endif]--></p>",
		"<style>p > b {{ color: red }}</style><p>Dear <b>{0}</b></p>",
		"<table cellpadding=0><tr><td>{0}</td><td><table width=1><tr><td>in</table></td></tr></table>",
		"<p>{0}</p><img src='/private/files/logo.png'><img src='data:image/png;base64,eA=='>",
		"<html lang=fr><head><title>x</title></head><body dir=rtl><p>{0}</p></body></html>",
		"<ol><li data-list=bullet>{0}</li><li data-list=ordered class=ql-indent-1>b</li></ol>",
		"Hello {0}",
		"<p>{0}</p>at the end &copy; 2026",
	],
)
def test_the_usual_mails_have_a_shape(content: str) -> None:
	shapes = Shapes()
	for number, name in enumerate(("Ada", "Bo & Söhne <x>", "C\u00a0D  E")):
		assert_same(shapes, mail(number, content.format(escape(name))))
	assert kept(shapes) == 1


@pytest.mark.parametrize(
	"content",
	[
		"<table><tr><th>The name of this column</th><th>b</th></tr><tr><td>{0}</td><td>d</td></tr></table>",
		"<pre>{0}</pre>",
		"<p>10<sup>{0}</sup></p>",
		"<p><a href='https://a.example/'>{0}</a></p>",
		"<p title='{0}'>a</p>",
		"<p title='a>{0}<b'>x</p>",
		"<img src='https://a.example/x.png'><p>{0}</p>",
		"<p hidden>{0}</p>",
		"<p>Dear<b>{0}</b></p>",
	],
)
def test_where_the_words_count_a_mail_is_made_on_its_own(content: str) -> None:
	shapes = Shapes()
	for number, name in enumerate(
		("th", "2", "https://a.example/", "\u200b", "&nbsp;Bo", 'one "longer" than the others')
	):
		for _twice in range(2):
			assert_same(shapes, mail(number, content.format(name)))


def test_a_picture_that_may_not_be_sent_with_one_mail_is_left_out_of_that_one_alone() -> None:
	shapes, content = Shapes(), "<p>Dear {0}</p><img src='/private/files/logo.png' alt='Logo'>"
	for number in range(3):
		assert_same(shapes, mail(number, content.format(number)))
	assert kept(shapes) == 1
	without = mail(4, content.format("Ada"), find_picture=lambda _path: None)
	assert_same(shapes, without)
	assert not shapes.show(without, LAYOUT, URLS).pictures


def test_shapes_of_other_wishes_are_kept_apart() -> None:
	shapes = Shapes()
	for number in range(12):
		wishes = {"track_opens": bool(number & 1), "track_clicks": bool(number & 2)}
		language = "fr" if number > 7 else ""
		content = f"<p>Dear {number} <a href='https://a.example/'>x</a></p>"
		for _twice in range(2):
			assert_same(shapes, mail(number, content, language=language, **wishes))


def test_only_the_last_shapes_are_kept() -> None:
	shapes = Shapes()
	for number in range(2 * mail_shapes.MOST_KEPT):
		shapes.show(mail(number, f"<p title='{number}'>Hello</p>"), LAYOUT, URLS)
	assert len(shapes._known) == mail_shapes.MOST_KEPT


def test_what_the_editor_says_by_classes_reaches_the_mail() -> None:
	content = "<p class='ql-indent-2'>a</p><p class='ql-direction-rtl'>b</p>"
	html = alone(mail(1, f"{content}<ol><li data-list='bullet'>c</li></ol>")).html
	assert "padding-left: 6em" in html
	assert '<p class="ql-direction-rtl" dir="rtl"' in html
	assert "<ul" in html and "<ol" not in html


@pytest.mark.parametrize(
	("css", "text"),
	[
		(".small { display: none }", "Wide"),
		(".small, p.x { mso-hide: all; DISPLAY:none !important; }", "Wide"),
		("@media (max-width: 9px) { .wide { display: none } .small { display: block } }", "Wide\nSmall"),
		("@media print { .wide { display: none } } .small { display: none }", "Wide"),
		("/* .wide { display: none } */ .small { display: none }", "Wide"),
		(".small { display: none } .small { display: block }", "Wide\nSmall"),
		(".small a { display: none } div .small { display: none }", "Wide\nSmall"),
		("}{ .small { display: none", "Wide\nSmall"),
	],
)
def test_what_is_for_small_screens_alone_is_not_read_twice(css: str, text: str) -> None:
	content = f"<style>{css}</style><div class='wide'>Wide</div><div class='a small'>Small <b>b</b></div>"
	assert alone(mail(1, content.replace(" <b>b</b>", ""))).text.startswith(f"{text}\n\n")
	shapes = Shapes()
	for number in range(3):
		assert_same(shapes, mail(number, content.replace("<b>b</b>", str(number))))
