"""Short ways to write a cadence, and a story that happens to one record in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cadences_app.engine.actions import Action
from cadences_app.engine.calendar import Calendar, Delay, Unit, Window
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import AT_ONCE, CallContent, Channel, EmailContent, TaskContent, Variant
from cadences_app.engine.decision import Decision, Facts, decide
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Start, Timing, Trigger
from cadences_app.engine.enrollment import Activity, Enrollment, evolve_all
from cadences_app.engine.events import Enrolled, Event, OutcomeReported, TimePassed
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import FollowUpCarriedOut, FollowUpHandedOver, Transition
from cadences_app.engine.wall_clock import UTC

GREENWICH = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE_HOURS = Window(frozenset(range(5)), time(9), time(17))
CARRIED_OUT = Trigger()


def minutes(amount: int) -> Delay:
	return Delay(amount, Unit.MINUTES)


def hours(amount: int) -> Delay:
	return Delay(amount, Unit.HOURS)


def days(amount: int) -> Delay:
	return Delay(amount, Unit.DAYS)


def on(outcome: Outcome, detail: str = "", times: int = 1, of: str = "") -> Trigger:
	return Trigger(outcome, detail=detail, times=times, of=of)


def without(outcome: Outcome, within: Delay, since: Outcome = Outcome.CARRIED_OUT, of: str = "") -> Trigger:
	return Trigger(outcome, absent=True, within=within, since=since, of=of)


def after(delay: Delay = AT_ONCE, at: time | None = None) -> Timing:
	return Timing(delay=delay, at=at)


def before_date(field: str, delay: Delay = AT_ONCE, at: time | None = None) -> Timing:
	return Timing(Start.BEFORE_DATE, delay, field, at)


def after_date(field: str, delay: Delay = AT_ONCE, at: time | None = None) -> Timing:
	return Timing(Start.AFTER_DATE, delay, field, at)


def email(
	key: str, parent: str = "", trigger: Trigger = CARRIED_OUT, timing: Timing | None = None
) -> FollowUp:
	content = EmailContent("email_id", (Variant("Hello"),))
	return FollowUp(key, Channel.EMAIL, content, "", parent, trigger, timing or after())


def task(
	key: str,
	parent: str = "",
	trigger: Trigger = CARRIED_OUT,
	timing: Timing | None = None,
	due: Delay = AT_ONCE,
) -> FollowUp:
	content = TaskContent("Look them up", due=due)
	return FollowUp(key, Channel.TASK, content, "", parent, trigger, timing or after())


def call(
	key: str,
	parent: str = "",
	trigger: Trigger = CARRIED_OUT,
	timing: Timing | None = None,
	start: Delay = AT_ONCE,
	at: time | None = None,
	grace: Delay | None = None,
) -> FollowUp:
	content = CallContent("Ring them", start=start, at=at, grace=grace or hours(1))
	return FollowUp(key, Channel.CALL, content, "", parent, trigger, timing or after())


def leave_on(trigger: Trigger, follow_up: str = "", key: str = "leaves") -> ExitRule:
	return ExitRule(key, ExitKind.OUTCOME, follow_up=follow_up, trigger=trigger)


def leave_if(field: str, value: Any, key: str = "conditions") -> ExitRule:
	return ExitRule(key, ExitKind.CONDITIONS, conditions=(Condition(field, Operator.EQUALS, value),))


def leave_for(kind: ExitKind, key: str = "rule", **more: Any) -> ExitRule:
	return ExitRule(key, kind, **more)


def cadence(*parts: FollowUp | ExitRule, close_open: bool = False, **policy: Any) -> Cadence:
	"""A cadence of these follow-ups and un-enrolment rules; the rest is its sending policy."""
	return Cadence(
		"Story",
		"Lead",
		tuple(each for each in parts if isinstance(each, FollowUp)),
		tuple(each for each in parts if isinstance(each, ExitRule)),
		SendingPolicy(**policy),
		close_open_on_exit=close_open,
	)


def utc(text: str) -> datetime:
	"""An instant in UTC: ``"2026-03-02 09:00"``."""
	return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = utc("2026-03-02 09:00")


class Story:
	"""What happens to one record in a cadence, told in order; `decide` is asked at every step.

	Days count from the enrollment: ``story.at(2.5)`` is two and a half days after it. The story's facts
	can be changed between the steps; `mail_works` says whether emails are sent as they are handed over.
	"""

	def __init__(
		self,
		of: Cadence,
		*,
		starts_at: datetime = MONDAY,
		zone: ZoneInfo = GREENWICH,
		holidays: frozenset[date] = frozenset(),
		fields: Mapping[str, Any] | None = None,
		mail_works: bool = True,
	) -> None:
		self.cadence = of
		self.starts_at = self.now = starts_at
		calendar = Calendar(zone, of.policy.business_days, holidays)
		self.facts = Facts(calendar, dict(fields or {}))
		self.mail_works = mail_works
		self.enrollment = Enrollment()
		self.decisions: list[tuple[datetime, Event, Decision]] = []
		self.next_at: datetime | None = None

	def day(self, days: float) -> datetime:
		return self.starts_at + timedelta(days=days)

	def enroll(self) -> Story:
		return self.tell(Enrolled())

	def at(self, days: float) -> Story:
		"""Let time pass up to that day, waking whenever the last decision asked for it."""
		return self.until(self.day(days))

	def until(self, moment: datetime) -> Story:
		while self.next_at is not None and self.next_at <= moment:
			self.now = self.next_at
			self.tell(TimePassed())
		self.now = moment
		return self

	def jump(self, days: float) -> Story:
		"""The server is down until that day; then the clock is looked at once."""
		self.now = self.day(days)
		return self.tell(TimePassed())

	def tell(self, event: Event) -> Story:
		decision = decide(self.cadence, self.enrollment, event, self.facts, self.now)
		assert evolve_all(self.enrollment, decision.transitions) == decision.after
		assert decision.next_at is None or decision.next_at > self.now, "time would stand still"
		self.enrollment, self.next_at = decision.after, decision.next_at
		self.decisions.append((self.now, event, decision))
		if self.mail_works:
			for key in [key for key, each in self.activities.items() if _is_waiting_to_be_sent(each)]:
				if self.enrollment.is_live:
					self.report(key, Outcome.SENT)
		return self

	def report(
		self, key: str, outcome: Outcome, detail: str = "", at: float | None = None, run: int | None = None
	) -> Story:
		"""A follow-up has an outcome, now or (told late) on an earlier day."""
		moment = self.now if at is None else self.day(at)
		which = self.enrollment.run if run is None else run
		return self.tell(OutcomeReported(which, key, outcome, moment, detail))

	def edit(self, **fields: Any) -> Story:
		"""The record reads differently from now on; nobody is told of it yet."""
		return self.learn(fields={**self.facts.fields, **fields})

	def learn(self, **facts: Any) -> Story:
		known = {name: getattr(self.facts, name) for name in Facts.__dataclass_fields__}
		self.facts = Facts(**(known | facts))
		return self

	@property
	def activities(self) -> Mapping[str, Activity]:
		return self.enrollment.activities

	@property
	def status(self) -> EnrollmentStatus:
		return self.enrollment.status

	@property
	def reason(self) -> Reason:
		"""Why the last decision was made."""
		return self.decisions[-1][2].reason

	@property
	def actions(self) -> list[Action]:
		return [action for _, _, decision in self.decisions for action in decision.actions]

	@property
	def last_actions(self) -> tuple[Action, ...]:
		return self.decisions[-1][2].actions

	@property
	def last_transitions(self) -> tuple[Transition, ...]:
		return self.decisions[-1][2].transitions

	def started(self, key: str) -> list[float]:
		"""The days on which a follow-up was handed to its channel."""
		return [(now - self.starts_at) / timedelta(days=1) for now in self.start_times(key)]

	def start_times(self, key: str) -> list[datetime]:
		return [
			now
			for now, _, decision in self.decisions
			for each in decision.transitions
			if _starts(each) and each.follow_up == key
		]

	def due(self, key: str) -> float | None:
		"""The day on which a scheduled follow-up is due; None while its date is missing."""
		activity = self.activities[key]
		assert activity.status is ActivityStatus.SCHEDULED, activity
		return None if activity.due_at is None else (activity.due_at - self.starts_at) / timedelta(days=1)

	def status_of(self, key: str) -> ActivityStatus | None:
		activity = self.activities.get(key)
		return activity.status if activity else None


TWO_EMAILS = (email("one"), email("two", "one", timing=after(days(5))))
ASKED_TWICE = (
	email("one"),
	email("two", "one", timing=after(days(4))),
	task("answer", "one", on(Outcome.REPLIED), after(days(1))),
)
REPLIED = leave_on(on(Outcome.REPLIED))


def two_emails(*rules: ExitRule, **more: Any) -> Story:
	"""A record that gets the second email five days after the first, enrolled."""
	return Story(cadence(*TWO_EMAILS, *rules), **more).enroll()


def asked_twice(*rules: ExitRule, **more: Any) -> Story:
	"""A record that gets two emails, and a task for the rep if it answers the first, enrolled."""
	return Story(cadence(*ASKED_TWICE, *rules), **more).enroll()


def assert_left(story: Story, reason: Reason, note: str | None = None) -> None:
	"""The last thing told took the record out, for this reason."""
	assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, reason)
	assert story.enrollment.exit_reason is reason
	assert note is None or story.enrollment.exit_note == note
	assert story.enrollment.ended_at == story.now
	assert story.next_at is None


def _is_waiting_to_be_sent(activity: Activity) -> bool:
	return activity.status is ActivityStatus.HANDED_OVER


def _starts(transition: object) -> bool:
	"""An email starts when it is handed over; that it was carried out is only heard of later."""
	if isinstance(transition, FollowUpCarriedOut):
		return transition.starts_at is not None or transition.due_on is not None
	return isinstance(transition, FollowUpHandedOver)
