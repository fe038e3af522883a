"""Letting an assignee see the record that a task or call is about (S3.8, S14.1a)."""

import frappe
from frappe import _
from frappe.share import add_docshare

from cadences_app.channels.linked import publisher_of
from cadences_app.channels.occasion import Occasion


def let_in(occasion: Occasion, user: str) -> None:
	"""Share the record with an assignee who may not read it, as Frappe does when something is assigned: where
	documents may be shared, and whoever published the cadence may share this one. Raises PermissionError."""
	if may_see(occasion, user):
		return
	if frappe.get_system_settings("disable_document_sharing"):
		frappe.throw(
			_("{0} may not read {1} {2}, and sharing of documents is disabled.").format(
				user, _(occasion.doctype), occasion.name
			),
			frappe.PermissionError,
		)
	version = occasion.current.row["cadence_version"]
	publisher = occasion.once(("publisher", version), publisher_of, version)
	if not may_share(occasion, publisher):
		frappe.throw(
			_("{0} may not read {1} {2}, and {3}, who published the cadence, may not share it.").format(
				user, _(occasion.doctype), occasion.name, publisher
			),
			frappe.PermissionError,
		)
	occasion.begin_writing()
	add_docshare(occasion.doctype, occasion.name, user, flags={"ignore_share_permission": True})


def may_see(occasion: Occasion, user: str) -> bool:
	"""Whether the user may read the record as it is."""
	listed = occasion.once(("listed for", occasion.doctype, user), _listed_for, occasion, user)
	return occasion.name in listed or bool(frappe.has_permission(doc=occasion.record, user=user))


def may_share(occasion: Occasion, user: str) -> bool:
	return bool(frappe.has_permission(occasion.doctype, "share", doc=occasion.record, user=user))


def _listed_for(occasion: Occasion, user: str) -> set[str]:
	"""The records of the batch that Frappe lists for this user, and so lets them read: asked once for all,
	where whoever has a say in reading one has it in listing as well."""
	doctype = occasion.doctype
	in_reading, in_listing = (
		{path.split(".")[0] for path in frappe.get_hooks(hook, {}).get(doctype, ())}
		for hook in ("has_permission", "permission_query_conditions")
	)
	if not in_reading <= in_listing or not frappe.has_permission(doctype, "read", user=user):
		return set()
	among = {"name": ("in", list(occasion.rows))}
	try:
		found = frappe.get_list(doctype, among, pluck="name", user=user, limit_page_length=0)
	except frappe.PermissionError:  # of the session's user, who may have set this off without any rights
		return set()
	return set(map(str, found))
