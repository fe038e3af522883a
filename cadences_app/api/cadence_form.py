"""What the form and the list of cadences ask: how a cadence stands, and what its fields can offer."""

from collections.abc import Callable, Collection
from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.cadences import FieldChoices, Standing
from cadences_app.api.arguments import listed
from cadences_app.api.calling import whitelist
from cadences_app.enrolling import activation
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.mail.composing.recipients import CONTACT
from cadences_app.messages import whatsapp
from cadences_app.neighbours.phones import is_phone
from cadences_app.reports import figures
from cadences_app.store import definitions

Choice = dict[str, str]

DATES = ("Date", "Datetime")
PEOPLE = ("Contact", "Customer", "Lead", "CRM Lead")
"""Whose ticks can be somebody's consent."""


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
		"email": _reaching(module, _holds_email),
		"phone": sorted(_reaching(module, is_phone), key=lambda each: "mobile" not in each["value"]),
		"consent": _reaching(module, _is_tick, PEOPLE),
		"whatsapp_template": [{"value": each, "label": each} for each in whatsapp.templates()],
		"date": [_choice(field) for field in fields if field.fieldtype in DATES],
		"user": [_choice(field) for field in fields if _holds_user(field)],
		"holiday_list": _holiday_lists(),
	}


def _reaching(module: str, holds: Callable[[Any], bool], linked: Collection[str] = ()) -> list[Choice]:
	"""Fields that hold this, of the module and of linked records, such as ``contact.email_id``: of those of
	the DocTypes in `linked`, else of any but users, whose are colleagues'."""
	found = _held_by(module, holds)
	meta = frappe.get_meta(module)
	for link in meta.get_link_fields():
		if link.options == "User" or (linked and link.options not in linked):
			continue
		for each in _held_by(link.options, holds):
			label = _("{0} of {1}").format(each["label"], _(link.label or link.fieldname))
			found.append({"value": f"{link.fieldname}.{each['value']}", "label": label})
	if not meta.has_field(CONTACT):
		for each in _held_by("Contact", holds):
			label = _("{0} of the linked {1}").format(each["label"], _("Contact"))
			found.append({"value": f"{CONTACT}.{each['value']}", "label": label})
	return found


def _held_by(doctype: str, holds: Callable[[Any], bool]) -> list[Choice]:
	return [_choice(field) for field in frappe.get_meta(doctype).fields if holds(field)]


def _holds_email(field: Any) -> bool:
	return field.fieldtype == "Data" and field.options == "Email"


def _is_tick(field: Any) -> bool:
	return field.fieldtype == "Check"


def _holds_user(field: Any) -> bool:
	return field.fieldtype == "Link" and field.options == "User"


def _choice(field: Any) -> Choice:
	return {"value": field.fieldname, "label": _(field.label or field.fieldname)}


def _holiday_lists() -> list[Choice]:
	if not frappe.db.exists("DocType", "Holiday List"):
		return []
	names = frappe.get_all("Holiday List", pluck="name", order_by="name")
	return [{"value": name, "label": name} for name in names]
