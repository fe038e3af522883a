"""Records that are saved: whether they may have entered or left a view is told in memory, and looked at by a
worker once the save is committed (S2.3).

So a save of what no view concerns asks no query, one that enters a view waits for nothing, and a record that
comes and goes within a transaction moves nobody. A job that is lost is made up for by the sweep.
"""

from typing import Any

import frappe

from cadences_app.audience.matching import is_in_view
from cadences_app.engine.audience import AudienceKind, Entering
from cadences_app.engine.definition import Cadence
from cadences_app.store import clock, definitions
from cadences_app.store.later import enqueue_committed

WAITING_FOR_COMMIT = "cadence_views_to_look_at"


def note(doc: Any, before: Any | None) -> None:
	"""Note a document that was saved for the views that it may have entered or left. Asks no query."""
	views = _views_of(doc.doctype)
	day = clock.today() if views else ""
	for name, definition in views:
		is_in = is_in_view(definition.audience, doc, day)
		was_in = is_in_view(definition.audience, before, day) if before is not None else False
		if is_in is not was_in or is_in is None:
			_look_at(name, str(doc.name))


def _views_of(doctype: str) -> list[tuple[str, Cadence]]:
	published = definitions.cadences_of(doctype)
	loaded = definitions.load_many({each["version"] for each in published})
	return [
		(each["name"], loaded[each["version"]])
		for each in published
		if each["version"] in loaded and _is_looked_at(loaded[each["version"]])
	]


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
