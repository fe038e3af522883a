"""Who sees which figures (S14.1).

Who has the right *report* on Cadence Enrollment and may read the cadence sees figures. Who may edit the
cadence sees those of all records; everybody else those of the records that they look after themselves.
"""

from typing import Any

import frappe

from cadences_app.store.rights import EVERYTHING, holds, readable_condition


def permitted(cadence: str) -> tuple[Any, str]:
	"""The cadence, and whose records alone the user sees figures of; blank: all. Raises PermissionError."""
	frappe.has_permission("Cadence Enrollment", "report", throw=True)
	doc = frappe.get_doc("Cadence", cadence)
	doc.check_permission("read")
	return doc, "" if frappe.has_permission("Cadence", "write", doc) else frappe.session.user


def whose() -> str:
	"""The same where it is about all cadences that the user may read."""
	frappe.has_permission("Cadence Enrollment", "report", throw=True)
	return "" if holds("Cadence", "write") else frappe.session.user


def cadences() -> tuple[str, ...]:
	"""The cadences that the user may read: what is said of all cadences is said of these."""
	return tuple(frappe.get_list("Cadence", pluck="name", limit_page_length=0))


def limited_to() -> tuple[str, ...] | None:
	"""The same, None where that is all of them, so that nothing has to be asked by cadence then."""
	return None if readable_condition("Cadence") == EVERYTHING else cadences()
