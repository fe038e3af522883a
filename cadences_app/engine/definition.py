"""A cadence as it was published: frozen, compared by value, read from and written to plain dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from cadences_app.engine.audience import MANUAL, NO_EXCLUSIVITY, Audience, Exclusivity
from cadences_app.engine.calendar import Delay
from cadences_app.engine.channels import all_channels, traits_of
from cadences_app.engine.conditions import Condition
from cadences_app.engine.content import (
	AT_ONCE,
	Channel,
	Content,
	content_to_dict,
	empty_content,
	read_content,
)
from cadences_app.engine.outcomes import IMPLYING_MARKS, UNMARKED, UNSUBSCRIBED, MarkKey, Outcome
from cadences_app.engine.policy import POLICY_BY_DEFAULT, SendingPolicy
from cadences_app.engine.reading import Fields, without_defaults
from cadences_app.engine.stored_enum import StoredEnum

NAME_LENGTH = 100
DESCRIPTION_LENGTH = 500

ANY_EARLIER = "*"
"""In a trigger's `of`: any earlier follow-up of the run."""


@dataclass(frozen=True, slots=True)
class Trigger:
	"""The outcome that starts a follow-up: of its parent, or (`of`) of an earlier follow-up by its key, or of
	`ANY_EARLIER` one of the run, once the parent has passed (S3.3a).

	`absent` turns it around: the outcome did not come within `within`, counted from `since`.
	`times` asks for the outcome to have come so often (a boost: opened twice, S3.7); `detail` narrows it
	to a link (Clicked) or a result (Call Result).
	"""

	outcome: Outcome = Outcome.CARRIED_OUT
	absent: bool = False
	within: Delay | None = None
	since: Outcome = Outcome.CARRIED_OUT
	times: int = 1
	detail: str = ""
	of: str = ""
	signs: frozenset[MarkKey] = field(init=False, repr=False, compare=False)
	"""The marks without all of which the outcome has not come; it may leave none if it is Carried Out."""

	def __post_init__(self) -> None:
		implying = IMPLYING_MARKS.get(self.outcome, frozenset())
		is_plain = self.times <= 1 and not self.detail
		signs = {(self.outcome, self.detail)} | (implying if is_plain else frozenset())
		object.__setattr__(self, "signs", frozenset(signs))

	def to_dict(self) -> dict[str, Any]:
		values = without_defaults({"outcome": self.outcome.value, "detail": self.detail, "of": self.of})
		if self.absent:
			values |= {"absent": True, "since": self.since.value}
			values |= {"within": self.within.to_dict()} if self.within else {}
		if self.times != 1:
			values["times"] = self.times
		return values

	@classmethod
	def read(cls, fields: Fields) -> Trigger:
		return cls(
			outcome=fields.choice("outcome", Outcome),
			absent=fields.flag("absent"),
			within=fields.read("within", Delay.from_dict),
			since=fields.choice("since", Outcome, Outcome.CARRIED_OUT),
			times=fields.integer("times", 1),
			detail=fields.text("detail"),
			of=fields.text("of"),
		)


class Start(StoredEnum):
	"""From where a delay counts (S3.2): the outcome (or enrollment), or a date field of the record."""

	AFTER_TRIGGER = "After the Trigger"
	BEFORE_DATE = "Before a Date Field"
	AFTER_DATE = "After a Date Field"


# For what is asked in each decision: see ActivityStatus.
AFTER_TRIGGER = Start.AFTER_TRIGGER


@dataclass(frozen=True, slots=True)
class Timing:
	"""When a follow-up is due (S3.2); `at` is a wall time in the cadence's time zone."""

	start: Start = Start.AFTER_TRIGGER
	delay: Delay = AT_ONCE
	date_field: str = ""
	at: time | None = None

	def to_dict(self) -> dict[str, Any]:
		return without_defaults(
			{
				"start": self.start.value,
				"delay": self.delay.to_dict(),
				"date_field": self.date_field,
				"at": self.at and self.at.isoformat(),
			}
		)

	@classmethod
	def read(cls, fields: Fields) -> Timing:
		return cls(
			start=fields.choice("start", Start, Start.AFTER_TRIGGER),
			delay=fields.read("delay", Delay.from_dict) or AT_ONCE,
			date_field=fields.text("date_field"),
			at=fields.clock("at"),
		)


