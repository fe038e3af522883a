"""Which stages a record takes its chain to. Pure: no Frappe, no clock (S9.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

Stages = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Present:
	"""Where a chain is: its last stage, whether the record that changed is the one in it, and whether that
	record has left it, with no stage that followed yet."""

	stage: str
	is_own: bool
	has_left: bool


def stages_entered(
	stages: Stages, present: Present, met: Collection[str], was_in: Collection[str]
) -> list[str]:
	"""The stages that the chain enters one after the other, as far as they follow each other and the record
	meets their conditions.

	`was_in` are the stages in which the record was and whose conditions it has met ever since: it enters them
	once it met them anew. A record that left its stage and meets it again enters it again.
	"""
	entered: list[str] = []
	at = present.stage
	while (found := _next(stages, at, met, {*was_in, *entered})) is not None:
		entered.append(found)
		at = found
	if not entered and present.is_own and present.has_left and present.stage in met:
		return [present.stage]
	return entered


def first_stages(stages: Stages, met: Collection[str]) -> list[str]:
	"""The stages that a record enters which begins the journey; none where it can't begin with it."""
	first = next((key for key, stage in stages.items() if stage["is_first"] and key in met), None)
	if first is None:
		return []
	return [first, *stages_entered(stages, Present(first, True, False), met, {first})]


def _next(stages: Stages, at: str, met: Collection[str], barred: Collection[str]) -> str | None:
	following = stages[at]["next"] if at in stages else ()
	return next((key for key in following if key in met and key not in barred and key in stages), None)
