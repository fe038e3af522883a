"""Links lead where they were typed to lead, are counted where they are safe to follow, and nothing else of
the mail changes (S4.1, S14.2)."""

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.composing.links import (
	absolute_url,
	expand_urls,
	in_ascii,
	is_safe_target,
	make_absolute,
	pixel,
	track_links,
)
from cadences_app.mail.composing.markup import read_markup

TRACK = "https://t.example/c/"
SITE = "https://crm.example"


def track(number: int, target: str) -> str:
	return f"{TRACK}{number}"


def rewrite(html: str, untracked: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
	markup = read_markup(html)
	targets = track_links(markup.tree, track, untracked)
	return markup.html, targets


def expanded(html: str) -> str:
	markup = read_markup(html)
	expand_urls(markup.tree, SITE)
	return markup.html


REWRITTEN = [
	# (before, after, target)
	('<a href="https://a.b/c">x</a>', f'<a href="{TRACK}0">x</a>', "https://a.b/c"),
	("<a href='https://a.b/c'>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b/c"),
	("<a href=https://a.b/c/>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b/c/"),
	("<a\n  HREF = 'https://a.b'\n>x</A>", f'<a href="{TRACK}0">x</a>', "https://a.b"),
	('<area shape=rect href="http://a.b">', f'<area shape="rect" href="{TRACK}0">', "http://a.b"),
	('<a title=">" href="https://a.b">x</a>', f'<a title="&gt;" href="{TRACK}0">x</a>', "https://a.b"),
	("<a title='<a href=x>' href=https://a.b>x</a>", None, "https://a.b"),
	('<a data-href="https://no.example" href="https://a.b">x</a>', None, "https://a.b"),
	('<a href="https://a.b" href="https://no.example">x</a>', f'<a href="{TRACK}0">x</a>', "https://a.b"),
	('<a href="https://a.b/?x=1&amp;y=2">x</a>', None, "https://a.b/?x=1&y=2"),
	('<a href="https://a.b/?x=1&section=2&reg">x</a>', None, "https://a.b/?x=1&section=2®"),
	('<a href="https://a.b/?x=1&copyright=2&lt;">x</a>', None, "https://a.b/?x=1&copyright=2<"),
	('<a href="https&#58;//a.b&#x2F;c&#47d">x</a>', None, "https://a.b/c/d"),
	('<a href=" https://a.b/\n c d ">x</a>', None, "https://a.b/%20c%20d"),
	('<a href="HTTPS://A.B/É">x</a>', None, "HTTPS://A.B/É"),
	('<a href="https://a.b/?">x</a>', None, "https://a.b/?"),
	('<a href="https://a.b/#">x</a>', None, "https://a.b/#"),
	('<a href="https://a.b/[x]{y}|^`">x</a>', None, "https://a.b/[x]{y}|^`"),
	("<!-- a > b --><a href=https://a.b>x</a>", f'<!-- a > b --><a href="{TRACK}0">x</a>', "https://a.b"),
	("<style>a{}</STYLE ><a href=https://a.b>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b"),
	(
		"<!--[if !mso]><!--><a href=https://a.b>x</a><!--<![endif]-->",
		f'<!--[if !mso]><!--><a href="{TRACK}0">x</a><!--<![endif]-->',
		"https://a.b",
	),
	(
		"<![if !mso]><a href=https://a.b>x</a><![endif]>",
		f'<!--[if !mso]><!--><a href="{TRACK}0">x</a><!--<![endif]-->',
		"https://a.b",
	),
]


@pytest.mark.parametrize(("before", "after", "target"), REWRITTEN)
def test_a_link_is_rewritten(before: str, after: str | None, target: str) -> None:
	html, targets = rewrite(before)
	assert targets == (target,)
	assert f'href="{TRACK}0"' in html
	if after is not None:
		assert html.strip() in (after, after.replace("&gt;", ">"))


@pytest.mark.parametrize(
	"href",
	[
		"mailto:a@b.example?subject=https://a.b", "tel:+49123", "sms:+49123?body=Hi", "whatsapp://send?text=x",
		"webcal://a.b/c.ics", "#top", "cid:part1@a.b", "javascript:alert(1)//https://a.b", "data:text/html,x",
		"ftp://a.b/c", "https:///a.b", "https:a.b", "https://user:pass@a.b", "https://a.b\\@evil.example",
		"https://a.b/\x01x", "{{ url }}", "", "\\\\evil.example", "MAILTO:a@b.example", "skype:a?call",
	],
)  # fmt: skip
def test_what_is_not_for_the_web_stays_as_it_was_typed(href: str) -> None:
	html = f'<a href="{href}">x</a>'
	assert expanded(html) == rewrite(html)[0] == html


@pytest.mark.parametrize(("length", "is_safe"), [(2000, True), (2001, False)])
def test_a_link_that_is_counted_has_at_most_two_thousand_characters(length: int, is_safe: bool) -> None:
	assert is_safe_target("https://a.b/".ljust(length, "c")) is is_safe


@pytest.mark.parametrize(
	"html",
	[
		'<a data-no-track="" href="https://a.b">x</a>',
		'<a class="button no-track" href="https://a.b">x</a>',
		"<!-- <a href=https://a.b>x</a> -->",
		"<!--[if mso]><v:roundrect class=no-track href='https://a.b'><![endif]-->",
		"<!--[if mso]><v:fill src='https://a.b/c.png'><o:x href='https://a.b'><![endif]-->",
		"<!-- if mso: <a href='https://a.b'>x</a> -->",
		"<textarea><a href=https://a.b></textarea>",
		'<abbr href="https://a.b">x</abbr>',
		'<img src="https://a.b/c.png">',
		'<a name="x">x</a>',
	],
)
def test_the_rest_is_not_counted(html: str) -> None:
	after, targets = rewrite(html)
	assert targets == ()
	assert TRACK not in after


def test_the_unsubscribe_link_is_left_alone() -> None:
	html = '<a href="https://s.example/u?t=1&amp;x=2">out</a> <a href="https://s.example/user">in</a>'
	assert rewrite(html, ("https://s.example/u?", "https://s.example/v"))[1] == ("https://s.example/user",)


def test_equal_targets_share_a_number() -> None:
	html = "<a href=https://a.b/?x&amp;y>1</a><a href=https://c.d>2</a><a href='https://a.b/?x&y'>3</a>"
	after, stored = rewrite(html)
	assert stored == ("https://a.b/?x&y", "https://c.d")
	assert after == f'<a href="{TRACK}0">1</a><a href="{TRACK}1">2</a><a href="{TRACK}0">3</a>'


BUTTON = (
	'<!--[if mso]><table><tr><td><v:roundrect href="{0}" style="height:40px" fillcolor=\'#fff\'><center>'
	'Buy &amp; go</center></v:roundrect><![endif]--><!--[if !mso]><!--><a href="{0}">Buy</a><!--<![endif]-->'
)


def test_a_button_that_outlook_alone_shows_is_the_link_beside_it() -> None:
	after, targets = rewrite(BUTTON.format("https://a.b/?x=1&amp;section=2"))
	assert targets == ("https://a.b/?x=1&section=2",)
	assert after == BUTTON.format(f"{TRACK}0")


def test_what_outlook_alone_reads_is_made_absolute_and_stays_half_a_table() -> None:
	before = (
		'<!--[if gte mso 9]><td><v:fill type=frame src="/b.png" /><a HREF=/x?a&amp;b title="/y">src="/z"</a>'
		"<div style='background:url(/c.png)'><![endif]-->"
	)
	after = expanded(before)
	assert f'<v:fill type=frame src="{SITE}/b.png" />' in after
	assert f'<a HREF="{SITE}/x?a&amp;b" title="/y">src="/z"</a>' in after
	assert f'style="background:url({SITE}/c.png)"' in after
	assert after.count("<") == before.count("<")


def test_a_templates_own_base_is_kept_to() -> None:
	html = (
		'<html><head><base href="https://shop.example/mail/"></head><body><a href="x?y">1</a>'
		'<a href="/z">2</a><img src="i.png"><a href="https://a.b">3</a></body></html>'
	)
	markup = read_markup(html)
	make_absolute(markup, SITE)
	assert "<base" not in (markup.tree.html or "")
	for url in ("https://shop.example/mail/x?y", "https://shop.example/z", "https://shop.example/mail/i.png"):
		assert f'"{url}"' in markup.html


def test_style_sheets_and_rare_attributes_are_made_absolute() -> None:
	markup = read_markup(
		"<style>@import '/a.css'; .x { background: URL( \"/b c.png\" ) } .y { content: 'url' }</style>"
		'<form action="/f"><button formaction="/g">x</button></form><object data="/o.svg"></object>'
		'<blockquote cite="/q"></blockquote><p style="BACKGROUND:URL(/p.png)" data="/d">x</p>'
	)
	make_absolute(markup, SITE)
	assert f"@import '{SITE}/a.css'" in markup.styles
	assert f'URL( "{SITE}/b%20c.png" )' in markup.styles and "content: 'url'" in markup.styles
	for written in (f'action="{SITE}/f"', f'formaction="{SITE}/g"', f'cite="{SITE}/q"', f"URL({SITE}/p.png)"):
		assert written in markup.html
	assert f'<object data="{SITE}/o.svg">' in markup.html


@pytest.mark.parametrize(
	("url", "absolute"),
	[
		("/app/lead?a=1&b=2#c", f"{SITE}/app/lead?a=1&b=2#c"),
		("files/x.pdf", f"{SITE}/files/x.pdf"),
		("?src=mail", f"{SITE}/?src=mail"),
		("//cdn.example/x", "https://cdn.example/x"),
		("HTTP://shop.example/?src=newsletter", "HTTP://shop.example/?src=newsletter"),
		("www.shop.example/a", "http://www.shop.example/a"),
		("https://shop.example/?next=/a&url=b", "https://shop.example/?next=/a&url=b"),
		("///x", "///x"),
	],
)
def test_urls_are_made_absolute(url: str, absolute: str) -> None:
	assert absolute_url(url, SITE) == absolute


def test_every_attribute_with_a_url_is_read_and_no_text() -> None:
	before = (
		"<p>Set src=config and href='x' and url(y) here. src=\"/a.png\"</p>"
		'<img src="/a.png" srcset="/a.png 1x, b.png 2x" alt="src=/x">'
		'<td background="/b.png"></td><div style="background: url(\'/c.png\')" title="url(/d.png)">x</div>'
	)
	after = expanded(f"<table><tr>{before}</tr></table>")
	assert "Set src=config and href='x' and url(y) here. src=\"/a.png\"" in after
	assert f'src="{SITE}/a.png" srcset="{SITE}/a.png 1x, {SITE}/b.png 2x" alt="src=/x"' in after
	assert f'background="{SITE}/b.png"' in after
	assert f"url('{SITE}/c.png')" in after
	assert 'title="url(/d.png)"' in after


typed = st.text(st.sampled_from("abcÄé/?#[]{}|^`&=+;:@!$'()*,%20~-_. <>\""), max_size=40)
pieces = st.one_of(
	st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20).map(
		lambda text: f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>"
	),
	typed.map(lambda rest: f'<a href="https://a.b/{_attribute(rest)}">src={_text(rest)}</a>'),
	typed.map(lambda rest: f"<img alt='src=x' src=\"/{_attribute(rest)}\">"),
	st.sampled_from(["<br>", "<table><tr><td>1<td>2</table>", "<!-- src=/x -->", "<ul><li>a</ul>"]),
)


