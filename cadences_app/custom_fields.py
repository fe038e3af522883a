"""Fields that the neighbours' tasks and calls lack (S3.3, S4.3), as far as these DocTypes are installed."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.outcomes import Outcome
from cadences_app.store import compat

MODULE = "Cadences App"
TASK_STATUSES = [each.value for each in Outcome if each in traits_of(Channel.TASK).produces]

ACTIVITY = {
	"fieldname": "cadence_activity",
	"fieldtype": "Link",
	"label": "Cadence Activity",
	"options": "Cadence Activity",
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"search_index": 1,
	"ignore_user_permissions": 1,
	"depends_on": "cadence_activity",
}
TASK_STATUS = {
	"fieldname": "cadence_status",
	"fieldtype": "Select",
	"label": "Cadence Status",
	"options": "\n".join(("", *TASK_STATUSES)),
	"no_copy": 1,
	"print_hide": 1,
	"depends_on": "cadence_activity",
	"description": "Decides what the cadence does next.",
}
CALL_RESULT = {
	"fieldname": "cadence_call_result",
	"fieldtype": "Autocomplete",
	"label": "Call Result",
	"no_copy": 1,
	"print_hide": 1,
	"depends_on": "cadence_activity",
	"description": "Decides what the cadence does next.",
}
FIELDS: dict[str, list[dict[str, Any]]] = {
	"ToDo": [{**TASK_STATUS, "insert_after": "status"}, {**ACTIVITY, "insert_after": "assignment_rule"}],
	"CRM Task": [
		{**TASK_STATUS, "insert_after": "status"},
		{**ACTIVITY, "insert_after": "reference_docname"},
	],
	"Event": [{**CALL_RESULT, "insert_after": "status"}, {**ACTIVITY, "insert_after": "cadence_call_result"}],
}


def create() -> None:
	"""Add the fields wherever they are missing; as often as one likes."""
	fields = {doctype: [{**field, "module": MODULE} for field in FIELDS[doctype]] for doctype in _installed()}
	create_custom_fields(fields, ignore_validate=True)
	offer_call_results(frappe.db.get_single_value("Cadence Settings", "call_results"))


def delete() -> None:
	"""Remove the fields and their columns: what would stay in them points to nothing."""
	for doctype in _installed():
		for field in FIELDS[doctype]:
			name = frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			if name:
				frappe.delete_doc("Custom Field", name, force=True, ignore_permissions=True)
		compat.drop_columns(doctype, [field["fieldname"] for field in FIELDS[doctype]])
		frappe.clear_cache(doctype=doctype)


def offer_call_results(results: str | None) -> None:
	"""Suggest these results, one a line, wherever a call's result is entered."""
	name = frappe.db.exists("Custom Field", {"dt": "Event", "fieldname": CALL_RESULT["fieldname"]})
	if name:
		frappe.db.set_value("Custom Field", name, "options", results)
		frappe.clear_cache(doctype="Event")


def unlink(activities: list[str]) -> None:
	"""Let go of the tasks and calls that these activities made."""
	if not activities:
		return
	for doctype in _installed():
		linked = {"cadence_activity": ("in", activities)}
		frappe.db.set_value(doctype, linked, "cadence_activity", None, update_modified=False)


def _installed() -> Iterator[str]:
	return (doctype for doctype in FIELDS if frappe.db.exists("DocType", doctype))
