"""Taking an event in: what it says by itself, before time and triggers are looked at."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.advance import resume
from cadences_app.engine.calendar import next_opening
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import ExitKind, FollowUp
from cadences_app.engine.draft import Draft
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import (
	ActivityDeleted,
	CadenceDeactivated,
	CadenceRepublished,
	CallRescheduled,
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
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TimePassed,
)
from cadences_app.engine.exits import end, leave_if_asked, stop
from cadences_app.engine.outcomes import PRODUCES, Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import adopt_version, continue_run, start_run
from cadences_app.engine.scheduling import place
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	ActivityLost,
	CallMoved,
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpMoved,
	FollowUpScheduled,
	Halted,
	Held,
	OutcomeRecorded,
	Paused,
)


def take_in(draft: Draft, event: Event) -> Reason:
	"""Apply what the event says. An ended enrollment only notes outcomes, and may be re-enrolled."""
	match event:
		case OutcomeReported():
			return _note_outcome(draft, event)
		case Enrolled():
			return start_run(draft, Reason.ENROLLED) if not draft.enrollment.run else Reason.ALREADY_ENROLLED
		case RestartRequested():
			return Reason.STILL_RUNNING if draft.enrollment.is_live else start_run(draft, Reason.RESTARTED)
		case ContinueRequested():
			return continue_run(draft)
		case ActivityDeleted():
			return _lose_activity(draft, event)
		case _ if not draft.enrollment.is_live:
			return Reason.ENDED
		case TimePassed() | RecordChanged():
			return Reason.NOTHING_DUE
		case FollowUpFailed() | FollowUpImpossible():
			return _close(draft, event)
		case CallRescheduled():
			return _move_call(draft, event)
		case MeetingBooked():
			return _leave_for_meeting(draft)
		case StopRequested(why):
			return stop(draft, Reason.STOPPED_BY_HAND, why)
		case HoldRequested(until):
			return _hold(draft, until)
		case PauseRequested(until):
			return _pause(draft, until)
		case ResumeRequested():
			return _resume(draft)
		case SkipRequested(target):
			return _skip_ahead(draft, target)
		case CadenceDeactivated():
			if draft.enrollment.status is EnrollmentStatus.HALTED:
				return Reason.IS_HALTED
			draft.apply(Halted(draft.now))
			return Reason.HALTED
		case CadenceRepublished():
			return adopt_version(draft, event)


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
	draft.heard = recorded
	if draft.enrollment.activities[event.follow_up].marks == known:
		draft.transitions.pop()
		draft.heard = None
		return Reason.ALREADY_KNOWN if draft.enrollment.is_live else Reason.ENDED
	may_prove = event.outcome is not Outcome.UNSUBSCRIBED  # people do that elsewhere too, before it is out
	if may_prove and _shows_it_went_out(activity, follow_up, event.at):
		draft.apply(FollowUpCarriedOut(event.follow_up, event.at))
	return Reason.OUTCOME_RECORDED if draft.enrollment.is_live else Reason.ENDED


def _shows_it_went_out(activity: Activity, follow_up: FollowUp | None, at: datetime) -> bool:
	"""Any outcome of an email that was handed over does, even of one that was taken back too late; and it
	went out no later than the earliest of them, in whatever order they are told."""
	if activity.handed_over_at is None:
		return False
	if activity.carried_out_at is None:
		return True
	is_email = follow_up is not None and follow_up.channel is Channel.EMAIL
	return is_email and activity.status is ActivityStatus.CARRIED_OUT and at < activity.carried_out_at


def _close(draft: Draft, event: FollowUpFailed | FollowUpImpossible) -> Reason:
	"""Note that a follow-up can't be carried out. Of a task or call its channel may say so afterwards, of
	an email that went out nobody."""
	activity = draft.activity_of(event.run, event.follow_up)
	if event.run != draft.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	key, now, status = event.follow_up, draft.now, activity.status
	is_done = status is ActivityStatus.CARRIED_OUT and activity.handed_over_at is not None
	if is_done or status in (ActivityStatus.SKIPPED, ActivityStatus.CANCELLED, ActivityStatus.FAILED):
		return Reason.ALREADY_KNOWN
	match event:
		case FollowUpFailed(error=error):
			draft.apply(FollowUpClosed(key, ActivityStatus.FAILED, now, Reason.FAILED, error))
			return end(draft, EnrollmentStatus.FAILED, Reason.FAILED, error)
		case FollowUpImpossible(why=why):
			draft.apply(FollowUpClosed(key, ActivityStatus.SKIPPED, now, Reason.IMPOSSIBLE, why))
			return Reason.IMPOSSIBLE


def _lose_activity(draft: Draft, event: ActivityDeleted) -> Reason:
	"""Note a deletion, also in an enrollment that has ended: its run can't be resumed any more (S5.5)."""
	activity = draft.activity_of(event.run, event.follow_up)
	if event.run != draft.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	if activity.reason is Reason.ACTIVITY_DELETED:
		return Reason.ALREADY_KNOWN
	draft.apply(ActivityLost(event.follow_up))
	draft.apply(FollowUpClosed(event.follow_up, ActivityStatus.CANCELLED, draft.now, Reason.ACTIVITY_DELETED))
	return Reason.ACTIVITY_DELETED


def _move_call(draft: Draft, event: CallRescheduled) -> Reason:
	"""Have an open call start at another time; an overdue one is scheduled again if that is to come."""
	activity = draft.activity_of(event.run, event.follow_up)
	if event.run != draft.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None or activity.starts_at is None:
		return Reason.NO_SUCH_FOLLOW_UP
	if activity.starts_at == event.starts_at or activity.is_closed:
		return Reason.ALREADY_KNOWN
	draft.apply(CallMoved(event.follow_up, event.starts_at))
	if activity.standing is Outcome.OVERDUE and event.starts_at > draft.now:
		draft.apply(OutcomeRecorded(event.follow_up, Outcome.SCHEDULED, draft.now))
	return Reason.CALL_MOVED


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
	"""Pause, or change until when; what it stands since stays."""
	enrollment = draft.enrollment
	if enrollment.status is EnrollmentStatus.HALTED:
		return Reason.IS_HALTED
	if enrollment.status is EnrollmentStatus.PAUSED and enrollment.paused_until == until:
		return Reason.IS_PAUSED
	if enrollment.status is EnrollmentStatus.ACTIVE and until is not None and until <= draft.now:
		return Reason.NOT_PAUSED
	draft.apply(Paused(enrollment.paused_at or draft.now, until))
	return Reason.PAUSED


def _resume(draft: Draft) -> Reason:
	"""Go on, unless a rule took the record out in the meantime. A halt that ends within a pause leaves the
	pause: whoever asked for it did not ask to go on."""
	enrollment = draft.enrollment
	if enrollment.status is EnrollmentStatus.ACTIVE:
		return Reason.NOT_PAUSED
	left = leave_if_asked(draft)
	if left is not None:
		return left
	paused_at, until = enrollment.paused_at, enrollment.paused_until
	if enrollment.status is EnrollmentStatus.HALTED and paused_at and (until is None or until > draft.now):
		draft.apply(Paused(paused_at, until))
		return Reason.IS_PAUSED
	return resume(draft, Reason.RESUMED)


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
	"""The earliest scheduled follow-up (one that waits for its date comes last), or else the first that
	waits for an outcome."""
	scheduled = draft.enrollment.with_status(ActivityStatus.SCHEDULED)
	if scheduled:
		first = min(scheduled, key=lambda each: (each.due_at is None, each.due_at or each.base_at))
		return draft.cadence.by_key.get(first.follow_up)
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
