"""A dry run: `decide`, folded over a virtual clock and a world that answers (S11.1).

The world performs what is decided: an email is sent at the instant it is handed over (whoever reviews it
agrees at once), a task or a call is there. It does not send where the address is empty or has bounced, nor a
message without consent (S13.4), and nobody does a task or call any more that the end of an enrollment closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from cadences_app.engine.actions import (
	Action,
	AssignTask,
	CloseActivity,
	HandOver,
	PlaceCall,
	SendEmail,
	SendMessage,
	WithdrawEmail,
)
from cadences_app.engine.calendar import Calendar, add_delay
from cadences_app.engine.channels import traits_of
from cadences_app.engine.completeness import assert_never
from cadences_app.engine.content import EmailContent, MessageContent
from cadences_app.engine.decision import Decision, Facts, decide
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import After, Answers, Happening, RecordEdit, ScriptedOutcome
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.events import (
	Enrolled,
	Event,
	FollowUpImpossible,
	OutcomeReported,
	RecordChanged,
	TimePassed,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy
from cadences_app.engine.reasons import Block, Reason
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.transitions import OutcomeRecorded, Transition
from cadences_app.engine.wall_clock import as_utc

MOST_TURNS = 10_000
A_YEAR = timedelta(days=366)


class EndlessRun(RuntimeError):
	"""A run took more turns than any cadence needs: time or the answers stand still. Or it leads out of the
	calendar."""


@dataclass(frozen=True, slots=True)
class Record:
	"""The record that is put into the cadence, as the facts of its decisions will show it.

	`zone` is the one in which the cadence's wall times are meant for this record.
	"""

	name: str
	fields: Mapping[str, Any]
	zone: ZoneInfo
	holidays: frozenset[date] = frozenset()
	in_view: bool | None = None
	is_converted: bool = False
	expressions: Mapping[str, bool] = field(default_factory=dict)

	def calendar_under(self, policy: SendingPolicy) -> Calendar:
		return Calendar(self.zone, policy.business_days, self.holidays)


@dataclass(frozen=True, slots=True)
class Turn:
	"""One call of `decide`: what it was told and what it decided."""

	at: datetime
	event: Event
	facts: Facts
	decision: Decision


@dataclass(frozen=True, slots=True)
class Step:
	"""One thing that came of a turn, and why. `what` is None where nothing did; `follow_up` is blank where
	it is about the enrollment."""

	at: datetime
	follow_up: str
	what: Transition | None
	reason: Reason


@dataclass(frozen=True, slots=True)
class Run:
	"""What a simulation went through, in order, and where it ended."""

	record: Record
	turns: tuple[Turn, ...]

	@property
	def enrollment(self) -> Enrollment:
		return self.turns[-1].decision.after

	@property
	def activities(self) -> Mapping[str, Activity]:
		"""The activities of the last run by follow-up, to be held against those of a live run."""
		return self.enrollment.activities

	@property
	def steps(self) -> tuple[Step, ...]:
		return tuple(step for turn in self.turns for step in _steps_of(turn))


def simulate(
	cadence: Cadence, record: Record, answers: Answers, starts_at: datetime, horizon: timedelta = A_YEAR
) -> Run:
	"""Enroll `record` at `starts_at` (aware) and let time pass until nothing can come any more.

	Stops at `horizon` at the latest. At one instant, what happens comes before what is due. EndlessRun
	after `MOST_TURNS` decisions.
	"""
	world = _World(cadence, record, answers, as_utc(starts_at))
	return world.play(as_utc(starts_at) + horizon)


def replay(cadence: Cadence, turns: Iterable[Turn], enrollment: Enrollment | None = None) -> Enrollment:
	"""The enrollment after the same events, one by one, through `decide` alone."""
	current = enrollment or Enrollment()
	for turn in turns:
		current = decide(cadence, current, turn.event, turn.facts, turn.at).after
	return current


def _steps_of(turn: Turn) -> Iterable[Step]:
	if not turn.decision.transitions:
		yield Step(turn.at, getattr(turn.event, "follow_up", ""), None, turn.decision.reason)
	for transition in turn.decision.transitions:
		yield Step(turn.at, getattr(transition, "follow_up", ""), transition, _reason_of(transition))


def _reason_of(transition: Transition) -> Reason:
	"""A transition's own reason; what has none is an outcome, or was due."""
	reason = getattr(transition, "reason", None)
	if isinstance(reason, Reason):
		return reason
	return Reason.OUTCOME_RECORDED if isinstance(transition, OutcomeRecorded) else Reason.DUE


