"""In which language a person is spoken to (S15.4)."""

from collections.abc import Mapping
from typing import Any

import frappe


def language_of(row: Mapping[str, Any]) -> str:
	"""The language that was chosen for the record; blank where none was.

	A record in the site's own language says little: that is what new ones are given.
	"""
	language = str(row.get("language") or "")
	if not language or language == frappe.db.get_default("lang"):
		return ""
	return language if frappe.get_cached_value("Language", language, "name") else ""
