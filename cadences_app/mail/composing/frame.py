"""The frame around a mail's text, made ready once and filled for each mail."""

import re
from html import escape
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing.access import give_alternative_texts, name_layout_tables
from cadences_app.mail.composing.links import expand_urls
from cadences_app.mail.composing.markup import Markup, written
from cadences_app.mail.composing.pictures import Find, embed_pictures, find_none
from cadences_app.mail.composing.styles import Styles

UNSUBSCRIBE_MARK = "<!--unsubscribe link here-->"
PIXEL_MARK = "<!--email_open_check-->"
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_HEAD_END = "</head>"
_BODY_END = "</body>"


class Frame:
	"""`shell` is a whole document with marks where the text and the title go, and Frappe's own marks for the
	unsubscribe line and the pixel. Its own URLs are made absolute, its styles written into its elements, and
	what `find_picture` finds of its pictures travels with the mail."""

	def __init__(
		self,
		shell: str,
		content_mark: str,
		title_mark: str,
		site: str,
		language: str,
		styles: Styles,
		find_picture: Find = find_none,
	) -> None:
		# A paragraph can't hold paragraphs: the parser would end it before the first of the text's own.
		shell = re.sub(rf"<p>\s*{re.escape(content_mark)}\s*</p>", content_mark, shell)
		tree = LexborHTMLParser(shell)
		expand_urls(tree, site)
		self.pictures = embed_pictures(Markup(tree), find_picture, site, f"frame@{urlsplit(site).hostname}")
		"""Those of the frame that have to travel with the mail."""
		name_layout_tables(tree, all_of_them=True)
		give_alternative_texts(tree)
		self.language = language_tag(language) or "en"
		self.styles = styles
		self._content_mark, self._title_mark = content_mark, title_mark
		self._plain = written(tree.html or "")
		self._styled = styles.inline_shell(self._plain)

	def plain(self, markup: Markup, unsubscribe_line: str) -> str:
		"""The whole mail as far as it is read: without styles and without a pixel."""
		text = f"<div data-mail-text>{markup.html}</div>"
		return self._fill(self._plain, text, "", unsubscribe_line, "")

	def fill(self, markup: Markup, title: str, unsubscribe_line: str, pixel: str) -> str:
		"""The whole mail as it goes out."""
		text = self.styles.container(markup)
		html = self._fill(self._styled, text, title, unsubscribe_line, pixel)
		language = language_tag(markup.language) or self.language
		html = re.sub(
			r"<html(?=[\s>])", lambda _root: f'<html lang="{language}"{markup.namespaces}', html, count=1
		)
		return html.replace(_HEAD_END, f"{markup.styles}{markup.head_comments}{_HEAD_END}", 1)

	def _fill(self, shell: str, text: str, title: str, unsubscribe_line: str, pixel: str) -> str:
		"""Marks are looked for in the shell alone, so that a text can hold what looks like one."""
		if PIXEL_MARK not in shell:
			text += pixel
		before, _mark, after = shell.partition(self._content_mark)
		marks = {
			UNSUBSCRIBE_MARK: unsubscribe_line,
			PIXEL_MARK: pixel,
			self._title_mark: escape(title, quote=False),
		}
		marked = re.compile("|".join(map(re.escape, marks)))
		return text.join(marked.sub(lambda found: marks[found[0]], piece) for piece in (before, after))


def language_tag(text: str) -> str:
	"""A language as HTML names it (BCP 47); blank for what is none, and for "und", which MJML says of all."""
	tag = text.strip().replace("_", "-")
	return tag if _LANGUAGE.fullmatch(tag) and tag.lower() != "und" else ""
