"""Telling the people who look after cadences that something needs them."""

import frappe
from frappe.utils import cstr
from frappe.utils.user import get_users_with_role

ROLES = ("Cadence Manager", "System Manager")


def alert_managers(subject: str, doctype: str, name: str) -> None:
	"""A Notification Log for each Cadence Manager; where there is none, for each System Manager."""
	for role in ROLES:
		users = [user for user in get_users_with_role(role) if user not in frappe.STANDARD_USERS]
		if users:
			break
	else:
		users = ["Administrator"]
	for user in users:
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": user,
				"from_user": frappe.session.user,
				"subject": cstr(subject),
				"document_type": doctype,
				"document_name": name,
			}
		).insert(ignore_permissions=True)
