"""What the scripts on Frappe CRM's own pages ask (S5.3)."""

import frappe
from frappe.utils.jinja_globals import bundled_asset

from cadences_app.api.answers.cadences import CrmTerms
from cadences_app.api.calling import whitelist
from cadences_app.engine.statuses import LIVE, CadenceStatus, EnrollmentStatus
from cadences_app.store import definitions


@whitelist()
def terms(doctype: str) -> CrmTerms:
	"""Which actions a page of this module shows its user, the live statuses, the address of the script.

	Who may do nothing is told so.
	"""
	cadences = definitions.cadences_of(doctype)
	is_active = any(each["status"] == CadenceStatus.ACTIVE for each in cadences)
	return {
		"doctype": doctype,
		"read": bool(cadences) and bool(frappe.has_permission("Cadence Enrollment", "read")),
		"enroll": is_active and bool(frappe.has_permission("Cadence Enrollment", "create")),
		"unenroll": bool(cadences) and bool(frappe.has_permission("Cadence Enrollment", "write")),
		"live": [each.value for each in EnrollmentStatus if each in LIVE],
		"script": bundled_asset("crm_pages.bundle.js"),
	}
