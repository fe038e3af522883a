"""Whether somebody may be written to. Who is on the list, and why, only those see who keep it (S14.1)."""

import frappe
from frappe import _

from cadences_app.api.answers.enrollments import May
from cadences_app.api.calling import whitelist
from cadences_app.mail.addresses import check_address
from cadences_app.mail.suppression import is_blocked
from cadences_app.messages.numbers import read_number
from cadences_app.messages.suppression import blocked
from cadences_app.store.rights import holds


@whitelist()
def may_write_to(address: str) -> May:
	"""Whether cadences may write to this email address, or to this phone number with its country code:
	`{"may": bool}`. Needs the right to enroll."""
	if not holds("Cadence Enrollment", "create"):
		raise frappe.PermissionError(_("You may not enroll anybody."))
	try:
		if address.strip().startswith("+"):
			number = read_number(address)
			return {"may": number not in blocked([number])}
		return {"may": not is_blocked(check_address(address))}
	except ValueError:
		frappe.throw(_("{0} is neither an email address nor a phone number.").format(address))