class _World:
	def __init__(self, cadence: Cadence, record: Record, answers: Answers, now: datetime) -> None:
		self.cadence = cadence
		self.record = record
		self.answers = answers
		self.now = now
		self.facts = Facts(
			record.calendar_under(cadence.policy),
			record.fields,
			in_view=record.in_view,
			is_converted=record.is_converted,
			expressions=record.expressions,
		)
		self.enrollment = Enrollment()
		self.next_at: datetime | None = None
		self.turns: list[Turn] = []
		self.outbox: deque[str] = deque()
		self.closed: set[tuple[int, str]] = set()
		self.planned: list[tuple[datetime, int, Event | ScriptedOutcome | RecordEdit]] = []
		self.order = count()

	def play(self, until: datetime) -> Run:
		self.take(Enrolled())
		for coming in self.answers.from_start():
			self.plan(coming, self.now)
		self.send()
		while True:
			event_at = self.planned[0][0] if self.planned else None
			moments = [moment for moment in (event_at, self.next_at) if moment is not None]
			if not moments or min(moments) > until:
				return Run(self.record, tuple(self.turns))
			self.now = max(self.now, min(moments))
			if event_at is not None and event_at <= self.now:
				self.bring(heappop(self.planned)[2])
			else:
				self.take(TimePassed())
			self.send()

	def take(self, event: Event) -> None:
		if len(self.turns) >= MOST_TURNS:
			raise EndlessRun(f"{self.record.name}: more than {MOST_TURNS} decisions by {self.now}")
		try:
			decision = decide(self.cadence, self.enrollment, event, self.facts, self.now)
		except (OverflowError, ValueError) as error:
			raise EndlessRun(f"{self.record.name}: {error}") from error
		self.turns.append(Turn(self.now, event, self.facts, decision))
		self.enrollment = decision.after
		self.next_at = decision.next_at
		for action in decision.actions:
			self.perform(action)

	def perform(self, action: Action) -> None:
		match action:
			case SendEmail(key) | SendMessage(key):
				self.outbox.append(key)
			case AssignTask(key) | PlaceCall(key):
				self.ask(key)
			case HandOver(key) if traits_of(self.cadence.by_key[key].channel).has_outbox:
				self.outbox.append(key)
			case HandOver(key):
				self.ask(key)
			case CloseActivity(key):
				self.closed.add((self.enrollment.run, key))
			case WithdrawEmail():
				return  # it is not handed over any more when the outbox is emptied
			case other:
				assert_never(other)

	def send(self) -> None:
		while self.outbox:
			key = self.outbox.popleft()
			activity = self.enrollment.activities.get(key)
			if activity is None or activity.status is not ActivityStatus.HANDED_OVER:
				continue
			why = self.why_unreachable(key)
			if why:
				self.take(FollowUpImpossible(self.enrollment.run, key, why))
			elif not self.ask(key):
				self.take(OutcomeReported(self.enrollment.run, key, Outcome.SENT, self.now))

	def why_unreachable(self, key: str) -> str:
		"""Why nothing can go out; a field that is not among the record's is taken to hold what is needed."""
		content = self.cadence.by_key[key].content
		if not isinstance(content, EmailContent | MessageContent):
			return ""
		is_email, known = isinstance(content, EmailContent), self.facts.fields.get
		if known(content.to_field, "unknown") in (None, ""):
			return Block.NO_EMAIL_ADDRESS if is_email else Block.NO_PHONE_NUMBER
		if isinstance(content, MessageContent) and content.consent_field:
			if known(content.consent_field, "unknown") in (None, "", 0, False, "0"):
				return Block.NO_CONSENT
		ended = Outcome.BOUNCED if is_email else Outcome.UNSUBSCRIBED
		for other, activity in self.enrollment.activities.items():
			sent = self.cadence.by_key[other].content
			if isinstance(sent, type(content)) and sent.to_field == content.to_field:
				if activity.first(ended) is not None:
					return Block.ADDRESS_BOUNCED if is_email else Block.NUMBER_OPTED_OUT
		return ""

	def ask(self, key: str) -> bool:
		"""Plan what comes back to a follow-up; whether it is refused at the door, so never sent."""
		coming = list(self.answers.to(self.cadence.by_key[key], self.enrollment.activities[key]))
		for each in coming:
			self.plan(each, self.now, self.enrollment.run)
		refused = traits_of(self.cadence.by_key[key].channel).refused
		refusals = [each for each in coming if isinstance(each, ScriptedOutcome) and each.outcome is refused]
		return any(each.at is None and self.moment(each.after, self.now) <= self.now for each in refusals)

	def plan(self, coming: ScriptedOutcome | Happening, base: datetime, run: int = 0) -> None:
		at = as_utc(coming.at) if coming.at is not None else self.moment(coming.after, base)
		what: Event | ScriptedOutcome | RecordEdit
		if isinstance(coming, Happening):
			what = coming.what
		elif run:
			what = OutcomeReported(run, coming.follow_up, coming.outcome, at, coming.detail)
		else:
			what = coming
		heappush(self.planned, (max(at, self.now), next(self.order), what))

	def moment(self, after: After, base: datetime) -> datetime:
		return base + after if isinstance(after, timedelta) else add_delay(base, after, self.facts.calendar)

	def bring(self, what: Event | ScriptedOutcome | RecordEdit) -> None:
		"""Let happen what was planned; nobody answers what never went out or was closed."""
		match what:
			case RecordEdit():
				self.edit(what)
				self.take(RecordChanged())
			case ScriptedOutcome():
				event = OutcomeReported(
					self.enrollment.run, what.follow_up, what.outcome, self.now, what.detail
				)
				self.report(event)
			case OutcomeReported():
				self.report(what)
			case _:
				self.take(what)

	def report(self, event: OutcomeReported) -> None:
		activity = self.enrollment.activities.get(event.follow_up)
		went_out = activity is not None and (activity.handed_over_at or activity.carried_out_at)
		if went_out and (event.run, event.follow_up) not in self.closed:
			self.take(event)

	def edit(self, edit: RecordEdit) -> None:
		facts = self.facts
		self.facts = replace(
			facts,
			fields={**facts.fields, **edit.fields},
			is_converted=facts.is_converted if edit.is_converted is None else edit.is_converted,
			in_view=facts.in_view if edit.in_view is None else edit.in_view,
			exists=facts.exists if edit.exists is None else edit.exists,
			refusal=facts.refusal if edit.refusal is None else edit.refusal,
			expressions={**facts.expressions, **edit.expressions},
		)
