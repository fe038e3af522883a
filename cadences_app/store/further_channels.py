"""Channels that other apps add by the hook `cadence_channels` (docs/extending.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.engine.channels import Traits, add_channel


@dataclass(frozen=True, slots=True)
class FurtherChannel:
	"""A channel of another app. `hand_over` and `take_back` get the `Occasion` (`channels/occasion.py`)."""

	traits: Traits
	hand_over: Callable[[Any], None]
	"""Carry a follow-up out, or put it into the app's own outbox. Raises CannotReach."""
	take_back: Callable[[Any], None]
	"""Withdraw what has not gone out yet, or close what is open: the enrollment has ended (S6.4)."""
	content_of: Callable[[Any], Mapping[str, Any]]
	"""What a follow-up says, as plain JSON values, from its row in the form of the cadence."""
	columns_of: Callable[[Mapping[str, Any]], Mapping[str, Any]]
	"""The columns of the row, from what `content_of` gave."""


def further_channels() -> dict[str, FurtherChannel]:
	"""The channels of the installed apps by name, made known to the engine."""
	found = {}
	for name, paths in (frappe.get_hooks("cadence_channels") or {}).items():
		found[name] = frappe.get_attr(paths[-1])
		add_channel(name, found[name].traits)
	return found
