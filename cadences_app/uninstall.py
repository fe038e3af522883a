import frappe

from cadences_app import custom_fields, workspace_blocks
from cadences_app.hooks import default_log_clearing_doctypes as CLEARED
from cadences_app.install import ROLES
from cadences_app.neighbours import crm_scripts
from cadences_app.store import refusing


def before_uninstall() -> None:
	"""Take away what installing added; Frappe itself drops the tables."""
	crm_scripts.uninstall()
	custom_fields.delete()
	workspace_blocks.remove()
	_delete_sidebar()
	refusing.drop_index()
	_delete_roles()
	frappe.db.delete("Singles", {"doctype": "Cadence Settings"})
	frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", list(CLEARED))})
	_forget_what_users_chose()
	_stop_jobs()


def _forget_what_users_chose() -> None:
	"""Of what they want to be told (`runtime/notices.py`)."""
	frappe.db.delete("DefaultValue", {"defkey": ("like", "cadence_mute_%")})


def _stop_jobs() -> None:
	"""Frappe forgets an app's scheduled jobs with its next migration: until then it would run them each
	minute, without their tables."""
	names = frappe.get_all("Scheduled Job Type", {"method": ("like", "cadences_app.%")}, pluck="name")
	frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ("in", [*names, ""])})
	frappe.db.delete("Scheduled Job Type", {"name": ("in", [*names, ""])})


def _delete_sidebar() -> None:
	"""Frappe 16 leaves the icon of the workspace and the sidebar that it made, and in developer mode it
	deletes the file of the app's own."""
	if not frappe.db.table_exists("Workspace Sidebar"):
		return
	sidebars = frappe.get_all("Workspace Sidebar", {"module": custom_fields.MODULE}, pluck="name")
	frappe.db.delete("Workspace Sidebar Item", {"parent": ("in", ["", *sidebars])})
	frappe.db.delete("Workspace Sidebar", {"module": custom_fields.MODULE})
	frappe.db.delete("Desktop Icon", {"link_type": "Workspace Sidebar", "link_to": ("in", ["", *sidebars])})


def _delete_roles() -> None:
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.db.delete("Custom DocPerm", {"role": role})
		frappe.delete_doc("Role", role, force=True, ignore_permissions=True, ignore_missing=True)
	frappe.clear_cache()
