"""What is counted of enrollments and follow-ups, and on which day (S8.1).

Each measure is told twice: by the engine's objects, for what is added while things are decided, and by the
columns in which they are stored, for the recount. A test holds one against the other.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import clock
from cadences_app.store.enrollment_rows import call_result
from cadences_app.store.still import Still


class Measure(StoredEnum):
	"""What a figure counts. Of enrollments: those that began, that live and that ended, by status; and why.
	Of follow-ups: how far they are, and what came of them. *Due* is what is scheduled, on its day to come.

	*Due* and *Still* tell how things stand, and are asked for alone."""

	ENROLLED = "Enrolled"
	LIVE = "Live"
	ENDED = "Ended"
	EXIT = "Exit"
	DISPOSITION = "Disposition"
	STILL = "Still"
	SCHEDULED = "Scheduled"
	DUE = "Due"
	REACHED = "Reached"
	PASSED_OVER = "Passed Over"
	TAKEN_BACK = "Taken Back"
	FAILED = "Failed"
	SENT = "Sent"
	OPENED = "Opened"
	CLICKED = "Clicked"
	REPLIED = "Replied"
	BOUNCED = "Bounced"
	UNSUBSCRIBED = "Unsubscribed"
	DELIVERED = "Delivered"
	NOT_DELIVERED = "Not Delivered"
	COMPLETED = "Completed"
	SKIPPED = "Skipped"
	CANCELLED = "Cancelled"
	OVERDUE = "Overdue"
	CALL_RESULT = "Call Result"


PRESENT = (Measure.DUE, Measure.STILL)

OUTCOME_COLUMNS: Mapping[Measure, tuple[Outcome, str]] = {
	Measure.SENT: (Outcome.SENT, "sent_at"),
	Measure.OPENED: (Outcome.OPENED, "opened_at"),
	Measure.CLICKED: (Outcome.CLICKED, "clicked_at"),
	Measure.REPLIED: (Outcome.REPLIED, "replied_at"),
	Measure.BOUNCED: (Outcome.BOUNCED, "bounced_at"),
	Measure.UNSUBSCRIBED: (Outcome.UNSUBSCRIBED, "unsubscribed_at"),
	Measure.DELIVERED: (Outcome.DELIVERED, "delivered_at"),
	Measure.NOT_DELIVERED: (Outcome.FAILED, "failed_at"),
	Measure.COMPLETED: (Outcome.COMPLETED, "completed_at"),
	Measure.SKIPPED: (Outcome.SKIPPED, "skipped_at"),
	Measure.CANCELLED: (Outcome.CANCELLED, "cancelled_at"),
	Measure.OVERDUE: (Outcome.OVERDUE, "overdue_at"),
}
STATUS_MEASURES: Mapping[ActivityStatus, Measure] = {
	ActivityStatus.SCHEDULED: Measure.SCHEDULED,
	ActivityStatus.HANDED_OVER: Measure.REACHED,
	ActivityStatus.CARRIED_OUT: Measure.REACHED,
	ActivityStatus.SKIPPED: Measure.PASSED_OVER,
	ActivityStatus.CANCELLED: Measure.TAKEN_BACK,
	ActivityStatus.FAILED: Measure.FAILED,
}

OF_STATUS: Mapping[EnrollmentStatus, Still] = {
	EnrollmentStatus.WAITING: Still.WAITING,
	EnrollmentStatus.HALTED: Still.HALTED,
	EnrollmentStatus.PAUSED: Still.PAUSED,
}
NO_DAY = date.max

Count = tuple[Measure, str, date]
"""What is counted once: the measure, its detail (a status, a reason, a call's result), the day."""


def of_activity(activity: Activity) -> Iterator[Count]:
	"""Where the follow-up stands, and each thing that came of it, on the site's day of its first time."""
	measure = STATUS_MEASURES[activity.status]
	yield measure, "", _day(_stands_on(activity, measure))
	if measure is Measure.SCHEDULED and activity.due_at is not None:
		yield Measure.DUE, "", _day(activity.due_at)
	if not activity.marks:
		return
	for counted, (outcome, _column) in OUTCOME_COLUMNS.items():
		at = activity.first(outcome)
		if at is not None:
			yield counted, "", _day(at)
	if result := call_result(activity):
		completed_at = activity.first(Outcome.COMPLETED)
		if completed_at is not None:
			yield Measure.CALL_RESULT, result, _day(completed_at)


def of_enrollment(
	enrollment: Enrollment, disposition: str = "", still: str = "", still_on: date | None = None
) -> Iterator[Count]:
	"""The run that is under way, or was the last; `disposition` is what whoever took it out had found (S5.7),
	`still` and `still_on` are as they are kept with it."""
	if enrollment.started_at is None:
		return
	yield Measure.ENROLLED, "", _day(enrollment.started_at)
	if enrollment.is_live:
		yield Measure.LIVE, enrollment.status.value, _day(enrollment.started_at)
		reason, day = _stands(enrollment, still, still_on)
		yield Measure.STILL, reason, day
	elif enrollment.ended_at is not None:
		yield Measure.ENDED, enrollment.status.value, _day(enrollment.ended_at)
		yield (
			Measure.EXIT,
			enrollment.exit_reason.value if enrollment.exit_reason else "",
			_day(enrollment.ended_at),
		)
		if disposition:
			yield Measure.DISPOSITION, disposition, _day(enrollment.ended_at)


def _stands(enrollment: Enrollment, still: str, still_on: date | None) -> tuple[str, date]:
	"""Why it stands still, and since when; open work counts on the day on which it is due, or on no day."""
	reason = OF_STATUS.get(enrollment.status) or Still(still or Still.ANSWER)
	if reason is Still.OPEN_WORK:
		return reason.value, still_on or NO_DAY
	return reason.value, _day(enrollment.started_at)


def _stands_on(activity: Activity, measure: Measure) -> datetime:
	if measure is Measure.SCHEDULED:
		return activity.base_at
	if measure is Measure.REACHED:
		return activity.handed_over_at or activity.carried_out_at or activity.base_at
	return activity.closed_at or activity.base_at


def _day(moment: datetime) -> date:
	return moment.astimezone(clock.site_zone()).date()
