"""What the form and the list of cadences ask: how a cadence stands, and what its fields can offer."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.cadences import FieldChoices, Standing
from cadences_app.api.arguments import listed
from cadences_app.api.calling import whitelist
from cadences_app.enrolling import activation
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.mail.composing.recipients import CONTACT
from cadences_app.reports import figures
from cadences_app.store import definitions

Choice = dict[str, str]

DATES = ("Date", "Datetime")


@whitelist()
def standing(cadence: str) -> Standing:
	"""What keeps the cadence from being published, whether edits wait for it, and who is enrolled.

	`faults`: sentences (S1.6); `is_edited`: the form differs from the published version (S1.7), which has the
	`number`; `enrolled`: the number of enrollments by status. Needs *read* on the cadence.
	"""
	doc = frappe.get_doc("Cadence", cadence)
	doc.check_permission("read")
	definition = definition_of(doc)
	return {
		"faults": activation.faults_of(doc, definition),
		"is_edited": bool(doc.version) and definition != definitions.load(doc.version),
		"number": frappe.db.get_value("Cadence Version", doc.version, "number") if doc.version else None,
		"enrolled": figures.enrolled([cadence])[cadence],
	}


@whitelist()
def enrolled_counts(cadences: list[str] | str) -> dict[str, int]:
	"""The number of records enrolled in each of these cadences, now or earlier, as far as the user may read
	the cadence (S1.2). Needs *read* on Cadence."""
	frappe.has_permission("Cadence", "read", throw=True)
	asked = {"name": ("in", [*listed(cadences), ""])}
	seen = frappe.get_list("Cadence", asked, pluck="name", limit_page_length=0)
	return {cadence: numbers.total() for cadence, numbers in figures.enrolled(seen).items()}


@whitelist()
def field_choices(module: str) -> FieldChoices:
	"""The fields of a module, and of what it links to, that a follow-up can use, by what they hold.

	Needs *read* on Cadence.
	"""
	frappe.has_permission("Cadence", "read", throw=True)
	fields = frappe.get_meta(module).fields
	return {
		"email": [*_emails(module), *_linked_emails(module)],
		"date": [_choice(field) for field in fields if field.fieldtype in DATES],
		"user": [_choice(field) for field in fields if _holds_user(field)],
		"holiday_list": _holiday_lists(),
	}


def _emails(doctype: str) -> list[Choice]:
	return [_choice(field) for field in frappe.get_meta(doctype).fields if _holds_email(field)]


def _linked_emails(module: str) -> Iterator[Choice]:
	"""Addresses of linked records, such as ``contact.email_id``; those of users are colleagues'."""
	for link in frappe.get_meta(module).get_link_fields():
		if link.options == "User":
			continue
		for email in _emails(link.options):
			label = _("{0} of {1}").format(email["label"], _(link.label or link.fieldname))
			yield {"value": f"{link.fieldname}.{email['value']}", "label": label}
	if not frappe.get_meta(module).has_field(CONTACT):
		for email in _emails("Contact"):
			label = _("{0} of the linked {1}").format(email["label"], _("Contact"))
			yield {"value": f"{CONTACT}.{email['value']}", "label": label}


def _holds_email(field: Any) -> bool:
	return field.fieldtype == "Data" and field.options == "Email"


def _holds_user(field: Any) -> bool:
	return field.fieldtype == "Link" and field.options == "User"


def _choice(field: Any) -> Choice:
	return {"value": field.fieldname, "label": _(field.label or field.fieldname)}


def _holiday_lists() -> list[Choice]:
	if not frappe.db.exists("DocType", "Holiday List"):
		return []
	names = frappe.get_all("Holiday List", pluck="name", order_by="name")
	return [{"value": name, "label": name} for name in names]
