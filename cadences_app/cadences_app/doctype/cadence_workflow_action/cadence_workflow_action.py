from frappe.model.document import Document


class CadenceWorkflowAction(Document):
	"""One thing that a workflow does: a row of its form (S9.2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link | None
		days: DF.Int
		description: DF.SmallText | None
		fieldname: DF.Data | None
		kind: DF.Autocomplete
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		server_script: DF.Link | None
		target: DF.Literal[
			"Record",
			"Contact",
			"Account",
		]
		user: DF.Link | None
		value: DF.Data | None
	# end: auto-generated types
