import frappe
from frappe.utils import add_days, cint, escape_html, nowdate

from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Add a ToDo for the record: for the action's user, else for the record's owner."""
	record = occasion.record
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": occasion.action["user"] or occasion.owner,
			"reference_type": record.doctype,
			"reference_name": record.name,
			"description": escape_html(occasion.action["description"] or occasion.workflow),
			"date": add_days(nowdate(), cint(occasion.action["days"])),
		}
	)
	todo.flags.by_cadence = True
	return str(todo.insert().name)
