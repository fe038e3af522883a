"""Taking an event in: what it says by itself, before time and triggers are looked at."""

from __future__ import annotations

from datetime import datetime

from cadences_app.engine.actions import WithdrawEmail
from cadences_app.engine.advance import resume
from cadences_app.engine.channels import traits_of
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.definition import ExitKind
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import (
	ActivityDeleted,
	CadenceDeactivated,
	CadenceRepublished,
	CallRescheduled,
	ColleagueReplied,
	ContinueRequested,
	EmailEdited,
	Enrolled,
	Event,
	FollowUpDeclined,
	FollowUpFailed,
	FollowUpImpossible,
	HoldRequested,
	MeetingBooked,
	Noted,
	OutcomeReported,
	PauseRequested,
	RecordChanged,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	StopRequested,
	TimePassed,
	TryAgainRequested,
)
from cadences_app.engine.exits import end, leave_if_asked, stop
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import ColleagueReply
from cadences_app.engine.reasons import NOTHING_DUE, Reason
from cadences_app.engine.runs import adopt_version, continue_run, start_run, take_up_failed
from cadences_app.engine.scheduling import place, place_anew
from cadences_app.engine.skipping import skip_ahead
from cadences_app.engine.statuses import CARRIED_OUT, ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	ActivityLost,
	CallMoved,
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpMoved,
	Halted,
	Held,
	OutcomeRecorded,
	Paused,
	PauseNoted,
)
from cadences_app.engine.triggers import channel_of

CAN_PAUSE = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


def take_in(builder: DecisionBuilder, event: Event) -> Reason:
	"""Apply what the event says. An ended enrollment only notes outcomes, and may be re-enrolled; one that
	failed may still be left by its rules."""
	match event:
		case OutcomeReported():
			return _note_outcome(builder, event)
		case TimePassed() | RecordChanged() if builder.enrollment.is_live:
			return NOTHING_DUE
		case Enrolled(starts_with):
			if builder.enrollment.run:
				return Reason.ALREADY_ENROLLED
			return start_run(builder, Reason.ENROLLED, starts_with)
		case RestartRequested(starts_with=starts_with):
			if builder.enrollment.is_live:
				return Reason.STILL_RUNNING
			return start_run(builder, Reason.RESTARTED, starts_with)
		case ActivityDeleted():
			return _lose_activity(builder, event)
		case _ if builder.enrollment.status is EnrollmentStatus.FAILED:
			return _tell_failed(builder, event)
		case ContinueRequested():
			return continue_run(builder)
		case _ if not builder.enrollment.is_live:
			return Reason.ENDED
		case TimePassed() | RecordChanged() | TryAgainRequested():
			return NOTHING_DUE
		case FollowUpFailed() | FollowUpImpossible():
			return _close(builder, event)
		case FollowUpDeclined():
			return _decline(builder, event)
		case EmailEdited():
			return _note_edit(builder, event)
		case CallRescheduled():
			return _move_call(builder, event)
		case MeetingBooked():
			return _leave_for_meeting(builder)
		case ColleagueReplied(who):
			return _heed_colleague(builder, who)
		case Noted():
			return Reason.NOTED
		case StopRequested(why):
			return stop(builder, Reason.STOPPED_BY_HAND, why)
		case CadenceRepublished():
			return adopt_version(builder, event)
		case _ if builder.enrollment.status is EnrollmentStatus.WAITING:
			return Reason.IS_WAITING
		case HoldRequested(until):
			return _hold(builder, until)
		case PauseRequested(until):
			return _pause(builder, until)
		case ResumeRequested():
			return _resume(builder)
		case SkipRequested(target):
			return skip_ahead(builder, target)
		case CadenceDeactivated():
			if builder.enrollment.status is EnrollmentStatus.HALTED:
				return Reason.IS_HALTED
			builder.apply(Halted(builder.now))
			return Reason.HALTED


def _tell_failed(builder: DecisionBuilder, event: Event) -> Reason:
	"""What reaches one that failed: it can still be left by its rules, and what holds it back holds it back
	once it is taken up again (S5.8)."""
	match event:
		case TryAgainRequested() | ContinueRequested():
			return take_up_failed(builder, event)
		case MeetingBooked():
			return _leave_for_meeting(builder)
		case ColleagueReplied(who):
			return _heed_colleague(builder, who)
		case HoldRequested(until):
			return _hold(builder, until)
		case _:
			return Reason.ENDED


