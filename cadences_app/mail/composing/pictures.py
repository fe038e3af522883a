"""Pictures that travel with the mail (RFC 2392), since nobody outside could open them where they lie.

Those are: `embed="..."` as in Frappe's mails, private files, as an editor makes of what is pasted, and
`data:` addresses, which most mail clients don't show. Private files are looked for wherever a mail shows
pictures: as backgrounds, in styles, among several sizes, and in what Outlook alone reads.
"""

import binascii
import mimetypes
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from selectolax.lexbor import LexborNode

from cadences_app.mail.composing.links import change_style_urls, read_url
from cadences_app.mail.composing.markup import Markup, attribute
from cadences_app.mail.composing.outlook import change_tags

MOST_PICTURES = 50
"""In one mail; what exceeds that is left out."""


@dataclass(frozen=True, slots=True)
class Picture:
	"""A picture's bytes, and its type as `image/...`."""

	filename: str
	content: bytes
	content_type: str


@dataclass(frozen=True, slots=True)
class Embedded:
	"""A picture of the mail by its Content-ID, without brackets."""

	content_id: str
	picture: Picture


_PICTURES = "img[embed], img[src], input[type=image][src]"
_BACKGROUNDS = "[background], [poster]"
_STYLED = '[style*="/private/files/"]'
_SIZES = '[srcset*="/private/files/"]'
Find = Callable[[str], Picture | None]


def find_none(_path: str) -> Picture | None:
	"""For mails whose pictures all lie where everybody can open them."""
	return None


def embed_pictures(markup: Markup, find: Find, site: str, name: str) -> tuple[Embedded, ...]:
	"""Give every picture that has to travel with the mail a place in it; equal ones share it.

	`find` reads a file by its path on the site and gives None for what may not be sent, or is none: the
	picture's alternative text then takes its place. `name` makes the Content-IDs this mail's own.
	"""
	shelf = _Shelf(find, site, name)
	for node in markup.tree.css(_SIZES):
		_drop_sizes(node, site)
	for node in markup.tree.css(_PICTURES):
		source = _source_to_embed(node, site)
		if source is not None:
			_show(node, shelf.place(source))
	for node in markup.tree.css(f"{_BACKGROUNDS}, {_STYLED}"):
		for attribute_name, value in shelf.behind(node.attributes).items():
			if value is None:
				del node.attrs[attribute_name]
			else:
				node.attrs[attribute_name] = value
	markup.styles = shelf.in_style(markup.styles)
	change_tags(markup.tree, lambda _tag, values: shelf.behind(values, "src"))
	return tuple(each for each in shelf.placed.values() if each)


def unsendable(markup: Markup, find: Find, site: str) -> list[str]:
	"""The sources of those pictures of a template that would be left out; what is filled in later is not
	known yet. The markup is used up."""
	asked: dict[str, bool] = {}

	def ask(source: str) -> Picture | None:
		picture = find(source)
		asked[source] = picture is not None
		return picture

	sources = (_source_to_embed(node, site) for node in markup.tree.css(_PICTURES))
	data = [each for each in sources if each and _is_data(each) and _read_data(each) is None]
	embed_pictures(markup, ask, site, "")
	missing = [each for each, is_there in asked.items() if not is_there]
	return [each for each in (*data, *missing) if "{{" not in each and "{%" not in each]


def public_pictures(markup: Markup, site: str) -> list[str]:
	"""The paths of the site's public files that the pictures of a template show."""
	return _paths(markup, "img[src]", "src", "/files/", site)


def private_links(markup: Markup, site: str) -> list[str]:
	"""The paths of private files that a template links to: nobody outside can open them."""
	return _paths(markup, "a[href], area[href]", "href", "/private/files/", site)


def _paths(markup: Markup, elements: str, name: str, folder: str, site: str) -> list[str]:
	urls = (read_url(attribute(node, name)) for node in markup.tree.css(elements))
	paths = (_path_on(site, url) for url in urls if "{{" not in url and "{%" not in url)
	return list(dict.fromkeys(each for each in paths if each.startswith(folder)))


class _Shelf:
	"""The pictures of one mail, each once."""

	def __init__(self, find: Find, site: str, name: str) -> None:
		self.placed: dict[str, Embedded | None] = {}
		self._find, self._site, self._name = find, site, name

	def place(self, source: str) -> Embedded | None:
		if source not in self.placed:
			picture = _read(source, self._find) if len(self.placed) < MOST_PICTURES else None
			content_id = f"picture{len(self.placed) + 1}.{self._name}"
			self.placed[source] = Embedded(content_id, picture) if picture else None
		return self.placed[source]

	def behind(self, values: Mapping[str, str | None], *more: str) -> dict[str, str | None]:
		"""The attributes of an element that show a private picture otherwise than as `<img>`, with its place
		in the mail; one that may not be sent is taken away."""
		changed: dict[str, str | None] = {}
		for name in ("background", "poster", *more):
			path = private_path(read_url(values.get(name) or ""), self._site)
			if path:
				embedded = self.place(path)
				changed[name] = f"cid:{embedded.content_id}" if embedded else None
		style = values.get("style") or ""
		if "/private/files/" in style:
			changed["style"] = self.in_style(style)
		return changed

	def in_style(self, style: str) -> str:
		return change_style_urls(style, self._shown)

	def _shown(self, url: str) -> str:
		path = private_path(read_url(url), self._site)
		embedded = self.place(path) if path else None
		return f"cid:{embedded.content_id}" if embedded else "" if path else url


def _drop_sizes(node: LexborNode, site: str) -> None:
	"""A picture travels in one size: the one in `src`."""
	candidates = (each.split() for each in attribute(node, "srcset").split(","))
	if any(private_path(each[0], site) for each in candidates if each):
		if node.tag == "source":
			node.decompose()
		else:
			del node.attrs["srcset"]


def private_path(url: str, site: str) -> str:
	"""The path of a private file on this site that the URL leads to; blank for any other."""
	path = _path_on(site, url)
	return path if path.startswith("/private/files/") else ""


def _path_on(site: str, url: str) -> str:
	path = url[len(site) :] if site and url.startswith(site) else url
	try:
		return unquote(urlsplit(path).path) if path.startswith("/") else ""
	except ValueError:
		return ""


def _source_to_embed(node: LexborNode, site: str) -> str | None:
	if wanted := attribute(node, "embed").strip():
		return wanted
	source = read_url(attribute(node, "src"))
	if _is_data(source):
		return source
	return private_path(source, site) or None


def _read(source: str, find: Find) -> Picture | None:
	return _read_data(source) if _is_data(source) else find(source)


def _is_data(source: str) -> bool:
	return source[:5].lower() == "data:"


def _read_data(url: str) -> Picture | None:
	"""The picture in a `data:` URL (RFC 2397)."""
	head, _comma, data = url[5:].partition(",")
	content_type, *parameters = (each.strip().lower() for each in head.split(";"))
	extension = mimetypes.guess_extension(content_type) or ""
	if not content_type.startswith("image/") or not extension:
		return None
	try:
		raw = unquote_to_bytes(data)
		content = b64decode(raw) if "base64" in parameters else raw
	except (binascii.Error, ValueError):
		return None
	return Picture(f"picture{extension}", content, content_type) if content else None


def _show(node: LexborNode, embedded: Embedded | None) -> None:
	if embedded is None:
		alternative = attribute(node, "alt")
		if alternative:
			node.replace_with(alternative)
		else:
			node.decompose()
		return
	node.attrs["src"] = f"cid:{embedded.content_id}"
	for name in ("embed", "srcset"):
		if name in node.attributes:
			del node.attrs[name]
