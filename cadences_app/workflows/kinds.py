"""The closed sets of workflows; the Selects of their DocTypes hold the same texts (S9.1, S9.2)."""

from cadences_app.engine.stored_enum import StoredEnum


class Trigger(StoredEnum):
	"""What sets a workflow going (S9.1)."""

	ENROLLED = "Enrolled"
	EMAIL_OPENED = "Email Opened"
	EMAIL_CLICKED = "Email Clicked"
	EMAIL_REPLIED = "Email Replied"
	EMAIL_BOUNCED = "Email Bounced"
	MESSAGE_SENT = "Message Sent"
	MESSAGE_DELIVERED = "Message Delivered"
	MESSAGE_FAILED = "Message Failed"
	MESSAGE_ANSWERED = "Message Answered"
	UNSUBSCRIBED = "Unsubscribed"
	FIRST_AUTOMATIC = "First Automatic Follow-up Done"
	FIRST_MANUAL = "First Manual Follow-up Done"
	TASK_CREATED = "Task Created by Hand"
	TASK_SKIPPED = "Task Skipped"
	INCOMING_CALL = "Incoming Call"
	CALL_LONGER = "Call Longer Than"
	MEETING_BOOKED = "Meeting Booked"
	OWNER_CHANGED = "Owner Changed"
	RECORD_FIELD = "Field of the Record Changed"
	CONTACT_FIELD = "Field of the Contact Changed"
	ACCOUNT_FIELD = "Field of the Account Changed"
	PAUSED = "Paused"
	STOPPED_BY_HAND = "Stopped by Hand"
	COMPLETED = "Completed"
	CONVERTED = "Converted"


class ActionKind(StoredEnum):
	"""What a workflow does (S9.2)."""

	CHANGE_OWNER = "Change Owner"
	STOP = "Stop"
	PAUSE = "Pause"
	MOVE = "Move to Another Cadence"
	SKIP_TO_LAST = "Go to the Last Follow-up"
	SET_FIELD = "Set a Field"
	ADD_TODO = "Add a ToDo"
	SERVER_SCRIPT = "Call a Server Script"


class Target(StoredEnum):
	"""On which document a field is set."""

	RECORD = "Record"
	CONTACT = "Contact"
	ACCOUNT = "Account"


TARGET_OF = {
	Trigger.RECORD_FIELD: Target.RECORD,
	Trigger.CONTACT_FIELD: Target.CONTACT,
	Trigger.ACCOUNT_FIELD: Target.ACCOUNT,
}
"""The document whose field a trigger waits for."""

FIELD_TRIGGERS = frozenset(TARGET_OF)
"""Those that need the name of a field."""


class RunStatus(StoredEnum):
	"""How a workflow's run stands."""

	PENDING = "Pending"
	UNKNOWN = "Unknown"
	"""An action that reaches beyond the database was begun, and perhaps its worker died over it."""
	DONE = "Done"
	FAILED = "Failed"
	CONDITIONS_NOT_MET = "Conditions Not Met"
	STOPPED = "Chain Too Long"
