"""The text part of a mail, for those who read no HTML."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.links import read_url
from cadences_app.mail.composing.markup import attribute, replace_by
from cadences_app.mail.composing.text_shapes import lay_out

LAYOUT_TABLE = 'table[role="presentation"]'
_UNREAD = (
	"head, style, script, noscript, template, title, iframe, noembed, noframes, [hidden], [data-no-text]"
)
_KEPT_SPACES = "pre, listing, xmp, [style*='white-space:pre'], [style*='white-space: pre']"
_KEEP_SPACES = "; white-space: pre"
_STRUCK = "s, strike, del"
_STRUCK_MARK = "~~"
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def text_of(html: str, instead: str = "") -> str:
	"""What the HTML says, with the address of each link behind its text, and pictures by their alternative
	texts. `instead` stands where the element `data-mail-text` has neither text nor alternative text."""
	return laid_out(what_is_read(html, instead))


def laid_out(read: str) -> str:
	"""The text of what `what_is_read` gives."""
	return _without_gaps(lay_out(read).split("\n")) + "\n"


def what_is_read(html: str, instead: str = "", hidden: Iterable[str] = ()) -> str:
	"""The HTML with what is read of it alone, links and alternative texts as words. `hidden` are the classes
	that hide elements of the text."""
	tree = LexborHTMLParser(html)
	unread = ", ".join([_UNREAD, *(f"[data-mail-text] .{each}:not([style*=display])" for each in hidden)])
	for each in tree.css(unread):
		each.decompose()
	for each in tree.css("img[alt]"):
		alternative = " ".join(attribute(each, "alt").split())
		if alternative:
			each.replace_with(f"[{alternative}]")
	_say_instead(tree, instead)
	_straighten_tables(tree)
	_keep_meaning_of_marks(tree)
	for each in tree.css("a[href]"):
		_spell_out(each)
	return tree.html or ""


def _straighten_tables(tree: LexborHTMLParser) -> None:
	"""Tables that only lay out: their cells one below the other, the innermost first."""
	for table in reversed(tree.css(LAYOUT_TABLE)):
		replace_by(table, "".join(f"<div>{each.inner_html or ''}</div>" for each in _cells(table)))


def _cells(table: LexborNode) -> Iterator[LexborNode]:
	"""The table's own cells, without those of tables in them."""
	for section in table.iter():
		for row in section.iter() if section.tag in ("tbody", "thead", "tfoot") else ():
			yield from row.iter()


def _keep_meaning_of_marks(tree: LexborHTMLParser) -> None:
	"""What inscriptis would lose: spaces in elements of preformatted text, the depth of lists that name their
	own padding, the power in 10 to the 6th, which would be read as 106, and that the old price is struck out.
	An item that only holds the list of the next depth gets no bullet of its own."""
	for outer in tree.css(_KEPT_SPACES):
		for each in outer.css("*"):
			if not attribute(each, "style").endswith(_KEEP_SPACES):
				each.attrs["style"] = f"{attribute(each, 'style')}{_KEEP_SPACES}"
	for each in tree.css("ul[style], ol[style]"):
		if "none" not in attribute(each, "style").partition("display")[2]:
			del each.attrs["style"]
	for each in tree.css("li:has(> ul:first-child), li:has(> ol:first-child)"):
		if not each.text(deep=False).strip():
			each.unwrap()
	for each in tree.css(_STRUCK):
		if each.text().strip():
			each.insert_child(_STRUCK_MARK)
			each.insert_before(_STRUCK_MARK)
	for tag, signs in (("sup", _RAISED), ("sub", _LOWERED)):
		for each in tree.css(tag):
			text = each.text().strip()
			if text and all(ord(char) in signs for char in text):
				each.replace_with(text.translate(signs))


def _say_instead(tree: LexborHTMLParser, instead: str) -> None:
	content = tree.css_first("[data-mail-text]")
	if content is not None and instead and not content.text().strip():
		content.insert_child(f"[{instead}]")


def _spell_out(anchor: LexborNode) -> None:
	url = read_url(attribute(anchor, "href"))
	shown = " ".join(anchor.text().split())
	scheme, _colon, rest = url.partition(":")
	address = rest if scheme.lower() in ("mailto", "tel", "sms") else url
	if scheme.lower() in ("tel", "sms"):
		url = f"{scheme}:{' '.join(unquote(rest).split())}"
	if not url or url.startswith("#") or shown in (url, address, unquote(address)):
		return
	anchor.insert_after(f" ({url})" if shown else f" {url} ")


def _without_gaps(lines: Iterable[str]) -> str:
	kept: list[str] = []
	for line in lines:
		if line or (kept and kept[-1]):
			kept.append(line)
	return "\n".join(kept).strip("\n")
