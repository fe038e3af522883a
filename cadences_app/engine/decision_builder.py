"""The scratch pad of one decision: the enrollment as it becomes, and what is decided on the way."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cadences_app.engine.actions import Action
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.enrollment import Enrollment, evolve
from cadences_app.engine.reasons import Reason
from cadences_app.engine.survey import Survey
from cadences_app.engine.transitions import (
	FollowUpScheduled,
	FollowUpWithdrawn,
	OutcomeRecorded,
	RunStarted,
	Transition,
)
from cadences_app.engine.triggers import Facts

ADD_OR_TAKE_AWAY = (FollowUpScheduled, FollowUpWithdrawn, RunStarted)
"""The transitions after which other follow-ups are in the run than before."""


class Decision(NamedTuple):
	"""What follows from one event: the transitions, the actions, and why.

	`after` is the enrollment once the transitions are made; `next_at` is when time alone will next have
	something to say about it (None: never).
	"""

	after: Enrollment
	transitions: tuple[Transition, ...]
	actions: tuple[Action, ...]
	reason: Reason
	next_at: datetime | None


class DecisionBuilder:
	__slots__ = (
		"_survey",
		"_to_start",
		"actions",
		"cadence",
		"enrollment",
		"facts",
		"heard",
		"now",
		"soonest",
		"transitions",
		"wait",
	)

	def __init__(self, cadence: Cadence, enrollment: Enrollment, facts: Facts, now: datetime) -> None:
		self.cadence = cadence
		self.enrollment = enrollment
		self.facts = facts
		self.now = now
		self.transitions: list[Transition] = []
		self.actions: list[Action] = []
		self.heard: OutcomeRecorded | None = None
		"""The outcome that this decision is told of, if it was not known before."""
		self.soonest: dict[str, datetime | None] = {}
		"""Before when follow-ups can't fire from an absence, where that was asked and still holds."""
		self.wait: tuple[datetime | None] | None = None
		"""Up to when the run waits; None while nobody asked since."""
		self._survey: Survey | None = None
		self._to_start: list[FollowUp] | None = None

	@property
	def survey(self) -> Survey:
		"""What stands where by now."""
		if self._survey is None:
			self._survey = Survey(self.enrollment.activities.values(), self.cadence.exit_marks)
		return self._survey

	@property
	def to_start(self) -> list[FollowUp]:
		"""The follow-ups that can start by now: what they come after is in the run, and they are not."""
		if self._to_start is None:
			known, children = self.enrollment.activities, self.cadence.children
			self._to_start = [
				child for key in known for child in children.get(key, ()) if child.key not in known
			]
		return self._to_start

	def apply(self, transition: Transition) -> None:
		self.enrollment = evolve(self.enrollment, transition)
		self.transitions.append(transition)
		self.wait = self._survey = None
		if isinstance(transition, ADD_OR_TAKE_AWAY):
			self._to_start = None
		hangs_on_it = self.cadence.followers.get(getattr(transition, "follow_up", ""))
		if hangs_on_it is None:
			self.soonest.clear()
			return
		for key in hangs_on_it & self.soonest.keys():
			del self.soonest[key]

	def ask(self, action: Action) -> None:
		self.actions.append(action)
