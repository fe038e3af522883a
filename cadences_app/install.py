import frappe

from cadences_app import custom_fields

ROLES = ("Cadence Manager", "Cadence User")


def after_install() -> None:
	_create_roles()
	custom_fields.create()


def after_migrate() -> None:
	_create_roles()
	custom_fields.create()


def after_app_install(app: str) -> None:
	"""A neighbour that comes later needs its fields too."""
	custom_fields.create()


def _create_roles() -> None:
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
