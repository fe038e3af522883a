"""Taking an event in: what it says by itself, before time and triggers are looked at."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.advance import resume
from cadences_app.engine.calendar import next_opening
from cadences_app.engine.definition import PRODUCES, ExitKind, FollowUp, Start
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import (
	Activity,
	ActivityLost,
	ActivityStatus,
	EnrollmentStatus,
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpMoved,
	FollowUpScheduled,
	Halted,
	Held,
	OutcomeRecorded,
	Paused,
	RunStarted,
	VersionAdopted,
)
from cadences_app.engine.events import (
	ActivityDeleted,
	CadenceDeactivated,
	CadenceRepublished,
	ContinueRequested,
	Enrolled,
	Event,
	FollowUpFailed,
	FollowUpImpossible,
	HoldRequested,
	MeetingBooked,
	OutcomeReported,
	PauseRequested,
	RecordChanged,
	Republish,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TimePassed,
)
from cadences_app.engine.exits import end, leave_if_asked, stop
from cadences_app.engine.reasons import Reason
from cadences_app.engine.scheduling import place, schedule
from cadences_app.engine.triggers import due_after


def take_in(draft: Draft, event: Event) -> Reason:
	"""Apply what the event says. An ended enrollment only notes outcomes, and may be re-enrolled."""
	match event:
		case OutcomeReported():
			return _note_outcome(draft, event)
		case Enrolled():
			return _start_run(draft, Reason.ENROLLED) if not draft.enrollment.run else Reason.ALREADY_ENROLLED
		case RestartRequested():
			return Reason.STILL_RUNNING if draft.enrollment.is_live else _start_run(draft, Reason.RESTARTED)
		case ContinueRequested():
			return _continue_run(draft)
		case _ if not draft.enrollment.is_live:
			return Reason.ENDED
		case TimePassed() | RecordChanged():
			return Reason.NOTHING_DUE
		case FollowUpFailed() | FollowUpImpossible() | ActivityDeleted():
			return _close(draft, event)
		case MeetingBooked():
			return _leave_for_meeting(draft)
		case StopRequested(why):
			return stop(draft, Reason.STOPPED_BY_HAND, why)
		case HoldRequested(until):
			return _hold(draft, until)
		case PauseRequested(until):
			return _pause(draft, until)
		case ResumeRequested():
			if draft.enrollment.status is EnrollmentStatus.ACTIVE:
				return Reason.NOT_PAUSED
			return resume(draft, Reason.RESUMED)
		case SkipRequested(target):
			return _skip_ahead(draft, target)
		case CadenceDeactivated():
			if draft.enrollment.status is EnrollmentStatus.HALTED:
				return Reason.IS_HALTED
			draft.apply(Halted(draft.now))
			return Reason.HALTED
		case CadenceRepublished():
			return _adopt_version(draft, event)


def _start_run(draft: Draft, reason: Reason) -> Reason:
	"""Begin a run: un-enrolment is looked at first (S2.4), then the starters are scheduled."""
	draft.apply(RunStarted(draft.enrollment.run + 1, draft.now, reason))
	left = leave_if_asked(draft)
	if left is not None:
		return left
	for starter in draft.cadence.starters:
		schedule(draft, starter, draft.now, reason)
	return reason


def _continue_run(draft: Draft) -> Reason:
	"""Go on in the same run: what its end cancelled and what failed is scheduled again (S5.5)."""
	enrollment = draft.enrollment
	if enrollment.is_live:
		return Reason.STILL_RUNNING
	if enrollment.status is EnrollmentStatus.COMPLETED or enrollment.has_lost_activity or not enrollment.run:
		return Reason.ONLY_RESTART
	ended_at = enrollment.ended_at or draft.now
	for activity in enrollment.activities.values():
		if activity.status is ActivityStatus.FAILED or _was_cut_off(activity, ended_at):
			due_at = ended_at if activity.status is ActivityStatus.FAILED else activity.due_at
			draft.apply(
				FollowUpScheduled(
					activity.follow_up, activity.base_at, due_at, Reason.CONTINUED, activity.forced
				)
			)
	return resume(draft, Reason.CONTINUED, ended_at)


def _was_cut_off(activity: Activity, ended_at: datetime) -> bool:
	return activity.status is ActivityStatus.CANCELLED and activity.closed_at == ended_at


def _note_outcome(draft: Draft, event: OutcomeReported) -> Reason:
	"""Record an outcome once; what proves that an email went out also marks it carried out."""
	activity = draft.activity_of(event.run, event.follow_up)
	follow_up = draft.cadence.by_key.get(event.follow_up)
	if event.run != draft.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None or (follow_up is not None and event.outcome not in PRODUCES[follow_up.channel]):
		return Reason.NO_SUCH_FOLLOW_UP
	recorded = OutcomeRecorded(event.follow_up, event.outcome, event.at, event.detail)
	known = activity.marks
	draft.apply(recorded)
	if draft.enrollment.activities[event.follow_up].marks == known:
		draft.transitions.pop()
		return Reason.ALREADY_KNOWN if draft.enrollment.is_live else Reason.ENDED
	if _shows_it_went_out(activity):
		draft.apply(FollowUpCarriedOut(event.follow_up, event.at))
	return Reason.OUTCOME_RECORDED if draft.enrollment.is_live else Reason.ENDED


def _shows_it_went_out(activity: Activity) -> bool:
	"""Any outcome of an email that was handed over, even of one that was taken back too late."""
	if activity.status is ActivityStatus.CANCELLED:
		return activity.handed_over_at is not None
	return activity.status is ActivityStatus.HANDED_OVER


def _close(draft: Draft, event: FollowUpFailed | FollowUpImpossible | ActivityDeleted) -> Reason:
	activity = draft.activity_of(event.run, event.follow_up)
	if event.run != draft.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	key, now = event.follow_up, draft.now
	match event:
		case FollowUpFailed(error=error):
			draft.apply(FollowUpClosed(key, ActivityStatus.FAILED, now, Reason.FAILED, error))
			return end(draft, EnrollmentStatus.FAILED, Reason.FAILED, error)
		case FollowUpImpossible(why=why):
			draft.apply(FollowUpClosed(key, ActivityStatus.SKIPPED, now, Reason.IMPOSSIBLE, why))
			return Reason.IMPOSSIBLE
		case ActivityDeleted():
			draft.apply(FollowUpClosed(key, ActivityStatus.CANCELLED, now, Reason.ACTIVITY_DELETED))
			draft.apply(ActivityLost(key))
			return Reason.ACTIVITY_DELETED


def _leave_for_meeting(draft: Draft) -> Reason:
	for rule in draft.cadence.exit_rules:
		if rule.kind is ExitKind.MEETING:
			return stop(draft, Reason.RULE_MEETING, rule.label)
	return Reason.NO_RULE


def _hold(draft: Draft, until: datetime) -> Reason:
	"""Nothing goes out before `until`; what was due earlier moves there."""
	held = draft.enrollment.hold_until
	if until <= draft.now or (held is not None and held >= until):
		return Reason.ALREADY_KNOWN
	draft.apply(Held(until))
	for activity in draft.enrollment.with_status(ActivityStatus.SCHEDULED):
		follow_up = draft.cadence.by_key.get(activity.follow_up)
		if follow_up is not None and activity.due_at is not None and activity.due_at < until:
			due_at = place(draft, follow_up, activity.due_at)
			draft.apply(FollowUpMoved(activity.follow_up, due_at, Reason.HELD))
	return Reason.HELD


def _pause(draft: Draft, until: datetime | None) -> Reason:
	if draft.enrollment.status is not EnrollmentStatus.ACTIVE:
		return Reason.IS_PAUSED if draft.enrollment.status is EnrollmentStatus.PAUSED else Reason.IS_HALTED
	draft.apply(Paused(draft.now, until))
	return Reason.PAUSED


def _skip_ahead(draft: Draft, target: SkipTarget) -> Reason:
	"""Bring the next follow-up forward to now, or pass over everything but the last one (S5.6)."""
	follow_up = _next_follow_up(draft) if target is SkipTarget.NEXT else _last_follow_up(draft)
	if follow_up is None:
		return Reason.NOTHING_TO_SKIP_TO
	if target is SkipTarget.LAST:
		_pass_over_others(draft, follow_up)
	window = draft.cadence.policy.window_for(follow_up.channel)
	due_at = next_opening(draft.now, window, draft.facts.calendar)
	draft.apply(FollowUpScheduled(follow_up.key, draft.now, due_at, Reason.SKIPPED_AHEAD, forced=True))
	return Reason.SKIPPED_AHEAD


def _next_follow_up(draft: Draft) -> FollowUp | None:
	"""The earliest scheduled follow-up, or else the first that waits for an outcome."""
	scheduled = [
		(each.due_at, order, each.follow_up)
		for order, each in enumerate(draft.enrollment.with_status(ActivityStatus.SCHEDULED))
		if each.due_at is not None
	]
	if scheduled:
		return draft.cadence.by_key.get(min(scheduled)[2])
	for follow_up in draft.cadence.follow_ups:
		parent = draft.enrollment.activities.get(follow_up.parent)
		if follow_up.key not in draft.enrollment.activities and parent is not None and parent.passed_at:
			return follow_up
	return None


def _last_follow_up(draft: Draft) -> FollowUp | None:
	last = draft.cadence.follow_ups[-1]
	activity = draft.enrollment.activities.get(last.key)
	return last if activity is None or activity.status is ActivityStatus.SCHEDULED else None


def _pass_over_others(draft: Draft, target: FollowUp) -> None:
	now, reason = draft.now, Reason.SKIPPED_AHEAD
	for follow_up in draft.cadence.follow_ups:
		if follow_up.key == target.key:
			continue
		activity = draft.enrollment.activities.get(follow_up.key)
		if activity is None:
			draft.apply(FollowUpScheduled(follow_up.key, now, None, reason))
		elif activity.status is not ActivityStatus.SCHEDULED:
			continue
		draft.apply(FollowUpClosed(follow_up.key, ActivityStatus.SKIPPED, now, reason))


def _adopt_version(draft: Draft, event: CadenceRepublished) -> Reason:
	"""Go on under the new definition, or stop if what is scheduled was edited in it (S1.7)."""
	scheduled = draft.enrollment.with_status(ActivityStatus.SCHEDULED)
	if event.choice is Republish.FINISH:
		return Reason.REPUBLISHED
	if event.choice is Republish.STOP_EDITED and any(each.follow_up in event.edited for each in scheduled):
		return stop(draft, Reason.REPUBLISHED)
	draft.apply(VersionAdopted())
	for activity in scheduled:
		follow_up = draft.cadence.by_key.get(activity.follow_up)
		if follow_up is None:
			draft.apply(
				FollowUpClosed(activity.follow_up, ActivityStatus.CANCELLED, draft.now, Reason.REPUBLISHED)
			)
		elif activity.follow_up in event.edited and follow_up.timing.start is Start.AFTER_TRIGGER:
			due_at = place(draft, follow_up, due_after(follow_up.timing, activity.base_at, draft.facts))
			draft.apply(FollowUpMoved(activity.follow_up, due_at, Reason.REPUBLISHED))
	return Reason.REPUBLISHED