def _note_outcome(builder: DecisionBuilder, event: OutcomeReported) -> Reason:
	"""Record an outcome once; what proves that an email went out also marks it carried out."""
	activity = builder.enrollment.activities.get(event.follow_up)
	follow_up = builder.cadence.by_key.get(event.follow_up)
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	channel = channel_of(activity, follow_up)
	if channel is not None and event.outcome not in traits_of(channel).produces:
		return Reason.NO_SUCH_FOLLOW_UP
	recorded = OutcomeRecorded(event.follow_up, event.outcome, event.at, event.detail)
	known = activity.marks
	builder.apply(recorded)
	builder.heard = recorded
	if builder.enrollment.activities[event.follow_up].marks == known:
		builder.transitions.pop()
		builder.heard = None
		return Reason.ALREADY_KNOWN if builder.enrollment.is_live else Reason.ENDED
	# People unsubscribe elsewhere too, before it is out.
	if _shows_it_went_out(activity, event.at) and event.outcome is not Outcome.UNSUBSCRIBED:
		builder.apply(FollowUpCarriedOut(event.follow_up, event.at))
	if builder.enrollment.is_live:
		return Reason.OUTCOME_RECORDED
	left = leave_if_asked(builder) if builder.enrollment.status is EnrollmentStatus.FAILED else None
	return left or Reason.ENDED


def _shows_it_went_out(activity: Activity, at: datetime) -> bool:
	"""Any outcome of an email that was handed over does, even of one that was taken back too late; and it
	went out no later than the earliest of them, in whatever order they are told."""
	if activity.handed_over_at is None:
		return False
	if activity.carried_out_at is None:
		return True
	return at < activity.carried_out_at and activity.was_sent and activity.status is CARRIED_OUT


def _close(builder: DecisionBuilder, event: FollowUpFailed | FollowUpImpossible) -> Reason:
	"""Note that a follow-up can't be carried out. Of a task or call its channel may say so afterwards, of
	an email that went out nobody."""
	activity = builder.enrollment.activities.get(event.follow_up)
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	key, now, status = event.follow_up, builder.now, activity.status
	is_done = status is ActivityStatus.CARRIED_OUT and activity.handed_over_at is not None
	if is_done or status in (ActivityStatus.SKIPPED, ActivityStatus.CANCELLED, ActivityStatus.FAILED):
		return Reason.ALREADY_KNOWN
	match event:
		case FollowUpFailed(error=error):
			builder.apply(FollowUpClosed(key, ActivityStatus.FAILED, now, Reason.FAILED, error))
			return end(builder, EnrollmentStatus.FAILED, Reason.FAILED, error)
		case FollowUpImpossible(why=why):
			builder.apply(FollowUpClosed(key, ActivityStatus.SKIPPED, now, Reason.IMPOSSIBLE, why))
			return Reason.IMPOSSIBLE


def _decline(builder: DecisionBuilder, event: FollowUpDeclined) -> Reason:
	"""Take back a mail that waits for a person, and go on as after any follow-up that is skipped."""
	activity = builder.enrollment.activities.get(event.follow_up)
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	if activity.status is not ActivityStatus.HANDED_OVER:
		return Reason.ALREADY_KNOWN
	builder.ask(WithdrawEmail(event.follow_up))
	skipped = ActivityStatus.SKIPPED
	builder.apply(FollowUpClosed(event.follow_up, skipped, builder.now, Reason.DECLINED, event.why))
	return Reason.DECLINED


def _note_edit(builder: DecisionBuilder, event: EmailEdited) -> Reason:
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	known = builder.enrollment.activities.get(event.follow_up)
	return Reason.NO_SUCH_FOLLOW_UP if known is None else Reason.EMAIL_EDITED


def _lose_activity(builder: DecisionBuilder, event: ActivityDeleted) -> Reason:
	"""Note a deletion, also in an enrollment that has ended: its run can't be resumed any more (S5.5)."""
	activity = builder.enrollment.activities.get(event.follow_up)
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None:
		return Reason.NO_SUCH_FOLLOW_UP
	if activity.reason is Reason.ACTIVITY_DELETED:
		return Reason.ALREADY_KNOWN
	builder.apply(ActivityLost(event.follow_up))
	builder.apply(
		FollowUpClosed(event.follow_up, ActivityStatus.CANCELLED, builder.now, Reason.ACTIVITY_DELETED)
	)
	return Reason.ACTIVITY_DELETED


