"""Which fields of a record can change what is decided about it."""

from __future__ import annotations

from collections.abc import Iterator

from cadences_app.engine.completeness import assert_never
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.policy import ZoneSource

ANY_FIELD = "*"


def watched_fields(cadence: Cadence) -> frozenset[str]:
	"""The fields whose change is worth a look; `ANY_FIELD` among them where any may matter.

	What "converted" and "owner" mean is known outside: those fields come on top.
	"""
	return frozenset(_fields(cadence))


def _fields(cadence: Cadence) -> Iterator[str]:
	for follow_up in cadence.follow_ups:
		yield from filter(None, [follow_up.timing.date_field])
	if cadence.policy.zone is ZoneSource.PERSON:
		yield from ("time_zone", "timezone")
	for rule in cadence.exit_rules:
		match rule.kind:
			case ExitKind.CONDITIONS:
				yield from (condition.field for condition in rule.conditions)
			case ExitKind.DATE:
				yield from filter(None, [rule.timing.date_field])
			case ExitKind.LEFT_VIEW | ExitKind.EXPRESSION:
				yield ANY_FIELD
			case ExitKind.OUTCOME | ExitKind.CONVERTED | ExitKind.MEETING:
				pass
			case other:
				assert_never(other)
