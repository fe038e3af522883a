import frappe
from frappe import _

from cadences_app.workflows.actions.occasion import Occasion

KIND = "API"


def act(occasion: Occasion) -> str:
	"""Call an API Server Script with `doctype`, `name`, `enrollment` and `cadence` in its form dict.

	Only an admin can write such a script, and only one can put it into a workflow.
	"""
	script = frappe.get_doc("Server Script", occasion.action["server_script"])
	if script.disabled or script.script_type != KIND:
		frappe.throw(_("{0} is no enabled Server Script of the type API.").format(script.name))
	before = frappe.local.form_dict
	frappe.local.form_dict = frappe._dict(
		doctype=occasion.doctype,
		name=occasion.name,
		enrollment=occasion.enrollment,
		cadence=occasion.run["cadence"],
	)
	try:
		script.execute_method()
	finally:
		frappe.local.form_dict = before
	return str(script.name)
