"""Lists of Frappe's editor keep their bullets, numbers and depth in every mail client."""

import re
from html import escape

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.composing.lists import write_out_indents, write_out_lists
from cadences_app.mail.composing.markup import read_markup
from cadences_app.mail.composing.plain_text import text_of


def item(kind: str, text: str, depth: int = 0) -> str:
	indent = f' class="ql-indent-{depth}"' if depth else ""
	return f'<li data-list="{kind}"{indent}><span class="ql-ui" contenteditable="false"></span>{text}</li>'


def written(*items: str) -> str:
	markup = read_markup(f'<div class="ql-editor read-mode"><ol>{"".join(items)}</ol></div>')
	write_out_lists(markup.tree)
	return markup.html


def said(*items: str) -> list[str]:
	return [each for each in text_of(written(*items)).split("\n") if each]


def test_bullets_stay_bullets() -> None:
	html = written(item("bullet", "One"), item("bullet", "Two"))
	assert html.count("<ul") == 1
	assert "<ol" not in html and "ql-ui" not in html
	assert "list-style-type: disc" in html


def test_numbers_go_on_after_what_stands_between() -> None:
	items = [item("ordered", "A"), item("bullet", "x"), item("ordered", "B"), item("ordered", "C")]
	assert [each.strip() for each in said(*items)] == ["1. A", "* x", "2. B", "3. C"]


def test_depth_is_nesting() -> None:
	items = [item("ordered", "A"), item("ordered", "a", 1), item("ordered", "b", 1), item("ordered", "B")]
	assert [each.strip() for each in said(*items)] == ["1. A", "1. a", "2. b", "2. B"]
	html = written(*items)
	assert "list-style-type: lower-alpha" in html
	assert '<ol type="a"' in html


def test_a_number_further_out_starts_those_further_in_anew() -> None:
	items = [item("ordered", "A"), item("ordered", "a", 1), item("ordered", "B"), item("ordered", "a", 1)]
	assert [each.strip() for each in said(*items)] == ["1. A", "1. a", "2. B", "1. a"]


def test_boxes_are_signs() -> None:
	html = written(item("checked", "done"), item("unchecked", "open"))
	assert "\u2611 done" in html and "\u2610 open" in html
	assert "list-style-type: none" in html


@pytest.mark.parametrize(
	("kind", "marker"), [("checked", "none"), ("bullet", "disc"), ("ordered", "decimal")]
)
def test_a_list_and_its_items_have_one_marker(kind: str, marker: str) -> None:
	html = written(item(kind, "One"))
	assert re.findall(r"list-style-type: ([\w-]+)", html) == [marker, marker]


def test_what_an_item_holds_stays() -> None:
	html = written(item("bullet", 'See <a href="https://a.b/?x=1&amp;y">this</a> <strong>now</strong>'))
	assert 'See <a href="https://a.b/?x=1&amp;y">this</a> <strong>now</strong></li>' in html


@pytest.mark.parametrize("html", ["<ul><li>One</li></ul>", '<ol start="3"><li>One</li></ol>', "<p>- One</p>"])
def test_lists_made_otherwise_are_left_alone(html: str) -> None:
	markup = read_markup(html)
	write_out_lists(markup.tree)
	assert markup.html == html


@pytest.mark.parametrize(
	("classes", "shown"),
	[
		("ql-indent-2", 'style="padding-left: 6em"'),
		("ql-indent-8 ql-align-x", 'style="padding-left: 24em"'),
		("ql-direction-rtl", 'dir="rtl"'),
		("ql-indent-1 ql-direction-rtl", 'dir="rtl" style="padding-right: 3em"'),
	],
)
def test_what_the_editor_says_of_a_paragraph_by_classes_is_said_by_the_paragraph(
	classes: str, shown: str
) -> None:
	markup = read_markup(f'<h2 class="{classes}">a</h2><p class="my-ql-indent" style="color: red">b</p>')
	write_out_indents(markup.tree)
	paragraph = '<p class="my-ql-indent" style="color: red">b</p>'
	assert markup.html == f'<h2 class="{classes}" {shown}>a</h2>{paragraph}'


def test_a_style_of_its_own_stays() -> None:
	markup = read_markup('<p class="ql-indent-1" style="text-align: right;">a</p>')
	write_out_indents(markup.tree)
	assert 'style="text-align: right; padding-left: 3em"' in markup.html


def test_lists_that_are_read_from_the_right_have_their_bullets_there() -> None:
	html = written('<li data-list="bullet" class="ql-direction-rtl">One</li>', item("bullet", "Two"))
	assert html.count('dir="rtl"') == 2  # the list, and the item that says so
	assert "padding-right: 2em; padding-left: 0" in html


KINDS = st.sampled_from(["ordered", "bullet", "checked", "unchecked"])
ITEMS = st.lists(st.tuples(KINDS, st.integers(0, 9), st.text("abcäß<&", min_size=1, max_size=5)), min_size=1)


@given(ITEMS)
def test_every_item_is_there_once_in_its_order_and_depth(items: list[tuple[str, int, str]]) -> None:
	html = written(*(item(kind, escape(text), depth) for kind, depth, text in items))
	tree = html5lib.parse(html, namespaceHTMLElements=False)
	parents = {child: parent for parent in tree.iter() for child in parent}
	assert {each.tag for each in parents.values()} <= {"html", "body", "div", "ul", "ol", "li"}
	found = []
	for each in tree.iter("li"):
		text = (each.text or "").strip("\u2611\u2610 ")
		if text:
			depth, node = -1, each
			while node in parents:
				node = parents[node]
				depth += node.tag in ("ul", "ol")
			found.append((parents[each].tag == "ol", depth, text))
	assert found == [(kind == "ordered", depth, text) for kind, depth, text in items]
