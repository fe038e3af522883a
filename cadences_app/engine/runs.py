"""Beginning a run, going on with one that ended, and taking one over into a new version (S1.7, S5.5)."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.advance import resume
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import Cadence, Start
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import CadenceRepublished, Republish
from cadences_app.engine.exits import leave_if_asked, stop
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import bring_on, place, schedule
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	FollowUpClosed,
	FollowUpMoved,
	FollowUpScheduled,
	RunStarted,
	VersionAdopted,
)
from cadences_app.engine.triggers import due_after


def start_run(builder: DecisionBuilder, reason: Reason, starts_with: str = "") -> Reason:
	"""Begin a run: un-enrolment is looked at first (S2.4), then the starters are scheduled, or the one
	follow-up that it is to start with is brought on (S2.10)."""
	builder.apply(RunStarted(builder.enrollment.run + 1, builder.now, reason))
	left = leave_if_asked(builder)
	if left is not None:
		return left
	chosen = builder.cadence.by_key.get(starts_with)
	if chosen is not None:
		bring_on(builder, chosen, reason)
		return reason
	for starter in builder.cadence.starters:
		schedule(builder, starter, builder.now, reason)
	return reason


def continue_run(builder: DecisionBuilder) -> Reason:
	"""Go on in the same run: what its end cancelled and what failed is scheduled again (S5.5)."""
	enrollment = builder.enrollment
	if enrollment.is_live:
		return Reason.STILL_RUNNING
	if enrollment.status is EnrollmentStatus.COMPLETED or enrollment.has_lost_activity or not enrollment.run:
		return Reason.ONLY_RESTART
	ended_at = enrollment.ended_at or builder.now
	for activity in enrollment.activities.values():
		if activity.status is ActivityStatus.FAILED or _was_cut_off(activity, ended_at):
			builder.apply(
				FollowUpScheduled(
					activity.follow_up, activity.base_at, activity.due_at, Reason.CONTINUED, activity.forced
				)
			)
	resume(builder, Reason.CONTINUED, ended_at)
	if not enrollment.activities:  # the run ended before it began (S2.4)
		for starter in builder.cadence.starters:
			schedule(builder, starter, builder.now, Reason.CONTINUED)
	return Reason.CONTINUED


def _was_cut_off(activity: Activity, ended_at: datetime) -> bool:
	return activity.status is ActivityStatus.CANCELLED and activity.closed_at == ended_at


def adopt_version(builder: DecisionBuilder, event: CadenceRepublished) -> Reason:
	"""Go on under the new definition, or stop if what is scheduled was edited in it (S1.7)."""
	scheduled = builder.enrollment.with_status(ActivityStatus.SCHEDULED)
	if event.choice is Republish.FINISH:
		return Reason.REPUBLISHED
	if event.choice is Republish.STOP_EDITED and any(each.follow_up in event.edited for each in scheduled):
		return stop(builder, Reason.REPUBLISHED)
	builder.apply(VersionAdopted())
	for activity in scheduled:
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		if follow_up is None:
			builder.apply(
				FollowUpClosed(activity.follow_up, ActivityStatus.CANCELLED, builder.now, Reason.REPUBLISHED)
			)
		elif activity.follow_up not in event.edited or activity.forced:
			continue
		elif follow_up.timing.start is Start.AFTER_TRIGGER:
			due_at = place(builder, follow_up, due_after(follow_up.timing, activity.base_at, builder.facts))
			builder.apply(FollowUpMoved(activity.follow_up, due_at, Reason.REPUBLISHED))
	return Reason.REPUBLISHED


def edited_follow_ups(before: Cadence, after: Cadence) -> frozenset[str]:
	"""The keys of the follow-ups that read differently in the two definitions, or are gone."""
	return frozenset(key for key, each in before.by_key.items() if after.by_key.get(key) != each)