def _move_call(builder: DecisionBuilder, event: CallRescheduled) -> Reason:
	"""Have an open call start at another time; an overdue one is scheduled again if that is to come."""
	activity = builder.enrollment.activities.get(event.follow_up)
	if event.run != builder.enrollment.run:
		return Reason.OTHER_RUN
	if activity is None or activity.starts_at is None:
		return Reason.NO_SUCH_FOLLOW_UP
	if activity.starts_at == event.starts_at or activity.is_closed:
		return Reason.ALREADY_KNOWN
	builder.apply(CallMoved(event.follow_up, event.starts_at))
	if activity.standing is Outcome.OVERDUE and event.starts_at > builder.now:
		builder.apply(OutcomeRecorded(event.follow_up, Outcome.SCHEDULED, builder.now))
	return Reason.CALL_MOVED


def _leave_for_meeting(builder: DecisionBuilder) -> Reason:
	for rule in builder.cadence.exit_rules:
		if rule.kind is ExitKind.MEETING:
			return stop(builder, Reason.RULE_MEETING, rule.label)
	return Reason.NO_RULE


def _heed_colleague(builder: DecisionBuilder, who: str) -> Reason:
	"""Leave, stand still until somebody has looked, or go on (S6.1b)."""
	match builder.cadence.policy.colleague_reply:
		case ColleagueReply.NOTHING:
			return Reason.NOTED
		case ColleagueReply.END:
			return stop(builder, Reason.COLLEAGUE_REPLIED, who)
		case ColleagueReply.PAUSE if builder.enrollment.status in CAN_PAUSE:
			reason = _pause(builder, None)
			return Reason.COLLEAGUE_REPLIED if reason is Reason.PAUSED else reason
		case ColleagueReply.PAUSE if builder.enrollment.is_to_pause:
			return Reason.ALREADY_KNOWN
		case ColleagueReply.PAUSE:
			return _note_pause(builder)
		case other:
			assert_never(other)


def _note_pause(builder: DecisionBuilder) -> Reason:
	"""Have it stand still once it goes on; one that is halted stands still since it was."""
	enrollment = builder.enrollment
	since = enrollment.stands_since if enrollment.is_live else None
	builder.apply(PauseNoted(since or builder.now))
	return Reason.COLLEAGUE_REPLIED


def _hold(builder: DecisionBuilder, until: datetime) -> Reason:
	"""Nothing goes out before `until`, and waiting times stand still (S3.3b)."""
	held = builder.enrollment.hold_until
	if until <= builder.now or (held is not None and held >= until):
		return Reason.ALREADY_KNOWN
	builder.apply(Held(until, builder.now))
	for activity in builder.enrollment.with_status(ActivityStatus.SCHEDULED):
		follow_up = builder.cadence.by_key.get(activity.follow_up)
		place_anew(builder, activity, Reason.HELD)
		due_at = builder.enrollment.activities[activity.follow_up].due_at
		if follow_up is not None and due_at is not None and due_at < until:
			due_at = place(builder, follow_up, due_at)
			builder.apply(FollowUpMoved(activity.follow_up, due_at, Reason.HELD))
	return Reason.HELD


def _pause(builder: DecisionBuilder, until: datetime | None) -> Reason:
	"""Pause, or change until when; what it stands since stays."""
	enrollment = builder.enrollment
	if enrollment.status is EnrollmentStatus.HALTED:
		return Reason.IS_HALTED
	if enrollment.status is EnrollmentStatus.PAUSED and enrollment.paused_until == until:
		return Reason.IS_PAUSED
	if enrollment.status is EnrollmentStatus.ACTIVE and until is not None and until <= builder.now:
		return Reason.NOT_PAUSED
	builder.apply(Paused(enrollment.paused_at or builder.now, until))
	return Reason.PAUSED


def _resume(builder: DecisionBuilder) -> Reason:
	"""Go on, unless a rule took the record out in the meantime. A halt that ends within a pause leaves the
	pause: whoever asked for it did not ask to go on."""
	enrollment = builder.enrollment
	if enrollment.status is EnrollmentStatus.ACTIVE:
		return Reason.NOT_PAUSED
	left = leave_if_asked(builder)
	if left is not None:
		return left
	paused_at, until = enrollment.paused_at, enrollment.paused_until
	if enrollment.status is EnrollmentStatus.HALTED and paused_at and (until is None or until > builder.now):
		builder.apply(Paused(paused_at, until))
		return Reason.IS_PAUSED
	return resume(builder, Reason.RESUMED)