def _attribute(text: str) -> str:
	return text.replace("&", "&amp;").replace('"', "&quot;")


def _text(text: str) -> str:
	return text.replace("&", "&amp;").replace("<", "&lt;")


def seen(html: str) -> tuple[str, list[str]]:
	"""What another parser says is read, and the links of the document."""
	tree = html5lib.parse(html, namespaceHTMLElements=False)
	return "".join(tree.itertext()), [each.get("href") for each in tree.iter("a")]


@given(st.lists(pieces, max_size=8).map("".join))
def test_another_parser_reads_the_same_text_and_the_links_lead_where_they_did(html: str) -> None:
	markup = read_markup(html)
	expand_urls(markup.tree, SITE)
	targets = track_links(markup.tree, track)
	text_before, links_before = seen(html)
	text_after, links_after = seen(markup.html)
	assert text_after == text_before
	assert len(links_after) == len(links_before)
	for before, after in zip(links_before, links_after, strict=True):
		led = targets[int(after.removeprefix(TRACK))] if after.startswith(TRACK) else after
		assert led == before.strip(" ").replace(" ", "%20") or led == before


nasty = st.lists(
	st.sampled_from(
		[*"<>/!-='\" \nahref&;#x\\?:", "<a href=", "https://a.b", "<!--", "-->", "</style", "<style", "<svg>"]
	)
).map("".join)


