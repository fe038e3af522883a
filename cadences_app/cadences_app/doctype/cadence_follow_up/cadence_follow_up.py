from frappe.model.document import Document


class CadenceFollowup(Document):
	"""One step of a cadence: a row of its form (S3)."""
