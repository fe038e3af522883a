import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from cadences_app.store.names import new_name


class CadenceAbsence(Document):
	"""Somebody is away: what is due then goes to their deputy, or moves to the first day back (S3.8a)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		deputy: DF.Link | None
		from_date: DF.Date
		to_date: DF.Date
		user: DF.Link
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()

	def validate(self):
		if getdate(self.from_date) > getdate(self.to_date):
			frappe.throw(_("The last day of an absence can't be before its first."))
		if self.deputy == self.user:
			frappe.throw(_("Nobody can be their own deputy."))
		may_for_others = {"Cadence Manager", "System Manager"} & {*frappe.get_roles()}
		if self.user != frappe.session.user and not may_for_others:
			frappe.throw(_("You can only say when you yourself are away."), frappe.PermissionError)
