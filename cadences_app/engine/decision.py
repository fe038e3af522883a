"""`decide`: what one event means for one enrollment. Pure: no Frappe, no clock, no I/O.

Time in which nobody looked is noted, and the event taken in. Then, while the enrollment is live: overdue
calls are marked, un-enrolment is looked at (before anything due at the same instant, S6.2), triggers schedule
their follow-ups, what is due is carried out, and a run in which nothing can come any more is completed.
"""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.advance import (
	complete_if_done,
	mark_overdue_calls,
	next_moment,
	note_downtime,
	resume_when_over,
)
from cadences_app.engine.decision_builder import Decision, DecisionBuilder
from cadences_app.engine.definition import Cadence
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Event
from cadences_app.engine.exits import leave_if_asked
from cadences_app.engine.intake import take_in
from cadences_app.engine.reasons import NOTHING_DUE, RULE_FAILED, Reason
from cadences_app.engine.scheduling import (
	carry_out_due,
	follow_dates,
	schedule_triggered,
	withdraw_untriggered,
)
from cadences_app.engine.statuses import ACTIVE, WAITING, EnrollmentStatus
from cadences_app.engine.transitions import Halted
from cadences_app.engine.triggers import Facts

STANDING_STILL = (EnrollmentStatus.HALTED, EnrollmentStatus.WAITING)

__all__ = ["Decision", "EndlessDecision", "Facts", "decide"]

TURNS_PER_FOLLOW_UP = 3
"""A follow-up is moved, skipped or carried out; each at most once in one decision."""


class EndlessDecision(RuntimeError):
	"""What was carried out is due still: a content or an action is missing from a match."""


def decide(cadence: Cadence, enrollment: Enrollment, event: Event, facts: Facts, now: datetime) -> Decision:
	"""What follows from `event` at `now` (aware UTC). The reason says why, also when nothing follows."""
	builder = DecisionBuilder(cadence, enrollment, facts, now)
	note_downtime(builder, event)
	reason = take_in(builder, event)
	if not facts.is_cadence_active:
		reason = _halt(builder) or reason
	if builder.enrollment.status is WAITING:
		reason = leave_if_asked(builder) or reason
	elif builder.enrollment.is_live and builder.enrollment.run:
		reason = _advance(builder) or _why_idle(builder, reason)
	can_go_on = builder.enrollment.is_live and reason is not RULE_FAILED
	next_at = next_moment(builder) if can_go_on else None
	return Decision(builder.enrollment, tuple(builder.transitions), tuple(builder.actions), reason, next_at)


def _halt(builder: DecisionBuilder) -> Reason | None:
	"""Whatever set it going: nothing goes on in a cadence that is not active (S7.1)."""
	if not builder.enrollment.is_live or builder.enrollment.status in STANDING_STILL:
		return None
	builder.apply(Halted(builder.now))
	return Reason.HALTED


def _advance(builder: DecisionBuilder) -> Reason | None:
	"""Do what time and outcomes ask for; the reason of the last thing done, or None."""
	overdue = mark_overdue_calls(builder)
	reason = leave_if_asked(builder)
	if reason is not None:
		return reason
	resumed = None
	if builder.enrollment.status is not ACTIVE:
		is_paused = builder.enrollment.status is EnrollmentStatus.PAUSED
		resumed = resume_when_over(builder) if is_paused else None
		if resumed is None:
			return overdue
	if builder.facts.rule_errors:
		return RULE_FAILED  # nobody knows whether the record is to leave: nothing goes on (S5.8)
	reason = follow_dates(builder) or resumed or overdue
	for _turn in range(TURNS_PER_FOLLOW_UP * len(builder.cadence.follow_ups) + 1):
		withdrawn = withdraw_untriggered(builder)
		scheduled = schedule_triggered(builder)
		started = carry_out_due(builder)
		reason = started or scheduled or withdrawn or reason
		if not started:
			return complete_if_done(builder) or reason
		mark_overdue_calls(builder)
		left = leave_if_asked(builder)
		if left is not None:
			return left
	raise EndlessDecision(f"follow-ups of {builder.cadence.name} are due again and again at {builder.now}")


def _why_idle(builder: DecisionBuilder, reason: Reason) -> Reason:
	"""Why nothing was due: an enrollment that stands still says so."""
	if builder.enrollment.status is ACTIVE or reason is not NOTHING_DUE:
		return reason
	match builder.enrollment.status:
		case EnrollmentStatus.PAUSED:
			return Reason.IS_PAUSED
		case EnrollmentStatus.HALTED:
			return Reason.IS_HALTED
		case _:
			return reason
