"""Style sheets written into the elements, since many mail clients read no others.

A template's own style wins over what Frappe says of every mail, however Frappe puts it: the template's rules
are written first, and what an element says of itself goes before all rules.
"""

import re
from collections.abc import Callable, Iterator

import css_inline
from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing.markup import Markup, attribute, inherited_style, readable_style, written

_IMPORTANT = re.compile(r"\s{0,9}!important")
MOST_HIDDEN = 100
_BRACE = re.compile(r"[{}]")
_DISPLAY = re.compile(r"(?:^|[;\s])display\s{0,9}:\s{0,9}([a-zA-Z-]{1,30})", re.I)
_OF_CLASS = re.compile(r"[a-zA-Z0-9]{0,20}\.(-?[_a-zA-Z][\w-]{0,60})", re.ASCII)
CONTAINER = "email-body"
"""Frappe's class for what holds a mail's text."""


class Styles:
	"""Made once for a batch. `css` is what holds for every mail of the site."""

	def __init__(self, css: str) -> None:
		self._css = _IMPORTANT.sub("", css)
		self._inliner = css_inline.CSSInliner(extra_css=self._css, load_remote_stylesheets=False)

	def inline_shell(self, html: str) -> str:
		"""A whole document with the site's rules in its elements."""
		return self._inliner.inline(html)

	def container(self, markup: Markup) -> str:
		"""The mail's text in the element that holds it, with its own rules in its elements and then the
		site's."""
		html, style = markup.html, markup.container_style
		if markup.styles:
			html, style = _inline_own(markup)
		attributes = f' style="{style}"' if style else ""
		attributes += f' dir="{_token(markup.direction)}"' if markup.direction else ""
		whole = f'<div class="{CONTAINER}" data-mail-text{attributes}>{html}</div>'
		return _tried(whole, lambda html: self._inliner.inline_fragment(html, self._css))


def _tried(html: str, inline: Callable[[str], str]) -> str:
	"""What `inline` makes of the HTML. A style that says what no style can (`*zoom: 1`, for a browser of old)
	would end it: then what can't be read of the elements' own styles goes, at last all of them."""
	try:
		return inline(html)
	except css_inline.InlineError:
		pass
	try:
		return inline(_with_styles(html, readable_style))
	except css_inline.InlineError:
		return inline(_with_styles(html, lambda _style: ""))


def _with_styles(html: str, change: Callable[[str], str]) -> str:
	tree = LexborHTMLParser(f"<body>{html}")
	for each in tree.css("[style]"):
		each.attrs["style"] = change(attribute(each, "style"))
	return written(tree.body.inner_html or "") if tree.body is not None else html


def _inline_own(markup: Markup) -> tuple[str, str]:
	"""The text with its own rules in its elements, and what they say of the whole text."""
	own = css_inline.CSSInliner(extra_css=markup.css, load_remote_stylesheets=False)
	tree = LexborHTMLParser(_tried(markup.tree.html or "", own.inline))
	body, root = tree.body, tree.css_first("html")
	assert body is not None and root is not None
	styles = (inherited_style(attribute(each, "style")) for each in (root, body))
	return written(body.inner_html or ""), "; ".join(filter(None, styles)).replace('"', "'")


def _token(text: str) -> str:
	return text if text.isalpha() else ""


def hidden_classes(css: str) -> list[str]:
	"""The classes that a style sheet hides wherever it is read, at most 100. Builders of mails do so with
	what is for small screens, where another rule shows it."""
	hidden: set[str] = set()
	shown: set[str] = set()
	for selectors, declarations in _rules(css):
		display = _DISPLAY.search(declarations)
		if display:
			classes = (_OF_CLASS.fullmatch(each.strip()) for each in selectors.split(","))
			(hidden if display[1].lower() == "none" else shown).update(each[1] for each in classes if each)
	return sorted(hidden - shown)[:MOST_HIDDEN]


def _rules(css: str) -> Iterator[tuple[str, str]]:
	"""Selectors and declarations of the rules that stand in no other."""
	first, *others = css.split("/*")
	css = first + "".join(each.partition("*/")[2] for each in others)
	depth = start = opened = 0
	for brace in _BRACE.finditer(css):
		if brace[0] == "{":
			opened = brace.start() if depth == 0 else opened
			depth += 1
		elif depth:
			depth -= 1
			selectors = css[start:opened]
			if depth == 0:
				if "@" not in selectors:
					yield selectors, css[opened + 1 : brace.start()]
				start = brace.end()
