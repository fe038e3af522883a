from frappe.model.document import Document

from cadences_app.store import compat


class CadenceWorkflowRun(Document):
	"""What a workflow did for one event, and why. Written in sets, without this class (S9.3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link | None
		chain: DF.Data | None
		conditions: DF.JSON | None
		detail: DF.Data | None
		done_at: DF.Datetime | None
		enrollment: DF.Link | None
		error: DF.SmallText | None
		event: DF.Link | None
		happened_at: DF.Datetime | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		results: DF.JSON | None
		run_key: DF.Data | None
		status: DF.Literal["Pending", "Unknown", "Done", "Failed", "Conditions Not Met", "Chain Too Long"]
		trigger: DF.Data | None
		workflow: DF.Link | None
	# end: auto-generated types


def on_doctype_update() -> None:
	compat.add_index("Cadence Workflow Run", ["status", "name"])
