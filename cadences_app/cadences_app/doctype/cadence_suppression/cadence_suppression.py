import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.mail.suppression import clean_entry


class CadenceSuppression(Document):
	"""An address or a domain that no cadence writes to (S13.4)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.Data
		cause: DF.Literal["Hard Bounce", "Complaint", "By Hand"]
		note: DF.SmallText | None
	# end: auto-generated types

	def before_naming(self):
		self.address = self._cleaned()

	def validate(self):
		self.address = self._cleaned()

	def _cleaned(self) -> str:
		try:
			return clean_entry(self.address)
		except ValueError:
			frappe.throw(_("{0} is neither an email address nor a domain.").format(self.address))
