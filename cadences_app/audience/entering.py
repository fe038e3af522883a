"""Records that are saved: whether they may have entered or left a view is told in memory, and looked at by a
worker once the save is committed (S2.3).

So a save of what no view concerns asks no query, one that enters a view waits for nothing, and a record that
comes and goes within a transaction moves nobody. A job that is lost is made up for by the sweep.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import frappe

from cadences_app.audience.matching import fields_of, is_in_view
from cadences_app.engine.audience import Audience, AudienceKind, Entering
from cadences_app.engine.definition import Cadence
from cadences_app.store import clock, definitions
from cadences_app.store.later import enqueue_committed

WAITING_FOR_COMMIT = "cadence_views_to_look_at"


@dataclass(frozen=True, slots=True)
class _Views:
	"""The views of a module that are looked at on a save, and the fields on which being in them hangs."""

	stamp: tuple[Any, ...]
	definitions: tuple[Cadence, ...]
	"""Kept, so that no other one gets the identity by which `stamp` knows them."""
	all: dict[str, Audience]
	by_field: dict[str, list[str]]
	unforeseeable: tuple[str, ...]
	"""Those of which only the database knows on what they hang."""

	def to_be_looked_at(self, doc: Any, before: Any | None) -> list[str]:
		"""The views that may show the document otherwise than before: those of which a field was changed."""
		if before is None:
			return list(self.all)
		now, then = doc.__dict__, before.__dict__
		changed = (views for field, views in self.by_field.items() if now.get(field) != then.get(field))
		return list(dict.fromkeys(chain(self.unforeseeable, *changed)))


_known: dict[tuple[str, str], _Views] = {}


def note(doc: Any, before: Any | None) -> None:
	"""Note a document that was saved for the views that it may have entered or left. Asks no query."""
	if not (published := definitions.cadences_of(doc.doctype)):
		return
	day = clock.today()
	views = _views_of(doc, published, day)
	for name in views.to_be_looked_at(doc, before):
		audience = views.all[name]
		is_in = is_in_view(audience, doc, day)
		was_in = is_in_view(audience, before, day) if before is not None else False
		if is_in is not was_in or is_in is None:
			_look_at(name, str(doc.name))


def _views_of(doc: Any, published: list[dict], day: str) -> _Views:
	"""The views of the document's module, sorted once for as long as nothing of them changes."""
	versions = {each["version"] for each in published}
	loaded = definitions.load_many(versions, heeds_renaming=False)
	found = {each["name"]: loaded[each["version"]] for each in published if each["version"] in loaded}
	stamp = (day, str(doc.meta.modified), *((name, id(definition)) for name, definition in found.items()))
	key = (frappe.local.site, doc.doctype)
	if key not in _known or _known[key].stamp != stamp:
		_known[key] = _sort(doc, stamp, found, day)
	return _known[key]


def _sort(doc: Any, stamp: tuple[Any, ...], found: dict[str, Cadence], day: str) -> _Views:
	views = {name: definition.audience for name, definition in found.items() if _is_looked_at(definition)}
	by_field: dict[str, list[str]] = {}
	unforeseeable = []
	for name, audience in views.items():
		fields = fields_of(audience, doc, day)
		if fields is None:
			unforeseeable.append(name)
		for field in fields or ():
			by_field.setdefault(field, []).append(name)
	return _Views(stamp, tuple(found.values()), views, by_field, tuple(unforeseeable))


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
