"""Text from people, mails and servers, kept so that it shows as what it is and never runs (invariant 11).

Frappe cleans what a form saves, and shows what it has kept without escaping it. Rows that are written in sets
go past its cleaning, so they are cleaned here, by the kind of their column:

- plain text: what a browser would take for a tag gets a space behind its `<`, and so is text wherever it is
  shown, escaped or not;
- JSON: `<` is written as JSON can write any character, and reads as the same;
- HTML: as Frappe cleans it, where there is anything in it that could run.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.utils.html_utils import clean_email_html, is_json, sanitize_html

_TAG = re.compile(r"<(?![\w.+-]{1,64}@[\w.-]{1,255}>)(?=[A-Za-z/!?])")
"""The beginning of a tag, but not of an address in angle brackets, which has no attributes that could run."""
_HANDLER = re.compile(r"on[a-z]{2,40}[\s/\x00-\x20]{0,100}=")
_ELEMENT = re.compile(r"<(?:script|iframe|frame|object|embed|applet|base|plaintext|svg|math)")
_REFRESH = re.compile(r"http-equiv\s{0,100}=[\s\"']{0,100}refresh")
"""Takes whoever reads the page somewhere else, wherever in it that stands."""
_FOREIGN = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_SCHEME = re.compile(r"(?:java|vb|live)script:|data:(?:text/(?:html|xml)|application)")
_WITHIN_A_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_%?&;.-")
"""Behind one of these, `on` begins no name of an attribute: `?version=`, `utm_content=`."""
_WRITTEN_OUT = re.compile(r"&(?:#|colon|tab|newline)")
"""How a scheme is written so that only a browser reads it."""
_HTML_FIELDS = frozenset({"Text Editor", "HTML Editor", "Markdown Editor"})
_KEPT = frozenset({"Code", "Attach", "Attach Image", "Barcode", "Password"})


def plain(text: str) -> str:
	"""Text in which nothing is a tag. What was made so stays as it is."""
	return _TAG.sub("< ", text)


def in_json(text: str) -> str:
	"""JSON that says the same without a `<`."""
	return text.replace("<", "\\u003c")


def clean_html(text: str) -> str:
	"""HTML in which nothing can run; as it was where nothing could."""
	if not could_run(text):
		return text
	cleaned = sanitize_html(text, always_sanitize=True)
	# Browsers read drawings and formulas by other rules than cleaners do.
	return clean_email_html(text) if _FOREIGN.search(cleaned) else cleaned


def could_run(text: str) -> bool:
	"""Whether anything in this HTML might run, or leave the page.

	Looks at the letters, not at the tags: no reader of HTML, however it mends what is broken, finds a handler
	where there is no `on...=`."""
	letters = text.lower()
	handlers = (found.start() for found in _HANDLER.finditer(letters))
	if _ELEMENT.search(letters) or any(letters[at - 1 : at] not in _WITHIN_A_NAME for at in handlers):
		return True
	if _WRITTEN_OUT.search(letters):
		letters = html.unescape(letters)
	return bool(_SCHEME.search("".join(letters.split())) or _REFRESH.search(letters))


def clean(doctype: str, column: str, value: Any) -> Any:
	"""The value as it may be kept in this column."""
	if not isinstance(value, str) or "<" not in value:
		return value
	field = frappe.get_meta(doctype).get_field(column)
	fieldtype = field.fieldtype if field else "Data"
	if fieldtype in _KEPT or (field and field.ignore_xss_filter and fieldtype not in _HTML_FIELDS):
		return value
	if fieldtype == "JSON":
		return in_json(value)
	if fieldtype in _HTML_FIELDS:
		return clean_html(value)
	longest = frappe.db.VARCHAR_LEN if fieldtype == "Data" else len(value) * 2
	return plain(value)[: max(len(value), (field and field.length) or longest)]


def clean_columns(doctype: str, columns: Mapping[str, Any]) -> dict[str, Any]:
	return {
		column: clean(doctype, column, value) if isinstance(value, str) and "<" in value else value
		for column, value in columns.items()
	}


def clean_document(doc: Any, method: str | None = None) -> None:
	"""What Frappe's own cleaning passes over when a form of ours is saved: text that happens to be JSON, such
	as a tag in quotes."""
	for each in (doc, *doc.get_all_children()):
		for field in each.meta.fields:
			value = each.get(field.fieldname)
			if isinstance(value, str) and "<" in value and is_json(value):
				each.set(field.fieldname, clean(each.doctype, field.fieldname, value))
