import frappe
from frappe import _
from frappe.model.document import Document


class CadenceEditedMail(Document):
	"""The email or message of one person, edited before it goes out (S3.9). Named like its activity. Written
	by `mail/edited.py` alone."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity: DF.Link
		content: DF.TextEditor | None
		edited_by: DF.Link | None
		enrollment: DF.Link
		subject: DF.SmallText | None
		text: DF.Code | None
	# end: auto-generated types

	def validate(self):
		frappe.throw(_("An edited mail can't be changed here: edit it on the page of its enrollment."))
