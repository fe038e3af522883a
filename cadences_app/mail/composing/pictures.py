"""Pictures that travel with the mail (RFC 2392), since nobody outside could open them where they lie.

Those are: `embed="..."` as in Frappe's mails, private files, as an editor makes of what is pasted, and
`data:` addresses, which most mail clients don't show.
"""

import binascii
import mimetypes
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.links import read_url
from cadences_app.mail.composing.markup import attribute

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
Find = Callable[[str], Picture | None]


def find_none(_path: str) -> Picture | None:
	"""For mails whose pictures all lie where everybody can open them."""
	return None


def embed_pictures(tree: LexborHTMLParser, find: Find, site: str, name: str) -> tuple[Embedded, ...]:
	"""Give every picture that has to travel with the mail a place in it; equal ones share it.

	`find` reads a file by its path on the site and gives None for what may not be sent, or is none: the
	picture's alternative text then takes its place. `name` makes the Content-IDs this mail's own.
	"""
	placed: dict[str, Embedded | None] = {}
	for node in tree.css(_PICTURES):
		source = _source_to_embed(node, site)
		if source is None:
			continue
		if source not in placed:
			picture = _read(source, find) if len(placed) < MOST_PICTURES else None
			content_id = f"picture{len(placed) + 1}.{name}"
			placed[source] = Embedded(content_id, picture) if picture else None
		_show(node, placed[source])
	return tuple(each for each in placed.values() if each)


def unsendable(tree: LexborHTMLParser, find: Find, site: str) -> list[str]:
	"""The sources of those pictures of a template that would be left out; what is filled in later is not
	known yet."""
	sources = (_source_to_embed(node, site) for node in tree.css(_PICTURES))
	known = dict.fromkeys(each for each in sources if each and "{{" not in each and "{%" not in each)
	return [each for each in known if _read(each, find) is None]


def private_path(url: str, site: str) -> str:
	"""The path of a private file on this site that the URL leads to; blank for any other."""
	path = url[len(site) :] if site and url.startswith(site) else url
	return unquote(urlsplit(path).path) if path.startswith("/private/files/") else ""


def _source_to_embed(node: LexborNode, site: str) -> str | None:
	if wanted := attribute(node, "embed").strip():
		return wanted
	source = read_url(attribute(node, "src"))
	if source[:5].lower() == "data:":
		return source
	return private_path(source, site) or None


def _read(source: str, find: Find) -> Picture | None:
	return _read_data(source) if source[:5].lower() == "data:" else find(source)


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
