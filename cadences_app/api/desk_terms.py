"""The closed sets of the engine as Desk's scripts need them: what they offer, and in which colours.

Sent along at log-in, so that no script keeps a copy of its own.
"""

from typing import Any

from cadences_app.api.sentences import because
from cadences_app.engine.channels import all_channels, traits_of
from cadences_app.engine.outcomes import INVITE_OUTCOMES, Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import LIVE, ActivityStatus, CadenceStatus, Delivery, EnrollmentStatus
from cadences_app.store.further_channels import further_channels

COLOURS: dict[str, dict[str, str]] = {
	"Cadence": {
		CadenceStatus.DRAFT: "gray",
		CadenceStatus.ACTIVE: "green",
		CadenceStatus.INACTIVE: "orange",
	},
	"Cadence Enrollment": {
		EnrollmentStatus.WAITING: "purple",
		EnrollmentStatus.ACTIVE: "blue",
		EnrollmentStatus.PAUSED: "yellow",
		EnrollmentStatus.HALTED: "orange",
		EnrollmentStatus.COMPLETED: "green",
		EnrollmentStatus.STOPPED: "gray",
		EnrollmentStatus.FAILED: "red",
	},
	"Cadence Activity": {
		ActivityStatus.SCHEDULED: "blue",
		ActivityStatus.HANDED_OVER: "purple",
		ActivityStatus.CARRIED_OUT: "green",
		ActivityStatus.SKIPPED: "yellow",
		ActivityStatus.CANCELLED: "gray",
		ActivityStatus.FAILED: "red",
	},
}
"""Of the statuses, by DocType."""

DELIVERY_COLOURS = {
	Delivery.UNKNOWN: "orange",
	Delivery.BOUNCED: "red",
	Delivery.REFUSED: "red",
	Delivery.SUPPRESSED: "red",
}
"""Of the deliveries that say more than the activity's status; a list shows these instead."""


ENDS = (
	Reason.COMPLETED,
	Reason.STOPPED_BY_HAND,
	Reason.UNSUBSCRIBED,
	Reason.RECORD_DELETED,
	Reason.REPUBLISHED,
	Reason.FAILED,
	*(each for each in Reason if each.value.startswith("rule_")),
)
"""Why an enrollment can have ended, for the column of its list."""


def desk_terms() -> dict[str, Any]:
	"""`outcomes` and `awaited` by channel, the outcomes of every channel, and those that only an email with
	an invite has; the live statuses; the colours."""
	further_channels()
	channels = all_channels()
	return {
		"outcomes": {each.value: _in_order(traits_of(each).produces) for each in channels},
		"awaited": {each.value: _in_order(traits_of(each).awaited) for each in channels},
		"any_channel": [Outcome.CARRIED_OUT.value],
		"of_invites": _in_order(INVITE_OUTCOMES),
		"live": _in_order(LIVE, EnrollmentStatus),
		"colours": {doctype: _plain(colours) for doctype, colours in COLOURS.items()},
		"delivery_colours": _plain(DELIVERY_COLOURS),
		"exit_reasons": {each.value: because(each.value) for each in ENDS},
	}


def _in_order(members: Any, of: type = Outcome) -> list[str]:
	return [each.value for each in of if each in members]


def _plain(colours: dict[Any, str]) -> dict[str, str]:
	return {each.value: colour for each, colour in colours.items()}
