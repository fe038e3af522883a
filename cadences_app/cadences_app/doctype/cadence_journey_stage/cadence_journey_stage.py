from frappe.model.document import Document


class CadenceJourneyStage(Document):
	"""A place on the map of a journey: a row of its form (S9.5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link | None
		conditions: DF.Code | None
		is_first: DF.Check
		link_field: DF.Data | None
		module: DF.Link
		next_stages: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		responsible: DF.Link | None
		stage_key: DF.Data
		title: DF.Data
	# end: auto-generated types
