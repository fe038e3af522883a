import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from cadences_app.store.names import new_name


class CadenceVisit(Document):
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
