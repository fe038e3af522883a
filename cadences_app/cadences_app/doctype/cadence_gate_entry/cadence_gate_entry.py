from frappe.model.document import Document


class CadenceGateEntry(Document):
	"""What was written down about a record at a gate. Written in sets, without this class (S10)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		at: DF.Datetime | None
		entry_key: DF.Data | None
		gate: DF.Link | None
		kind: DF.Literal["Status Taken", "Approved", "Overruled", "Ticked"]
		point: DF.SmallText | None
		reason: DF.SmallText | None
		reference_doctype: DF.Link
		reference_name: DF.DynamicLink
		used_at: DF.Datetime | None
		user: DF.Link | None
	# end: auto-generated types
