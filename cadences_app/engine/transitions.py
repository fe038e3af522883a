"""The transitions that an enrollment can make: what a decision says has happened to it. A closed set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cadences_app.engine.content import Channel
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus


@dataclass(frozen=True, slots=True)
class RunStarted:
	run: int
	at: datetime
	reason: Reason


@dataclass(frozen=True, slots=True)
class FollowUpScheduled:
	follow_up: str
	base_at: datetime
	due_at: datetime | None
	reason: Reason
	forced: bool = False


@dataclass(frozen=True, slots=True)
class FollowUpMoved:
	follow_up: str
	due_at: datetime | None
	reason: Reason
	base_at: datetime | None = None
	"""The new base; None when it stays."""


@dataclass(frozen=True, slots=True)
class FollowUpWithdrawn:
	"""A scheduled follow-up whose trigger does not hold any more; it may be scheduled again."""

	follow_up: str
	reason: Reason


@dataclass(frozen=True, slots=True)
class FollowUpHandedOver:
	follow_up: str
	at: datetime
	channel: Channel = Channel.EMAIL


@dataclass(frozen=True, slots=True)
class FollowUpCarriedOut:
	follow_up: str
	at: datetime
	starts_at: datetime | None = None
	due_on: date | None = None


@dataclass(frozen=True, slots=True)
class FollowUpClosed:
	"""A follow-up that ends without an outcome: skipped, cancelled or failed."""

	follow_up: str
	status: ActivityStatus
	at: datetime
	reason: Reason
	note: str = ""


@dataclass(frozen=True, slots=True)
class CallMoved:
	"""An open call starts at another time than it was placed at."""

	follow_up: str
	starts_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeRecorded:
	follow_up: str
	outcome: Outcome
	at: datetime
	detail: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
	at: datetime
	until: datetime | None


@dataclass(frozen=True, slots=True)
class PauseNoted:
	"""What waits to begin, is halted or failed is to be paused once it goes on, until somebody resumes it."""

	at: datetime


@dataclass(frozen=True, slots=True)
class Halted:
	at: datetime


@dataclass(frozen=True, slots=True)
class Resumed:
	"""Live again: after a pause, a halt, or (re-enrolling) an end."""

	at: datetime
	reason: Reason


@dataclass(frozen=True, slots=True)
class Held:
	until: datetime
	at: datetime


@dataclass(frozen=True, slots=True)
class Delayed:
	"""Nobody looked at the clock in this time: what waits is put off by it (S13.3)."""

	since: datetime
	until: datetime


@dataclass(frozen=True, slots=True)
class ActivityLost:
	follow_up: str


@dataclass(frozen=True, slots=True)
class VersionAdopted:
	"""The enrollment goes on under the definition that `decide` was given."""


@dataclass(frozen=True, slots=True)
class Ended:
	status: EnrollmentStatus
	at: datetime
	reason: Reason
	note: str = ""


Transition = (
	RunStarted
	| FollowUpScheduled
	| FollowUpMoved
	| FollowUpWithdrawn
	| FollowUpHandedOver
	| FollowUpCarriedOut
	| FollowUpClosed
	| CallMoved
	| OutcomeRecorded
	| Paused
	| PauseNoted
	| Halted
	| Resumed
	| Held
	| Delayed
	| ActivityLost
	| VersionAdopted
	| Ended
)
