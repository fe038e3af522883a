from frappe.model.document import Document

from cadences_app.store.names import new_name


class CadenceProblem(Document):
	"""A view or a rule of a cadence that can't be evaluated: nobody enters or leaves by it meanwhile."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		cadence: DF.Link
		message: DF.SmallText | None
		problem_key: DF.Data | None
		rule: DF.Data | None
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()
