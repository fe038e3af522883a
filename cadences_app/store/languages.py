"""In which language people are spoken to (S15.4)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.translate import get_user_lang
from frappe.utils.jinja_globals import is_rtl


def site_language() -> str:
	"""The language that the site was set up in."""
	return str(frappe.db.get_default("lang") or frappe.local.conf.lang or "en")


def language_of(row: Mapping[str, Any]) -> str:
	"""The language that was chosen for the record; blank where none was.

	A record in the site's own language says little: that is what new ones are given.
	"""
	language = str(row.get("language") or "")
	if not language or language == frappe.db.get_default("lang"):
		return ""
	return language if frappe.get_cached_value("Language", language, "name") else ""


def direction_of(language: str) -> str:
	"""How the language is written, as HTML's `dir` says it: "rtl" or "ltr"."""
	with speaking(language.partition("-")[0]):
		return "rtl" if is_rtl() else "ltr"


@contextmanager
def speaking(language: str) -> Iterator[None]:
	"""What is translated or written as a date within is in this language."""
	before = frappe.local.lang
	frappe.local.lang = language
	try:
		yield
	finally:
		frappe.local.lang = before


def speaking_to_person(row: Mapping[str, Any]) -> Any:
	"""To the person of this record, whoever's request or job it is said in."""
	return speaking(language_of(row) or site_language())


def speaking_to_user(user: str) -> Any:
	return speaking(get_user_lang(user))
