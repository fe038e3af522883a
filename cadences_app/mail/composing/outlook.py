"""What Outlook alone reads: elements in conditional comments, such as buttons and backgrounds drawn in VML.

For every other reader they are a comment, so the parser keeps them as text. They are often half an element (a
table that ends in the next comment), so they are never written anew: only attributes of their tags change.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.understanding.html_text import end_of_tag

_CONDITION = re.compile(r"\s{0,9}\[if\b", re.I)
_TAG = re.compile(r"<([a-zA-Z][\w:.-]{0,40})")
_ATTRIBUTE = re.compile(
	r"""([^\s"'>/=]{1,60})(\s{0,9}=\s{0,9})("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'>]{1,4000})"""
)
Change = Callable[[str, Mapping[str, str]], Mapping[str, str | None]]
"""Takes a tag's name and its attributes with their character references read, gives those that are to be
others; None takes one away."""


def change_tags(tree: LexborHTMLParser, change: Change) -> None:
	"""Change attributes of the tags in every conditional comment."""
	for node in _comments(tree):
		before = node.html or ""
		after = change_text(before, change)
		if after != before:
			_put(node, after)


def change_text(comment: str, change: Change) -> str:
	"""The same for the text of one."""
	pieces, position = [], 0
	while tag := _TAG.search(comment, position):
		end = end_of_tag(comment, tag.end())
		pieces += [comment[position : tag.end()], _changed(tag[1].lower(), comment[tag.end() : end], change)]
		position = end
	return "".join([*pieces, comment[position:]])


def _changed(tag: str, attributes: str, change: Change) -> str:
	values = {found[1].lower(): unescape(found[3].strip("\"'")) for found in _ATTRIBUTE.finditer(attributes)}
	changes = change(tag, values) if values else {}

	def write(found: re.Match[str]) -> str:
		name = found[1].lower()
		if name not in changes or changes[name] == values[name]:
			return found[0]
		value = changes[name]
		return "" if value is None else f'{found[1]}{found[2]}"{escape(value)}"'

	return _ATTRIBUTE.sub(write, attributes) if changes else attributes


def _comments(tree: LexborHTMLParser) -> list[LexborNode]:
	if tree.root is None or b"[if" not in tree.raw_html.lower():
		return []
	nodes = (each for each in tree.root.traverse(include_text=True) if each.is_comment_node)
	return [each for each in nodes if _CONDITION.match(each.comment_content or "")]


def _put(node: LexborNode, comment: str) -> None:
	body = LexborHTMLParser(f"<body>{comment}").body
	made = next(body.iter(include_text=True), None) if body is not None else None
	if made is not None and made.is_comment_node:
		node.insert_before(made)
		node.decompose()
