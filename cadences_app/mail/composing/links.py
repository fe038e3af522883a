"""Where the links of a mail lead: made absolute, and counted (S4.1).

Every target opens as it was typed, byte for byte: a bare `?` or `#` stays, and so does `[]{}|^`. What is not
for the web (`mailto:`, `sms:`, `cid:`, ...) and places in the mail itself are left alone.
"""

import re
from collections.abc import Callable, Collection, Mapping
from html import escape
from unicodedata import normalize
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from cadences_app.mail.composing.markup import Markup, attribute
from cadences_app.mail.composing.outlook import change_tags, change_text

LONGEST_TARGET = 2000
"""Characters. What is longer breaks in browsers and proxies on the way."""
_LONGEST_HEADER = 3000
"""Characters of a target as a header says it: by default, proxies read 4 KB of headers."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_KEPT_LETTERS = frozenset("ßẞς")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}:")
_WEB_HOST = re.compile(r"www\.[\w-]{1,63}\.[\w.-]{1,250}(?:[/?#:]|\Z)", re.I)
_OUTER = "".join(map(chr, range(0x21)))
_URL_ATTRIBUTES = ("href", "src", "background", "poster", "action", "formaction", "cite", "longdesc")
_WITH_URLS = ",".join(f"[{name}]" for name in _URL_ATTRIBUTES) + ',[srcset],[style*="url(" i],object[data]'
_STYLE_URL = re.compile(
	r"""(url\(\s{0,9})(?:"([^"\n]{1,2000})"|'([^'\n]{1,2000})'|([^"'()\s]{1,2000}))""", re.I
)
_IMPORT = re.compile(r"""(@import\s{1,9}["'])([^"']{1,2000})""", re.I)
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
	return bool(host and _HOST.fullmatch(host)) and len(in_ascii(url)) <= _LONGEST_HEADER


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
	name, colon, port = host.partition(":")
	host = ".".join(map(_label_in_ascii, _DOTS.split(name)))
	return f"{scheme}://{host}{colon}{port}{_percent(tail)}"


def _label_in_ascii(label: str) -> str:
	"""One part of a host's name. What IDNA 2003 took for other letters, browsers keep (UTS 46): `faß` is not
	`fass`."""
	if set(label) & _KEPT_LETTERS:
		plain = normalize("NFKC", "".join(map(str.lower, label)))
		return "xn--" + plain.encode("punycode").decode("ascii")
	try:
		return label.encode("idna").decode("ascii")
	except UnicodeError:
		return _percent(label)


def _percent(text: str) -> str:
	return "".join(char if char.isascii() else quote(char, safe="") for char in text)


def absolute_url(value: str, site: str, base: str = "") -> str:
	"""What an attribute's URL means outside the site (`site` is its address, without a slash at its end).

	Paths are the site's, or those of `base`, an address that the mail itself names; `//host` is https, and a
	bare `www.` host is the web's. What has a scheme of its own, leads to a place in the mail or is empty is
	returned as it is.
	"""
	url = read_url(value)
	if not url or url.startswith(("#", "\\", "{")) or _SCHEME.match(url):
		return value
	if url.startswith("//"):
		return f"https:{url}" if is_safe_target(f"https:{url}") else value
	if _WEB_HOST.match(url):
		return f"http://{url}"
	if base:
		return urljoin(base, url)
	return f"{site}{url}" if url.startswith("/") else f"{site}/{url}"


def make_absolute(markup: Markup, site: str) -> None:
	"""Make every URL of a mail's text absolute: in its elements, in its style sheets, and in what Outlook
	alone reads. Its `<base>` has done its work then, and would mislead what is added."""
	base = _take_base(markup.tree)
	expand_urls(markup.tree, site, base)
	markup.styles = _expand_style(markup.styles, site, base)
	markup.head_comments = change_text(
		markup.head_comments, lambda _tag, values: _expanded(values, site, base)
	)


