"""Finds and replaces the links of an HTML mail, and leaves every other byte of it alone (S4.1).

A parser that writes the document anew would change what mail clients are picky about: conditional
comments, attributes without quotes, unclosed tags. So tags are located the way browsers do (HTML
Living Standard, tokenization), and only the spans of the attribute values that matter are replaced.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.entities import html5
from urllib.parse import urlsplit

LONGEST_TARGET = 2000
"""Characters. What is longer breaks in browsers and proxies on the way."""

_LINK_TAGS = frozenset({"a", "area"})
_RAW_TEXT_TAGS = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = re.compile(
	r"""[\s/]* ([^\s/>][^\s/>=]*) (?: \s*=\s* ( "[^"]*(?:"|\Z) | '[^']*(?:'|\Z) | (?!["'])[^\s>]* ) )?""",
	re.X,
)
_TAG_END = re.compile(r"[\s/]*>")
_COMMENT_END = re.compile(r"--!?>")
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")


@dataclass(frozen=True)
class Link:
	"""A trackable link: where it leads, and the span of its href's value in the HTML, quotes included."""

	target: str
	start: int
	end: int


@dataclass(frozen=True)
class _Value:
	text: str
	start: int
	end: int


@dataclass(frozen=True)
class _Tag:
	name: str
	is_end: bool
	start: int
	end: int
	attributes: dict[str, _Value]


def is_safe_target(url: object) -> bool:
	"""Whether a visitor may be sent there: http or https, a host, and nothing that browsers read otherwise.

	Refused are credentials, backslashes, spaces, control and other invisible characters, and more than
	2,000 characters. Asked when a mail is built, and once more before the redirect (S14.2).
	"""
	if not isinstance(url, str) or len(url) > LONGEST_TARGET:
		return False
	if not url.isprintable() or " " in url or "\\" in url:
		return False
	try:
		parts = urlsplit(url)
		host, _port = parts.hostname, parts.port
	except ValueError:
		return False
	if parts.scheme not in ("http", "https") or "@" in parts.netloc:
		return False
	return bool(host and _HOST.fullmatch(host))


def find_links(html: str, untracked: Collection[str] = ()) -> tuple[Link, ...]:
	"""The links of `<a>` and `<area>` that can be tracked, in the order of the document.

	Left out: what is not an absolute http(s) URL (mailto, tel, anchors, relative and protocol-relative
	ones), what `is_safe_target` refuses, targets that begin with one of `untracked` (the unsubscribe link),
	tags with the attribute `data-no-track` or the class `no-track`, and all that stands in comments
	(Outlook's conditional ones too), styles and scripts.
	"""
	found = []
	for tag in _scan_tags(html):
		href = tag.attributes.get("href")
		if tag.is_end or tag.name not in _LINK_TAGS or href is None or _asks_not_to_be_tracked(tag):
			continue
		target = _read_url(href.text)
		if is_safe_target(target) and not target.startswith(tuple(untracked)):
			found.append(Link(target, href.start, href.end))
	return tuple(found)


def rewrite_links(
	html: str, make_url: Callable[[int, str], str], untracked: Collection[str] = ()
) -> tuple[str, tuple[str, ...]]:
	"""The HTML with every trackable link replaced by `make_url(number, target)`, and the targets.

	A link's number is its target's place in the targets, from 0; equal targets share one. Everything outside
	the replaced attribute values stays as it was, byte for byte.
	"""
	numbers: dict[str, int] = {}
	pieces = []
	position = 0
	for link in find_links(html, untracked):
		number = numbers.setdefault(link.target, len(numbers))
		pieces += [html[position : link.start], f'"{escape(make_url(number, link.target))}"']
		position = link.end
	pieces.append(html[position:])
	return "".join(pieces), tuple(numbers)


def add_pixel(html: str, url: str) -> str:
	"""The HTML with an invisible image of that URL before the last `</body>`, or at its end; never twice."""
	source = f'src="{escape(url)}"'
	if source in html:
		return html
	# Not display:none, which some clients take as a reason not to load the image.
	pixel = f'<img {source} width="1" height="1" alt="" style="border:0;width:1px;height:1px">'
	ends = [tag.start for tag in _scan_tags(html) if tag.is_end and tag.name == "body"]
	position = ends[-1] if ends else len(html)
	return html[:position] + pixel + html[position:]


def _asks_not_to_be_tracked(tag: _Tag) -> bool:
	classes = tag.attributes.get("class")
	return "data-no-track" in tag.attributes or (classes is not None and "no-track" in classes.text.split())


def _read_url(value: str) -> str:
	"""The URL that a browser makes of an attribute's text (WHATWG URL: outer spaces and line breaks go)."""
	url = re.sub(r"[\t\n\r]", "", _decode_references(value).strip("".join(map(chr, range(0x21)))))
	return url.replace(" ", "%20")


def _decode_references(value: str) -> str:
	"""Character references as they count in attributes: in `?a=1&copy=2` there is none."""

	def decode(found: re.Match[str]) -> str:
		reference = found[0]
		if reference[1] != "#":
			followed_by_equals = value[found.end() : found.end() + 1] == "="
			if reference[1:] not in html5 or (followed_by_equals and not reference.endswith(";")):
				return reference
		return unescape(reference)

	return _REFERENCE.sub(decode, value)


def _scan_tags(html: str) -> Iterator[_Tag]:
	"""Every start and end tag that a browser would see, in order."""
	position = html.find("<")
	while position != -1:
		tag = None
		if html.startswith(("<!", "<?"), position) or re.match(
			r"</[^A-Za-z>]", html[position : position + 3]
		):
			position = _skip_markup(html, position)
		else:
			tag = _read_tag(html, position)
			position = tag.end if tag else _skip_broken(html, position)
		if tag:
			yield tag
			if tag.name in _RAW_TEXT_TAGS and not tag.is_end:
				position = _find_raw_text_end(html, tag)
			elif tag.name == "plaintext":
				return
		position = html.find("<", position) if position != -1 else -1


def _skip_markup(html: str, position: int) -> int:
	"""Where a comment, declaration or processing instruction ends; -1 if it never does."""
	if not html.startswith("<!--", position):
		end = html.find(">", position)
		return end + 1 if end != -1 else -1
	for empty in ("<!-->", "<!--->"):
		if html.startswith(empty, position):
			return position + len(empty)
	closing = _COMMENT_END.search(html, position + 4)
	return closing.end() if closing else -1


def _skip_broken(html: str, position: int) -> int:
	"""Past a `<` that begins no tag; -1 when a tag begins there that never ends: nothing after it is seen."""
	return -1 if _TAG_NAME.match(html, position) else position + 1


def _find_raw_text_end(html: str, tag: _Tag) -> int:
	end = re.compile(rf"</{tag.name}(?=[\s/>])", re.I).search(html, tag.end)
	return end.start() if end else -1


def _read_tag(html: str, start: int) -> _Tag | None:
	"""The tag that begins there, of equal attributes the first; None if there is none or it never ends."""
	name = _TAG_NAME.match(html, start)
	if not name:
		return None
	attributes: dict[str, _Value] = {}
	position = name.end()
	while not (end := _TAG_END.match(html, position)):
		found = _ATTRIBUTE.match(html, position)
		if not found:
			return None
		raw = found[2] or ""
		text = raw[1:-1] if raw[:1] in ('"', "'") else raw
		attributes.setdefault(found[1].lower(), _Value(text, *found.span(2)))
		position = found.end()
	return _Tag(name[1].lower(), html.startswith("</", start), start, end.end(), attributes)
