import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.store import compat
from cadences_app.store.names import new_name


class CadenceEvent(Document):
	"""What happened, and what was decided on it and why. Append-only; while undecided, the inbox."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link | None
		chain: DF.Data | None
		decision: DF.JSON | None
		enrollment: DF.Link | None
		error: DF.LongText | None
		event_key: DF.Data | None
		happened_at: DF.Datetime | None
		kind: DF.Literal[
			"Enrolled",
			"Time Passed",
			"Record Changed",
			"Outcome",
			"Follow-up Failed",
			"Follow-up Impossible",
			"Follow-up Declined",
			"Activity Deleted",
			"Call Rescheduled",
			"Meeting Booked",
			"Noted",
			"Hold",
			"Pause",
			"Resume",
			"Skip",
			"Stop",
			"Continue",
			"Restart",
			"Cadence Deactivated",
			"Cadence Republished",
			"Try Again",
			"Email Edited",
			"Colleague Replied",
		]
		payload: DF.JSON | None
		processed_at: DF.Datetime | None
		reason: DF.Data | None
		source: DF.Data | None
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()

	def validate(self):
		frappe.throw(_("Events are a record of what happened: they can't be edited."))


def on_doctype_update():
	compat.add_index("Cadence Event", ["enrollment", "processed_at"])
	compat.index_for_lists("Cadence Event")