def expand_urls(tree: LexborHTMLParser, site: str, base: str = "") -> None:
	"""Make every URL in the attributes of the elements absolute."""
	for node in tree.css(_WITH_URLS):
		for name, value in _expanded(node.attributes, site, base).items():
			node.attrs[name] = value
	change_tags(tree, lambda _tag, values: _expanded(values, site, base))


def _expanded(values: Mapping[str, str | None], site: str, base: str = "") -> dict[str, str]:
	"""Those of an element's attributes that become others when their URLs are made absolute."""
	changed = {}
	for name, value in values.items():
		if not value:
			continue
		if name in _URL_ATTRIBUTES or name == "data":
			changed[name] = absolute_url(value, site, base)
		elif name == "srcset":
			changed[name] = _expand_candidates(value, site, base)
		elif name == "style":
			changed[name] = _expand_style(value, site, base)
	return {name: value for name, value in changed.items() if value != values[name]}


def _take_base(tree: LexborHTMLParser) -> str:
	"""The address from which a document reckons its paths; blank where that is the site's."""
	found = [read_url(attribute(each, "href")) for each in tree.css("base")]
	for each in tree.css("base"):
		each.decompose()
	return next(filter(is_safe_target, found), "")


def track_links(
	tree: LexborHTMLParser, make_url: Callable[[int, str], str], untracked: Collection[str] = ()
) -> tuple[str, ...]:
	"""Replace every trackable link by `make_url(number, target)`; returns the targets.

	A link's number is its target's place in the targets, from 0; equal targets share one. Left alone are all
	but absolute http(s) URLs, what `is_safe_target` refuses, targets that begin with one of `untracked` (the
	unsubscribe link), and elements with the attribute `data-no-track` or the class `no-track`. Links that
	Outlook alone shows are counted as well: there they stand for the ones beside them.
	"""
	numbers: dict[str, int] = {}
	excepted = tuple(untracked)

	def counted(target: str) -> str:
		return make_url(numbers.setdefault(target, len(numbers)), target)

	def count_in_comment(tag: str, values: Mapping[str, str]) -> dict[str, str | None]:
		is_link = tag in ("a", "area") or tag.startswith("v:")
		target = read_url(values.get("href", "")) if is_link else ""
		return {"href": counted(target)} if _is_counted(target, values, excepted) else {}

	for node in tree.css("a[href],area[href]"):
		target = read_url(attribute(node, "href"))
		if _is_counted(target, node.attributes, excepted):
			node.attrs["href"] = counted(target)
	change_tags(tree, count_in_comment)
	return tuple(numbers)


def change_style_urls(style: str, change: Callable[[str], str]) -> str:
	"""The style with each `url(...)` in it changed."""

	def changed(found: re.Match[str]) -> str:
		quote = '"' if found[2] else "'" if found[3] else ""
		return f"{found[1]}{quote}{change(found[2] or found[3] or found[4])}{quote}"

	return _STYLE_URL.sub(changed, style)


def pixel(url: str) -> str:
	"""An invisible image. Not display:none, which some clients take as a reason not to load it."""
	return (
		f'<img src="{escape(url)}" width="1" height="1" alt="" role="presentation"'
		' style="border:0;width:1px;height:1px">'
	)


def _is_counted(target: str, values: Mapping[str, str | None], untracked: tuple[str, ...]) -> bool:
	if "data-no-track" in values or "no-track" in (values.get("class") or "").split():
		return False
	return is_safe_target(target) and not (untracked and target.startswith(untracked))


def _expand_candidates(value: str, site: str, base: str = "") -> str:
	return _CANDIDATE.sub(lambda each: f"{each[1]}{absolute_url(each[2], site, base)}{each[3]}", value)


def _expand_style(value: str, site: str, base: str = "") -> str:
	imports = _IMPORT.sub(lambda found: found[1] + absolute_url(found[2], site, base), value)
	return change_style_urls(imports, lambda url: absolute_url(url, site, base))
