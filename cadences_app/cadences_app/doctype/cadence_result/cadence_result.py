import frappe
from frappe import _
from frappe.model.document import Document


class CadenceResult(Document):
	"""What somebody said in their queue and may still take back (S8.4). Named like its activity: one at a
	time. Written and removed by `runtime/results.py` alone."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity: DF.Link
		apply_at: DF.Datetime | None
		error: DF.LongText | None
		said: DF.JSON | None
		user: DF.Link | None
	# end: auto-generated types

	def validate(self):
		frappe.throw(_("A result can't be edited: take it back in the queue instead."))
