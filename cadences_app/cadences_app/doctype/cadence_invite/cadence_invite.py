import frappe
from frappe import _
from frappe.model.document import Document


class CadenceInvite(Document):
	"""A meeting that somebody was invited to by a follow-up's email, as the invite says it now (S3.3c).

	Its name is the activity's: an email has one invite. Written in sets by
	`cadences_app.mail.sending.invites`.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity: DF.Link | None
		all_day: DF.Check
		cancels: DF.Check
		ends_field: DF.Data | None
		ends_on: DF.Datetime | None
		event: DF.Link | None
		reference_doctype: DF.Link | None
		sequence: DF.Int
		starts_field: DF.Data | None
		starts_on: DF.Datetime | None
		status: DF.Literal["Planned", "Sent", "Cancelled", "Over"]
	# end: auto-generated types

	def validate(self):
		frappe.throw(_("This is a record of what happened: it can't be edited."))
