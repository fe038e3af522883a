"""Records that are saved: whether they may have entered or left a view is told in memory, and looked at by a
worker once the save is committed (S2.3).

So a save of what no view concerns asks no query, one that enters a view waits for nothing, and a record that
comes and goes within a transaction moves nobody. A job that is lost is made up for by the sweep.
"""

from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.audience.matching import UNSURE, Condition, all_hold, conditions_of
from cadences_app.engine.audience import AudienceKind, Entering
from cadences_app.engine.definition import Cadence
from cadences_app.store import clock, definitions
from cadences_app.store.later import enqueue_committed

WAITING_FOR_COMMIT = "cadence_views_to_look_at"


@dataclass(frozen=True, slots=True)
class _Views:
	"""The views of a module that are looked at on a save, and the conditions on which being in them hangs."""

	stamp: tuple[Any, ...]
	"""What they were sorted from, the day apart."""
	day: str
	conditions: dict[str, tuple[Condition | None, ...]]
	by_field: dict[str, dict[Condition, list[str]]]
	"""Each condition once, with the views that ask for it."""
	unforeseeable: tuple[str, ...]
	"""Those of which only the database knows on what they hang."""

	def may_concern(self, now: dict[str, Any], then: dict[str, Any] | None) -> bool:
		"""Whether anything changed that a view asks for, on whatever day."""
		if then is None or self.unforeseeable:
			return bool(self.conditions)
		return any(now.get(field) != then.get(field) for field in self.by_field)

	def to_be_looked_at(self, now: dict[str, Any], then: dict[str, Any] | None) -> list[str]:
		"""The views that may show the document otherwise than before."""
		if then is None:
			return [name for name in self.conditions if all_hold(self.conditions[name], now) is not False]
		asked = dict.fromkeys(self.unforeseeable)
		for field, conditions in self.by_field.items():
			if now.get(field) == then.get(field):
				continue
			for condition, names in conditions.items():
				holds = condition.answer(now)
				if holds is UNSURE or holds is not condition.answer(then):
					asked |= dict.fromkeys(names)
		return [name for name in asked if self._may_differ(name, now, then)]

	def _may_differ(self, name: str, now: dict[str, Any], then: dict[str, Any]) -> bool:
		is_in = all_hold(self.conditions[name], now)
		return is_in is UNSURE or is_in is not all_hold(self.conditions[name], then)


_known: dict[tuple[str, str], _Views] = {}


def note(doc: Any, before: Any | None) -> None:
	"""Note a document that was saved for the views that it may have entered or left. Asks no query."""
	if not (published := definitions.cadences_of(doc.doctype)):
		return
	key, then = (frappe.local.site, doc.doctype), None if before is None else before.__dict__
	versions = ((each["name"], each["version"]) for each in published)
	stamp = (str(doc.meta.modified), definitions.generation(), *versions)
	known = _known.get(key)
	if known and known.stamp == stamp and not known.may_concern(doc.__dict__, then):
		return
	day = clock.today()
	if not known or (known.stamp, known.day) != (stamp, day):
		known = _known[key] = _sort(doc, published, stamp, day)
	for name in known.to_be_looked_at(doc.__dict__, then):
		_look_at(name, str(doc.name))


def _sort(doc: Any, published: list[dict], stamp: tuple[Any, ...], day: str) -> _Views:
	"""The views of the document's module, sorted once for as long as nothing of them changes."""
	loaded = definitions.load_many({each["version"] for each in published}, heeds_renaming=False)
	found = {each["name"]: loaded[each["version"]] for each in published if each["version"] in loaded}
	conditions = {
		name: conditions_of(definition.audience, doc, day)
		for name, definition in found.items()
		if _is_looked_at(definition)
	}
	by_field: dict[str, dict[Condition, list[str]]] = {}
	for name, asked in conditions.items():
		for each in asked if None not in asked else ():
			by_field.setdefault(each.field, {}).setdefault(each, []).append(name)
	unforeseeable = tuple(name for name, asked in conditions.items() if None in asked)
	return _Views(stamp, day, conditions, by_field, unforeseeable)


def _is_looked_at(definition: Cadence) -> bool:
	return definition.audience.kind is AudienceKind.VIEW and definition.audience.entering is Entering.AT_ONCE


def _look_at(cadence: str, record: str) -> None:
	waiting: dict[str, set[str]] = frappe.local.flags.setdefault(WAITING_FOR_COMMIT, {})
	if not waiting:
		frappe.db.after_commit.add(_send_off)
		frappe.db.after_rollback.add(waiting.clear)
	waiting.setdefault(cadence, set()).add(record)


def _send_off() -> None:
	waiting = frappe.local.flags.pop(WAITING_FOR_COMMIT, None)
	if waiting:
		enqueue_committed("look_at", cadences={cadence: sorted(names) for cadence, names in waiting.items()})
