from frappe.model.document import Document


class CadenceCounter(Document):
	"""How many turns a rotation has had, or a lock that is named; written in `store/turns.py` alone."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		turns: DF.Int
	# end: auto-generated types
