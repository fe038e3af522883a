"""Style sheets written into the elements, since many mail clients read no others.

A template's own style wins over what Frappe says of every mail, however Frappe puts it: the template's rules
are written first, and what an element says of itself goes before all rules.
"""

import re

import css_inline
from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing.markup import Markup, attribute, inherited_style, written

_IMPORTANT = re.compile(r"\s{0,9}!important")
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
		return self._inliner.inline_fragment(whole, self._css)


def _inline_own(markup: Markup) -> tuple[str, str]:
	"""The text with its own rules in its elements, and what they say of the whole text."""
	own = css_inline.CSSInliner(extra_css=markup.css, load_remote_stylesheets=False)
	tree = LexborHTMLParser(own.inline(markup.tree.html or ""))
	body, root = tree.body, tree.css_first("html")
	assert body is not None and root is not None
	styles = (inherited_style(attribute(each, "style")) for each in (root, body))
	return written(body.inner_html or ""), "; ".join(filter(None, styles)).replace('"', "'")


def _token(text: str) -> str:
	return text if text.isalpha() else ""
