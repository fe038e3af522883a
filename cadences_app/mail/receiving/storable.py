"""What of a message the database can take (S4.1).

A statement that is longer than the database allows costs the connection, and with it the messages that were
fetched in the same batch. So the texts that Frappe is about to store are cut to what fits.
"""

from html import escape
from typing import Any

from cadences_app.mail.understanding.html_text import is_tangled, read_html
from cadences_app.store import compat

LONGEST_HTML = 512 * 1024
"""Characters. Frappe takes seconds to clean what is longer; its text is stored instead."""
ALWAYS_FITS = 100_000
"""Bytes of text that every database takes, without asking it."""
LONGEST_HEADERS = 128 * 1024
SHARES = 8
"""A text is stored twice over, as text and as HTML, and each character may have to be escaped."""
CUT_OFF = "\n\n[…]"

_TEXTS = ("content", "text_content", "html_content")


def has_endless_headers(raw: bytes) -> bool:
	"""Whether the head of a message, which is stored in parts, is longer than any that is meant well."""
	head = raw[: LONGEST_HEADERS + 4]
	return len(head) > LONGEST_HEADERS and b"\n\n" not in head and b"\r\n\r\n" not in head


def cut_texts(mail: Any) -> None:
	"""Cut the texts of a message that Frappe has read, so that they can be cleaned in time and stored."""
	html = mail.html_content or ""
	if len(html) > LONGEST_HTML or is_tangled(html):
		mail.html_content, mail.content_type = "", "text/plain"
		mail.text_content = mail.text_content or read_html(html)
		mail.content = mail.text_content
	for name in _TEXTS:
		setattr(mail, name, fitting(getattr(mail, name, "")))
	if mail.content_type == "text/plain" and (len(mail.content) > ALWAYS_FITS or is_tangled(mail.content)):
		mail.content = escape(mail.content)


def fitting(text: Any) -> Any:
	"""The beginning of a text or of bytes that can be stored; what is short is returned as it is."""
	if not isinstance(text, str | bytes) or len(text) <= ALWAYS_FITS // 4:
		return text
	raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
	longest = max(ALWAYS_FITS, compat.longest_statement() // SHARES)
	if len(raw) <= longest:
		return text
	kept = raw[:longest]
	return kept if isinstance(text, bytes) else kept.decode("utf-8", "ignore") + CUT_OFF
