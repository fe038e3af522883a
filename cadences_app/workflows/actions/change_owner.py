from frappe import _, throw

from cadences_app.workflows.actions.occasion import Occasion


def act(occasion: Occasion) -> str:
	"""Make the action's user the record's owner."""
	doc, user = occasion.record, occasion.action["user"]
	field = next((each for each in occasion.neighbour.owner_fields if doc.meta.has_field(each)), None)
	if field is None:
		throw(_("{0} has no field for its owner.").format(_(doc.doctype)))
	doc.check_permission("write")
	doc.set(field, user)
	doc.save()
	return f"{field}: {user}"
