import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.store import compat


class CadenceFigure(Document):
	"""How often something happened (S8.1): an amount to be added up. `reports/figures.py` writes it."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link | None
		cadence_version: DF.Link | None
		day: DF.Date | None
		detail: DF.Data | None
		follow_up: DF.Data | None
		measure: DF.Data | None
		number: DF.Int
		record_owner: DF.Link | None
		variant: DF.Data | None
	# end: auto-generated types

	def validate(self):
		frappe.throw(_("Figures are counted by the app: they can't be edited."))


def on_doctype_update():
	compat.add_index("Cadence Figure", ["cadence", "day"])
