"""How far enrollments and activities are."""

from __future__ import annotations

from cadences_app.engine.stored_enum import StoredEnum


class EnrollmentStatus(StoredEnum):
	"""S5.4. Active, Paused and Halted are live; the others have ended."""

	ACTIVE = "Active"
	PAUSED = "Paused"
	HALTED = "Halted"
	COMPLETED = "Completed"
	STOPPED = "Stopped"
	FAILED = "Failed"


LIVE = frozenset({EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED})


class ActivityStatus(StoredEnum):
	"""How far a follow-up came in a run. An email is handed over first and carried out once it was sent."""

	SCHEDULED = "Scheduled"
	HANDED_OVER = "Handed Over"
	CARRIED_OUT = "Carried Out"
	SKIPPED = "Skipped"
	CANCELLED = "Cancelled"
	FAILED = "Failed"
