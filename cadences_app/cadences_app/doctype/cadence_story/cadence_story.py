from frappe.model.document import Document


class CadenceStory(Document):
	"""What somebody answers, and what the cadence is expected to do with them (S1.10)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answers: DF.Code | None
		expected: DF.Code | None
		is_required: DF.Check
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		record: DF.Data | None
		starts_at: DF.Datetime | None
		title: DF.Data
	# end: auto-generated types
