"""The account of what was decided and why: rows of Cadence Event that were never in the inbox (S8.3)."""

import json
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from cadences_app.engine.events import KIND_OF, Enrolled, Event, event_to_dict
from cadences_app.engine.reasons import Reason
from cadences_app.engine.transitions import Transition
from cadences_app.store import clock
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name

_KINDS: dict[str, type] = {each.__name__: each for each in get_args(Transition)}


def describe(transitions: tuple[Transition, ...]) -> list[dict[str, Any]]:
	"""The transitions as plain JSON: their name and their fields, moments in UTC."""
	return [
		{"what": type(each).__name__}
		| {item.name: _plain(getattr(each, item.name)) for item in fields(each) if getattr(each, item.name)}
		for each in transitions
	]


def read(told: list[dict[str, Any]]) -> tuple[Transition, ...]:
	"""What `describe` told, but for what a later version wrote that this one does not know."""
	known = [each for each in told if each.get("what") in _KINDS]
	return tuple(_KINDS[each["what"]](**_values(each)) for each in known)


def entry(
	current: EnrollmentInWork,
	event: Event,
	reason: Reason,
	told: list[dict[str, Any]],
	now: datetime,
	error: str = "",
) -> dict[str, Any]:
	"""A row for a decision that no inbox entry asked for: the clock's, or a channel's answer."""
	name = new_name()
	stamp = clock.to_site(now)
	source = current.row.get("enrolled_by") or "" if isinstance(event, Enrolled) else ""
	return {
		**standard_columns(name, str(stamp)),
		"enrollment": current.name,
		"cadence": current.row["cadence"],
		"kind": KIND_OF[type(event)].value,
		"payload": json.dumps(event_to_dict(event)),
		"happened_at": stamp,
		"event_key": name,
		"source": source,
		"processed_at": stamp,
		"reason": reason.value,
		"decision": json.dumps(told),
		"error": error,
	}


def _values(told: dict[str, Any]) -> dict[str, Any]:
	"""The fields of one transition. What was not told was blank, whatever blank is there."""
	return {
		name: _typed(told[name], hint) if name in told else _blank(hint)
		for name, hint in _hints(told["what"]).items()
	}


@cache
def _hints(what: str) -> dict[str, Any]:
	return get_type_hints(_KINDS[what])


def _typed(value: Any, hint: Any) -> Any:
	for kind in get_args(hint) or (hint,):
		if isinstance(value, str) and kind in (datetime, date):
			return kind.fromisoformat(value)
		if isinstance(kind, type) and issubclass(kind, Enum):
			return kind(value)
	return value


def _blank(hint: Any) -> Any:
	return None if NoneType in get_args(hint) else hint()


def _plain(value: Any) -> Any:
	if isinstance(value, datetime | date):
		return value.isoformat()
	return value.value if isinstance(value, Enum) else value
