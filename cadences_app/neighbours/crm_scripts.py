"""The scripts that bring cadences to Frappe CRM's own pages (S5.3).

Frappe CRM loads them from its CRM Form Script records. They are short and never change: what they do is in
the app's bundle. An admin may switch one off; it stays off.
"""

import frappe

DOCTYPE = "CRM Form Script"
MODULES = ("CRM Lead", "CRM Deal")

# What `page` is to the bundle, the list's script gets as its argument and the form's finds around it.
FORM = """class CONTROLLER {
	async onLoad() {
		try {
			const terms = await call("cadences_app.api.crm_pages.terms", { doctype: "MODULE" });
			await import(terms.script);
			const page = { call, toast, $dialog: createDialog, $socket: socket };
			window.cadences_crm.extend_form(this, page, terms);
		} catch (error) {
			console.error("Cadences:", error);
		}
	}
}
"""
LIST = """async function setupList(page) {
	try {
		const terms = await page.call("cadences_app.api.crm_pages.terms", { doctype: "MODULE" });
		await import(terms.script);
		return { bulk_actions: window.cadences_crm.bulk_actions(page, terms) };
	} catch (error) {
		console.error("Cadences:", error);
		return {};
	}
}
"""
SCRIPTS = {"Form": FORM, "List": LIST}


def install() -> None:
	"""Add the scripts where Frappe CRM is installed; as often as one likes."""
	if not frappe.db.exists("DocType", DOCTYPE):
		return
	for module in MODULES:
		for view in SCRIPTS:
			_install(module, view)


def uninstall() -> None:
	if not frappe.db.exists("DocType", DOCTYPE):
		return
	for module in MODULES:
		for view in SCRIPTS:
			frappe.delete_doc(
				DOCTYPE, name_of(module, view), force=True, ignore_permissions=True, ignore_missing=True
			)


def name_of(module: str, view: str) -> str:
	return f"Cadences: {module} {view}"


def script_of(module: str, view: str) -> str:
	"""Frappe CRM finds a form's script by its class, which is named like the DocType without its spaces."""
	return SCRIPTS[view].replace("CONTROLLER", module.replace(" ", "")).replace("MODULE", module)


def _install(module: str, view: str) -> None:
	name, script = name_of(module, view), script_of(module, view)
	if frappe.db.exists(DOCTYPE, name):
		frappe.db.set_value(DOCTYPE, name, "script", script)
		return
	record = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"name": name,
			"dt": module,
			"view": view,
			"script": script,
			"enabled": 1,
			"is_standard": 1,
		}
	)
	record.insert(ignore_permissions=True)
