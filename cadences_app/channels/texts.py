"""The texts of tasks and calls, filled with the record, its contact and its owner."""

from functools import cached_property

import frappe
from frappe import _
from frappe.utils import escape_html, is_html

from cadences_app.channels.linked import contact_of
from cadences_app.channels.occasion import Occasion
from cadences_app.neighbours.phones import phone_fields
from cadences_app.store.templates import Row, Text, compile_text

OWNER_FIELDS = ["name", "full_name", "first_name", "last_name", "email", "phone", "mobile_no"]
MOST_PHONES = 2
"""Numbers of a person that a task or call names."""


class Texts:
	"""Fills the templates of one follow-up. A broken template raises TemplateBroken.

	In a template `doc` holds the fields of the record, `contact` those of its Contact and `owner` the user
	who looks after it. What is empty, or does not exist, is filled in as nothing (S3.11).
	"""

	def __init__(self, occasion: Occasion) -> None:
		self.occasion = occasion

	def line(self, template: str) -> str:
		"""Plain text in one line."""
		return " ".join(self._fill(compile_text(template)).split()) if template else ""

	def body(self, template: str) -> str:
		"""HTML, with the values in it escaped. Text without any markup keeps its lines."""
		if not template:
			return ""
		text = self._fill(compile_text(template, is_html=True, is_plain=not is_html(template))).strip()
		return text if is_html(text) else text.replace("\n", "<br>")

	def plain(self, template: str) -> str:
		"""Plain text with its lines, for a message. A merge field without a value is an error that names it,
		unless the template gives a fallback."""
		lines = self._fill(compile_text(template, is_strict=True)).strip().splitlines() if template else []
		return "\n".join(" ".join(line.split()) for line in lines)

	def phones(self) -> str:
		"""The numbers at which the person can be called, as HTML, so that whoever has the task or call in
		hand need not look for them; blank where the record has none."""
		numbers = [str(self._record.get(field) or "").strip() for field in self._phone_fields]
		found = list(dict.fromkeys(filter(None, numbers)))[:MOST_PHONES]
		told = _("{0}: {1}").format(_("Phone"), escape_html(", ".join(found)))
		return f"<p>{told}</p>" if found else ""

	@property
	def _phone_fields(self) -> list[str]:
		doctype = self.occasion.doctype
		return self.occasion.once(("phones", doctype), phone_fields, doctype)

	def _fill(self, text: Text) -> str:
		subjects = {"doc": self._record, "owner": self._owner}
		if "contact" in text.names:
			subjects["contact"] = contact_of(self.occasion)
		return text.fill(subjects)

	@cached_property
	def _record(self) -> Row:
		return self.occasion.shown

	@cached_property
	def _owner(self) -> Row:
		user = self.occasion.neighbour.owner_of(self.occasion.row)
		found = frappe.get_cached_value("User", user, OWNER_FIELDS, as_dict=True) if user else None
		return Row("User", found or {})
