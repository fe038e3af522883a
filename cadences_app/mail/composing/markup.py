"""The HTML of a mail as a tree (HTML Living Standard), and what may be changed in it: attributes of elements.

What people read is never rewritten. The parser is the one that browsers' rules describe, so what a mail
client sees and what is seen here are the same document.
"""

import re
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_INHERITED = frozenset(
	"color direction font font-family font-size font-style font-weight letter-spacing line-height text-align "
	"text-transform word-spacing".split()
)
_DOWNLEVEL = re.compile(r"<!--(\[if [^\]<>]{1,80}\])-->")
_ALWAYS = ("", "all", "screen")
"""Media of a style sheet that is read wherever a mail is."""
_OF_DOCUMENT = re.compile(r"<(?:!doctype|html|head|body)\b", re.I)
_PREFIX = re.compile(r"xmlns:[a-z][a-z0-9]{0,9}")
_DECLARATION = re.compile(r"\s{0,99}([-a-zA-Z]{1,60})\s{0,99}:")


MOST_TAGS = 20_000
"""Readers take time by the square of what stands in one another."""
DEEPEST = 256
"""Elements in one another, about half as many as browsers take. From some thousands on, what writes styles
into elements ends the whole process."""
_FEW_TAGS = 60
"""With so few nothing is deep, even where a cell brings its row and its table's body."""
_TOO_DEEP = " > ".join(["*"] * (DEEPEST + 1))


class TooMuchMarkup(ValueError):
	"""HTML with more tags, or more elements in one another, than any mail has."""


def parse(html: str) -> LexborHTMLParser:
	"""The document, however broken. Raises TooMuchMarkup."""
	tags = html.count("<")
	if tags > MOST_TAGS:
		raise TooMuchMarkup(f"a mail has at most {MOST_TAGS} tags")
	tree = LexborHTMLParser(html)
	if tags > _FEW_TAGS and tree.css_first(_TOO_DEEP) is not None:
		raise TooMuchMarkup(f"a mail has at most {DEEPEST} elements in one another")
	return tree


@dataclass(slots=True)
class Markup:
	"""A mail's own text. `styles` are its style sheets as HTML, which belong into the head, as do the
	comments of its own head that Outlook reads; `container_style` is what it asks of the whole text.
	`namespaces` are those of its root by which Outlook knows the elements that it draws, such as buttons."""

	tree: LexborHTMLParser
	styles: str = ""
	head_comments: str = ""
	container_style: str = ""
	language: str = ""
	direction: str = ""
	namespaces: str = ""

	@property
	def body(self) -> LexborNode:
		found = self.tree.body
		assert found is not None  # the parser makes one
		return found

	@property
	def head(self) -> LexborNode:
		found = self.tree.head
		assert found is not None  # the parser makes one
		return found

	@property
	def html(self) -> str:
		"""What stands in the body, written out."""
		return written(self.body.inner_html or "")

	@property
	def css(self) -> str:
		"""The rules of `styles` that always hold: what is for paper or small screens alone can't be written
		into the elements."""
		sheets = LexborHTMLParser(f"<head>{self.styles}</head>").css("style")
		always = (each for each in sheets if attribute(each, "media").strip().lower() in _ALWAYS)
		return "\n".join(each.text() for each in always)


def read_markup(html: str) -> Markup:
	"""The text of a mail: a fragment as an editor makes it, or a whole document. Raises TooMuchMarkup."""
	tree = parse(html if _OF_DOCUMENT.search(html) else f"<body>{html}")
	markup = Markup(tree)
	styles = tree.css("style")
	markup.styles = "".join(each.html or "" for each in styles)
	for each in styles:
		each.decompose()
	comments = (each for each in markup.head.iter(include_text=True) if each.is_comment_node)
	markup.head_comments = "".join(each.html or "" for each in comments)
	root = tree.css_first("html")
	markup.language = attribute(root, "lang") if root else ""
	markup.namespaces = _namespaces(root) if root else ""
	markup.direction = (attribute(root, "dir") if root else "") or attribute(markup.body, "dir")
	markup.container_style = inherited_style(attribute(markup.body, "style"))
	return markup


def _namespaces(root: LexborNode) -> str:
	"""The prefixes that a root declares, as attributes."""
	declared = ((name, value) for name, value in root.attributes.items() if value and _PREFIX.fullmatch(name))
	return "".join(f' {name}="{escape(value)}"' for name, value in declared)


def attribute(node: LexborNode, name: str) -> str:
	"""An attribute's value with its character references read; blank where there is none."""
	return node.attributes.get(name) or ""


def replace_by(node: LexborNode, html: str) -> None:
	"""Put elements in the place of one."""
	made = LexborHTMLParser(html).body
	for each in list(made.iter(include_text=True)) if made is not None else ():
		node.insert_before(each)
	node.decompose()


def written(html: str) -> str:
	"""HTML as the parser writes it, with what hides nothing from Outlook in the form that stays valid."""
	return _DOWNLEVEL.sub(r"<!--\1><!-->", html).replace("<!--[endif]-->", "<!--<![endif]-->")


def inherited_style(style: str) -> str:
	"""Those declarations of a style that the elements within inherit."""
	found = []
	for declaration in style.split(";"):
		name = _DECLARATION.match(declaration)
		if name and name[1].lower() in _INHERITED:
			found.append(declaration.strip())
	return "; ".join(found)


def readable_style(style: str) -> str:
	"""Those declarations of a style that are some: a name and what it is to be."""
	return "; ".join(each.strip() for each in style.split(";") if _DECLARATION.match(each))


_PHRASES = (
	"a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd mark q s samp small span "
	"strike strong sub sup time tt u var"
).split()
_MORE_THAN_PHRASES = ":not(body)" + "".join(f":not({tag})" for tag in _PHRASES)
_BLANK_LINE = re.compile(r"\n[ \t]{0,99}\n")


def is_written_in_lines(html: str) -> bool:
	"""Whether a text leaves its paragraphs to blank lines: it was written without any markup, or with none
	but that of words and links."""
	body = parse(html).body
	if body is None or body.css_first(":not(body)") is None:
		return True
	is_parted = _BLANK_LINE.search(html.replace("\r\n", "\n").strip())
	return bool(is_parted) and body.css_first(_MORE_THAN_PHRASES) is None


def as_paragraphs(text: str) -> str:
	"""A text that is written in lines, as HTML: blank lines part paragraphs, line breaks stay. A paragraph
	into which a value brought more than words and links stays as it is."""
	blocks = _BLANK_LINE.split(text.replace("\r\n", "\n").strip("\n"))
	return "\n".join(_as_paragraph(each) for each in (block.strip("\n") for block in blocks) if each.strip())


def _as_paragraph(block: str) -> str:
	body = parse(block).body
	if body is not None and body.css_first(_MORE_THAN_PHRASES) is not None:
		return f"<div>{block}</div>"
	return f"<p>{'<br>'.join(line.strip() for line in block.split(chr(10)))}</p>"
