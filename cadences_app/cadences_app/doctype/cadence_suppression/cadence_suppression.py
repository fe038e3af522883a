import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.mail.suppression import Cause, clean_entry
from cadences_app.store import refusals


class CadenceSuppression(Document):
	"""An address, a domain or a phone number that no cadence writes to (S13.4)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		address: DF.Data
		cause: DF.Literal["Hard Bounce", "Complaint", "By Hand", "Opted Out"]
		note: DF.SmallText | None
	# end: auto-generated types

	def before_naming(self):
		self.address = self._cleaned()

	def validate(self):
		self.address = self._cleaned()

	def after_insert(self):
		"""A complaint ends every channel (S6.1a)."""
		if self.cause == Cause.COMPLAINT:
			refusals.tell_of([self.address], f"Complaint of {self.address}")

	def _cleaned(self) -> str:
		try:
			return clean_entry(self.address)
		except ValueError:
			frappe.throw(
				_(
					"{0} is neither an email address nor a domain, nor a phone number with its country code."
				).format(self.address)
			)
