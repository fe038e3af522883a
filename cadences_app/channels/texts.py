"""The texts of tasks and calls, filled with the record, its contact and its owner."""

from functools import cached_property
from typing import Any

import frappe
from frappe.contacts.doctype.contact.contact import get_default_contact
from frappe.utils import escape_html, is_html

from cadences_app.channels.occasion import Occasion

OWNER_FIELDS = ["name", "full_name", "first_name", "last_name", "email", "phone", "mobile_no"]


class Texts:
	"""Fills the templates of one follow-up in Frappe's sandbox. A broken template raises ValidationError.

	In a template `doc` holds the fields of the record, `contact` those of its Contact and `owner` the user
	who looks after it. What is empty is filled in as nothing.
	"""

	def __init__(self, occasion: Occasion) -> None:
		self.occasion = occasion

	def line(self, template: str) -> str:
		"""Plain text in one line."""
		return " ".join(self._fill(template).split())

	def body(self, template: str) -> str:
		"""HTML. Text without any markup keeps its lines."""
		text = self._fill(template).strip()
		return text if is_html(text) else escape_html(text).replace("\n", "<br>")

	def _fill(self, template: str) -> str:
		if not template:
			return ""
		context = {"doc": self._record, "owner": self._owner}
		if "contact" in template:
			context["contact"] = self._contact
		# A single line that ends in ".txt" would be taken for the path of a template.
		return frappe.render_template(template + "\n", context)

	@cached_property
	def _record(self) -> frappe._dict:
		return _without_none(self.occasion.row)

	@cached_property
	def _owner(self) -> frappe._dict:
		user = self.occasion.neighbour.owner_of(self.occasion.row)
		found = frappe.get_cached_value("User", user, OWNER_FIELDS, as_dict=True) if user else None
		return _without_none(found or dict.fromkeys(OWNER_FIELDS))

	@cached_property
	def _contact(self) -> frappe._dict:
		occasion = self.occasion
		name = occasion.neighbour.contact_of(occasion.row)
		name = name or get_default_contact(occasion.doctype, occasion.name)
		contact = frappe.get_cached_doc("Contact", name) if name else frappe.new_doc("Contact")
		return _without_none(contact.as_dict())


def _without_none(values: dict[str, Any]) -> frappe._dict:
	return frappe._dict({key: "" if value is None else value for key, value in values.items()})
