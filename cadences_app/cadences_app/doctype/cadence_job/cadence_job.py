from frappe.model.document import Document

from cadences_app.store.names import new_name


class CadenceJob(Document):
	"""Work on many records that goes on in the background, chunk by chunk; it can be stopped and go on."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		account: DF.LongText | None
		arguments: DF.LongText | None
		beat_at: DF.Datetime | None
		cadence: DF.Link | None
		done: DF.Int
		error: DF.LongText | None
		kind: DF.Literal[
			"Enroll",
			"Enroll Present",
			"Un-enroll",
			"Deactivate",
			"Reactivate",
			"Publish",
			"Steer",
			"Preview",
			"Begin a Journey",
		]
		status: DF.Literal["Queued", "Running", "Stopped", "Done", "Failed"]
		total: DF.Int
		went_to: DF.Data | None
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()
