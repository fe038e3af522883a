"""The scratch pad of one decision: the enrollment as it becomes, and what is decided on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cadences_app.engine.actions import Action
from cadences_app.engine.definition import Cadence
from cadences_app.engine.enrollment import Activity, Enrollment, evolve
from cadences_app.engine.reasons import Reason
from cadences_app.engine.transitions import OutcomeRecorded, Transition
from cadences_app.engine.triggers import Facts


@dataclass(frozen=True, slots=True)
class Decision:
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
	def __init__(self, cadence: Cadence, enrollment: Enrollment, facts: Facts, now: datetime) -> None:
		self.cadence = cadence
		self.enrollment = enrollment
		self.facts = facts
		self.now = now
		self.transitions: list[Transition] = []
		self.actions: list[Action] = []
		self.heard: OutcomeRecorded | None = None
		"""The outcome that this decision is told of, if it was not known before."""

	def apply(self, transition: Transition) -> None:
		self.enrollment = evolve(self.enrollment, transition)
		self.transitions.append(transition)

	def ask(self, action: Action) -> None:
		self.actions.append(action)

	def activity_of(self, run: int, follow_up: str) -> Activity | None:
		return self.enrollment.activities.get(follow_up) if run == self.enrollment.run else None
