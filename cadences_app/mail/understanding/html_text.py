"""The readable text of an HTML part, in one pass over its tags."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"<(/?)\s*([a-zA-Z0-9]+)")
_HIDDEN = frozenset({"head", "script", "style", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})


def read_html(source: str) -> str:
	"""Text with line breaks where blocks end; what stands in a blockquote is marked as quoted with ">"."""
	pieces: list[str] = []
	hidden = ""
	quoted = 0
	for token in _TAG.split(source):
		tag = _NAME.match(token)
		if not tag:
			if not hidden and not token.startswith("<"):
				pieces.append(_mark(token, quoted))
			continue
		closes, name = bool(tag.group(1)), tag.group(2).lower()
		if hidden:
			hidden = "" if closes and name == hidden else hidden
			continue
		if name in _HIDDEN and not closes:
			hidden = name
		if name == "blockquote":
			quoted = max(0, quoted + (-1 if closes else 1))
		if name in _BREAKS:
			pieces.append("\n")
	return unescape("".join(pieces))


def _mark(text: str, quoted: int) -> str:
	flat = re.sub(r"\s+", " ", text)
	return f"\n> {flat}" if quoted and flat.strip() else flat
