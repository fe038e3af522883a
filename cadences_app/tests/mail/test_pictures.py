"""Pictures that nobody outside could open travel with the mail (RFC 2392)."""

from base64 import b64encode

import pytest

from cadences_app.mail.composing.access import give_alternative_texts
from cadences_app.mail.composing.markup import read_markup
from cadences_app.mail.composing.pictures import (
	Picture,
	embed_pictures,
	private_links,
	private_path,
	public_pictures,
	unsendable,
)

SITE = "https://crm.example"
PNG = Picture("logo.png", b"\x89PNG", "image/png")
FILES = {"/private/files/logo.png": PNG, "assets/frappe/images/logo.png": PNG, "/private/files/a b.png": PNG}


def embedded(html: str) -> tuple[str, list[str]]:
	markup = read_markup(html)
	found = embed_pictures(markup, FILES.get, SITE, "act@seller.example")
	return markup.html, [each.content_id for each in found]


FIRST = "picture1.act@seller.example"


@pytest.mark.parametrize(
	"html",
	[
		'<img embed="assets/frappe/images/logo.png">',
		'<img srcset=" , /private/files/a.png 2x" src="/private/files/logo.png">',
		"<img embed='assets/frappe/images/logo.png' src='/files/other.png'>",
		'<img src="/private/files/logo.png">',
		f'<img src="{SITE}/private/files/logo.png?fid=abc">',
		'<img src="/private/files/a%20b.png">',
		'<img src="/private/files/a b.png">',
		f'<img src="data:image/png;base64,{b64encode(b"x").decode()}">',
		'<img src="data:image/svg+xml,%3Csvg%2F%3E">',
	],
)
def test_a_picture_travels_with_the_mail(html: str) -> None:
	assert embedded(html) == (f'<img src="cid:{FIRST}">', [FIRST])


def test_equal_pictures_travel_once() -> None:
	html, ids = embedded('<img src="/private/files/logo.png" alt="a"><img src="/private/files/logo.png">')
	assert html == f'<img src="cid:{FIRST}" alt="a"><img src="cid:{FIRST}">'
	assert ids == [FIRST]


@pytest.mark.parametrize(
	("html", "after"),
	[
		('<div background="/private/files/logo.png">x</div>', f'<div background="cid:{FIRST}">x</div>'),
		(
			"<p style=\"color:red;background:url( '/private/files/a b.png' )\">x</p>",
			f"<p style=\"color:red;background:url( 'cid:{FIRST}' )\">x</p>",
		),
		(
			'<!--[if mso]><v:fill type=frame src="/private/files/logo.png"/><![endif]-->',
			f'<!--[if mso]><v:fill type=frame src="cid:{FIRST}"/><![endif]-->',
		),
		(
			'<picture><source srcset="/private/files/a 2x"><img src="/private/files/logo.png"></picture>',
			f'<picture><img src="cid:{FIRST}"></picture>',
		),
	],
)
def test_a_picture_that_is_no_img_travels_with_the_mail(html: str, after: str) -> None:
	assert embedded(html) == (after, [FIRST])


def test_a_picture_of_a_style_sheet_travels_with_the_mail() -> None:
	markup = read_markup("<style>p { background: url(/private/files/logo.png) }</style><p>x</p>")
	(found,) = embed_pictures(markup, FILES.get, SITE, "act@seller.example")
	assert markup.styles == f"<style>p {{ background: url(cid:{found.content_id}) }}</style>"


@pytest.mark.parametrize(
	("html", "after"),
	[
		('<div background="/private/files/secret.png">x</div>', "<div>x</div>"),
		('<p style="background:url(/private/files/secret.png)">x</p>', '<p style="background:url()">x</p>'),
		(
			'<p style="background:url(/private/files/secret.png),url(https://cdn.example/a.png)">x</p>',
			'<p style="background:url(),url(https://cdn.example/a.png)">x</p>',
		),
		(
			"<!--[if mso]><v:fill src='/private/files/secret.png' type='frame'/><![endif]-->",
			"<!--[if mso]><v:fill  type='frame'/><![endif]-->",
		),
	],
)
def test_a_background_that_may_not_be_sent_is_left_out(html: str, after: str) -> None:
	assert embedded(html) == (after, [])
	markup = read_markup(html)
	assert unsendable(markup, FILES.get, SITE) == ["/private/files/secret.png"]


@pytest.mark.parametrize(
	"html",
	[
		'<img src="/files/logo.png">',
		'<img src="https://cdn.example/private/files/logo.png">',
		"<!-- <img src='/private/files/logo.png'> --><!--[if mso]>x<![endif]-->",
		"<img>",
	],
)
def test_a_picture_that_everybody_can_open_stays_where_it_is(html: str) -> None:
	assert embedded(html) == (html, [])


@pytest.mark.parametrize(
	("html", "after"),
	[
		('<p>a<img src="/private/files/secret.png">b</p>', "<p>ab</p>"),
		('<p><img src="/private/files/secret.png" alt="Our shop"></p>', "<p>Our shop</p>"),
		('<p><img embed="../../site_config.json" alt="x"></p>', "<p>x</p>"),
		('<p><img src="data:text/html,x"></p>', "<p></p>"),
		('<p><img src="data:image/png;base64,%%%"></p>', "<p></p>"),
	],
)
def test_what_may_not_be_sent_or_is_no_picture_is_left_out(html: str, after: str) -> None:
	assert embedded(html) == (after, [])


def test_a_template_is_told_of_pictures_that_are_none_or_may_not_be_sent() -> None:
	markup = read_markup(
		'<img src="data:text/html,x"><img src="data:image/svg+xml,%3Csvg%2F%3E">'
		'<img src="/private/files/logo.png"><img src="/private/files/secret.png">'
	)
	assert unsendable(markup, FILES.get, SITE) == ["data:text/html,x", "/private/files/secret.png"]


@pytest.mark.parametrize(
	("url", "path"),
	[
		("/private/files/x.png", "/private/files/x.png"),
		(f"{SITE}/private/files/x%20y.png#a", "/private/files/x y.png"),
		("https://other.example/private/files/x.png", ""),
		("/files/x.png", ""),
		("", ""),
	],
)
def test_a_private_path(url: str, path: str) -> None:
	assert private_path(url, SITE) == path


def test_what_a_template_shows_in_public_and_links_to_in_private() -> None:
	html = (
		f'<img src="/files/a.png"><img src="{SITE}/files/b%20c.png"><img src="/files/a.png">'
		'<img src="/private/files/logo.png"><img src="/files/{{ doc.logo }}.png">'
		'<img src="/files/{% if x %}.png">'
		'<a href="/private/files/list.pdf">x</a><a href="/files/open.pdf">y</a>'
	)
	assert public_pictures(read_markup(html), SITE) == ["/files/a.png", "/files/b c.png"]
	assert private_links(read_markup(html), SITE) == ["/private/files/list.pdf"]


@pytest.mark.parametrize(
	("html", "alternatives"),
	[
		("<p>Text</p><img src=a>", [""]),
		("<img src=a><img src=b>", ["Our offer", ""]),
		("<img src=a title='A shop'>", ["A shop"]),
		("<img src=a alt='mine'>", ["mine"]),
		("<p>&nbsp;\u200b</p><img src=a>", ["Our offer"]),
	],
)
def test_every_picture_has_an_alternative_text(html: str, alternatives: list[str]) -> None:
	markup = read_markup(html)
	give_alternative_texts(markup.tree, "Our offer")
	assert [each.attributes["alt"] or "" for each in markup.tree.css("img")] == alternatives
