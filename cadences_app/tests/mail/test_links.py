"""Links are replaced where they are safe to follow, and nothing else of the mail changes (S4.1, S14.2)."""

import time
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.composing.links import add_pixel, find_links, is_safe_target, rewrite_links

TRACK = "https://t.example/c/"


def track(number: int, target: str) -> str:
	return f"{TRACK}{number}"


def targets(html: str, untracked: tuple[str, ...] = ()) -> list[str]:
	return [link.target for link in find_links(html, untracked)]


REWRITTEN = [
	# (before, after, target)
	('<a href="https://a.b/c">x</a>', f'<a href="{TRACK}0">x</a>', "https://a.b/c"),
	("<a href='https://a.b/c'>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b/c"),
	("<a href=https://a.b/c>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b/c"),
	("<a href=https://a.b/c/>x</a>", f'<a href="{TRACK}0">x</a>', "https://a.b/c/"),
	("<a\n  HREF = 'https://a.b'\n>x</A>", f'<a\n  HREF = "{TRACK}0"\n>x</A>', "https://a.b"),
	("<a/href=https://a.b>x", f'<a/href="{TRACK}0">x', "https://a.b"),
	('<area shape=rect href="http://a.b">', f'<area shape=rect href="{TRACK}0">', "http://a.b"),
	('<A class=x href="https://a.b"title=y>', f'<A class=x href="{TRACK}0"title=y>', "https://a.b"),
	('<a title=">" href="https://a.b">', f'<a title=">" href="{TRACK}0">', "https://a.b"),
	("<a title='<a href=x>' href=https://a.b>", f"<a title='<a href=x>' href=\"{TRACK}0\">", "https://a.b"),
	(
		'<a data-href="https://no.example" href="https://a.b">',
		f'<a data-href="https://no.example" href="{TRACK}0">',
		"https://a.b",
	),
	(
		'<a href="https://a.b" href="https://no.example">',
		f'<a href="{TRACK}0" href="https://no.example">',
		"https://a.b",
	),
	('<a href="https://a.b/?x=1&amp;y=2">', f'<a href="{TRACK}0">', "https://a.b/?x=1&y=2"),
	('<a href="https://a.b/?x=1&copy=2&reg">', f'<a href="{TRACK}0">', "https://a.b/?x=1&copy=2®"),
	('<a href="https://a.b/?x=1&copyright=2&lt;">', f'<a href="{TRACK}0">', "https://a.b/?x=1&copyright=2<"),
	('<a href="https&#58;//a.b&#x2F;c&#47d">', f'<a href="{TRACK}0">', "https://a.b/c/d"),
	('<a href=" https://a.b/\n c d ">', f'<a href="{TRACK}0">', "https://a.b/%20c%20d"),
	('<a href="HTTPS://A.b/É">', f'<a href="{TRACK}0">', "HTTPS://A.b/É"),
	("<!-- a > b --><a href=https://a.b>", f'<!-- a > b --><a href="{TRACK}0">', "https://a.b"),
	("<!--><a href=https://a.b>", f'<!--><a href="{TRACK}0">', "https://a.b"),
	("<!-- x --!><a href=https://a.b>", f'<!-- x --!><a href="{TRACK}0">', "https://a.b"),
	("1 < 2 <3 <a href=https://a.b>", f'1 < 2 <3 <a href="{TRACK}0">', "https://a.b"),
	("<style>a{}</STYLE ><a href=https://a.b>", f'<style>a{{}}</STYLE ><a href="{TRACK}0">', "https://a.b"),
	(
		"<!--[if !mso]><!--><a href=https://a.b>x</a><!--<![endif]-->",
		f'<!--[if !mso]><!--><a href="{TRACK}0">x</a><!--<![endif]-->',
		"https://a.b",
	),
	(
		"<![if !mso]><a href=https://a.b>x</a><![endif]>",
		f'<![if !mso]><a href="{TRACK}0">x</a><![endif]>',
		"https://a.b",
	),
	("</1 x><a href=https://a.b>", f'</1 x><a href="{TRACK}0">', "https://a.b"),
]


@pytest.mark.parametrize(("before", "after", "target"), REWRITTEN)
def test_a_link_is_rewritten(before: str, after: str, target: str) -> None:
	assert rewrite_links(before, track) == (after, (target,))


