import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from cadences_app.store import compat
from cadences_app.store.names import new_name


class CadenceIncomingMail(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity: DF.Link | None
		back_on: DF.Date | None
		cadence: DF.Link | None
		cause: DF.Literal["", "No Such Person", "No Room", "Not Now", "Sender", "Size", "Content", "Unknown"]
		clue: DF.Literal[
			"In-Reply-To", "References", "Returned Message", "Token", "Calendar Invite", "Sender"
		]
		communication: DF.Link | None
		diagnostic: DF.SmallText | None
		email_account: DF.Link | None
		enrollment: DF.Link | None
		kind: DF.Literal[
			"Reply",
			"Out of Office",
			"Automatic Answer",
			"Hard Bounce",
			"Soft Bounce",
			"Complaint",
			"Challenge",
			"Not Understood",
			"Calendar Answer",
		]
		mail_key: DF.Data | None
		message_id: DF.Data | None
		received_at: DF.Datetime | None
		recipient: DF.Data | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		sender: DF.Data | None
		status_code: DF.Data | None
		verdict: DF.Data | None
	# end: auto-generated types
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
	compat.index_for_lists("Cadence Incoming Mail")
