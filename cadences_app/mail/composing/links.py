"""Where the links of a mail lead: made absolute, and counted (S4.1).

Every target opens as it was typed, byte for byte: a bare `?` or `#` stays, and so does `[]{}|^`. What is not
for the web (`mailto:`, `sms:`, `cid:`, ...) and places in the mail itself are left alone.
"""

import re
from collections.abc import Callable, Collection, Iterator
from html import escape
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cadences_app.mail.composing.markup import attribute

LONGEST_TARGET = 2000
"""Characters. What is longer breaks in browsers and proxies on the way."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}:")
_WEB_HOST = re.compile(r"www\.[\w-]{1,63}\.[\w.-]{1,250}(?:[/?#:]|\Z)", re.I)
_OUTER = "".join(map(chr, range(0x21)))
_URL_ATTRIBUTES = ("href", "src", "background", "poster")
_WITH_URLS = '[href],[src],[background],[poster],[srcset],[style*="url("]'
_STYLE_URL = re.compile(r"""(url\(\s{0,9}["']?)([^"'()\s]{1,2000})""", re.I)
_CANDIDATE = re.compile(r"(\s{0,99})(\S{1,2000})([^,]{0,200},?)")


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


def read_url(value: str) -> str:
	"""The URL that a browser makes of an attribute's text (WHATWG URL: outer spaces and line breaks go)."""
	return re.sub(r"[\t\n\r]", "", value.strip(_OUTER)).replace(" ", "%20")


def in_ascii(url: str) -> str:
	"""A safe target as a header can say it: what is ASCII stays byte for byte, the rest is encoded as
	browsers do it (the host by IDNA, everything else as UTF-8 in percent signs)."""
	if url.isascii():
		return url
	scheme, _separator, rest = url.partition("://")
	end = min((at for at in map(rest.find, "/?#") if at != -1), default=len(rest))
	host, tail = rest[:end], rest[end:]
	if not host.isascii():
		name, colon, port = host.partition(":")
		try:
			host = name.encode("idna").decode("ascii") + colon + port
		except UnicodeError:
			host = _percent(name) + colon + port
	return f"{scheme}://{host}{_percent(tail)}"


def _percent(text: str) -> str:
	return "".join(char if char.isascii() else quote(char, safe="") for char in text)


def absolute_url(value: str, site: str) -> str:
	"""What an attribute's URL means outside the site (`site` is its address, without a slash at its end).

	Paths are the site's, `//host` is https, and a bare `www.` host is the web's. What has a scheme of its
	own, leads to a place in the mail or is empty is returned as it is.
	"""
	url = read_url(value)
	if not url or url.startswith(("#", "\\", "{")) or _SCHEME.match(url):
		return value
	if url.startswith("//"):
		return f"https:{url}" if is_safe_target(f"https:{url}") else value
	if _WEB_HOST.match(url):
		return f"http://{url}"
	return f"{site}{url}" if url.startswith("/") else f"{site}/{url}"


def expand_urls(tree: LexborHTMLParser, site: str) -> None:
	"""Make every URL in the attributes of the elements absolute."""
	for node in tree.css(_WITH_URLS):
		for name in _URL_ATTRIBUTES:
			_change(node, name, lambda value: absolute_url(value, site))
		_change(node, "srcset", lambda value: _expand_candidates(value, site))
		_change(node, "style", lambda value: _expand_style(value, site))


def track_links(
	tree: LexborHTMLParser, make_url: Callable[[int, str], str], untracked: Collection[str] = ()
) -> tuple[str, ...]:
	"""Replace every trackable link by `make_url(number, target)`; returns the targets.

	A link's number is its target's place in the targets, from 0; equal targets share one. Left alone are all
	but absolute http(s) URLs, what `is_safe_target` refuses, targets that begin with one of `untracked` (the
	unsubscribe link), and elements with the attribute `data-no-track` or the class `no-track`.
	"""
	numbers: dict[str, int] = {}
	for node, target in _trackable(tree, tuple(untracked)):
		node.attrs["href"] = make_url(numbers.setdefault(target, len(numbers)), target)
	return tuple(numbers)


def pixel(url: str) -> str:
	"""An invisible image. Not display:none, which some clients take as a reason not to load it."""
	return (
		f'<img src="{escape(url)}" width="1" height="1" alt="" role="presentation"'
		' style="border:0;width:1px;height:1px">'
	)


def _trackable(tree: LexborHTMLParser, untracked: tuple[str, ...]) -> Iterator[tuple[LexborNode, str]]:
	for node in tree.css("a[href],area[href]"):
		target = read_url(attribute(node, "href"))
		if _asks_not_to_be_tracked(node) or not is_safe_target(target):
			continue
		if not untracked or not target.startswith(untracked):
			yield node, target


def _asks_not_to_be_tracked(node: LexborNode) -> bool:
	return "data-no-track" in node.attributes or "no-track" in attribute(node, "class").split()


def _change(node: LexborNode, name: str, change: Callable[[str], str]) -> None:
	before = node.attributes.get(name)
	if before:
		after = change(before)
		if after != before:
			node.attrs[name] = after


def _expand_candidates(value: str, site: str) -> str:
	return _CANDIDATE.sub(lambda each: f"{each[1]}{absolute_url(each[2], site)}{each[3]}", value)


def _expand_style(value: str, site: str) -> str:
	return _STYLE_URL.sub(lambda each: each[1] + absolute_url(each[2], site), value)
