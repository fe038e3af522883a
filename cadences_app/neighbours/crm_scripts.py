"""The scripts that bring cadences to Frappe CRM's own pages (S5.3).

Frappe CRM loads them from its CRM Form Script records. They are short and never change: what they do is in
the app's bundle. An admin may switch one off; it stays off.
"""

import frappe

DOCTYPE = "CRM Form Script"
MODULES = ("CRM Lead", "CRM Deal")
FUNCTIONS = {"Form": ("setupForm", "form"), "List": ("setupList", "list")}

SCRIPT = """async function {function}(page) {{
	try {{
		const terms = await page.call("cadences_app.api.crm_pages.terms", {{ doctype: "{module}" }});
		await import(terms.script);
		return window.cadences_crm.{member}(page, terms);
	}} catch (error) {{
		console.error("Cadences:", error);
		return {{}};
	}}
}}
"""


def install() -> None:
	"""Add the scripts where Frappe CRM is installed; as often as one likes."""
	if not frappe.db.exists("DocType", DOCTYPE):
		return
	for module in MODULES:
		for view in FUNCTIONS:
			_install(module, view)


def uninstall() -> None:
	if not frappe.db.exists("DocType", DOCTYPE):
		return
	for module in MODULES:
		for view in FUNCTIONS:
			frappe.delete_doc(
				DOCTYPE, name_of(module, view), force=True, ignore_permissions=True, ignore_missing=True
			)


def name_of(module: str, view: str) -> str:
	return f"Cadences: {module} {view}"


def script_of(module: str, view: str) -> str:
	function, member = FUNCTIONS[view]
	return SCRIPT.format(function=function, member=member, module=module)


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
