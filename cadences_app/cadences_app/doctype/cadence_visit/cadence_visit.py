import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from cadences_app.store import compat
from cadences_app.store.names import new_name


class CadenceVisit(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity: DF.Link | None
		counted: DF.Check
		judged_at: DF.Datetime | None
		kind: DF.Literal["Open", "Click"]
		target: DF.SmallText | None
		visit_key: DF.Data | None
		visited_at: DF.Datetime | None
		visitor: DF.Literal["Person", "Scanner", "Mail Proxy", "Prefetch"]
		why: DF.Data | None
	# end: auto-generated types
	"""An opened pixel or a followed link, and who that was (S4.2). Holds neither address nor browser."""

	def autoname(self):
		self.name = new_name()

	def validate(self):
		frappe.throw(_("This is a record of what happened: it can't be edited."))

	@staticmethod
	def clear_old_logs(days: int = 90) -> None:
		"""For Frappe's Log Settings, which say how long they are kept."""
		until = add_days(now_datetime(), -days)
		frappe.db.delete("Cadence Visit", {"visited_at": ("<", until)})


def on_doctype_update():
	compat.index_for_lists("Cadence Visit")
