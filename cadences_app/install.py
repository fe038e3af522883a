import frappe

from cadences_app import custom_fields
from cadences_app.neighbours import crm_scripts

ROLES = ("Cadence Manager", "Cadence User")


def after_install() -> None:
	_create_roles()
	_fit_neighbours()


def after_migrate() -> None:
	_create_roles()
	_fit_neighbours()


def after_app_install(app: str) -> None:
	"""A neighbour that comes later needs its fields and scripts too."""
	_fit_neighbours()


def _fit_neighbours() -> None:
	custom_fields.create()
	crm_scripts.install()


def _create_roles() -> None:
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