@pytest.mark.parametrize(
	"html",
	[
		"",
		"no html at all",
		'<a name="x">x</a>',
		"<a href>x</a>",
		'<a href="">x</a>',
		'<a href="mailto:a@b.example?subject=https://a.b">',
		'<a href="tel:+49123">',
		'<a href="sms:+49123">',
		'<a href="#top">',
		'<a href="cid:part1@a.b">',
		'<a href="javascript:alert(1)//https://a.b">',
		'<a href="java&#x73;cript:alert(1)">',
		'<a href=" &#9;javascript:alert(1)">',
		'<a href="data:text/html,x">',
		'<a href="//evil.example/x">',
		'<a href="\\\\evil.example">',
		'<a href="/relative">',
		'<a href="relative">',
		'<a href="ftp://a.b/c">',
		'<a href="https:///a.b">',
		'<a href="https:a.b">',
		'<a href="https://user:pass@a.b">',
		'<a href="https://a.b\\@evil.example">',
		'<a href="https://a.b/\x01x">',
		'<a href="https://a.b/&#x202e;cod.exe">',
		'<a href="{{ url }}">',
		'<a data-no-track href="https://a.b">',
		'<a class="button no-track" href="https://a.b">',
		"<!-- <a href=https://a.b>x</a> -->",
		"<!--[if mso]><v:roundrect href='https://a.b'><a href='https://a.b'>x</a><![endif]-->",
		"<!-- never ends <a href=https://a.b>",
		"<style>a[href='https://a.b'] {} <a href=https://a.b></style>",
		"<SCRIPT>document.write('<a href=https://a.b>')</SCRIPT>",
		"<title><a href=https://a.b></title>",
		"<textarea><a href=https://a.b></textareas></textarea>",
		"<script><a href=https://a.b>",
		"<plaintext><a href=https://a.b>",
		"<a title='never ends href=https://a.b>x</a>",
		'<a href="https://a.b>x</a> never ends either',
		'<a title="never ends ><a href=https://a.b>x</a>',
		"<a href=https://a.b",
		"</a href=https://a.b>",
		"<abbr href=https://a.b>",
		"<img src=https://a.b/c.png><link href=https://a.b/c.css><form action=https://a.b>",
		"<? <a href=https://a.b",
	],
)
def test_the_rest_is_left_alone(html: str) -> None:
	assert rewrite_links(html, track) == (html, ())


def test_the_unsubscribe_link_is_left_alone() -> None:
	html = '<a href="https://s.example/u?t=1&amp;x=2">out</a> <a href="https://s.example/user">in</a>'
	assert targets(html, ("https://s.example/u?", "https://s.example/v")) == ["https://s.example/user"]


def test_equal_targets_share_a_number() -> None:
	html = "<a href=https://a.b/?x&amp;y>1</a><a href=https://c.d>2</a><a href='https://a.b/?x&y'>3</a>"
	after, stored = rewrite_links(html, track)
	assert stored == ("https://a.b/?x&y", "https://c.d")
	assert after == f'<a href="{TRACK}0">1</a><a href="{TRACK}1">2</a><a href="{TRACK}0">3</a>'


def test_the_new_url_is_escaped() -> None:
	after, _targets = rewrite_links(
		"<a href=https://a.b>", lambda number, target: "https://t.example/?a=1&b=\"'<>"
	)
	assert after == '<a href="https://t.example/?a=1&amp;b=&quot;&#x27;&lt;&gt;">'


def test_the_rest_stays_byte_identical() -> None:
	html = (
		"<!DOCTYPE html>\r\n<html><HEAD><style>@media x { a > b {} }</style></HEAD>\t<body bgcolor=#fff>\r\n"
		"<!--[if mso]><table><tr><td><a href='https://m.so'><![endif]-->\u00a0&nbsp;&copy;<p>unclosed <b>"
		'<a style = "color:red" href="https://a.b/%s" >Ünïcode</a  ><br/></body></html>\r\n'
	)
	after, _targets = rewrite_links(html, track)
	assert after == html.replace("https://a.b/%s", f"{TRACK}0")


