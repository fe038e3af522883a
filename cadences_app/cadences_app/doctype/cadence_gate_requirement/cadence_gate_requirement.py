from frappe.model.document import Document


class CadenceGateRequirement(Document):
	"""One thing that must have happened: a row of a gate's form (S10)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		approver_role: DF.Link | None
		cadence: DF.Link | None
		fieldnames: DF.SmallText | None
		follow_up: DF.Data | None
		kind: DF.Literal[
			"Emails Sent",
			"Messages Sent",
			"Calls Held",
			"Tasks Completed",
			"Follow-up Completed",
			"Checklist Done",
			"Fields Set",
			"Linked Document Submitted",
			"Approval",
		]
		least: DF.Int
		link_doctype: DF.Link | None
		link_field: DF.Data | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		points: DF.SmallText | None
		since: DF.Literal["Ever", "This Run", "The Last Status"]
	# end: auto-generated types
