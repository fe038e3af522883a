"""The closed sets of gates; the Selects of their DocTypes hold the same texts."""

from cadences_app.engine.stored_enum import StoredEnum


class Guards(StoredEnum):
	"""What a gate keeps a record from."""

	STATUS = "A Status"
	SUBMITTING = "Submitting"


class RequirementKind(StoredEnum):
	"""What must have happened."""

	EMAILS_SENT = "Emails Sent"
	MESSAGES_SENT = "Messages Sent"
	CALLS_HELD = "Calls Held"
	TASKS_COMPLETED = "Tasks Completed"
	FOLLOW_UP_COMPLETED = "Follow-up Completed"
	CHECKLIST_DONE = "Checklist Done"
	FIELDS_SET = "Fields Set"
	LINKED_SUBMITTED = "Linked Document Submitted"
	APPROVAL = "Approval"


class Since(StoredEnum):
	"""From when on it counts: always, since the present run began, or since the status last changed."""

	EVER = "Ever"
	THIS_RUN = "This Run"
	LAST_STATUS = "The Last Status"


class EntryKind(StoredEnum):
	"""What is written down about a record at a gate."""

	STATUS_TAKEN = "Status Taken"
	APPROVED = "Approved"
	OVERRULED = "Overruled"
	TICKED = "Ticked"
