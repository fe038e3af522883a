"""Whom a follow-up's email goes to, looked up for all records of a batch at once (S3.4)."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from pypika.enums import Order

from cadences_app import neighbours
from cadences_app.engine.reasons import Block
from cadences_app.mail.suppression import Addressee, find_blocks
from cadences_app.store.templates import readable_fields

Rows = Mapping[str, Mapping[str, Any]]

CONTACT = "contact"
"""Names the linked contact in `to_field`, where the record has no field of that name."""


class NoSuchField(frappe.ValidationError):
	"""The cadence names a field that the module (or the linked one) doesn't have."""


def find_addresses(rows: Rows, to_field: str) -> dict[str, str]:
	"""The address of each record, blank where there is none, by the record's name. Raises NoSuchField."""
	if not rows:
		return {}
	doctype = next(iter(rows.values()))["doctype"]
	first, _dot, second = to_field.partition(".")
	if second:
		return _linked_values(rows, doctype, first, second)
	_expect_field(doctype, first)
	return {name: row.get(first) or "" for name, row in rows.items()}


def expect_path(doctype: str, path: str) -> None:
	"""Raises NoSuchField where the field, or the one of a linked record, can't be read there."""
	first, _dot, second = path.partition(".")
	if second and first == CONTACT and not frappe.get_meta(doctype).has_field(first):
		_expect_field("Contact", second)
		return
	field = _expect_field(doctype, first)
	if second and field.fieldtype == "Link":
		_expect_field(field.options, second)
	elif second and field.fieldtype != "Dynamic Link":
		raise NoSuchField(_("{0} of {1} links to nothing.").format(first, _(doctype)))


def find_contacts(rows: Rows) -> dict[str, frappe._dict]:
	"""The linked Contacts of records by the record's name: the one it names, else one that links to it."""
	named = {name: neighbours.of_row(row).contact_of(row) for name, row in rows.items()}
	unnamed = [name for name, contact in named.items() if not contact]
	if unnamed:
		doctype = next(iter(rows.values()))["doctype"]
		named |= _contacts_linking_to(doctype, unnamed)
	found = read_rows("Contact", {contact for contact in named.values() if contact})
	return {name: found[contact] for name, contact in named.items() if contact in found}


def find_sources(rows: Rows, to_field: str) -> dict[str, tuple[str, str]]:
	"""The linked document (DocType, name) that `to_field` of each record leads to, by the record's name;
	those whose own field it is, or that link to nothing, are left out. Raises NoSuchField."""
	link, dot, _rest = to_field.partition(".")
	if not dot or not rows:
		return {}
	doctype = next(iter(rows.values()))["doctype"]
	if link == CONTACT and not frappe.get_meta(doctype).has_field(link):
		return {name: ("Contact", contact["name"]) for name, contact in find_contacts(rows).items()}
	return _targets(rows, doctype, link)


def find_record_blocks(rows: Rows, addresses: Mapping[str, str], cadence: str) -> dict[str, Block]:
	"""The records whose person is not to be written to, and why, by the record's name."""
	doctype = next(iter(rows.values()))["doctype"]
	people = {name: Addressee(each, doctype, name, cadence) for name, each in addresses.items() if each}
	blocks = find_blocks(people.values(), {doctype: rows})
	return {name: blocks[person] for name, person in people.items() if person in blocks}


def _linked_values(rows: Rows, doctype: str, link: str, fieldname: str) -> dict[str, str]:
	"""`fieldname` of the document that the field `link` of each row names."""
	if link == CONTACT and not frappe.get_meta(doctype).has_field(link):
		_expect_field("Contact", fieldname)
		return {name: row.get(fieldname) or "" for name, row in find_contacts(rows).items()}
	targets = _targets(rows, doctype, link)
	values: dict[tuple[str, str], str] = {}
	for target in {each[0] for each in targets.values()}:
		_expect_field(target, fieldname)
		names = {name for found, name in targets.values() if found == target}
		for name, value in frappe.get_all(
			target, {"name": ("in", list(names))}, ["name", fieldname], as_list=True, limit_page_length=0
		):
			values[(target, str(name))] = value or ""
	return {name: values.get(target, "") for name, target in targets.items()}


def _targets(rows: Rows, doctype: str, link: str) -> dict[str, tuple[str, str]]:
	"""The (DocType, name) that a Link or Dynamic Link field of each row holds; rows without one left out."""
	field = _expect_field(doctype, link)
	if field.fieldtype not in ("Link", "Dynamic Link"):
		raise NoSuchField(_("{0} of {1} links to nothing.").format(link, _(doctype)))
	found = {}
	for name, row in rows.items():
		target = row.get(field.options) if field.fieldtype == "Dynamic Link" else field.options
		if row.get(link) and target:
			found[name] = (target, str(row[link]))
	return found


def _expect_field(doctype: str, fieldname: str) -> Any:
	field = frappe.get_meta(doctype).get_field(fieldname)
	if field is None or fieldname not in readable_fields(doctype):
		raise NoSuchField(_("{0} has no field {1} to take the address from.").format(_(doctype), fieldname))
	return field


def _contacts_linking_to(doctype: str, names: list[str]) -> dict[str, str]:
	"""By the record's name: the primary Contact, else the one that was linked first."""
	link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
	query = frappe.qb.from_(link).join(contact).on(contact.name == link.parent)
	query = query.select(link.link_name, link.parent)
	query = query.where((link.parenttype == "Contact") & (link.link_doctype == doctype))
	query = query.where(link.link_name.isin(names)).orderby(contact.is_primary_contact)
	rows = query.orderby(link.creation, order=Order.desc).run(as_dict=True)
	return {row.link_name: row.parent for row in rows}  # the last of a record stays


def read_rows(doctype: str, names: set[str]) -> dict[str, frappe._dict]:
	"""The rows of these documents by name, as text also where Frappe counts the names up, with their
	`doctype`; what does not exist is left out."""
	if not names:
		return {}
	table = frappe.qb.DocType(doctype)
	rows = frappe.qb.from_(table).select("*").where(table.name.isin(list(names))).run(as_dict=True)
	return {str(row["name"]): frappe._dict(row, doctype=doctype) for row in rows}
