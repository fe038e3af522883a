"""Who gets a task or a call (S3.5, S3.6)."""

import frappe
from frappe import _

from cadences_app.channels.occasion import Occasion
from cadences_app.engine.content import Assignee, AssigneeKind
from cadences_app.store.turns import next_turn


class NobodyToAssign(frappe.ValidationError):
	"""Neither the users that the follow-up names nor the record's owner can take it."""


def choose(occasion: Occasion, assignee: Assignee) -> str:
	"""The user who gets this follow-up: as the follow-up says, else the record's owner.

	Disabled users are passed over. Raises NobodyToAssign rather than guess somebody.
	"""
	owner = occasion.neighbour.owner_of(occasion.row)
	user = _wanted(occasion, assignee, owner) or (owner if _can_take(owner) else "")
	if not user:
		frappe.throw(
			_("Nobody can take {0} for {1} {2}: its owner {3} is not an enabled user.").format(
				frappe.bold(occasion.follow_up.label), _(occasion.doctype), occasion.name, owner or "?"
			),
			NobodyToAssign,
		)
	return user


def _wanted(occasion: Occasion, assignee: Assignee, owner: str) -> str:
	match assignee.kind:
		case AssigneeKind.OWNER:
			candidates = [owner]
		case AssigneeKind.USER:
			candidates = list(assignee.users)
		case AssigneeKind.FIELD:
			candidates = [occasion.row.get(assignee.field)]
		case AssigneeKind.ROUND_ROBIN:
			candidates = _rotated(occasion, [each for each in assignee.users if _can_take(each)])
	return next((each for each in candidates if _can_take(each)), "")


def _rotated(occasion: Occasion, users: list[str]) -> list[str]:
	"""The users from the one on whose turn it is: of those, the one whose last turn is longest ago."""
	if len(users) < 2:
		return users
	start = next_turn(occasion.current.row["cadence"], occasion.key) % len(users)
	return users[start:] + users[:start]


def _can_take(user: str | None) -> bool:
	if not user or user == "Guest":
		return False
	found = frappe.get_cached_value("User", user, ["enabled", "user_type"], as_dict=True)
	return bool(found and found.enabled and found.user_type == "System User")
