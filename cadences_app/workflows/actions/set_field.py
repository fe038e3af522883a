from typing import Any

from frappe import _, session, throw
from frappe.utils import cstr

from cadences_app.store.templates import readable_fields
from cadences_app.workflows.actions.occasion import Occasion
from cadences_app.workflows.kinds import Target

FIXED = frozenset({"name", "owner", "creation", "modified", "modified_by", "docstatus", "doctype", "idx"})


def act(occasion: Occasion) -> str:
	"""Set a field of the record, its contact or its account, as a change in its form would."""
	doc = occasion.document(Target(occasion.action["target"] or Target.RECORD))
	field, value = occasion.action["fieldname"], cstr(occasion.action["value"])
	if field in FIXED or not doc.meta.has_field(field):
		throw(_("{0} has no field {1} that can be set.").format(_(doc.doctype), field))
	_expect_level(doc, field)
	doc.set(field, value)
	doc.save()
	told = f"{doc.doctype} {doc.name}: {field}"
	return f"{told} = {cstr(doc.get(field))}" if field in readable_fields(doc.doctype) else told


def _expect_level(doc: Any, field: str) -> None:
	"""Of a field whose level the user may not write Frappe would keep the value without a word."""
	level = doc.meta.get_field(field).permlevel
	if level and session.user != "Administrator" and level not in doc.get_permlevel_access("write"):
		throw(_("{0} may not change the field {1} of {2}.").format(session.user, field, _(doc.doctype)))
