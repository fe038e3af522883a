"""The text part of a mail, for those who read no HTML."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.links import read_url
from cadences_app.mail.composing.markup import attribute, replace_by

LAYOUT_TABLE = 'table[role="presentation"]'
_UNREAD = "head, style, script, noscript, template, title, [hidden], [data-no-text]"
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"].copy())


def text_of(html: str, instead: str = "") -> str:
	"""What the HTML says, with the address of each link behind its text, and pictures by their alternative
	texts. `instead` stands where the element `data-mail-text` has neither text nor alternative text."""
	tree = LexborHTMLParser(html)
	for each in tree.css(_UNREAD):
		each.decompose()
	for each in tree.css("img[alt]"):
		alternative = " ".join(attribute(each, "alt").split())
		if alternative:
			each.replace_with(f"[{alternative}]")
	_say_instead(tree, instead)
	_straighten_tables(tree)
	for each in tree.css("a[href]"):
		_spell_out(each)
	# inscriptis reads character references twice
	html = (tree.html or "").replace("&amp;", "&amp;amp;")
	lines = (line.rstrip() for line in get_text(html, _CONFIG).split("\n"))
	return _without_gaps(lines) + "\n"


def _straighten_tables(tree: LexborHTMLParser) -> None:
	"""Tables that only lay out: their cells one below the other, the innermost first."""
	for table in reversed(tree.css(LAYOUT_TABLE)):
		replace_by(table, "".join(f"<div>{each.inner_html or ''}</div>" for each in _cells(table)))


def _cells(table: LexborNode) -> Iterator[LexborNode]:
	"""The table's own cells, without those of tables in them."""
	for section in table.iter():
		for row in section.iter() if section.tag in ("tbody", "thead", "tfoot") else ():
			yield from row.iter()


def _say_instead(tree: LexborHTMLParser, instead: str) -> None:
	content = tree.css_first("[data-mail-text]")
	if content is not None and instead and not content.text().strip():
		content.insert_child(f"[{instead}]")


def _spell_out(anchor: LexborNode) -> None:
	url = read_url(attribute(anchor, "href"))
	shown = " ".join(anchor.text().split())
	scheme, _colon, rest = url.partition(":")
	address = rest if scheme.lower() in ("mailto", "tel", "sms") else url
	if not url or url.startswith("#") or shown in (url, address, unquote(address)):
		return
	anchor.insert_after(f" ({url})" if shown else url)


def _without_gaps(lines: Iterable[str]) -> str:
	kept: list[str] = []
	for line in lines:
		if line or (kept and kept[-1]):
			kept.append(line)
	return "\n".join(kept).strip("\n")
