"""The text part of a mail, for those who read no HTML."""

import re
from html import unescape

from cadences_app.mail.understanding.html_text import read_html

_ANCHOR = re.compile(
	r"""<a\b[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')[^<>]*>(.*?)</a\s*>""", re.I | re.S
)
_TAG = re.compile(r"<[^<>]*>")
_TRAILING = re.compile(r"[ \t]+\n")
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
