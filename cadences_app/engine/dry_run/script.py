"""What people answer and what else happens to a record, written down for a dry run (S11.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.content import AT_ONCE
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.events import KINDS, Event, EventKind, event_from_dict
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reading import Fields

After = Delay | timedelta
"""How long after something: as people say it, in days of the calendar, or as elapsed time."""


@dataclass(frozen=True, slots=True)
class ScriptedOutcome:
	"""A follow-up has this outcome, `after` it was carried out or `at` an instant.

	`detail` is the clicked link or the call result.
	"""

	follow_up: str
	outcome: Outcome
	after: After = AT_ONCE
	at: datetime | None = None
	detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordEdit:
	"""What reads differently from then on: fields by name, and of the rest what is not None."""

	fields: Mapping[str, Any] = field(default_factory=dict)
	is_converted: bool | None = None
	in_view: bool | None = None
	exists: bool | None = None
	refusal: str | None = None
	expressions: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happening:
	"""Something happens to the record or its enrollment, `after` the enrollment or `at` an instant.

	Where it comes along with answers to a follow-up, `after` counts from when that was carried out.
	"""

	what: Event | RecordEdit
	after: After = AT_ONCE
	at: datetime | None = None


class Answers(Protocol):
	"""Who plays the world: what happens by itself, and what comes back to each follow-up."""

	def from_start(self) -> Iterable[ScriptedOutcome | Happening]:
		"""What does not wait for a follow-up. Asked once, on enrollment."""

	def to(self, follow_up: FollowUp, activity: Activity) -> Iterable[ScriptedOutcome | Happening]:
		"""What comes back to a follow-up. Asked once for each time that it goes out."""


@dataclass(frozen=True, slots=True)
class Script:
	"""Answers and happenings that are known beforehand. A restarted run gets the same answers again."""

	answers: tuple[ScriptedOutcome, ...] = ()
	happenings: tuple[Happening, ...] = ()

	def from_start(self) -> Iterable[ScriptedOutcome | Happening]:
		return (*(answer for answer in self.answers if answer.at is not None), *self.happenings)

	def to(self, follow_up: FollowUp, activity: Activity) -> Iterable[ScriptedOutcome | Happening]:
		return [each for each in self.answers if each.follow_up == follow_up.key and each.at is None]


def read_entry(fields: Fields) -> ScriptedOutcome | Happening:
	"""One entry of a script in JSON: an answer, a change of the record, or an event.

	Each has ``after`` ("2 days", "1 business day") or ``at`` (an ISO time with its offset), and

	- ``follow_up`` and ``outcome``, perhaps ``detail``;
	- or ``change``: field values of the record, and ``converted``, ``in_view``, ``exists``, ``expressions``,
	  ``refusal`` (why the person may not be contacted any more);
	- or ``event``: a kind such as "Pause" or "Stop", with its own values in ``with``.

	DefinitionError names the field that is wrong.
	"""
	after = fields.read("after", read_span) or AT_ONCE
	at = fields.read("at", _read_instant)
	if "event" in fields.source:
		return Happening(_read_event(fields), after, at)
	if "follow_up" in fields.source:
		outcome = fields.choice("outcome", Outcome)
		return ScriptedOutcome(
			fields.text("follow_up", required=True), outcome, after, at, fields.text("detail")
		)
	return Happening(_read_edit(fields), after, at)


def read_script(fields: Fields, name: str) -> Script:
	"""The list of entries in field `name`, as a script."""
	entries = fields.nested_each(name, read_entry)
	return Script(
		tuple(each for each in entries if isinstance(each, ScriptedOutcome)),
		tuple(each for each in entries if isinstance(each, Happening)),
	)


def read_span(text: Any) -> Delay:
	"""A delay as people write it: "90 minutes", "2 days", "1 business day"."""
	match = re.fullmatch(r"\s*(\d{1,9})\s+([a-z ]+?)s?\s*", str(text).lower())
	units = {unit.value.lower().removesuffix("s"): unit for unit in Unit}
	if not match or match[2] not in units:
		raise ValueError('expected a time such as "2 days" or "90 minutes"')
	return Delay(int(match[1]), units[match[2]])


def _read_instant(text: Any) -> datetime:
	at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
	if at.tzinfo is None:
		raise ValueError("an instant needs its offset, such as 2025-03-03T09:00:00+01:00")
	return at


def _read_event(fields: Fields) -> Event:
	kind = fields.choice("event", EventKind)
	values = fields.take("with", {})
	if not isinstance(values, Mapping):
		raise fields.fault("with", "expected an object")
	known = KINDS[kind].__dataclass_fields__
	for name in values:
		if name not in known:
			raise fields.fault("with", f"{name} is not known here; known are: {', '.join(sorted(known))}")
	try:
		return event_from_dict(kind, values)
	except (KeyError, TypeError, ValueError) as error:
		raise fields.fault("with", str(error)) from error


def _read_edit(fields: Fields) -> RecordEdit:
	told = {"change", "converted", "in_view", "exists", "expressions", "refusal"} & fields.source.keys()
	if not told:
		raise fields.fault("follow_up", "is missing: an entry has follow_up, change, converted or event")
	changed, expressions = fields.take("change", {}), fields.take("expressions", {})
	for name, found in (("change", changed), ("expressions", expressions)):
		if not isinstance(found, Mapping):
			raise fields.fault(name, "expected an object")
	return RecordEdit(
		fields=changed,
		is_converted=fields.flag("converted") if "converted" in told else None,
		in_view=fields.flag("in_view") if "in_view" in told else None,
		exists=fields.flag("exists") if "exists" in told else None,
		refusal=fields.text("refusal") if "refusal" in told else None,
		expressions={name: bool(truth) for name, truth in expressions.items()},
	)
