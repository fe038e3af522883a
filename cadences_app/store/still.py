"""Why an enrollment does not go on (S8.3a), as far as it is known when it is decided on: kept with it and in
the figures, so that nobody has to look at a million of them."""

from datetime import date, datetime

from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.outcomes import STANDINGS
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import clock


class Still(StoredEnum):
	"""Why an enrollment does not go on at this moment, the strongest reason first."""

	ERROR = "Error"
	NOT_WORKED_ON = "Not Worked On"
	WAITING = "Waiting to Be Let In"
	HALTED = "Halted"
	PAUSED = "Paused"
	UNKNOWN = "Mail Unknown"
	REVIEW = "Waits for Review"
	APPROVAL = "Waits for Approval"
	MAILBOX_OFF = "Outgoing Mail Off"
	MAILBOX_PAUSED = "Mailbox Paused"
	QUEUED = "Waits for Its Turn"
	DATE_MISSING = "Date Missing"
	HELD = "Held Back"
	OVERDUE = "Overdue"
	OPEN_WORK = "Open Task or Call"
	WINDOW = "Outside the Window"
	SCHEDULED = "Scheduled"
	ANSWER = "Waits for an Answer"


def still_of(enrollment: Enrollment, now: datetime) -> tuple[Still, date | None]:
	"""The reason by what was decided, and for open work the site's day on which the first of it is due.

	What changes without a decision is left to whoever reads: the status, mails in the outbox, the clock.
	"""
	scheduled = enrollment.with_status(ActivityStatus.SCHEDULED)
	if any(each.due_at is None for each in scheduled):
		return Still.DATE_MISSING, None
	if scheduled and enrollment.hold_until is not None and enrollment.hold_until > now:
		return Still.HELD, None
	carried_out = enrollment.with_status(ActivityStatus.CARRIED_OUT)
	if opened := [each for each in carried_out if each.standing in STANDINGS]:
		days = [clock.to_site(each.starts_at).date() if each.starts_at else each.due_on for each in opened]
		return Still.OPEN_WORK, min((day for day in days if day is not None), default=None)
	if any(each.reason is Reason.OUTSIDE_WINDOW for each in scheduled):
		return Still.WINDOW, None
	return (Still.SCHEDULED if scheduled else Still.ANSWER), None
