from frappe.model.document import Document

from cadences_app.store.names import new_name


class CadenceSweep(Document):
	"""How far the view of a cadence has been swept for records that enter and leave (S2.3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link
		enters_at: DF.Datetime | None
		next_at: DF.Datetime | None
		swept_until: DF.Datetime | None
		swept_whole_at: DF.Datetime | None
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()
