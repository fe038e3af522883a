"""What is wrong with a cadence that reads well but can't work (S1.6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.content_faults import check_content
from cadences_app.engine.checking.exit_faults import check_exits
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.checking.timing_faults import check_delay, check_timing, longest_length
from cadences_app.engine.checking.trigger_faults import check_listening, check_trigger, heard_by
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.policy import SendingPolicy
from cadences_app.engine.reading import Path

__all__ = ["Fault", "FaultCode", "check"]


def check(
	cadence: Cadence,
	today: date,
	templates: Collection[str] | None = None,
	fields: Collection[str] | None = None,
	allow_calls: bool = True,
) -> tuple[Fault, ...]:
	"""Everything that keeps a cadence from being activated (S1.6), in the order of its definition.

	`templates` are the names of the Email Templates and `fields` those of the module's fields; where they
	are None, names are not looked up. `allow_calls` is what S1.5 says of the module.
	"""
	faults = [*_check_tree(cadence)]
	for position, follow_up in enumerate(cadence.follow_ups):
		path = ("follow_ups", position)
		faults += _check_follow_up(cadence, follow_up, path, fields)
		faults += check_content(cadence, follow_up, (*path, "content"), templates, fields)
		if follow_up.channel is Channel.CALL and not allow_calls:
			found = Fault(FaultCode.CALLS_NOT_ALLOWED, follow_up.key, path=(*path, "channel"))
			faults.append(found)
	faults += check_exits(cadence, today, fields)
	faults += _check_policy(cadence.policy)
	return tuple(faults)


def _check_tree(cadence: Cadence) -> Iterator[Fault]:
	if not cadence.follow_ups:
		yield Fault(FaultCode.NO_FOLLOW_UP, path=("follow_ups",))
	elif not cadence.starters:
		yield Fault(FaultCode.NO_STARTER, path=("follow_ups",))
	seen: set[str] = set()
	in_circles: set[str] = set()
	for position, follow_up in enumerate(cadence.follow_ups):
		key, path = follow_up.key, ("follow_ups", position)
		if not key.strip():
			yield Fault(FaultCode.KEY_MISSING, detail=follow_up.title, path=(*path, "key"))
		elif key in seen:
			yield Fault(FaultCode.KEY_TWICE, key, detail=key, path=(*path, "key"))
		seen.add(key)
		if follow_up.parent and follow_up.parent not in cadence.by_key:
			yield Fault(FaultCode.PARENT_UNKNOWN, key, detail=follow_up.parent, path=(*path, "parent"))
		circle = _find_circle(cadence, follow_up)
		if circle and key not in in_circles:
			in_circles.update(circle)
			yield Fault(FaultCode.CIRCLE, key, detail=" → ".join((*circle, key)), path=(*path, "parent"))


def _find_circle(cadence: Cadence, follow_up: FollowUp) -> tuple[str, ...]:
	"""The keys from this follow-up by its parents back to itself; empty when they lead elsewhere."""
	keys: list[str] = []
	current: FollowUp | None = follow_up
	while current is not None and current.parent and current.key not in keys:
		keys.append(current.key)
		current = cadence.by_key.get(current.parent)
	closes = current is not None and bool(keys) and current.key == keys[0]
	return tuple(keys) if closes else ()


def _check_follow_up(
	cadence: Cadence, follow_up: FollowUp, path: Path, fields: Collection[str] | None
) -> Iterator[Fault]:
	yield from check_timing(follow_up.timing, follow_up.key, (*path, "timing"), fields)
	parent = cadence.by_key.get(follow_up.parent)
	if not follow_up.parent or parent is None:
		return
	trigger, trigger_path = follow_up.trigger, (*path, "trigger")
	yield from check_listening(cadence, follow_up, trigger_path)
	heard = heard_by(cadence, follow_up)
	if heard:
		yield from check_trigger(trigger, heard, trigger_path, follow_up=follow_up.key)
	within = trigger.within
	if trigger.absent and within is not None and cadence.policy.answer_wait_days >= 1:
		if longest_length(within, cadence.policy.business_days) > cadence.policy.answer_wait:
			detail = f"{within.amount} {within.unit}"
			yield Fault(
				FaultCode.WITHIN_TOO_LONG, follow_up.key, detail=detail, path=(*trigger_path, "within")
			)


def _check_policy(policy: SendingPolicy) -> Iterator[Fault]:
	if policy.window is not None and not policy.window.ever_opens():
		yield Fault(FaultCode.WINDOW_NEVER_OPENS, path=("policy", "window"))
	if not policy.business_days & frozenset(range(7)):
		yield Fault(FaultCode.NO_BUSINESS_DAYS, path=("policy", "business_days"))
	if policy.answer_wait_days < 1:
		detail = str(policy.answer_wait_days)
		yield Fault(FaultCode.ANSWER_WAIT_TOO_SHORT, detail=detail, path=("policy", "answer_wait_days"))
	yield from check_delay(Delay(max(policy.answer_wait_days, 0), Unit.DAYS), ("policy", "answer_wait_days"))
	yield from check_delay(policy.late.after, ("policy", "late", "after"))
	if policy.new_per_day < 0:
		below = str(policy.new_per_day)
		yield Fault(FaultCode.NUMBER_BELOW_ZERO, detail=below, path=("policy", "new_per_day"))
