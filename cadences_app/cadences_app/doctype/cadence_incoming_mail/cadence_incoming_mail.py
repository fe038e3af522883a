import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from cadences_app.store import compat
from cadences_app.store.names import new_name


class CadenceIncomingMail(Document):
	"""What a message that came in was taken for, and which follow-up it belongs to (S4.1, S4.2)."""

	def autoname(self):
		self.name = new_name()

	def validate(self):
		frappe.throw(_("This is a record of what came in: it can't be edited."))

	@staticmethod
	def clear_old_logs(days: int = 365) -> None:
		"""For Frappe's Log Settings, which say how long they are kept."""
		until = add_days(now_datetime(), -days)
		frappe.db.delete("Cadence Incoming Mail", {"received_at": ("<", until)})


def on_doctype_update():
	compat.add_index("Cadence Incoming Mail", ["recipient", "received_at"])
	compat.add_index("Cadence Incoming Mail", ["email_account", "received_at"])
