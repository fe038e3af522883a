"""When a trigger fires, when a follow-up is due, and how long an answer is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cadences_app.engine.calendar import Calendar, add_delay, before_or_after
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import AT_ONCE, CallContent, Channel
from cadences_app.engine.definition import AFTER_TRIGGER, FollowUp, Start, Timing, Trigger
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import STANDINGS, Outcome
from cadences_app.engine.policy import SendingPolicy
from cadences_app.engine.standstill import counted_from
from cadences_app.engine.statuses import CARRIED_OUT, SCHEDULED, ActivityStatus

AS_CARRIED_OUT = Outcome.CARRIED_OUT
MEANT_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Facts:
	"""What was read of the world for one decision. `fields` are the record's; `expressions` the truth of
	each expression rule by its key, and `rule_errors` what is wrong with those that could not be evaluated;
	`in_view` is None where the cadence has no view; `asked_out` is why another app takes the record out, in
	its words; `refusal` is a code for why the person may not be contacted at all, blank while they may."""

	calendar: Calendar
	fields: Mapping[str, Any] = field(default_factory=dict)
	in_view: bool | None = None
	is_converted: bool = False
	exists: bool = True
	is_cadence_active: bool = True
	expressions: Mapping[str, bool] = field(default_factory=dict)
	rule_errors: Mapping[str, str] = field(default_factory=dict)
	refusal: str = ""
	asked_out: str = ""


def channel_of(activity: Activity, follow_up: FollowUp | None) -> Channel | None:
	"""What carried a follow-up out, or will. The definition may say something else by now, or know it no more
	(S1.7)."""
	found = activity.made_by
	if follow_up is None or (found is not None and not activity.was_sent):
		return found
	comes_anew = activity.status is SCHEDULED and traits_of(follow_up.channel).has_outbox
	return follow_up.channel if found is None or comes_anew else found


def answer_deadline(activity: Activity, enrollment: Enrollment, policy: SendingPolicy) -> datetime | None:
	"""Until when the follow-up waits for answers; None before it was handed over (invariants 5 and 13)."""
	since = activity.passed_at or activity.handed_over_at
	if since is None:
		return None
	if enrollment.resumed_at is not None and enrollment.resumed_at > since:
		since = enrollment.resumed_at
	return waited_until(since, policy.answer_wait, enrollment)


def waited_until(since: datetime, length: timedelta, enrollment: Enrollment) -> datetime:
	"""The end of a wait of that length, without the time in which the enrollment stood still."""
	if not enrollment.stood:
		return since + length
	return counted_from(since, enrollment.stood, lambda moved: moved + length) + length


def fired_at(
	trigger: Trigger, activity: Activity, enrollment: Enrollment, calendar: Calendar, now: datetime
) -> datetime | None:
	"""When `trigger` fired on this activity, or None while it has not (or does not hold any more)."""
	if trigger.absent:
		soonest = soonest_of(trigger, activity)
		if soonest is None or soonest > now:
			return None  # spares the calendar
		timer = timer_of(trigger, activity, enrollment, calendar)
		return timer if timer is not None and timer <= now else None
	if trigger.outcome is AS_CARRIED_OUT:
		return activity.passed_at
	if trigger.outcome in STANDINGS:
		stands = activity.status is CARRIED_OUT and activity.standing is trigger.outcome
		return activity.stands_since if stands else None
	return answered_at(trigger, activity)


def answered_at(trigger: Trigger, activity: Activity) -> datetime | None:
	"""When the outcome came that a trigger names, as often as it asks for; None while it has not."""
	if trigger.signs.isdisjoint(activity.marks):
		return None
	return activity.first(trigger.outcome, trigger.detail, trigger.times)


def timer_of(
	trigger: Trigger, activity: Activity, enrollment: Enrollment, calendar: Calendar
) -> datetime | None:
	"""When an absent outcome counts as absent; None when it came in time, or the wait has not begun or
	stands still (S3.3b)."""
	within, start = trigger.within, timer_start(trigger, activity)
	if within is None or start is None or activity.status is not CARRIED_OUT:
		return None
	answered = answered_at(trigger, activity)
	if answered is not None and answered <= start + within.shortest:
		return None
	if enrollment.stood:
		start = counted_from(start, enrollment.stood, lambda moved: add_delay(moved, within, calendar))
	timer = add_delay(start, within, calendar)
	stands_since = enrollment.stands_since
	if (answered is not None and answered <= timer) or (stands_since is not None and timer > stands_since):
		return None
	return timer


def soonest_of(trigger: Trigger, activity: Activity) -> datetime | None:
	"""Before when an absent outcome can't count as absent, without asking the calendar; None where it won't,
	as things stand: it came in time, or the wait has not begun."""
	within = trigger.within
	if within is None or activity.status is not CARRIED_OUT:
		return None
	start = timer_start(trigger, activity)
	if start is None:
		return None
	soonest = start + within.shortest
	answered = answered_at(trigger, activity)
	return None if answered is not None and answered <= soonest else soonest


def timer_start(trigger: Trigger, activity: Activity) -> datetime | None:
	"""When the wait for an absent outcome began."""
	return activity.first(trigger.since) if trigger.since is not AS_CARRIED_OUT else activity.carried_out_at


def may_still_come(outcome: Outcome, activity: Activity, channel: Channel) -> bool:
	"""Whether an outcome can still be reported of this activity."""
	if activity.status in (ActivityStatus.SKIPPED, ActivityStatus.CANCELLED, ActivityStatus.FAILED):
		return False
	if traits_of(channel).has_outbox:
		refused = traits_of(channel).refused
		return refused is None or outcome is refused or activity.first(refused) is None
	if outcome is Outcome.CALL_RESULT and activity.first(Outcome.CALL_RESULT) is None:
		return True
	return not activity.is_closed


def base_of(timing: Timing, fired: datetime, facts: Facts) -> datetime | None:
	"""The moment the delay counts from; None while the date field is empty."""
	if timing.start is AFTER_TRIGGER:
		return fired
	found = _date_value(facts.fields.get(timing.date_field))
	if found is None:
		return None
	return before_or_after(found, AT_ONCE, False, facts.calendar, None)


def due_after(timing: Timing, base_at: datetime, enrollment: Enrollment, facts: Facts) -> datetime:
	"""When a follow-up is due by its timing alone (S3.2), before window and holds. The enrollment's
	standstills put it off, unless it hangs on a date (S3.3b)."""
	if timing.start is AFTER_TRIGGER:
		if enrollment.stood:
			base_at = counted_from(
				base_at,
				enrollment.stood,
				lambda moved: add_delay(moved, timing.delay, facts.calendar, timing.at),
			)
		return add_delay(base_at, timing.delay, facts.calendar, timing.at)
	before = timing.start is Start.BEFORE_DATE
	return before_or_after(base_at, timing.delay, before, facts.calendar, timing.at)


def exit_date(rule_on: date | None, timing: Timing, facts: Facts) -> datetime | None:
	"""When a date rule takes the record out: at the start of that day, or by the date field's timing."""
	if rule_on is not None:
		return before_or_after(rule_on, AT_ONCE, False, facts.calendar, None)
	found = _date_value(facts.fields.get(timing.date_field))
	if found is None:
		return None
	before = timing.start is Start.BEFORE_DATE
	return before_or_after(found, timing.delay, before, facts.calendar, timing.at)


def overdue_at(
	follow_up: FollowUp, activity: Activity, calendar: Calendar, by: datetime | None = None
) -> datetime | None:
	"""When a call becomes Overdue that can (S4.3); None where it plainly does not until `by`."""
	starts_at, content = activity.starts_at, follow_up.content
	if starts_at is None or not isinstance(content, CallContent):
		return None
	if by is not None and starts_at + content.grace.shortest > by:
		return None
	return add_delay(starts_at, content.grace, calendar)


def _date_value(found: Any) -> date | datetime | None:
	"""A date that somebody can mean: the year 9999 stands for "never", the year 1 for "not known"."""
	if isinstance(found, str) and found:
		try:
			found = datetime.fromisoformat(found)
		except ValueError:
			return None
	return found if isinstance(found, date) and found.year in MEANT_YEARS else None
