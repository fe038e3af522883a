import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.runtime.names import new_name


class CadenceVisit(Document):
	"""An opened pixel or a followed link, and who that was (S4.2). Holds neither address nor browser."""

	def autoname(self):
		self.name = new_name()

	def validate(self):
		frappe.throw(_("This is a record of what happened: it can't be edited."))
