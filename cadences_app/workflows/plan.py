"""Writing down which workflows are to run, in the transaction that decided what they heard."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.utils import cint

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.names import new_name
from cadences_app.workflows import chain, rules
from cadences_app.workflows.heard import Happening, Heard, heard_in
from cadences_app.workflows.kinds import FIELD_TRIGGERS, RunStatus, Trigger

RUN = "Cadence Workflow Run"


def plan(happenings: Iterable[Happening]) -> None:
	"""Insert a pending run for each workflow that concerns one of these; asks no query when none does.

	(workflow, event) is unique: whatever is decided twice runs once.
	"""
	if not rules.enabled():
		return
	concerned = [
		(workflow, happening, heard)
		for happening in happenings
		for heard in heard_in(happening)
		for workflow in rules.concerning(happening.cadence_name, heard.trigger)
		if fits(workflow, heard)
	]
	if not concerned:
		return
	chains = chain.of_events({happening.event_name for _workflow, happening, _heard in concerned})
	rows = [
		_row(workflow, happening, heard, chains.get(happening.event_name, ()))
		for workflow, happening, heard in concerned
		if workflow["name"] not in chains.get(happening.event_name, ())
	]
	if rows:
		compat.insert_rows(RUN, rows, ignore_duplicates=True)
		enqueue_after_commit("workflows")


def fits(workflow: dict[str, Any], heard: Heard) -> bool:
	"""Whether the narrower words of the trigger hold: this link, this field, this long."""
	trigger = Trigger(workflow["trigger"])
	if trigger is Trigger.EMAIL_CLICKED and workflow["trigger_link"]:
		return workflow["trigger_link"].strip() in heard.detail
	if trigger in FIELD_TRIGGERS:
		return heard.detail == workflow["trigger_field"]
	if trigger is Trigger.CALL_LONGER:
		return heard.seconds > cint(workflow["trigger_minutes"]) * 60
	return True


def _row(
	workflow: dict[str, Any], happening: Happening, heard: Heard, before: tuple[str, ...]
) -> dict[str, Any]:
	name = new_name()
	is_too_long = len(before) >= chain.LONGEST
	return {
		**standard_columns(name),
		"workflow": workflow["name"],
		"event": happening.event_name,
		"enrollment": happening.enrollment,
		"cadence": happening.cadence_name,
		"reference_doctype": happening.record[0],
		"reference_name": happening.record[1],
		"trigger": heard.trigger.value,
		"detail": heard.detail[:140],
		"status": RunStatus.STOPPED.value if is_too_long else RunStatus.PENDING.value,
		"chain": chain.written([*before, workflow["name"]]),
		"run_key": f"{workflow['name']}:{happening.event_name}"[:140],
		"happened_at": frappe.utils.now_datetime(),
	}
