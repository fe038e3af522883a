import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from cadences_app.store.names import new_name


class CadenceJobChunk(Document):
	"""What became of each record in one chunk of a job, for whoever asked for it to read."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answers: DF.LongText | None
		cadence: DF.Link | None
		job: DF.Link
		number: DF.Int
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()

	@staticmethod
	def clear_old_logs(days: int = 30) -> None:
		"""For Frappe's Log Settings, which say how long they are kept."""
		frappe.db.delete("Cadence Job Chunk", {"creation": ("<", add_days(now_datetime(), -days))})
