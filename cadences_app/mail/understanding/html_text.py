"""The readable text of an HTML part, in one pass over it, however broken or hostile it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

MAX_ATTRIBUTE = 4000
MOST_NESTED = 200
MOST_BROKEN = 50

_MARKUP = re.compile(r"<(?:!--|!|\?|(?P<closes>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20}))")
_STOP = re.compile(r"[<>\"']")
_SPACE = re.compile(r"\s+")
_HIDDEN = {
	name: re.compile(rf"</{name}(?![a-z0-9])", re.IGNORECASE | re.ASCII)
	for name in ("head", "script", "style", "title", "template")
}
_BREAKS = frozenset(
	{"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "pre"}
)

_CLOSED_BY_THEMSELVES = frozenset(
	"p li td th tr dt dd option tbody thead html head body area base br col hr img input link meta".split()
)


def read_html(source: str) -> str:
	"""Text with line breaks where blocks end; what stands in a blockquote is marked as quoted with ">".

	Comments, scripts, styles and titles are left out. Each character is looked at a bounded number of times.
	"""
	pieces: list[str] = []
	quoted = 0
	for text, name, closes in _tokens(source):
		if text:
			pieces.append(_mark(text, quoted))
		if name == "blockquote":
			quoted = max(0, quoted + (-1 if closes else 1))
		if name in _BREAKS:
			pieces.append("\n")
		elif name in ("td", "th") and not closes:
			pieces.append(" ")
	return unescape("".join(pieces))


def _tokens(source: str) -> Iterator[tuple[str, str, bool]]:
	"""The texts, each with the tag behind it: its name (blank if there is none) and whether it closes."""
	position = 0
	never_closed: set[str] = set()
	while found := _MARKUP.search(source, position):
		text, name = source[position : found.start()], (found["name"] or "").lower()
		if found.group() == "<!--":
			position = _after(source, "-->", found.start() + 2)
		else:
			position = end_of_tag(source, found.end())
		if name in _HIDDEN and not found["closes"] and name not in never_closed:
			end = _HIDDEN[name].search(source, position)
			if end:
				position = end.start()
			elif name == "head":  # whoever forgets its end has a body all the same
				never_closed.add(name)
			else:
				position = len(source)
		yield text, name, bool(found["closes"])
	yield source[position:], "", False


def _after(source: str, mark: str, start: int) -> int:
	found = source.find(mark, start)
	return found + len(mark) if found >= 0 else len(source)


def end_of_tag(source: str, position: int) -> int:
	"""Where the tag is over: behind its ">", or before the next "<"; quoted values may hold both."""
	while found := _STOP.search(source, position):
		if found.group() == ">":
			return found.end()
		if found.group() == "<":
			return found.start()
		position = found.end()
		if source[max(0, found.start() - 4) : found.start()].rstrip().endswith("="):
			closing = source.find(found.group(), position, position + MAX_ATTRIBUTE)
			position = closing + 1 if closing >= 0 else position
	return len(source)


def _mark(text: str, quoted: int) -> str:
	flat = _SPACE.sub(" ", text)
	return f"\n> {flat}" if quoted and flat.strip() else flat


def is_tangled(source: str) -> bool:
	"""Whether a reader that builds a tree would take square time: tags nested too deep, or never finished."""
	depth = deepest = broken = 0
	position = 0
	while found := _MARKUP.search(source, position):
		position = end_of_tag(source, found.end())
		name = (found["name"] or "").lower()
		if name and not source.endswith(">", found.start(), position):
			broken += 1
		elif name and name not in _CLOSED_BY_THEMSELVES:
			depth = max(0, depth + (-1 if found["closes"] else 1))
			deepest = max(deepest, depth)
	return deepest > MOST_NESTED or broken > MOST_BROKEN
