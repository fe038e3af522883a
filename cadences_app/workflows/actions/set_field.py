from frappe import _, throw
from frappe.utils import cstr

from cadences_app.workflows.actions.occasion import Occasion
from cadences_app.workflows.kinds import Target

FIXED = frozenset({"name", "owner", "creation", "modified", "modified_by", "docstatus", "doctype", "idx"})


def act(occasion: Occasion) -> str:
	"""Set a field of the record, its contact or its account, as a change in its form would."""
	doc = occasion.document(Target(occasion.action["target"] or Target.RECORD))
	field, value = occasion.action["fieldname"], cstr(occasion.action["value"])
	if field in FIXED or not doc.meta.has_field(field):
		throw(_("{0} has no field {1} that can be set.").format(_(doc.doctype), field))
	doc.set(field, value)
	doc.save()
	return f"{doc.doctype} {doc.name}: {field} = {cstr(doc.get(field))}"
