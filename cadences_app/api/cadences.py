"""Cadences to start from, over REST and from Desk: copies (S1.3) and ready-made ones (S1.8)."""

import frappe
from frappe import _

from cadences_app.api.answers.cadences import ReadyMade
from cadences_app.api.calling import whitelist
from cadences_app.engine.audience import AudienceKind
from cadences_app.enrolling import library
from cadences_app.store.rights import is_system_manager


@whitelist(methods=["POST"])
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
	if view_user is None and not is_system_manager():
		copy.view_user = frappe.session.user  # nobody sees with the rights of whoever made the original
	return copy.insert().name


@whitelist()
def ready_made() -> list[ReadyMade]:
	"""The cadences that ship with the app and that this site has a module for: key, name, description, the
	modules that it fits as it is, number of follow-ups; in the user's language where we have it. Needs
	*create* on Cadence."""
	frappe.has_permission("Cadence", "create", throw=True)
	return [
		{
			"key": key,
			"name": each.name,
			"description": each.description,
			"modules": modules,
			"follow_ups": len(each.follow_ups),
		}
		for key, each in library.ready_cadences(frappe.local.lang or "").items()
		if (modules := library.modules_of(each))
	]


@whitelist(methods=["POST"])
def make_ready_made(key: str, cadence_name: str = "", module: str = "") -> str:
	"""Make a ready cadence a Draft; returns its name. `module` is one of its modules, the first of them where
	it is blank, or another one, whose fields are then to be chosen. Needs *create* on Cadence."""
	frappe.has_permission("Cadence", "create", throw=True)
	return library.install(key, module, cadence_name.strip()).name


def _refuse_unknown(audience_kind: str) -> None:
	known = [each.value for each in AudienceKind]
	if audience_kind not in known:
		frappe.throw(_("{0} is none of: {1}").format(audience_kind, ", ".join(known)))
