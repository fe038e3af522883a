"""Stories: what somebody answers, and what a cadence is expected to do with them (S1.10).

Days are counted from the day on which the story starts, by the calendar of its record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cadences_app.engine.dry_run.simulation import Run
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.reading import Fields
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum


class Differs(StoredEnum):
	"""In what a run differs from what its story expects."""

	MISSING = "missing"
	"""A follow-up is not carried out."""
	ADDED = "added"
	"""A follow-up is carried out that was not expected."""
	DAY = "day"
	END = "end"


@dataclass(frozen=True, slots=True)
class Difference:
	"""`expected` and `found` are days; of an end, the status and the reason, separated by a blank."""

	kind: Differs
	follow_up: str = ""
	expected: str = ""
	found: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
	"""How a story ends, and on which day each follow-up that is carried out is."""

	status: EnrollmentStatus
	reason: str = ""
	days: Mapping[str, int] = field(default_factory=dict)

	@classmethod
	def of(cls, run: Run, zone: ZoneInfo) -> Expected:
		"""What happened in this run, to be expected from now on."""
		return cls.of_state(run.enrollment, run.turns[0].at, zone)

	@classmethod
	def of_state(cls, enrollment: Enrollment, began: datetime, zone: ZoneInfo) -> Expected:
		"""The same of an enrollment as it stands, in the run that began then."""
		first = began.astimezone(zone).date()
		days = {}
		for key, activity in enrollment.activities.items():
			done = activity.carried_out_at or activity.handed_over_at
			if done is not None:
				days[key] = (done.astimezone(zone).date() - first).days
		reason = enrollment.exit_reason.value if enrollment.exit_reason else ""
		return cls(enrollment.status, reason, days)

	@classmethod
	def read(cls, fields: Fields) -> Expected:
		"""What `to_dict` wrote. DefinitionError names what is wrong with it."""
		days = fields.take("days", {})
		if not isinstance(days, Mapping) or not all(type(each) is int for each in days.values()):
			raise fields.fault("days", "expected whole numbers by follow-up")
		return cls(fields.choice("status", EnrollmentStatus), fields.text("reason"), dict(days))

	def to_dict(self) -> dict[str, Any]:
		return {"status": self.status.value, "reason": self.reason, "days": dict(self.days)}


def differences(expected: Expected, found: Expected) -> Iterator[Difference]:
	"""In the order of the days on which they show; the end comes last."""
	keys = {**expected.days, **found.days}
	for key in sorted(keys, key=lambda each: (keys[each], each)):
		was, now = expected.days.get(key), found.days.get(key)
		if now is None:
			yield Difference(Differs.MISSING, key, str(was))
		elif was is None:
			yield Difference(Differs.ADDED, key, found=str(now))
		elif was != now:
			yield Difference(Differs.DAY, key, str(was), str(now))
	if (expected.status, expected.reason) != (found.status, found.reason):
		ends = [f"{each.status} {each.reason}".strip() for each in (expected, found)]
		yield Difference(Differs.END, "", *ends)
