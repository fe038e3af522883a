"""Telling users in Frappe's notifications, each in their own language (S8.7, S15.4)."""

from collections.abc import Callable

import frappe
from frappe.utils.user import get_users_with_role

from cadences_app.store.languages import speaking_to_user

ROLES = ("Cadence Manager", "System Manager")


def alert(user: str, say: Callable[[], str], doctype: str, name: str) -> None:
	"""A Notification Log about this document; `say` gives its subject, as HTML, in the user's language."""
	with speaking_to_user(user):
		subject = say()
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": user,
			"from_user": frappe.session.user,
			"subject": subject,
			"document_type": doctype,
			"document_name": name,
		}
	).insert(ignore_permissions=True)


def alert_managers(say: Callable[[], str], doctype: str, name: str) -> None:
	"""Each Cadence Manager; where there is none, each System Manager."""
	for role in ROLES:
		users = [user for user in get_users_with_role(role) if user not in frappe.STANDARD_USERS]
		if users:
			break
	else:
		users = ["Administrator"]
	for user in users:
		alert(user, say, doctype, name)
