"""Random cadences that could be activated, random lives of a record in them, and who plays these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from cadences_app.engine.calendar import Calendar, Delay, Lateness, LatePolicy, Unit, Window
from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import (
	CallContent,
	Channel,
	Content,
	EmailContent,
	Invite,
	MessageContent,
	TaskContent,
	Variant,
)
from cadences_app.engine.decision import Decision, Facts, decide
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Start, Timing, Trigger
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.events import (
	ActivityDeleted,
	CadenceDeactivated,
	ColleagueReplied,
	ContinueRequested,
	Enrolled,
	Event,
	FollowUpFailed,
	FollowUpImpossible,
	HoldRequested,
	MeetingBooked,
	Note,
	Noted,
	OutcomeReported,
	PauseRequested,
	RecordChanged,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TimePassed,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import REPEATABLE, Outcome
from cadences_app.engine.policy import SendingPolicy, WindowScope
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.transitions import FollowUpCarriedOut, FollowUpHandedOver
from cadences_app.engine.triggers import channel_of
from cadences_app.engine.wall_clock import UTC

DATE_FIELD = "event_on"
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")]
STARTS = [
	datetime(2026, 3, 2, 9, tzinfo=UTC),
	datetime(2026, 3, 27, 22, 30, tzinfo=UTC),  # before the clocks go forward in Berlin
	datetime(2026, 10, 23, 0, 15, tzinfo=UTC),  # before they go back
	datetime(2028, 2, 25, 16, tzinfo=UTC),
]
LONGEST_HOLD = timedelta(days=20)
FARTHEST_DATE = timedelta(days=45)
MOST_WAKE_UPS = 2_000

LINKS = ("https://example.com/a", "https://example.com/b")
RESULTS = ("Interested", "No Answer")


def delays(most_days: int = 10, least_days: int = 0) -> st.SearchStrategy[Delay]:
	by_days = st.builds(Delay, st.integers(least_days, most_days), st.just(Unit.DAYS))
	by_business_days = st.builds(Delay, st.integers(least_days, most_days), st.just(Unit.BUSINESS_DAYS))
	shorter = st.builds(Delay, st.integers(0, 90), st.sampled_from((Unit.MINUTES, Unit.HOURS)))
	return by_days | by_business_days | (st.nothing() if least_days else shorter)


def times_of_day() -> st.SearchStrategy[time]:
	return st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))


@st.composite
def triggers(draw: st.DrawFn, channel: Channel, wait_days: int) -> Trigger:
	"""A trigger that a parent of this channel can set off."""
	kind = draw(st.sampled_from(("plain", "outcome", "outcome", "absent")))
	if kind == "plain":
		return Trigger()
	if kind == "absent":
		outcome = draw(st.sampled_from(sorted(traits_of(channel).awaited)))
		since = [Outcome.CARRIED_OUT]
		since += [Outcome.OPENED] if channel is Channel.EMAIL and outcome is not Outcome.OPENED else []
		within = Delay(draw(st.integers(1, max(1, wait_days - 1))), Unit.DAYS)
		return Trigger(outcome, absent=True, within=within, since=draw(st.sampled_from(since)))
	outcome = draw(st.sampled_from(sorted(traits_of(channel).produces)))
	details = {Outcome.CLICKED: ("", *LINKS), Outcome.CALL_RESULT: ("", *RESULTS)}.get(outcome, ("",))
	times = draw(st.sampled_from((1, 1, 1, 2))) if outcome in REPEATABLE else 1
	return Trigger(outcome, times=times, detail=draw(st.sampled_from(details)))


@st.composite
def timings(draw: st.DrawFn) -> Timing:
	start = draw(st.sampled_from((Start.AFTER_TRIGGER,) * 4 + (Start.BEFORE_DATE, Start.AFTER_DATE)))
	field = "" if start is Start.AFTER_TRIGGER else DATE_FIELD
	return Timing(start, draw(delays()), field, draw(st.none() | times_of_day()))


@st.composite
def contents(draw: st.DrawFn, channel: Channel) -> Content:
	match channel:
		case Channel.EMAIL:
			return EmailContent("email_id", (Variant("Hello"),), invite=Invite(DATE_FIELD))
		case Channel.TASK:
			return TaskContent("Look", due=draw(delays(3)))
		case Channel.CALL:
			at = draw(st.none() | times_of_day())
			return CallContent("Ring", start=draw(delays(3)), at=at, grace=draw(delays(2)))
		case Channel.MESSAGE:
			return MessageContent("mobile_no", "Hello")


@st.composite
def trees(draw: st.DrawFn, wait_days: int, least_days: int = -1) -> tuple[FollowUp, ...]:
	"""One to six follow-ups; at least the first starts. With `least_days`, those that start are due at once
	and the others no sooner than that."""
	made: list[FollowUp] = []
	for position in range(draw(st.integers(1, 6))):
		channel = draw(st.sampled_from(Channel))
		parent = draw(st.sampled_from([None, *made])) if made else None
		trigger = draw(triggers(parent.channel, wait_days)) if parent else Trigger()
		if least_days < 0:
			timing = draw(timings())
		else:
			timing = Timing(delay=draw(delays(least_days + 5, least_days))) if parent else Timing()
		key, parent_key = f"f{position}", parent.key if parent else ""
		made.append(FollowUp(key, channel, draw(contents(channel)), "", parent_key, trigger, timing))
	return tuple(made)


@st.composite
def exit_rules(draw: st.DrawFn, follow_ups: tuple[FollowUp, ...], wait_days: int) -> tuple[ExitRule, ...]:
	rules = []
	for position in range(draw(st.integers(0, 2))):
		key = f"r{position}"
		match draw(st.sampled_from(("outcome", "outcome", "date", "converted", "view", "meeting"))):
			case "outcome":
				heard = draw(st.sampled_from(follow_ups))
				trigger = draw(triggers(heard.channel, wait_days))
				narrowed = draw(st.sampled_from(("", heard.key)))
				rules.append(ExitRule(key, ExitKind.OUTCOME, follow_up=narrowed, trigger=trigger))
			case "date":
				rules.append(
					ExitRule(key, ExitKind.DATE, timing=Timing(Start.AFTER_DATE, date_field=DATE_FIELD))
				)
			case "converted":
				rules.append(ExitRule(key, ExitKind.CONVERTED))
			case "view":
				rules.append(ExitRule(key, ExitKind.LEFT_VIEW))
			case _:
				rules.append(ExitRule(key, ExitKind.MEETING))
	return tuple(rules)


@st.composite
def windows(draw: st.DrawFn) -> Window:
	weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
	return Window(weekdays, draw(times_of_day()), draw(times_of_day()))


@st.composite
def policies(draw: st.DrawFn, wait_days: int) -> SendingPolicy:
	late = LatePolicy(draw(st.sampled_from(Lateness)), draw(delays(3)))
	return SendingPolicy(
		window=draw(st.none() | windows()),
		scope=draw(st.sampled_from(WindowScope)),
		business_days=draw(st.sampled_from((frozenset(range(5)), frozenset({1, 6})))),
		late=late,
		answer_wait_days=wait_days,
	)


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
	"""A cadence that the check on activation lets pass."""
	wait_days = draw(st.integers(3, 20))
	follow_ups = draw(trees(wait_days))
	rules = draw(exit_rules(follow_ups, wait_days))
	policy = draw(policies(wait_days))
	return Cadence("Random", "Lead", follow_ups, rules, policy, close_open_on_exit=draw(st.booleans()))


class Do(Enum):
	"""What can happen next in the life of a record."""

	REPORT = "an outcome is reported"
	REPEAT = "the last event comes again"
	SEND = "emails leave the outbox"
	WAIT = "time passes"
	EDIT = "the record changes"
	PAUSE = "pause"
	PAUSE_FOR = "pause for a while"
	RESUME = "resume"
	HOLD = "out of office"
	HALT = "deactivate"
	SKIP_NEXT = "skip to the next"
	SKIP_LAST = "skip to the last"
	IMPOSSIBLE = "no way to the person"
	FAIL = "a channel fails"
	DELETE = "an activity is deleted"
	MEETING = "a meeting is booked"
	COLLEAGUE = "a colleague answers"
	NOTE = "something happens that decides nothing"
	STOP = "stop"
	CONTINUE = "resume what ended"
	TRY_AGAIN = "go on after an error"
	RESTART = "restart what ended"


CALM = (*[Do.REPORT] * 6, *[Do.SEND] * 3, *[Do.WAIT] * 3, Do.REPEAT)
"""Answers and time only."""

LIVELY = (*CALM, *CALM, *Do)


@dataclass(frozen=True)
class Step:
	"""One thing that happens, `gap` after the last one. `pick` chooses among what there is to choose from;
	`back` is how long ago it was when it is reported; `asleep`: nobody looked at the clock meanwhile."""

	do: Do
	gap: timedelta
	pick: int
	back: timedelta
	asleep: bool


def steps(kinds: tuple[Do, ...] = LIVELY) -> st.SearchStrategy[Step]:
	spans = st.sampled_from((0, 1, 5, 24, 60, 200)).map(lambda each: timedelta(hours=each))
	backs = st.sampled_from((0, 0, 0, 1, 30)).map(lambda each: timedelta(hours=each))
	return st.builds(Step, st.sampled_from(kinds), spans, st.integers(0, 99), backs, st.booleans())


@dataclass(frozen=True)
class World:
	"""Where and when a record lives, and whether emails leave at once."""

	starts_at: datetime
	calendar: Calendar
	event_on: date | None
	mail_works: bool


@st.composite
def worlds(draw: st.DrawFn) -> World:
	starts_at = draw(st.sampled_from(STARTS))
	days = st.integers(-5, 40).map(lambda each: starts_at.date() + timedelta(days=each))
	calendar = Calendar(draw(st.sampled_from(ZONES)), holidays=draw(st.frozensets(days, max_size=4)))
	return World(starts_at, calendar, draw(st.none() | days), draw(st.booleans()))


@dataclass(frozen=True)
class Turn:
	"""One decision: what there was before it, and what it was told."""

	now: datetime
	before: Enrollment
	event: Event
	facts: Facts
	decision: Decision

	def starts(self) -> Iterator[str]:
		"""The follow-ups that this decision hands to their channels."""
		for each in self.decision.transitions:
			is_there = isinstance(each, FollowUpCarriedOut) and (each.starts_at or each.due_on)
			if isinstance(each, FollowUpHandedOver) or is_there:
				yield each.follow_up


class Life:
	"""One record in one cadence, played step by step. Nothing but `decide` changes its enrollment."""

	def __init__(self, cadence: Cadence, world: World) -> None:
		self.cadence, self.world, self.now = cadence, world, world.starts_at
		calendar = replace(world.calendar, business_days=cadence.policy.business_days)
		self.facts = Facts(calendar, {DATE_FIELD: world.event_on}, in_view=True)
		self.enrollment = Enrollment()
		self.next_at: datetime | None = None
		self.turns: list[Turn] = []
		self.last: Event = TimePassed()
		self.take(Enrolled())

	def play(self, script: list[Step]) -> Life:
		for step in script:
			self.move_to(self.now + step.gap, step.asleep)
			self.perform(step)
		return self

	def take(self, event: Event) -> Decision:
		before = self.enrollment
		decision = decide(self.cadence, before, event, self.facts, self.now)
		self.turns.append(Turn(self.now, before, event, self.facts, decision))
		self.enrollment, self.next_at = decision.after, decision.next_at
		if self.world.mail_works and not isinstance(event, OutcomeReported):
			self.send()
		return decision

	def move_to(self, moment: datetime, asleep: bool = False) -> None:
		wake_ups = 0
		while not asleep and self.next_at is not None and self.next_at <= moment:
			self.now = self.next_at
			self.take(TimePassed())
			wake_ups += 1
			assert wake_ups < MOST_WAKE_UPS, "time stands still"
		self.now = moment

	def send(self) -> None:
		for activity in self.enrollment.with_status(ActivityStatus.HANDED_OVER):
			self.take(OutcomeReported(self.enrollment.run, activity.follow_up, Outcome.SENT, self.now))

	def perform(self, step: Step) -> None:
		if step.do is Do.SEND:
			self.send()
			return
		if step.do is Do.EDIT:
			self.edit(step.pick)
		event = self.event_of(step)
		if event is not None:
			self.last = event
			self.take(event)

	def event_of(self, step: Step) -> Event | None:
		"""The event of a step; None where there is nothing that it could be about."""
		made = PLAIN_EVENTS.get(step.do)
		if made is not None:
			return made(self.now, step.pick)
		if step.do is Do.REPEAT:
			return self.last
		found = self.pick(step.pick)
		if found is None:
			return None
		run, key = self.enrollment.run, found.follow_up
		match step.do:
			case Do.IMPOSSIBLE:
				return FollowUpImpossible(run, key, "no address")
			case Do.FAIL:
				return FollowUpFailed(run, key, "broken template")
			case Do.DELETE:
				return ActivityDeleted(run, key)
			case _:
				return self.report_on(found, step.pick, self.now - step.back)

	def pick(self, position: int) -> Activity | None:
		found = list(self.enrollment.activities.values())
		return found[position % len(found)] if found else None

	def report_on(self, activity: Activity, position: int, at: datetime) -> OutcomeReported | None:
		"""An outcome of a follow-up that was handed to its channel, no earlier than that."""
		began_at = activity.handed_over_at or activity.carried_out_at
		if began_at is None:
			return None
		channel = channel_of(activity, self.cadence.by_key.get(activity.follow_up))
		assert channel is not None
		outcomes = sorted(traits_of(channel).produces)
		outcome = outcomes[position % len(outcomes)]
		details = {Outcome.CLICKED: LINKS, Outcome.CALL_RESULT: RESULTS}.get(outcome, ("",))
		detail, run = details[position % len(details)], self.enrollment.run
		return OutcomeReported(run, activity.follow_up, outcome, max(at, began_at), detail)

	def edit(self, position: int) -> None:
		day = self.world.starts_at.date() + timedelta(days=position % FARTHEST_DATE.days)
		fields = {DATE_FIELD: None if position % 5 == 0 else day}
		self.facts = replace(
			self.facts, fields=fields, is_converted=position % 17 == 0, in_view=position % 13 != 0
		)


PLAIN_EVENTS: dict[Do, Callable[[datetime, int], Event]] = {
	Do.WAIT: lambda now, pick: TimePassed(),
	Do.EDIT: lambda now, pick: RecordChanged(),
	Do.PAUSE: lambda now, pick: PauseRequested(),
	Do.PAUSE_FOR: lambda now, pick: PauseRequested(now + timedelta(hours=pick)),
	Do.RESUME: lambda now, pick: ResumeRequested(),
	Do.HOLD: lambda now, pick: HoldRequested(now + LONGEST_HOLD * pick / 100),
	Do.HALT: lambda now, pick: CadenceDeactivated(),
	Do.SKIP_NEXT: lambda now, pick: SkipRequested(SkipTarget.NEXT),
	Do.SKIP_LAST: lambda now, pick: SkipRequested(SkipTarget.LAST),
	Do.MEETING: lambda now, pick: MeetingBooked(now),
	Do.COLLEAGUE: lambda now, pick: ColleagueReplied("bob@buyer.example"),
	Do.NOTE: lambda now, pick: Noted(Note.TASK_CREATED),
	Do.STOP: lambda now, pick: StopRequested(),
	Do.CONTINUE: lambda now, pick: ContinueRequested(),
	Do.TRY_AGAIN: lambda now, pick: TryAgainRequested(),
	Do.RESTART: lambda now, pick: RestartRequested(),
}


@st.composite
def lives(draw: st.DrawFn, kinds: tuple[Do, ...] = LIVELY, most: int = 14) -> Life:
	"""A record's life in a cadence, so far."""
	life = Life(draw(cadences()), draw(worlds()))
	return life.play(draw(st.lists(steps(kinds), max_size=most)))
