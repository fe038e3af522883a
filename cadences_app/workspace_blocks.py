"""The block of the workspace *Cadences* that warns (S15.1): Frappe brings such blocks along with no app, so
it is made at installation and kept as it should be by each migration."""

import frappe

HEALTH = "Cadence Health"
SCRIPT = """frappe.require("cadence_health.bundle.js").then(() => cadences.show_health(root_element));"""


def make() -> None:
	"""Make the block, or set right what somebody has changed of it."""
	values = {"html": "<div></div>", "script": SCRIPT, "style": "", "private": 0}
	if not frappe.db.exists("Custom HTML Block", HEALTH):
		block = {"doctype": "Custom HTML Block", "name": HEALTH, **values}
		frappe.get_doc(block).insert(ignore_permissions=True)
		return
	doc = frappe.get_doc("Custom HTML Block", HEALTH)
	if any(doc.get(field) != value for field, value in values.items()):
		doc.update(values).save(ignore_permissions=True)


def remove() -> None:
	frappe.delete_doc("Custom HTML Block", HEALTH, ignore_missing=True, force=True)
