"""Lists, indents and directions as Frappe's editor keeps them, made into what every mail client shows.

The editor (Quill) keeps one flat `<ol>`: each item says what it is (`data-list`) and how deep it stands
(`ql-indent-3`), and bullets and numbers come from its style sheet, which no mail client has. So do the
indents of paragraphs, and that one is read from right to left (`ql-direction-rtl`).
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.markup import attribute, replace_by

_INDENT = re.compile(r"\bql-indent-([1-9])\b")
_NUMBERS = (("1", "decimal"), ("a", "lower-alpha"), ("i", "lower-roman"))
_BULLETS = ("disc", "circle", "square")
_BOXES = {"checked": "\u2611 ", "unchecked": "\u2610 "}
_FROM_THE_RIGHT = re.compile(r"\bql-direction-rtl\b")
_LIST_STYLE = "margin: 0; padding-left: 2em"
_LIST_STYLE_FROM_THE_RIGHT = "margin: 0; padding-right: 2em; padding-left: 0"
_ITEM_STYLE = "padding-left: 0"
_INDENT_EM = 3
"""What the editor indents by at each step."""


@dataclass(slots=True)
class _Item:
	kind: str
	depth: int
	html: str
	style: str
	is_from_the_right: bool


@dataclass(slots=True)
class _Writer:
	"""Writes the items as nested lists. Numbers go on where a list of another kind stood between, as in the
	editor; a number further out starts those further in anew."""

	open_lists: list[str] = field(default_factory=list)
	kinds: list[str] = field(default_factory=list)
	counts: list[int] = field(default_factory=lambda: [0] * 10)
	pieces: list[str] = field(default_factory=list)

	def put(self, item: _Item) -> None:
		kind = "ordered" if item.kind == "ordered" else "bullet" if item.kind == "bullet" else "box"
		while len(self.kinds) > item.depth + 1:
			self._close_list()
		if len(self.kinds) == item.depth + 1:
			self.pieces.append("</li>")
			if self.kinds[-1] != kind:
				self.pieces.append(f"</{self.open_lists.pop()}>")
				self.kinds.pop()
		if kind == "ordered":
			self.counts[item.depth] += 1
			self.counts[item.depth + 1 :] = [0] * (9 - item.depth)
		while len(self.kinds) < item.depth + 1:
			deepest = len(self.kinds) == item.depth
			self._open_list(kind if deepest else "box", item.is_from_the_right)
			if not deepest:
				self.pieces.append(f'<li style="{_ITEM_STYLE}; list-style-type: none">')
		marker = "; list-style-type: none" if kind == "box" else f"; list-style-type: {self._marker(kind)}"
		style = f"{item.style}; " if item.style else ""
		number = f' value="{self.counts[item.depth]}"' if kind == "ordered" else ""
		number += ' dir="rtl"' if item.is_from_the_right else ""
		self.pieces.append(
			f'<li{number} style="{style}{_ITEM_STYLE}{marker}">{_BOXES.get(item.kind, "")}{item.html}'
		)

	def finish(self) -> str:
		while self.kinds:
			self._close_list()
		return "".join(self.pieces)

	def _marker(self, kind: str) -> str:
		depth = len(self.kinds) - 1
		return _NUMBERS[depth % 3][1] if kind == "ordered" else _BULLETS[min(depth, 2)]

	def _open_list(self, kind: str, is_from_the_right: bool) -> None:
		depth = len(self.kinds)
		tag = "ol" if kind == "ordered" else "ul"
		numbers = f' type="{_NUMBERS[depth % 3][0]}"' if kind == "ordered" else ""
		self.open_lists.append(tag)
		self.kinds.append(kind)
		marker = "none" if kind == "box" else self._marker(kind)
		numbers += ' dir="rtl"' if is_from_the_right else ""
		style = _LIST_STYLE_FROM_THE_RIGHT if is_from_the_right else _LIST_STYLE
		self.pieces.append(f'<{tag}{numbers} style="{style}; list-style-type: {marker}">')

	def _close_list(self) -> None:
		self.pieces.append(f"</li></{self.open_lists.pop()}>")
		self.kinds.pop()


def write_out_lists(tree: LexborHTMLParser) -> None:
	"""Turn every list of the editor's into nested `<ul>` and `<ol>`."""
	for flat in tree.css("ol:has(> li[data-list]), ul:has(> li[data-list])"):
		writer = _Writer()
		for each in flat.iter():
			if each.tag == "li":
				writer.put(_read_item(each, flat))
		replace_by(flat, writer.finish())


def write_out_indents(tree: LexborHTMLParser) -> None:
	"""Say in each element itself how far it is indented, and that it is read from right to left."""
	for each in tree.css("[class*='ql-']"):
		classes, style = attribute(each, "class"), attribute(each, "style").strip().rstrip(";")
		side = "left"
		if _FROM_THE_RIGHT.search(classes):
			each.attrs["dir"], side = "rtl", "right"
		if indent := _INDENT.search(classes):
			padding = f"padding-{side}: {int(indent[1]) * _INDENT_EM}em"
			each.attrs["style"] = f"{style}; {padding}" if style else padding


def _read_item(item: LexborNode, flat: LexborNode) -> _Item:
	for marker in item.css("span.ql-ui"):
		marker.decompose()
	kind = attribute(item, "data-list") or ("ordered" if flat.tag == "ol" else "bullet")
	classes = attribute(item, "class")
	indent, is_from_the_right = _INDENT.search(classes), bool(_FROM_THE_RIGHT.search(classes))
	depth = int(indent[1]) if indent else 0
	return _Item(kind, depth, item.inner_html or "", _alignment(item), is_from_the_right)


def _alignment(item: LexborNode) -> str:
	"""The item's own style, with what the editor says by a class of its."""
	aligned = re.search(r"\bql-align-(center|right|justify)\b", attribute(item, "class"))
	style = attribute(item, "style").strip().rstrip(";").replace('"', "'")
	return "; ".join(filter(None, (style, f"text-align: {aligned[1]}" if aligned else "")))
