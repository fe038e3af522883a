"""What makes a mail readable for everybody: tables that only lay out say so, pictures have a text."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.markup import attribute

_DATA = "th, caption, thead, tfoot, colgroup, [scope], [headers]"
_LAYOUT_ATTRIBUTES = frozenset({"cellpadding", "cellspacing", "width", "align", "bgcolor", "height"})


def name_layout_tables(tree: LexborHTMLParser, *, all_of_them: bool = False) -> None:
	"""Tables without heads that carry attributes of layout get `role="presentation"`; where the template says
	what a table is, it stays so."""
	for table in tree.css("table:not([role])"):
		if all_of_them or _only_lays_out(table):
			table.attrs["role"] = "presentation"


def give_alternative_texts(tree: LexborHTMLParser, instead: str = "") -> None:
	"""Every picture gets an alternative text: its title, else an empty one, so that nobody is read its file's
	name. In a mail of pictures alone the first gets `instead`, the mail's subject."""
	pictures = [each for each in tree.css("img") if each.attributes.get("alt") is None]
	for picture in pictures:
		picture.attrs["alt"] = " ".join(attribute(picture, "title").split())
	if pictures and instead and not _says_anything(tree):
		pictures[0].attrs["alt"] = instead


def _says_anything(tree: LexborHTMLParser) -> bool:
	"""Whether there is something to be read, in the text or instead of a picture."""
	said = [attribute(each, "alt") for each in tree.css("img")]
	said += [each.text() for each in tree.css("body")]
	return bool(re.sub(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]", "", "".join(said)))


def _only_lays_out(table: LexborNode) -> bool:
	if table.css_first(_DATA) is not None or "summary" in table.attributes:
		return False
	# A node is among those that it finds in itself.
	return bool(_LAYOUT_ATTRIBUTES & table.attributes.keys()) or len(table.css("table")) > 1
