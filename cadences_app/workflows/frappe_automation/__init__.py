"""Frappe's own automation engine, where this Frappe has one (S9.4): it is told what happens in cadences.

Its flows can start with, and wait for, the triggers of workflows, as the events that the hook
`automation_events` names; a flow that waits does so for the name of an enrollment (its correlation key).
Without the engine, and where no flow asks for our events, nothing is done and no query asked.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

import frappe

from cadences_app.store import compat
from cadences_app.workflows.heard import Happening, heard_in
from cadences_app.workflows.kinds import Trigger

ENGINE = "frappe.automation_engine"
WAITING = "Automation Event Subscription"
PREFIX = "cadences."
BEFORE = "cadence_automation_event"


@cache
def has_engine() -> bool:
	"""Whether it is there, in the shape that we know."""
	try:
		registry, events = (import_module(f"{ENGINE}.{each}") for each in ("registry", "events"))
	except ImportError:
		return False
	return hasattr(registry, "get_custom_event_map") and hasattr(events, "emit")


def event_of(trigger: Trigger) -> str:
	"""The name of the event: `cadences.email_opened`."""
	return PREFIX + frappe.scrub(trigger.value)


def emit(happenings: Iterable[Happening]) -> None:
	"""Tell the engine what happened, in the transaction that decided it. What goes wrong there is logged, and
	keeps nothing here from being decided."""
	if not has_engine():
		return
	awaited = _guarded(_awaited) or set()
	for happening in happenings if awaited else ():
		for heard in heard_in(happening):
			if event_of(heard.trigger) in awaited:
				_guarded(_emit, happening, heard.trigger, heard.detail)


def _guarded(do: Callable[..., Any], *arguments: Any) -> Any:
	frappe.db.savepoint(BEFORE)
	try:
		return do(*arguments)
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point=BEFORE)
		frappe.clear_messages()
		frappe.log_error("Cadence: Frappe's automation engine could not be told")
		return None


def _awaited() -> set[str]:
	"""Our events that a flow starts with or waits for; of those that start flows the engine knows without a
	query."""
	waiting = {"event_name": ("like", f"{PREFIX}%"), "status": "Waiting"}
	waited_for = frappe.get_all(WAITING, waiting, pluck="event_name", distinct=True)
	starting = import_module(f"{ENGINE}.registry").get_custom_event_map()
	return {name for name in (*starting, *waited_for) if name.startswith(PREFIX)}


def _emit(happening: Happening, trigger: Trigger, detail: str) -> None:
	doctype, name = happening.record
	payload = {
		"doctype": doctype,
		"name": name,
		"cadence": happening.cadence_name,
		"enrollment": happening.enrollment,
		"detail": detail,
	}
	import_module(f"{ENGINE}.events").emit(
		event_of(trigger),
		doc=frappe.get_doc(doctype, name),
		payload=payload,
		correlation_key=happening.enrollment,
	)
