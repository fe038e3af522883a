"""Two versions compared in words, with the live enrollments that each change touches (S1.9)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.enrolling.words import arrow, goes_out, leaves, name_of, sending
from cadences_app.store.live import LIVE_STATUSES


@dataclass(frozen=True, slots=True)
class Change:
	"""One change as a sentence. `follow_up` is its key, blank where the whole cadence is meant."""

	sentence: str
	follow_up: str = ""


def changes(before: Cadence, after: Cadence) -> list[Change]:
	"""What reads differently in the later version: follow-ups in their order, rules, sending, audience."""
	return [
		*_of_follow_ups(before, after),
		*_of_rules(before, after),
		*_of_rest(before, after),
	]


def touched(cadence: str) -> dict[str, int]:
	"""How many live enrollments have each follow-up scheduled; under the blank key, how many are live."""
	table, activity = frappe.qb.DocType("Cadence Enrollment"), frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.from_(activity).join(table).on(activity.enrollment == table.name)
	query = query.where((table.cadence == cadence) & table.status.isin(LIVE_STATUSES))
	query = query.where((activity.status == ActivityStatus.SCHEDULED.value) & (activity.run == table.run))
	rows = query.select(activity.follow_up, Count("*")).groupby(activity.follow_up).run()
	live = frappe.db.count("Cadence Enrollment", {"cadence": cadence, "status": ("in", LIVE_STATUSES)})
	return {**dict(rows), "": live}


def _of_follow_ups(before: Cadence, after: Cadence) -> Iterator[Change]:
	for each in before.follow_ups:
		if each.key not in after.by_key:
			yield Change(_("{0} is gone").format(_called(each, before)), each.key)
	for each in after.follow_ups:
		earlier = before.by_key.get(each.key)
		if earlier is None:
			yield Change(_("{0} is new: {1}").format(_called(each, after), _when(each, after)), each.key)
		elif earlier != each:
			yield from (Change(text, each.key) for text in _edits(earlier, each, before, after))


def _edits(earlier: FollowUp, later: FollowUp, before: Cadence, after: Cadence) -> list[str]:
	called, found = _called(later, after), []
	if _called(earlier, before) != called:
		found.append(_("{0} is called {1} now").format(_called(earlier, before), called))
	if earlier.parent != later.parent:
		parents = [_parent(each, version) for each, version in ((later, after), (earlier, before))]
		found.append(_("{0} comes {1} instead of {2}").format(called, *parents))
	was, now = _when(earlier, before), _when(later, after)
	if was != now:
		found.append(_("{0}: {1} instead of {2}").format(called, now, was))
	was, now = goes_out(earlier.content), goes_out(later.content)
	if was != now:
		found.append(_("{0} is now {1} instead of {2}").format(called, now, was))
	elif earlier.content != later.content:
		found.append(
			_("{0} reads differently: {1}").format(called, _differing(earlier.content, later.content))
		)
	if earlier.keeps_owner != later.keeps_owner:
		stays = _("{0} stays with who has it when the record gets another owner")
		goes = _("{0} goes to the new owner when the record gets one")
		found.append((stays if later.keeps_owner else goes).format(called))
	return found or [_("{0} was edited").format(called)]


def _differing(before: Any, after: Any) -> str:
	"""The names of the settings that differ, as people read them."""
	if type(before) is not type(after):
		return _("another channel")
	names = [each.name for each in fields(after) if getattr(before, each.name) != getattr(after, each.name)]
	return ", ".join(_(frappe.unscrub(name)) for name in names)


def _of_rules(before: Cadence, after: Cadence) -> Iterator[Change]:
	earlier = {rule.key: leaves(rule, before) for rule in before.exit_rules}
	later = {rule.key: leaves(rule, after) for rule in after.exit_rules}
	for key, text in earlier.items():
		if key not in later:
			yield Change(_("Nobody leaves any more on: {0}").format(text))
	for key, text in later.items():
		if key not in earlier:
			yield Change(_("Who leaves as well: {0}").format(text))
		elif earlier[key] != text:
			yield Change(_("Who leaves: {0} instead of {1}").format(text, earlier[key]))


def _of_rest(before: Cadence, after: Cadence) -> Iterator[Change]:
	was, now = sending(before.policy), sending(after.policy)
	if was != now:
		yield Change(_("Sending: {0} instead of {1}").format("; ".join(now), "; ".join(was)))
	elif before.policy != after.policy:
		yield Change(_("The sending policy was edited: {0}").format(_differing(before.policy, after.policy)))
	if before.audience != after.audience:
		yield Change(_("The audience was edited: {0}").format(_differing(before.audience, after.audience)))
	if before.exclusivity != after.exclusivity:
		which = _differing(before.exclusivity, after.exclusivity)
		yield Change(_("Who has to wait was edited: {0}").format(which))
	if before.close_open_on_exit != after.close_open_on_exit:
		closes = _("Open tasks and calls are closed when a record leaves")
		stays = _("Open tasks and calls stay open when a record leaves")
		yield Change(closes if after.close_open_on_exit else stays)


def _called(follow_up: FollowUp, cadence: Cadence) -> str:
	return f'"{name_of(follow_up, cadence)}"'


def _parent(follow_up: FollowUp, cadence: Cadence) -> str:
	parent = cadence.by_key.get(follow_up.parent)
	return _("after {0}").format(_called(parent, cadence)) if parent else _("first")


def _when(follow_up: FollowUp, cadence: Cadence) -> str:
	return arrow(follow_up, cadence)
