"""Who sees which figures (S14.1).

Who has the right *report* on Cadence Enrollment and may read the cadence sees figures. Who may edit the
cadence sees those of all records; everybody else those of the records that they look after themselves.
"""

from typing import Any

import frappe


def permitted(cadence: str) -> tuple[Any, str]:
	"""The cadence, and whose records alone the user sees figures of; blank: all. Raises PermissionError."""
	frappe.has_permission("Cadence Enrollment", "report", throw=True)
	doc = frappe.get_doc("Cadence", cadence)
	doc.check_permission("read")
	return doc, "" if doc.has_permission("write") else frappe.session.user


def whose() -> str:
	"""The same where it is about all cadences."""
	frappe.has_permission("Cadence Enrollment", "report", throw=True)
	return "" if frappe.has_permission("Cadence", "write") else frappe.session.user
