"""A cadence over what people really answered: who would have got what, beside what happened (S11.4).

An answer comes as long after its follow-up as it really did, wherever that follow-up would have been. What
people asked of an enrollment, and what changed on its record, comes at its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Happening, Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.dry_run.stories import Difference, Expected, differences
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import Outcome

OWN_DOING = frozenset({Outcome.SENT, Outcome.NOT_STARTED, Outcome.SCHEDULED, Outcome.OVERDUE})
"""What the engine and the mail server say by themselves, so that nobody has to answer it."""


@dataclass(frozen=True, slots=True)
class Replayed:
	"""One run beside what it would have been. The days of the ends count from its start; None: not ended."""

	differences: tuple[Difference, ...]
	ended_on: int | None
	would_have_ended_on: int | None

	@property
	def leaves_earlier(self) -> bool:
		would = self.would_have_ended_on
		return would is not None and (self.ended_on is None or would < self.ended_on)

	@property
	def is_alike(self) -> bool:
		return not self.differences and self.ended_on == self.would_have_ended_on


def replay_run(
	cadence: Cadence,
	record: Record,
	enrollment: Enrollment,
	happenings: Iterable[Happening],
	now: datetime,
) -> Replayed:
	"""The run of `enrollment`, once more under `cadence`, up to `now`. Raises EndlessRun."""
	began = enrollment.started_at
	assert began is not None
	script = Script(tuple(answers_of(enrollment)), tuple(happenings))
	run = simulate(cadence, record, script, began, now - began)
	found, really = Expected.of(run, record.zone), Expected.of_state(enrollment, began, record.zone)
	return Replayed(
		tuple(differences(really, found)),
		_day_of_end(enrollment, began, record.zone),
		_day_of_end(run.enrollment, began, record.zone),
	)


def answers_of(enrollment: Enrollment) -> Iterator[ScriptedOutcome]:
	"""What came back in this run, each answer as long after its follow-up as it came."""
	for key, activity in enrollment.activities.items():
		went_out = activity.carried_out_at or activity.handed_over_at
		if went_out is None:
			continue
		for outcome, detail, at in _marks_of(activity):
			if outcome not in OWN_DOING and at >= went_out:
				yield ScriptedOutcome(key, outcome, at - went_out, detail=detail)


def _marks_of(activity: Activity) -> Iterator[tuple[Outcome, str, datetime]]:
	"""Each outcome once for each time that it came, with its detail where it has one."""
	details = {
		(outcome, at): detail
		for (outcome, detail), moments in activity.marks.items()
		if detail
		for at in moments
	}
	for (outcome, detail), moments in activity.marks.items():
		if not detail:
			for at in moments:
				yield outcome, details.get((outcome, at), ""), at


def _day_of_end(enrollment: Enrollment, began: datetime, zone: ZoneInfo) -> int | None:
	if enrollment.ended_at is None:
		return None
	return (enrollment.ended_at.astimezone(zone).date() - began.astimezone(zone).date()).days
