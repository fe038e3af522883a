from frappe.model.document import Document

from cadences_app.store import compat


class CadenceJourneyPassage(Document):
	"""One visit of a chain of records to a stage. Written in sets, without this class (S9.5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		chain: DF.Data | None
		entered_at: DF.Datetime | None
		has_lapsed: DF.Check
		is_gone: DF.Check
		journey: DF.Link | None
		left_at: DF.Datetime | None
		next_stage: DF.Data | None
		passage_key: DF.Data | None
		present_key: DF.Data | None
		problem: DF.SmallText | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		seconds: DF.Int
		stage: DF.Data | None
		visit: DF.Int
	# end: auto-generated types


def on_doctype_update() -> None:
	compat.add_index("Cadence Journey Passage", ["journey", "stage", "left_at"])
