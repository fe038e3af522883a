"""What the rules need to know of each channel: the one place where channels differ for them (S3.3).

Another app adds a channel by `add_channel` (docs/extending.md); everything else asks for its traits.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadences_app.engine.content import ADDED, Channel
from cadences_app.engine.outcomes import (
	CALL_OUTCOMES,
	EMAIL_OUTCOMES,
	INVITE_OUTCOMES,
	MESSAGE_OUTCOMES,
	TASK_OUTCOMES,
	Outcome,
)


@dataclass(frozen=True, slots=True)
class Traits:
	"""What a channel is like. `produces` are the outcomes that its follow-ups can have."""

	produces: frozenset[Outcome]
	awaited: frozenset[Outcome] = frozenset()
	"""Outcomes whose absence within N days can be a trigger."""
	has_outbox: bool = False
	"""Its follow-ups are handed over to be sent, and carried out once they were. Those of the others are
	carried out by being there for a rep, and open until the rep has done something about them."""
	begins_at: Outcome | None = None
	"""Where a follow-up without an outbox stands when it is there."""
	shown: tuple[Outcome, ...] = ()
	"""The outcomes that a report shows, in order."""
	refused: Outcome | None = None
	"""The outcome by which it turns out that it never reached the person: no other comes after it."""
	wanted: Outcome | None = None
	"""The outcome that a follow-up is made for."""
	limit: str = ""
	"""The field of the Cadence Settings that limits how many of them a cadence may have (S1.4)."""


_TRAITS: dict[Channel, Traits] = {
	Channel.EMAIL: Traits(
		produces=EMAIL_OUTCOMES,
		awaited=frozenset({Outcome.OPENED, Outcome.CLICKED, Outcome.REPLIED}),
		has_outbox=True,
		shown=(
			Outcome.OPENED,
			Outcome.CLICKED,
			Outcome.REPLIED,
			Outcome.BOUNCED,
			Outcome.UNSUBSCRIBED,
			Outcome.INVITE_ACCEPTED,
			Outcome.INVITE_TENTATIVE,
			Outcome.INVITE_DECLINED,
		),
		refused=Outcome.BOUNCED,
		wanted=Outcome.OPENED,
		limit="max_emails",
	),
	Channel.TASK: Traits(
		produces=TASK_OUTCOMES,
		awaited=frozenset({Outcome.COMPLETED}),
		begins_at=Outcome.NOT_STARTED,
		shown=(Outcome.COMPLETED, Outcome.SKIPPED),
		wanted=Outcome.COMPLETED,
		limit="max_tasks",
	),
	Channel.CALL: Traits(
		produces=CALL_OUTCOMES,
		awaited=frozenset({Outcome.COMPLETED}),
		begins_at=Outcome.SCHEDULED,
		shown=(Outcome.COMPLETED, Outcome.CANCELLED, Outcome.OVERDUE),
		wanted=Outcome.COMPLETED,
		limit="max_calls",
	),
	Channel.MESSAGE: Traits(
		produces=MESSAGE_OUTCOMES,
		awaited=frozenset({Outcome.DELIVERED, Outcome.REPLIED}),
		has_outbox=True,
		shown=(Outcome.DELIVERED, Outcome.REPLIED, Outcome.FAILED, Outcome.UNSUBSCRIBED),
		refused=Outcome.FAILED,
		wanted=Outcome.REPLIED,
		limit="max_messages",
	),
}


def traits_of(channel: Channel) -> Traits:
	return _TRAITS[channel]


def all_channels() -> tuple[Channel, ...]:
	"""Every channel: the built-in ones, then those that other apps added."""
	return tuple(_TRAITS)


def add_channel(name: str, traits: Traits) -> Channel:
	"""Let follow-ups have this channel; as often as one likes with the same traits.

	Raises ValueError for a built-in channel, and for what could not work: no outcome, or one that only an
	email with an invite can have.
	"""
	if name in Channel.__members__.values() or not name.strip():
		raise ValueError(f"{name!r} can't be added as a channel")
	if not traits.produces or traits.produces & INVITE_OUTCOMES:
		raise ValueError(f"the channel {name} needs outcomes that it can produce")
	channel = ADDED.get(name) or Channel.made(name)
	ADDED[name] = channel
	_TRAITS[channel] = traits
	return channel
