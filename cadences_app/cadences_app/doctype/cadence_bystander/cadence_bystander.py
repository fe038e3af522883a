import frappe
from frappe.model.document import Document

from cadences_app.store.names import new_name


class CadenceBystander(Document):
	"""A record in a view that is left out: it was there on activation, or is held out (S2.3, S8.5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link
		reference_doctype: DF.Link
		reference_name: DF.DynamicLink
		why: DF.Literal["Was There Before", "Holdout"]
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()


def on_doctype_update():
	frappe.db.add_unique("Cadence Bystander", ["cadence", "reference_name"])
