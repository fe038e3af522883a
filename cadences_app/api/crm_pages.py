"""What the scripts on Frappe CRM's own pages ask (S5.3)."""

from typing import Any

import frappe
from frappe.utils.jinja_globals import bundled_asset

from cadences_app.store import definitions


@frappe.whitelist()
def terms(doctype: str) -> dict[str, Any]:
	"""Which actions a page of this module shows its user, and the address of their script."""
	cadences = definitions.cadences_of(doctype)
	is_active = any(each["status"] == "Active" for each in cadences)
	return {
		"doctype": doctype,
		"enroll": is_active and bool(frappe.has_permission("Cadence Enrollment", "create")),
		"unenroll": bool(cadences) and bool(frappe.has_permission("Cadence Enrollment", "write")),
		"script": bundled_asset("crm_pages.bundle.js"),
	}
