import frappe
from frappe import _
from frappe.custom.doctype.property_setter.property_setter import delete_property_setter, make_property_setter
from frappe.modules.import_file import import_file_by_path

from cadences_app import custom_fields, workspace_blocks
from cadences_app.engine.content import Channel
from cadences_app.neighbours import crm_scripts
from cadences_app.store import compat, refusing
from cadences_app.store.further_channels import further_channels

ROLES = ("Cadence Manager", "Cadence User")
WITH_CHANNEL = ("Cadence Follow-up", "Cadence Activity")


def before_install() -> None:
	"""Have Frappe know this app's modules, before anything is written: the list that it keeps may be older
	than the app on this bench, and an app whose modules it does not know gets none of its DocTypes."""
	compat.read_modules_anew()
	if frappe.scrub(custom_fields.MODULE) not in frappe.local.module_app:
		frappe.throw(
			_(
				"Frappe does not know the modules of cadences_app. Is it in sites/apps.txt? "
				"Run “bench --site {0} clear-cache”, then install it again."
			).format(frappe.local.site)
		)


def after_install() -> None:
	_create_roles()
	workspace_blocks.make()
	_fit_neighbours()


def after_migrate() -> None:
	_create_roles()
	workspace_blocks.make()
	_bring_sidebar()
	_fit_neighbours()


def _bring_sidebar() -> None:
	"""Give the workspace its sidebar in Frappe 16, which makes one by itself where an app came without, and
	then keeps that."""
	theirs = {"name": "Cadences", "app": ("is", "not set")}
	if frappe.db.table_exists("Workspace Sidebar") and frappe.db.exists("Workspace Sidebar", theirs):
		path = frappe.get_app_path("cadences_app", "workspace_sidebar", "cadences.json")
		import_file_by_path(path, force=True)


def after_app_install(app: str) -> None:
	"""A neighbour that comes later needs its fields and scripts too."""
	_fit_neighbours()


def _fit_neighbours() -> None:
	custom_fields.create()
	crm_scripts.install()
	offer_channels()
	refusing.index()


def offer_channels() -> None:
	"""Let follow-ups be of the channels that other apps add, and of none that is gone (docs/extending.md)."""
	further = further_channels()
	for doctype in WITH_CHANNEL:
		delete_property_setter(doctype, "options", "channel")
		if further:
			options = "\n".join([*(each.value for each in Channel), *further])
			make_property_setter(
				doctype, "channel", "options", options, "Text", validate_fields_for_doctype=False
			)
		frappe.clear_cache(doctype=doctype)


def _create_roles() -> None:
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)