@dataclass(frozen=True, slots=True)
class FollowUp:
	"""One step of a cadence. `key` stays the same through all versions; no `parent`: it starts the tree."""

	key: str
	channel: Channel
	content: Content
	title: str = ""
	parent: str = ""
	trigger: Trigger = Trigger()
	timing: Timing = Timing()
	keeps_owner: bool = False
	"""What it made stays with its user although its record gets another owner (S3.8a)."""
	silence_of: str = field(init=False, repr=False, compare=False)
	"""The follow-up from which the absence counts that starts it; where it listens to any earlier one, its
	parent. Blank where it waits for none."""

	def __post_init__(self) -> None:
		of = "" if self.trigger.of == ANY_EARLIER else self.trigger.of
		object.__setattr__(self, "silence_of", (of or self.parent) if self.trigger.absent else "")

	@property
	def label(self) -> str:
		return self.title or self.key

	def listens_to(self, key: str) -> bool:
		"""Whether an outcome of that follow-up can start this one (S3.3a)."""
		heard = self.trigger.of or self.parent
		return heard == key or (heard == ANY_EARLIER and key != self.key)

	def to_dict(self) -> dict[str, Any]:
		values = without_defaults(
			{
				"key": self.key,
				"title": self.title,
				"channel": self.channel.value,
				"parent": self.parent,
				"timing": self.timing.to_dict(),
				"content": content_to_dict(self.content),
			}
		)
		if self.parent:
			values["trigger"] = self.trigger.to_dict()
		return values | ({"keeps_owner": True} if self.keeps_owner else {})

	@classmethod
	def read(cls, fields: Fields) -> FollowUp:
		channel = fields.choice("channel", Channel)
		return cls(
			key=fields.text("key", required=True),
			title=fields.text("title"),
			channel=channel,
			parent=fields.text("parent"),
			trigger=fields.nested("trigger", Trigger.read) or Trigger(),
			timing=fields.nested("timing", Timing.read) or Timing(),
			content=fields.nested("content", lambda inner: read_content(channel, inner))
			or empty_content(channel),
			keeps_owner=fields.flag("keeps_owner"),
		)


class ExitKind(StoredEnum):
	"""Why a record leaves by itself (S6.1)."""

	OUTCOME = "Outcome of a Follow-up"
	CONDITIONS = "Record Conditions"
	CONVERTED = "Converted"
	LEFT_VIEW = "Left the View"
	DATE = "Date"
	MEETING = "Meeting Booked"
	EXPRESSION = "Expression"


WITHOUT_SETTINGS = frozenset({ExitKind.CONVERTED, ExitKind.LEFT_VIEW, ExitKind.MEETING})
"""Kinds of rules that have nothing to be filled in, nor to be checked."""


@dataclass(frozen=True, slots=True)
class ExitRule:
	"""One rule of un-enrolment. `follow_up` narrows an outcome to one follow-up; blank means any."""

	key: str
	kind: ExitKind
	title: str = ""
	follow_up: str = ""
	trigger: Trigger = Trigger()
	conditions: tuple[Condition, ...] = ()
	on: date | None = None
	timing: Timing = Timing()
	expression: str = ""
	mark: MarkKey | None = field(init=False, repr=False, compare=False)
	"""The mark without which the outcome has not come; None where it can come without one."""

	def __post_init__(self) -> None:
		can_lack_one = self.trigger.absent or self.trigger.outcome in UNMARKED
		mark = None if can_lack_one else (self.trigger.outcome, self.trigger.detail)
		object.__setattr__(self, "mark", mark)

	@property
	def label(self) -> str:
		return self.title or self.kind.value

	def to_dict(self) -> dict[str, Any]:
		values = without_defaults(
			{
				"key": self.key,
				"kind": self.kind.value,
				"title": self.title,
				"follow_up": self.follow_up,
				"conditions": [condition.to_dict() for condition in self.conditions],
				"on": self.on and self.on.isoformat(),
				"expression": self.expression,
			}
		)
		if self.kind is ExitKind.OUTCOME:
			values["trigger"] = self.trigger.to_dict()
		if self.kind is ExitKind.DATE:
			values["timing"] = self.timing.to_dict()
		return values

	@classmethod
	def read(cls, fields: Fields) -> ExitRule:
		return cls(
			key=fields.text("key", required=True),
			kind=fields.choice("kind", ExitKind),
			title=fields.text("title"),
			follow_up=fields.text("follow_up"),
			trigger=fields.nested("trigger", Trigger.read) or Trigger(),
			conditions=fields.nested_each("conditions", Condition.read),
			on=fields.day("on"),
			timing=fields.nested("timing", Timing.read) or Timing(),
			expression=fields.text("expression"),
		)


