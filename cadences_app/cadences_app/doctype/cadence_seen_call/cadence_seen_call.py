import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime


class CadenceSeenCall(Document):
	"""A call of another service that was taken in (`store/seen.py`), so that none counts twice. Named by what
	it is known by, of which nothing can be read."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		source: DF.Data | None
	# end: auto-generated types

	def validate(self):
		frappe.throw(_("This is a record of what happened: it can't be edited."))

	@staticmethod
	def clear_old_logs(days: int = 730) -> None:
		"""For Frappe's Log Settings, which say how long they are kept."""
		frappe.db.delete("Cadence Seen Call", {"creation": ("<", add_days(now_datetime(), -days))})
