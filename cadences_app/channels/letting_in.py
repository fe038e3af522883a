"""Letting an assignee see the record that a task or call is about (S3.8, S14.1a)."""

import frappe
from frappe import _
from frappe.share import add_docshare

from cadences_app.channels.occasion import Occasion


def let_in(occasion: Occasion, user: str) -> None:
	"""Share the record with an assignee who may not read it, as Frappe does when something is assigned: where
	documents may be shared, and whoever published the cadence may share this one. Raises PermissionError."""
	if frappe.has_permission(doc=occasion.record, user=user):
		return
	if frappe.get_system_settings("disable_document_sharing"):
		frappe.throw(
			_("{0} may not read {1} {2}, and sharing of documents is disabled.").format(
				user, _(occasion.doctype), occasion.name
			),
			frappe.PermissionError,
		)
	publisher = occasion.once(
		("publisher", occasion.current.row["cadence_version"]), _publisher, occasion.current.row
	)
	if not frappe.has_permission(occasion.doctype, "share", doc=occasion.record, user=publisher):
		frappe.throw(
			_("{0} may not read {1} {2}, and {3}, who published the cadence, may not share it.").format(
				user, _(occasion.doctype), occasion.name, publisher
			),
			frappe.PermissionError,
		)
	add_docshare(occasion.doctype, occasion.name, user, flags={"ignore_share_permission": True})


def _publisher(row: dict) -> str:
	return frappe.db.get_value("Cadence Version", row["cadence_version"], "published_by") or "Guest"