@given(nasty)
def test_any_text_is_survived(html: str) -> None:
	markup = read_markup(html)
	expand_urls(markup.tree, SITE)
	assert all(is_safe_target(each) for each in track_links(markup.tree, track))


@given(st.one_of(st.text(), st.text().map(lambda rest: "https://" + rest)))
def test_a_safe_target_can_stand_in_a_header(url: str) -> None:
	if is_safe_target(url):
		written = in_ascii(url)
		assert written.isascii() and written.isprintable()
		assert written == url or not url.isascii()


@pytest.mark.parametrize(
	("url", "written"),
	[
		("https://bücher.example/straße?ö=1#ü", "https://xn--bcher-kva.example/stra%C3%9Fe?%C3%B6=1#%C3%BC"),
		("https://bücher.example:8080", "https://xn--bcher-kva.example:8080"),
		("https://a.b/%C3%A9[é]?", "https://a.b/%C3%A9[%C3%A9]?"),
		("https://faß.example/", "https://xn--fa-hia.example/"),
		("https://σς.example", "https://xn--3xab.example"),
		("http://[::1]/é", "http://[::1]/%C3%A9"),
	],
)
def test_an_international_target_in_a_header(url: str, written: str) -> None:
	assert in_ascii(url) == written


SAFE = [
	"https://a.b/" + "ü" * 400,
	"https://a.b", "http://localhost:8000/x?y=z#w", "https://[::1]/", "https://müller.example/straße",
	"HTTPS://A.B", "https://a.b/" + "x" * 1900, "https://a.b/?u=https://c.d/@e",
	"https://a_b.c-d.example./",
]  # fmt: skip
UNSAFE = [
	None, 5, b"https://a.b", "", "https://", "https:///a.b", "https:/a.b", "https:a.b", "//a.b", "/a",
	"a.b", "http://:80", "javascript:alert(1)", "JaVaScRiPt://a.b/%0aalert(1)", "data:text/html,x",
	"vbscript:x", "file:///etc/passwd", "ftp://a.b", "https://user@a.b", "https://user:p@a.b",
	"https://a.b@evil.example", "https://a.b\\@evil.example", "https://a.b/\\evil", "https:\\\\a.b",
	"https://a.b/\r\nSet-Cookie: x", "https://a.b/\x00", "https://a.b/\t", " https://a.b",
	"https://a.b ", "https://a.b/\u202e", "https://a.b/\u2028x", "https://a.b\u2044@evil",
	"https://a.b:99999", "https://a.b:x", "https://[::1", "https://a%2eb", "https://a..b",
	"https://a.b／evil", "https://.", "https://a.b/" + "x" * 2000, "https://a.b/\ud800",
	"https://<a>.b", "https://a.b/" + "ü" * 600,
]  # fmt: skip


@pytest.mark.parametrize("url", SAFE)
def test_a_safe_target(url: str) -> None:
	assert is_safe_target(url)


@pytest.mark.parametrize("url", UNSAFE)
def test_an_unsafe_target(url: object) -> None:
	assert not is_safe_target(url)


@given(st.one_of(st.text(), st.text().map(lambda rest: "https://" + rest)))
def test_judging_a_target_never_raises(url: str) -> None:
	assert is_safe_target(url) in (True, False)


def test_the_pixel_is_seen_by_nobody() -> None:
	html = pixel("https://t.example/o?a=1&b=2")
	assert 'src="https://t.example/o?a=1&amp;b=2"' in html
	assert 'alt=""' in html
