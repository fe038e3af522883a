"""A template's text in the frame of Frappe's mails: whose style wins, what stays in the head, what is
named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.composing.access import name_layout_tables
from cadences_app.mail.composing.frame import Frame, language_tag
from cadences_app.mail.composing.markup import as_paragraphs, is_written_in_lines, read_markup
from cadences_app.mail.composing.styles import Styles

SITE_CSS = (
	"body { line-height: 1.5 } p { margin: 1em 0 !important; color: black } .btn { color: white !important }"
	" .body-table td { font-family: Arial } .email-body { font-size: 14px } a { color: blue }"
)
SHELL = (
	"<!DOCTYPE html><html><head><title>TITLE</title></head><body><table class=body-table><tr><td>"
	"<p><!--CONTENT--></p></td></tr></table><div><!--unsubscribe link here--><!--email_open_check--></div>"
	'<a href="/imprint"><img src="logo.png"></a></body></html>'
)


def frame() -> Frame:
	return Frame(SHELL, "<!--CONTENT-->", "TITLE", "https://crm.example", "de", Styles(SITE_CSS))


def filled(content: str, title: str = "Hello", line: str = "", pixel: str = "") -> str:
	return frame().fill(read_markup(content), title, line, pixel)


def style_of(html: str, tag: str) -> dict[str, str]:
	found = re.search(rf'<{tag}\b[^>]*?style="([^"]*)"', html.partition("data-mail-text")[2])
	pairs = (each.partition(":") for each in found[1].split(";") if each.strip()) if found else ()
	return {name.strip(): value.strip() for name, _colon, value in pairs}


@pytest.mark.parametrize(
	("content", "tag", "name", "value"),
	[
		("<p>x</p>", "p", "margin", "1em 0"),
		('<p style="margin: 0">x</p>', "p", "margin", "0"),
		("<style>p { margin: 3px }</style><p>x</p>", "p", "margin", "3px"),
		("<style>p { margin: 3px }</style><p>x</p>", "p", "color", "black"),
		("<style>a { color: red }</style><a class=btn href=#>x</a>", "a", "color", "red"),
		("<a class=btn href=#>x</a>", "a", "color", "white"),
		("<style>td { color: teal }</style><table><tr><td>x</table>", "td", "color", "teal"),
		("<style media=all>p { margin: 3px }</style><p>x</p>", "p", "margin", "3px"),
		("<style media=print>p { margin: 3px }</style><p>x</p>", "p", "margin", "1em 0"),
		("<style media='screen and (max-width: 9px)'>p{color:red}</style><p>x</p>", "p", "color", "black"),
		("<html><head><style>p{margin:5px}</style></head><body><p>x</html>", "p", "margin", "5px"),
	],
)
def test_the_templates_style_wins(content: str, tag: str, name: str, value: str) -> None:
	assert style_of(filled(content), tag)[name] == value


def test_what_the_site_says_of_its_own_table_does_not_reach_the_templates() -> None:
	html = filled('<table style="font-family: Georgia"><tr><td>x</td></tr></table>')
	assert "font-family" not in style_of(html, "td")


@pytest.mark.parametrize(
	"content",
	[
		"<style>body { font-family: Georgia; color: teal; background: red }</style><p>x</p>",
		'<html><body style="font-family: Georgia; color: teal; padding: 9px"><p>x</p></body></html>',
		"<style>html { font-family: Georgia } body { color: teal }</style><p>x</p>",
	],
)
def test_what_a_template_says_of_its_body_holds_for_its_text(content: str) -> None:
	(container,) = re.findall(r'<div class="email-body"[^>]*>', filled(content))
	assert "font-family: Georgia" in container and "color: teal" in container
	assert "padding" not in container and "background" not in container


def test_the_namespaces_of_what_outlook_draws_stay() -> None:
	vml = 'xmlns:v="urn:schemas-microsoft-com:vml"'
	button = "<!--[if mso]><v:roundrect href='https://a.example/'>Buy</v:roundrect><![endif]-->"
	html = filled(f"<html {vml} xmlns='http://www.w3.org/1999/xhtml' onload=x><body>{button}</body></html>")
	assert re.search(rf'<html lang="de" {vml}[ >]', html) and "onload" not in html
	assert filled('<html xmlns:v="a\\1&quot;><b>"><p>x</html>').count("<b>") == 0
	assert "xmlns:v" not in filled(button)


def test_rules_that_can_not_be_inlined_stay_in_the_head() -> None:
	rules = "@media (max-width: 600px) { p { color: red !important } } a:hover { color: green }"
	html = filled(f"<p>before</p><style>{rules}</style><p>after</p>")
	head, body = html.split("</head>")
	assert rules in head
	assert "<style" not in body
	assert "<p" in body and "before" in body and "after" in body


def test_a_sheet_for_some_readers_stays_in_the_head_and_hides_nothing_from_the_others() -> None:
	html = filled("<style media=print>p { display: none }</style><p>x</p>")
	head, body = html.split("</head>")
	assert '<style media="print">p { display: none }</style>' in head
	assert "display" not in body.partition("data-mail-text")[2]


def test_what_only_outlook_reads_stays_in_the_head() -> None:
	comment = "<!--[if mso]><style>table {border-collapse: collapse}</style><![endif]-->"
	html = filled(f"<html><head>{comment}</head><body><p>x</p></body></html>")
	assert comment in html.split("</head>")[0]


@pytest.mark.parametrize(
	("content", "language"), [("<p>x</p>", "de"), ('<html lang="fr-CA"><body>x</body></html>', "fr-CA")]
)
def test_the_mail_names_its_language_once(content: str, language: str) -> None:
	assert re.findall(r'<html lang="([^"]*)"', filled(content)) == [language]


@pytest.mark.parametrize(
	("content", "said"),
	[
		('<html dir="rtl"><body>x</body></html>', ["rtl"]),
		('<body dir="rtl">x</body>', ["rtl"]),
		("<html dir='x\" onload=\"'><body>x</body></html>", [""]),
		("<p>x</p>", []),
	],
)
def test_a_text_keeps_the_direction_in_which_it_is_read(content: str, said: list[str]) -> None:
	container = re.search(r"<div[^>]*data-mail-text[^>]*>", filled(content))
	assert container and re.findall(r' dir="([^"]*)"', container[0]) == said
	assert "onload" not in container[0]


@pytest.mark.parametrize(
	("text", "tag"),
	[
		("und", ""),
		("pt_BR", "pt-BR"),
		("de", "de"),
		("", ""),
		('x" onload="', ""),
		("zh-Hant-TW", "zh-Hant-TW"),
	],
)
def test_a_language_tag(text: str, tag: str) -> None:
	assert language_tag(text) == tag


def test_the_frames_tables_are_for_layout_and_its_urls_absolute() -> None:
	html = filled("<table><tr><th>Item</th></tr></table>")
	assert 'class="body-table" role="presentation"' in html
	assert "<table><tbody><tr><th>Item" in html
	assert 'href="https://crm.example/imprint"' in html
	assert 'src="https://crm.example/logo.png" alt=""' in html


@pytest.mark.parametrize(
	("table", "is_layout"),
	[
		("<table width=600><tr><td>x</table>", True),
		("<table><tr><td><table><tr><td>x</table></table>", True),
		("<table><tr><td>x<td>y</table>", False),
		("<table cellpadding=0><tr><th>x</table>", False),
		('<table width=600 role="table"><tr><td>x</table>', False),
	],
)
def test_a_table_that_only_lays_out_says_so(table: str, is_layout: bool) -> None:
	markup = read_markup(table)
	name_layout_tables(markup.tree)
	first = markup.tree.css_first("table")
	assert first is not None
	assert (first.attributes.get("role") == "presentation") is is_layout


def test_line_and_pixel_stand_where_the_frame_has_them() -> None:
	html = filled("<p>x</p>", line="<i>leave</i>", pixel="<img src=p>")
	assert "<div><i>leave</i><img src=p></div>" in html


def test_a_text_that_looks_like_a_mark_is_a_text() -> None:
	text = "<p>TITLE</p><!--unsubscribe link here--><!--email_open_check-->"
	html = filled(text, title="Hello <&>", line="LINE", pixel="PIXEL")
	assert "<title>Hello &lt;&amp;&gt;</title>" in html
	assert ">TITLE</p><!--unsubscribe link here--><!--email_open_check-->" in html
	assert html.count("LINE") == html.count("PIXEL") == 1


@pytest.mark.parametrize(
	("text", "html"),
	[
		("Dear Ada,\n\nhow are you?\nYours\n", "<p>Dear Ada,</p>\n<p>how are you?<br>Yours</p>"),
		("one line", "<p>one line</p>"),
		("a\r\n\r\n\r\nb", "<p>a</p>\n<p>b</p>"),
		(
			"Dear Ada,\n\n<ul><li>x</li></ul>\n\nend",
			"<p>Dear Ada,</p>\n<div><ul><li>x</li></ul></div>\n<p>end</p>",
		),
		(
			"Dear <b>Ada</b>,\n\nsee <a href=x>it</a>.\nYours",
			"<p>Dear <b>Ada</b>,</p>\n<p>see <a href=x>it</a>.<br>Yours</p>",
		),
		("", ""),
	],
)
def test_a_text_without_tags_keeps_its_paragraphs(text: str, html: str) -> None:
	assert as_paragraphs(text) == html


@pytest.mark.parametrize(
	("text", "plain"),
	[
		("Dear {{ doc.first_name }},\n\n{% if doc.x < 3 %}a{% endif %}", True),
		("a &lt;b&gt; & c", True),
		("", True),
		("a<br>b", False),
		("<p>x</p>", False),
		("Dear <b>{{ doc.first_name }}</b>,\r\n\r\nsee <a href='https://a.b'>this</a>.", True),
		("<b>one</b>\ntwo", False),
		("one\n\n<div>two</div>", False),
		("one<br>\n\ntwo", False),
	],
)
def test_whether_a_text_was_written_in_lines(text: str, plain: bool) -> None:
	assert is_written_in_lines(text) is plain


@given(st.text(max_size=100))
def test_any_text_finds_its_frame(text: str) -> None:
	html = filled(text, title=text)
	assert html.count("</html>") >= 1
	assert 'href="https://crm.example/imprint"' in html