class Events(HTMLParser):
	"""What the standard library sees in a document, the links apart from the rest."""

	def __init__(self, html: str) -> None:
		super().__init__(convert_charrefs=False)
		self.rest: list[object] = []
		self.links: list[str | None] = []
		self.feed(html)
		self.close()

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		for name, value in attrs:
			if tag == "a" and name == "href":
				self.links.append(value)
			else:
				self.rest.append((tag, name, value))

	def handle_data(self, data: str) -> None:
		self.rest.append(data)

	def handle_comment(self, data: str) -> None:
		self.rest.append(("comment", data))


quotes = st.sampled_from(['"', "'"])
urls = st.sampled_from(["https://a.b", "http://c.d/e?f=1&g=2", "https://ü.example/ä'\""])
texts = st.text(st.characters(blacklist_characters="<>&\r\x00", blacklist_categories=["Cs"]), max_size=8)
links = st.builds(
	lambda quote, url, gap, text: f"<a{gap}href={quote}{escape(url)}{quote}>{escape(text)}</a>",
	quotes,
	urls,
	st.sampled_from([" ", "\n", ' title=">" ', " hidden "]),
	texts,
)
others = st.one_of(
	texts,
	texts.map(lambda text: f"<!--{text.replace('-', '')}<a href=https://no.example>-->"),
	st.sampled_from(
		["<br/>", "<p>", "</p>", "<style>a>b{}</style>", '<a href="mailto:x@y">', "&amp;", "<IMG src=x>"]
	),
)


@given(st.lists(st.one_of(links, others), max_size=12).map("".join))
def test_another_parser_sees_the_same_document_with_other_links(html: str) -> None:
	after, stored = rewrite_links(html, track)
	before, now = Events(html), Events(after)
	assert now.rest == before.rest
	assert [stored[int((link or "").removeprefix(TRACK))] for link in now.links if link != "mailto:x@y"] == [
		link for link in before.links if link != "mailto:x@y"
	]


nasty = st.lists(
	st.sampled_from(
		[*"<>/!-='\" \nahref&;#x\\?:", "<a href=", "https://a.b", "<!--", "-->", "</style", "<style"]
	)
).map("".join)


@given(nasty)
def test_any_text_is_survived_and_only_hrefs_change(html: str) -> None:
	found = find_links(html)
	assert all(is_safe_target(link.target) for link in found)
	expected, position = "", 0
	for link in found:
		assert position <= link.start < link.end
		expected += html[position : link.start] + f'"{escape(link.target)}"'
		position = link.end
	after, _stored = rewrite_links(html, lambda number, target: target)
	assert after == expected + html[position:]
	assert targets(after) == [link.target for link in found]


@pytest.mark.parametrize(
	"piece", ["<", "<a ", "<a href='", "<!--", "</", "<a href=https://a.b>", " ", "<style>", "<a/=", "&amp"]
)
def test_a_hostile_document_takes_no_time(piece: str) -> None:
	began = time.perf_counter()
	rewrite_links("<a " + piece * (300_000 // len(piece)), track)
	assert time.perf_counter() - began < 5


SAFE = [
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
	"https://<a>.b",
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


PIXEL = (
	'<img src="https://t.example/o?a=1&amp;b=2" width="1" height="1" alt=""'
	' style="border:0;width:1px;height:1px">'
)


@pytest.mark.parametrize(
	("before", "after"),
	[
		("<html><body>x</body></html>", f"<html><body>x{PIXEL}</body></html>"),
		("<BODY>x</BODY >\n", f"<BODY>x{PIXEL}</BODY >\n"),
		("<p>x</p>", f"<p>x</p>{PIXEL}"),
		("", PIXEL),
		("x<!-- </body> -->", f"x<!-- </body> -->{PIXEL}"),
		("<body>a</body><script>'</body>'</script>", f"<body>a{PIXEL}</body><script>'</body>'</script>"),
		("<body>a</body><body>b</body>", f"<body>a</body><body>b{PIXEL}</body>"),
	],
)
def test_the_pixel_stands_at_the_end_of_the_body_once(before: str, after: str) -> None:
	url = "https://t.example/o?a=1&b=2"
	assert add_pixel(before, url) == after
	assert add_pixel(after, url) == after
