"""Whether somebody may be written to. Who is on the list, and why, only those see who keep it (S14.1)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.mail.addresses import check_address
from cadences_app.mail.suppression import is_blocked
from cadences_app.store.rights import holds


@frappe.whitelist()
def may_write_to(address: str) -> dict[str, Any]:
	"""Whether cadences may mail this address: `{"may": bool}`. Needs the right to enroll."""
	if not holds("Cadence Enrollment", "create"):
		raise frappe.PermissionError(_("You may not enroll anybody."))
	try:
		return {"may": not is_blocked(check_address(address))}
	except ValueError:
		frappe.throw(_("{0} is no email address.").format(address))
