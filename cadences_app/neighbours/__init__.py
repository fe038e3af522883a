"""What "owner", "converted", "deal" and "task" mean in the apps beside this one, found at run time."""

from collections.abc import Iterator, Mapping
from typing import Any

import frappe

from cadences_app.neighbours.crm import FrappeCRM
from cadences_app.neighbours.erpnext import ERPNext
from cadences_app.neighbours.plain import Plain

ACCOUNTS = frozenset({"Customer", "Prospect", "CRM Organization"})
"""The DocTypes that stand for a company."""

_BUILT_IN: tuple[type[Plain], ...] = (FrappeCRM, ERPNext)


def _known() -> Iterator[type[Plain]]:
	"""Those of other apps (hook `cadence_neighbours`) come first: they may know a module better."""
	for path in frappe.get_hooks("cadence_neighbours"):
		yield frappe.get_attr(path)
	yield from _BUILT_IN


def of(doctype: str) -> Plain:
	"""The neighbour that knows this module; Frappe's own conventions where none does.

	A custom DocType may be named like one of theirs on a site without them.
	"""
	for neighbour in _known():
		if doctype in neighbour.modules and _is_installed(neighbour):
			return neighbour()
	return Plain()


def of_row(row: Mapping[str, Any]) -> Plain:
	return of(row["doctype"])


def successors(doctype: str, name: str, module: str) -> list[str]:
	"""The records of `module` that were made of this record, the oldest first."""
	return of(doctype).successors(doctype, name, module)


def predecessors(doctype: str, name: str) -> list[tuple[str, str]]:
	"""The records that this one was made of, as DocType and name: the one that it amends first, companies
	last."""
	row = frappe.db.get_value(doctype, name, "*", as_dict=True)
	if row is None:
		return []
	amended = [(doctype, str(row["amended_from"]))] if row.get("amended_from") else []
	found = amended + of(doctype).predecessors({**row, "doctype": doctype})
	return sorted(dict.fromkeys(found), key=lambda each: each[0] in ACCOUNTS)


def records_behind(doc: Any) -> list[tuple[str, str]]:
	"""The records whose facts a change of this other document touches, as DocType and name; no query."""
	return [
		record
		for neighbour in _known()
		if doc.doctype in neighbour.sources_of_change
		for record in neighbour().records_behind(doc)
	]


def records_of_account(doctype: str, name: str, modules: list[str]) -> set[tuple[str, str]]:
	"""The records of these modules that belong to this company."""
	return {
		record
		for neighbour in installed()
		for record in neighbour.records_of_account(doctype, name)
		if record[0] in modules
	}


def records_of_contacts(contacts: list[str], modules: list[str]) -> set[tuple[str, str]]:
	"""The records of these modules that one of the Contacts stands for, by either side's links."""
	if not contacts:
		return set()
	found = {("Contact", name) for name in contacts if "Contact" in modules}
	links = {"parenttype": "Contact", "parent": ("in", contacts), "link_doctype": ("in", modules)}
	found.update(frappe.get_all("Dynamic Link", links, ["link_doctype", "link_name"], as_list=True))
	for module in modules:
		meta = frappe.get_meta(module)
		for field in filter(meta.has_field, of(module).contact_fields):
			names = frappe.get_all(module, {field: ("in", contacts)}, pluck="name")
			found.update((module, str(name)) for name in names)
	return found


def installed() -> list[Plain]:
	return [neighbour() for neighbour in _known() if _is_installed(neighbour)]


def _is_installed(neighbour: type[Plain]) -> bool:
	return neighbour.app in frappe.get_installed_apps()
