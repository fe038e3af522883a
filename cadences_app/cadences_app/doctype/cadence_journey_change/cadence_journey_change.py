from frappe.model.document import Document


class CadenceJourneyChange(Document):
	"""A record changed, and which stages it met then: waits for a worker. Written in sets (S9.5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		error: DF.SmallText | None
		happened_at: DF.Datetime | None
		journey: DF.Link | None
		met: DF.JSON | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
	# end: auto-generated types
