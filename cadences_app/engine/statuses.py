"""How far enrollments and activities are."""

from __future__ import annotations

from cadences_app.engine.stored_enum import StoredEnum


class CadenceStatus(StoredEnum):
	"""S1.1. A Draft was never published; an Inactive cadence was active before."""

	DRAFT = "Draft"
	ACTIVE = "Active"
	INACTIVE = "Inactive"


class EnrollmentStatus(StoredEnum):
	"""S5.4. Waiting, Active, Paused and Halted are live; the others have ended.

	Who is Waiting has not begun its first run: it has to wait until it may come (S2.9).
	"""

	WAITING = "Waiting"
	ACTIVE = "Active"
	PAUSED = "Paused"
	HALTED = "Halted"
	COMPLETED = "Completed"
	STOPPED = "Stopped"
	FAILED = "Failed"


RUNNING = frozenset({EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED})
LIVE = RUNNING | {EnrollmentStatus.WAITING}


class ActivityStatus(StoredEnum):
	"""How far a follow-up came in a run. An email is handed over first and carried out once it was sent."""

	SCHEDULED = "Scheduled"
	HANDED_OVER = "Handed Over"
	CARRIED_OUT = "Carried Out"
	SKIPPED = "Skipped"
	CANCELLED = "Cancelled"
	FAILED = "Failed"


# For what is asked of each activity in each decision: before Python 3.12, to look a member up in its enum
# takes ten times as long as to read a global.
SCHEDULED = ActivityStatus.SCHEDULED
HANDED_OVER = ActivityStatus.HANDED_OVER
CARRIED_OUT = ActivityStatus.CARRIED_OUT
SKIPPED = ActivityStatus.SKIPPED
ACTIVE = EnrollmentStatus.ACTIVE
WAITING = EnrollmentStatus.WAITING


class Delivery(StoredEnum):
	"""How far an email or a message is on its way to the server that takes it (S3.9, S3.10, S15.2).

	Unknown: the worker or the connection was lost during the hand-over, so it may have gone out or not.
	"""

	REVIEW = "Waiting for Review"
	APPROVAL = "Waiting for Approval"
	QUEUED = "Queued"
	SENDING = "Sending"
	SENT = "Sent"
	UNKNOWN = "Unknown"
	BOUNCED = "Bounced"
	REFUSED = "Refused"
	SUPPRESSED = "Suppressed"
	CANCELLED = "Cancelled"
	FAILED = "Failed"


NOT_GONE = frozenset({Delivery.REVIEW, Delivery.APPROVAL, Delivery.QUEUED})
"""An email that stands so can still be taken back."""

GONE = frozenset({Delivery.SENDING, Delivery.SENT, Delivery.UNKNOWN, Delivery.BOUNCED, Delivery.REFUSED})
"""What stands so went out, may have gone out, or has had its answer: it is not sent again."""


class InviteStatus(StoredEnum):
	"""How a meeting stands that an email invites to (S3.3c)."""

	PLANNED = "Planned"
	SENT = "Sent"
	CANCELLED = "Cancelled"
	OVER = "Over"
