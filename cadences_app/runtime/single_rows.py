"""Rows of our forms are kept with their forms (S14.1a).

Frappe lets a row of a table be inserted, changed and deleted by itself, over REST as well, with the right to
write its form alone: what the form checks before it is saved would never be asked.
"""

from typing import Any

import frappe
from frappe import _


def refuse(doc: Any, method: str | None = None) -> None:
	"""Document event of each child DocType of ours; saving their form sets off none. Raises
	PermissionError."""
	if frappe.flags.in_uninstall or frappe.flags.in_install or frappe.flags.in_migrate:
		return
	frappe.throw(
		_("Rows of {0} change with their form: save that.").format(_(doc.get("parenttype") or doc.doctype)),
		frappe.PermissionError,
	)


def refuse_rows_of_others(doc: Any, method: str | None = None) -> None:
	"""Document event of our forms. A row that bears the name of another form's row would be taken out of that
	one. Raises PermissionError."""
	for table in doc.meta.get_table_fields():
		names = [row.name for row in doc.get(table.fieldname) or () if row.name and not row.is_new()]
		others = {"name": ("in", names), "parent": ("!=", doc.name or "")}
		if names and frappe.get_all(table.options, others, limit=1):
			frappe.throw(
				_("A row of another {0} was sent along.").format(_(doc.doctype)), frappe.PermissionError
			)