@dataclass(frozen=True)
class Cadence:
	"""The definition: audience, follow-ups, un-enrolment rules, sending policy (S1.1)."""

	name: str
	module: str
	follow_ups: tuple[FollowUp, ...]
	exit_rules: tuple[ExitRule, ...] = ()
	policy: SendingPolicy = POLICY_BY_DEFAULT
	audience: Audience = MANUAL
	exclusivity: Exclusivity = NO_EXCLUSIVITY
	description: str = ""
	close_open_on_exit: bool = False
	by_key: Mapping[str, FollowUp] = field(init=False, repr=False, compare=False)
	children: Mapping[str, tuple[FollowUp, ...]] = field(init=False, repr=False, compare=False)
	listeners: Mapping[str, tuple[FollowUp, ...]] = field(init=False, repr=False, compare=False)
	"""By follow-up, those that an outcome of it can start: its children, and who listens from elsewhere."""
	followers: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
	"""By follow-up, the keys of those that hang on it: its children and listeners."""
	exit_triggers: Mapping[str, tuple[Trigger, ...]] = field(init=False, repr=False, compare=False)
	"""By follow-up, the triggers of the outcome rules that listen to what it can bring about."""
	exit_triggers_by_channel: Mapping[Channel, tuple[Trigger, ...]] = field(
		init=False, repr=False, compare=False
	)
	"""Those that listen to any follow-up, for what an earlier version carried out (S1.7)."""
	exit_timers: Mapping[str, tuple[Trigger, ...]] = field(init=False, repr=False, compare=False)
	"""Those of them that listen for an absence; only follow-ups that have some."""
	exit_marks: frozenset[MarkKey] = field(init=False, repr=False, compare=False)
	"""The marks without which no outcome rule has anybody leave, and nobody has unsubscribed; but for rules
	whose outcome can come without one."""
	exit_dates: tuple[ExitRule, ...] = field(init=False, repr=False, compare=False)
	dated: frozenset[str] = field(init=False, repr=False, compare=False)
	"""The follow-ups that hang on a date field of the record."""

	def __post_init__(self) -> None:
		children: dict[str, tuple[FollowUp, ...]] = {}
		for follow_up in self.follow_ups:
			children[follow_up.parent] = (*children.get(follow_up.parent, ()), follow_up)
		object.__setattr__(self, "by_key", {each.key: each for each in self.follow_ups})
		object.__setattr__(self, "children", children)
		listeners = {key: self._listeners_to(key) for key in self.by_key}
		object.__setattr__(self, "listeners", listeners)
		followers = {
			key: frozenset(each.key for each in (*found, *children.get(key, ())))
			for key, found in listeners.items()
		}
		object.__setattr__(self, "followers", followers)
		exit_triggers = {each.key: self._exit_triggers_on(each.key, each.channel) for each in self.follow_ups}
		by_channel = {channel: self._exit_triggers_on("", channel) for channel in all_channels()}
		object.__setattr__(self, "exit_triggers_by_channel", by_channel)
		timers = {key: tuple(each for each in found if each.absent) for key, found in exit_triggers.items()}
		object.__setattr__(self, "exit_triggers", exit_triggers)
		object.__setattr__(self, "exit_timers", {key: found for key, found in timers.items() if found})
		marks = {each.mark for each in self.exit_rules if each.kind is ExitKind.OUTCOME and each.mark}
		object.__setattr__(self, "exit_marks", frozenset(marks | {UNSUBSCRIBED}))
		dates = tuple(each for each in self.exit_rules if each.kind is ExitKind.DATE)
		object.__setattr__(self, "exit_dates", dates)
		dated = (each.key for each in self.follow_ups if each.timing.start is not Start.AFTER_TRIGGER)
		object.__setattr__(self, "dated", frozenset(dated))

	def _listeners_to(self, key: str) -> tuple[FollowUp, ...]:
		return tuple(each for each in self.follow_ups if each.parent and each.listens_to(key))

	def _exit_triggers_on(self, key: str, channel: Channel) -> tuple[Trigger, ...]:
		return tuple(
			rule.trigger
			for rule in self.exit_rules
			if rule.kind is ExitKind.OUTCOME
			and rule.follow_up in ("", key)
			and rule.trigger.outcome in traits_of(channel).produces
		)

	@property
	def starters(self) -> tuple[FollowUp, ...]:
		"""The follow-ups that enrollment itself starts."""
		return self.children.get("", ())

	def to_dict(self) -> dict[str, Any]:
		values = without_defaults(
			{
				"name": self.name,
				"module": self.module,
				"description": self.description,
				"audience": self.audience.to_dict(),
				"exclusivity": self.exclusivity.to_dict(),
				"policy": self.policy.to_dict(),
				"follow_ups": [follow_up.to_dict() for follow_up in self.follow_ups],
				"exit_rules": [rule.to_dict() for rule in self.exit_rules],
			}
		)
		if self.close_open_on_exit:
			values["close_open_on_exit"] = True
		return values

	@classmethod
	def from_dict(cls, source: object) -> Cadence:
		"""Raises DefinitionError, which names the field. What can't work is found by `check` instead."""
		fields = Fields(source)
		cadence = cls(
			name=fields.text("name", required=True, longest=NAME_LENGTH),
			module=fields.text("module", required=True),
			description=fields.text("description", longest=DESCRIPTION_LENGTH),
			follow_ups=fields.nested_each("follow_ups", FollowUp.read),
			exit_rules=fields.nested_each("exit_rules", ExitRule.read),
			policy=fields.nested("policy", SendingPolicy.read) or POLICY_BY_DEFAULT,
			audience=fields.nested("audience", Audience.read) or MANUAL,
			exclusivity=fields.nested("exclusivity", Exclusivity.read) or NO_EXCLUSIVITY,
			close_open_on_exit=fields.flag("close_open_on_exit"),
		)
		fields.close()
		return cadence
