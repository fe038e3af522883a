"""Copies of cadences, over REST and from Desk."""

import frappe
from frappe import _

from cadences_app.engine.definition import AudienceKind


@frappe.whitelist(methods=["POST"])
def clone(
	cadence: str,
	cadence_name: str,
	description: str | None = None,
	audience_kind: str | None = None,
	view_filters: str | None = None,
	view_user: str | None = None,
) -> str:
	"""Copy a cadence as a Draft of the same module; returns the copy's name (S1.3).

	Name, description and audience are the copy's own; what is left out is as in the original. Needs *read*
	on the cadence and *create* on Cadence.
	"""
	original = frappe.get_doc("Cadence", cadence)
	original.check_permission("read")
	if audience_kind is not None:
		_refuse_unknown(audience_kind)
	copy = frappe.copy_doc(original)
	changes = {
		"cadence_name": cadence_name.strip(),
		"description": description,
		"audience_kind": audience_kind,
		"view_filters": view_filters,
		"view_user": view_user,
	}
	copy.update({field: value for field, value in changes.items() if value is not None})
	return copy.insert().name


def _refuse_unknown(audience_kind: str) -> None:
	known = [each.value for each in AudienceKind]
	if audience_kind not in known:
		frappe.throw(_("{0} is none of: {1}").format(audience_kind, ", ".join(known)))
