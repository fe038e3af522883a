"""What comes if nobody answers: "the second mail, if not opened" (S3.3), before its wait is over."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.scheduling import due_of
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.engine.triggers import Facts, timer_of


def awaited(
	cadence: Cadence, enrollment: Enrollment, facts: Facts, now: datetime
) -> tuple[FollowUp, datetime] | None:
	"""The follow-up that comes first if the outcome that it hangs on stays out, and when it is due then.

	None where none does, or where nobody knows when: while the enrollment stands still.
	"""
	if enrollment.status is not EnrollmentStatus.ACTIVE:
		return None
	builder = DecisionBuilder(cadence, enrollment, facts, now)
	found = []
	for activity in enrollment.activities.values():
		for child in cadence.children.get(activity.follow_up, ()):
			if child.key in enrollment.activities or not child.trigger.absent:
				continue
			timer = timer_of(child.trigger, activity, enrollment, facts.calendar)
			due_at = due_of(builder, child, timer) if timer is not None else None
			if due_at is not None:
				found.append((due_at, child.key))
	if not found:
		return None
	due_at, key = min(found)
	return cadence.by_key[key], due_at
