import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.store.names import new_name


class CadenceVersion(Document):
	"""A published definition, numbered and never changed (S1.7)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link
		definition: DF.JSON
		files: DF.JSON | None
		number: DF.Int
		published_at: DF.Datetime | None
		published_by: DF.Link | None
	# end: auto-generated types

	def autoname(self):
		"""No name is given twice, also when a cadence was renamed or deleted and another one is called like
		it: whoever has read a version keeps it by its name."""
		self.name = f"{self.cadence}-v{self.number}-{new_name()[-4:]}"

	def validate(self):
		if not self.is_new():
			frappe.throw(_("A published version can't be changed. Edit the cadence and publish it again."))

	def on_trash(self):
		if frappe.db.exists("Cadence Enrollment", {"cadence": self.cadence, "cadence_version": self.name}):
			frappe.throw(
				_("{0} can't be deleted: records are enrolled in it.").format(self.name),
				frappe.LinkExistsError,
			)


def on_doctype_update():
	frappe.db.add_unique("Cadence Version", ["cadence", "number"])
