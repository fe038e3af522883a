"""What a decision asks the channels to do. A closed set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cadences_app.engine.content import Channel


@dataclass(frozen=True, slots=True)
class SendEmail:
	follow_up: str


@dataclass(frozen=True, slots=True)
class AssignTask:
	follow_up: str
	due_on: date


@dataclass(frozen=True, slots=True)
class PlaceCall:
	follow_up: str
	starts_at: datetime


@dataclass(frozen=True, slots=True)
class SendMessage:
	follow_up: str


@dataclass(frozen=True, slots=True)
class WithdrawEmail:
	"""Take back what was handed over to be sent but has not gone out yet."""

	follow_up: str


@dataclass(frozen=True, slots=True)
class CloseActivity:
	"""Close the open task or call of a follow-up, since the enrollment ended (S6.4). `channel` made it; the
	definition may know the follow-up no more."""

	follow_up: str
	channel: Channel


@dataclass(frozen=True, slots=True)
class HandOver:
	"""Have the channel of another app carry a follow-up out."""

	follow_up: str


Action = SendEmail | AssignTask | PlaceCall | SendMessage | HandOver | WithdrawEmail | CloseActivity
