"""The text of an HTML document, laid out once for all documents of the same shape.

The mails of a template differ in what their elements say, hardly ever in the elements. So a document is laid
out with a mark in the place of each piece of text, and what comes of it is kept and filled. Where the layout
hangs on the text itself (the columns of a table, preformatted lines), each document is laid out on its own.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

_BLOCKS = "caption center details dir dl dt fieldset form legend menu optgroup option search section summary"
_CONFIG = ParserConfig(
	css=CSS_PROFILES["strict"]
	| {tag: HtmlElement(display=Display.block) for tag in _BLOCKS.split()}
	| {"dd": HtmlElement(display=Display.block, padding_inline=4)}
)
_NAME = re.compile(r"[/!]?[a-zA-Z][^\s/>]*")
_LAID_OUT_BY = re.compile(r'\s(?:style|align|valign|start|value|type|reversed)="[^"]*')
_BY_ITS_TEXT = re.compile(r"<(?:table|pre|textarea|listing|xmp|plaintext)\b|white-space", re.I)
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_LONGEST_KEPT = 50_000
_MOST_KEPT = 64


def lay_out(html: str) -> str:
	"""What the HTML says, in lines, their ends trimmed; `html` as a parser has written it."""
	if hangs_on_its_text(html) or _OPEN in html or _CLOSE in html:
		return _lay_out(html)
	shape, said = _shape_of(html)
	if shape is None:
		return _lay_out(html)
	make: Callable[[str], str] = _laid_out if len(shape) <= _LONGEST_KEPT else _lay_out
	return _MARK.sub(lambda mark: said[int(mark[1])], make(shape))


def hangs_on_its_text(html: str) -> bool:
	"""Whether the layout is another one where the text is."""
	return bool(_BY_ITS_TEXT.search(html))


def _shape_of(html: str) -> tuple[str | None, list[str]]:
	"""The elements alone, with a mark for each piece of text, and the pieces; None where nobody can tell what
	is text. Comments say nothing."""
	shape: list[str] = []
	said: list[str] = []
	end = 0
	while (start := html.find("<", end)) != -1:
		if not _add(html[end:start], shape, said):
			return None, said
		if html.startswith("<!--", start):
			end = html.find("-->", start + 4) + 3
			if end < start:
				return None, said
		elif (name := _NAME.match(html, start + 1)) and (end := end_of_tag(html, start)):
			if not name[0].startswith("!"):
				by = [f'{each}"' for each in _LAID_OUT_BY.findall(html, name.end(), end - 1)]
				shape.append("".join(["<", name[0], *by, ">"]))
		else:
			return None, said
	return ("".join(shape) if _add(html[end:], shape, said) else None), said


def end_of_tag(html: str, start: int) -> int:
	"""Behind the first bracket outside quotes; 0 where there is none."""
	end, quote = html.find(">", start), html.find('"', start)
	while -1 < quote < end:
		closed = html.find('"', quote + 1)
		if closed == -1:
			return 0
		if end < closed:
			end = html.find(">", closed)
		quote = html.find('"', closed + 1)
	return end + 1


def _add(text: str, shape: list[str], said: list[str]) -> bool:
	"""One piece of text; the spaces around it belong to the shape. A parser writes no bare bracket."""
	if ">" in text:
		return False
	text = unescape(text)
	words = text.split()
	if not words:
		shape.append(" " if text else "")
		return True
	before, after = " " if text[0].isspace() else "", " " if text[-1].isspace() else ""
	shape.append(f"{before}{_OPEN}{len(said)}{_CLOSE}{after}")
	said.append(" ".join(words))
	return True


@lru_cache(maxsize=_MOST_KEPT)
def _laid_out(shape: str) -> str:
	return _lay_out(shape)


def _lay_out(html: str) -> str:
	html = html.replace("&amp;", "&amp;amp;")  # inscriptis reads character references twice
	return "\n".join(line.rstrip() for line in get_text(html, _CONFIG).split("\n"))
