"""The text part of a mail, for those who read no HTML."""

import re
from html import unescape

from cadences_app.mail.understanding.html_text import read_html

_ANCHOR = re.compile(
	r"""<a\b[^<>]{0,2000}?\bhref\s{0,9}=\s{0,9}(?:"([^"<>]{0,2000})"|'([^'<>]{0,2000})')[^<>]{0,2000}>(.{0,2000}?)</a\s{0,9}>""",
	re.I | re.S,
)
_TAG = re.compile(r"<[^<>]{0,4000}>")
_TRAILING = re.compile(r"[ \t]{1,500}\n")
_BLANK_LINES = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
	"""What the HTML says, with the address of each link behind its text."""
	text = read_html(_ANCHOR.sub(_spell_out, html))
	return _BLANK_LINES.sub("\n\n", _TRAILING.sub("\n", text)).strip() + "\n"


def _spell_out(anchor: re.Match[str]) -> str:
	url, text = (anchor[1] or anchor[2] or "").strip(), anchor[3]
	shown = unescape(_TAG.sub("", text)).strip()
	address = unescape(url).removeprefix("mailto:").removeprefix("tel:")
	if not url or url.startswith("#") or shown == address:
		return text
	return f"{text} ({url})" if shown else url
