"""What people ask of enrollments that exist: take out, pause, resume, skip ahead (S5.6, S6.5)."""

from collections.abc import Iterable

import frappe
from frappe import _

from cadences_app.engine.events import Event
from cadences_app.store import inbox
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES
from cadences_app.store.rights import changeable


def ask(enrollments: Iterable[str], event: Event) -> list[str]:
	"""Put `event` into the inbox of these enrollments, with the rights of the session's user.

	Returns the enrollments. Raises PermissionError for the first that the user may not change.
	"""
	rows = _permitted(list(enrollments))
	inbox.record(
		[InboxEntry(row.name, row.cadence, event, source=frappe.session.user) for row in rows], wake=False
	)
	return [row.name for row in rows]


def live_enrollments(doctype: str, names: Iterable[str], cadence: str = "") -> list[tuple[str, str]]:
	"""The live enrollments of these records, in one cadence or in any, as far as the session's user may see
	them: their names and their records."""
	filters = {
		"reference_doctype": doctype,
		"reference_name": ("in", list(names)),
		"status": ("in", LIVE_STATUSES),
	}
	if cadence:
		filters["cadence"] = cadence
	return frappe.get_list(
		"Cadence Enrollment",
		filters,
		["name", "reference_name"],
		order_by="name",
		limit_page_length=0,
		as_list=True,
	)


def _permitted(names: list[str]) -> list:
	frappe.has_permission("Cadence Enrollment", "write", throw=True)
	rows = frappe.get_list(
		"Cadence Enrollment", {"name": ("in", names)}, ["name", "cadence"], limit_page_length=0
	)
	rows = changeable(rows, "Cadence Enrollment")
	if missing := set(names) - {row.name for row in rows}:
		frappe.throw(
			_("Enrollment {0} was not found, or you may not change it.").format(min(missing)),
			frappe.PermissionError,
		)
	return rows
