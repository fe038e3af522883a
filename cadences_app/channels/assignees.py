"""Who gets a task or a call (S3.5, S3.6)."""

from collections import Counter
from datetime import date
from typing import Any

import frappe
from frappe import _

from cadences_app.channels import absences
from cadences_app.channels.letting_in import may_see, may_share
from cadences_app.channels.occasion import Occasion
from cadences_app.engine.content import Assignee, AssigneeKind
from cadences_app.store import turns

TURNS = "Turns that were taken"


class NobodyToAssign(frappe.ValidationError):
	"""Neither the users that the follow-up names nor the record's owner can take it."""


def choose(occasion: Occasion, assignee: Assignee, day: date) -> str:
	"""The user who gets this follow-up, due on that day: as the follow-up says, else the record's owner; the
	deputy of one who is away then (S3.8a).

	Disabled users are passed over. Raises NobodyToAssign rather than guess somebody.
	"""
	owner = occasion.neighbour.owner_of(occasion.row)
	user = _wanted(occasion, assignee, owner, day) or (owner if can_take(owner) else "")
	if not user:
		frappe.throw(
			_("Nobody can take {0} for {1} {2}: its owner {3} is not an enabled user.").format(
				frappe.bold(occasion.follow_up.label), _(occasion.doctype), occasion.name, owner or "?"
			),
			NobodyToAssign,
		)
	is_away = absences.is_away(user, day, occasion.once)
	return _deputy_of(occasion, user, day) if is_away else user


def _deputy_of(occasion: Occasion, user: str, day: date) -> str:
	"""Who does it instead; the user themselves, once they are back, where nobody is named who may. Who can't
	read the record stands in where whoever named them may share it (S14.1a)."""
	deputy, named_by = absences.deputy_of(user, day)
	if not can_take(deputy):
		return user
	return deputy if may_see(occasion, deputy) or may_share(occasion, named_by) else user


def _wanted(occasion: Occasion, assignee: Assignee, owner: str, day: date) -> str:
	match assignee.kind:
		case AssigneeKind.OWNER:
			candidates = [owner]
		case AssigneeKind.USER:
			candidates = list(assignee.users)
		case AssigneeKind.FIELD:
			candidates = [occasion.row.get(assignee.field)]
		case AssigneeKind.ROUND_ROBIN:
			able = [each for each in assignee.users if can_take(each)]
			there = [each for each in able if not absences.is_away(each, day, occasion.once)]
			candidates = _rotated(occasion, there or able)
	return next((each for each in candidates if can_take(each)), "")


def _rotated(occasion: Occasion, users: list[str]) -> list[str]:
	"""The users from the one on whose turn it is: of those, the one whose last turn is longest ago."""
	if len(users) < 2:
		return users
	start = _next_turn(occasion) % len(users)
	return users[start:] + users[:start]


def _next_turn(occasion: Occasion) -> int:
	"""How many turns this rotation has had, those of this batch included."""
	counter = occasion.once(("counter", occasion.current.row["cadence"], occasion.key), _counter_of, occasion)
	occasion.begin_writing()
	stood = occasion.once(("turns", counter), turns.hold, counter)
	taken = sum(each["counter"] == counter for each in occasion.pending.rows[TURNS])
	occasion.pending.writers[TURNS] = _count_turns
	occasion.pending.put(TURNS, {"counter": counter})
	return stood + taken


def _counter_of(occasion: Occasion) -> str:
	return turns.counter_of(occasion.current.row["cadence"], occasion.key)


def _count_turns(taken: list[dict[str, Any]]) -> None:
	turns.count_on(Counter(each["counter"] for each in taken))


def can_take(user: str | None) -> bool:
	"""Whether this is a user of the site to whom work can be given."""
	if not user or user == "Guest":
		return False
	found = frappe.get_cached_value("User", user, ["enabled", "user_type"], as_dict=True)
	return bool(found and found.enabled and found.user_type == "System User")
