"""Whose work a follow-up is: one's own, or that of a team that one leads (S8.4, S14.1)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.store.rights import holds


def permitted(activity: str) -> Any:
	"""The activity, if it is the user's own or they lead a team. Raises PermissionError."""
	doc = frappe.get_doc("Cadence Activity", activity)
	doc.check_permission("write")
	if not is_permitted(doc):
		frappe.throw(_("This follow-up is somebody else's."), frappe.PermissionError)
	return doc


def is_permitted(doc: Any) -> bool:
	"""Whether an activity is the user's own to work on, or they lead a team."""
	if not frappe.has_permission(doc.doctype, "write", doc):
		return False
	owner = doc.assigned_to or frappe.db.get_value("Cadence Enrollment", doc.enrollment, "record_owner")
	return owner == frappe.session.user or leads_a_team()


def leads_a_team() -> bool:
	"""Whether a role of theirs edits cadences; a single one that was shared with them gives them no team."""
	return holds("Cadence", "write")
