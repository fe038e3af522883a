"""Erasing a person from everything that cadences keep, for System Managers (docs/security.md)."""

import frappe
from frappe import _

from cadences_app.api.calling import whitelist
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import control, erasure
from cadences_app.runtime import scheduled
from cadences_app.store.live import LIVE_STATUSES
from cadences_app.store.rights import is_system_manager

MOST_ENROLLMENTS = 1000


@whitelist(methods=["POST"])
def erase(address: str) -> dict[str, int]:
	"""Erase the person with this email address, or this phone number with its country code: enrollments that
	live are ended, texts to and from them emptied, what cadences made for them taken away. Who may not be
	written to stays so. The number of rows by DocType.
	"""
	if not is_system_manager():
		raise frappe.PermissionError(_("Only a System Manager can erase somebody."))
	try:
		person = erasure.find_person(address)
	except ValueError:
		frappe.throw(_("{0} is neither an email address nor a phone number.").format(address))
	live = frappe.get_all(
		"Cadence Enrollment",
		{"name": ("in", [*person.enrollments, ""]), "status": ("in", LIVE_STATUSES)},
		pluck="name",
	)
	if len(live) > MOST_ENROLLMENTS:
		frappe.throw(_("This address is in more than {0} live enrollments.").format(MOST_ENROLLMENTS))
	if live:
		scheduled.run_now(control.ask(live, StopRequested("erased")))
		person = erasure.find_person(address)
		if frappe.db.exists("Cadence Enrollment", {"name": ("in", live), "status": ("in", LIVE_STATUSES)}):
			frappe.throw(_("A worker is busy with this person. Try again in a minute."))
	return erasure.erase(person)
