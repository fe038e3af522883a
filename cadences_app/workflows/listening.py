"""What no enrollment is told otherwise and a workflow waits for, as events of those concerned (S9.1).

Whether anything waits for it is known without a query, so a save that no workflow concerns costs none.
"""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe.utils import cint

from cadences_app import neighbours
from cadences_app.engine.events import Note, Noted
from cadences_app.store import definitions, inbox
from cadences_app.store.authors import known_to_author
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LiveEnrollment, Record, live_enrollments
from cadences_app.store.names import new_name
from cadences_app.store.rights import reads_of_others
from cadences_app.workflows import rules
from cadences_app.workflows.kinds import FIELD_TRIGGERS, Trigger

TASKS = {"ToDo": ("reference_type", "reference_name"), "CRM Task": ("reference_doctype", "reference_docname")}
CALL_LOGS = ("Call Log", "CRM Call Log")
SETTLED = "Completed"
RECORD_TRIGGERS = (Trigger.OWNER_CHANGED, Trigger.RECORD_FIELD)


def concerns(doc: Any, before: Any | None) -> bool:
	"""Whether some workflow may want to hear of this change; without a query."""
	if not rules.enabled():
		return False
	if doc.doctype in TASKS:
		return before is None and not doc.get("cadence_activity") and rules.awaits(Trigger.TASK_CREATED)
	if doc.doctype in CALL_LOGS:
		return rules.awaits(Trigger.INCOMING_CALL, Trigger.CALL_LONGER)
	if doc.doctype == "Contact" and rules.awaits(Trigger.CONTACT_FIELD):
		return True
	if doc.doctype in neighbours.ACCOUNTS and rules.awaits(Trigger.ACCOUNT_FIELD):
		return True
	if rules.awaits(Trigger.CONVERTED) and _behind(doc):
		return True
	return doc.doctype in definitions.modules() and rules.awaits(*RECORD_TRIGGERS)


def observe(doc: Any, before: Any | None) -> None:
	"""Put what happened into the inbox of the live enrollments that it concerns."""
	for records, event, key in _notes(doc, before):
		inbox.record(
			InboxEntry(each.name, each.cadence, event, f"{each.name}:{key}"[:140], frappe.session.user)
			for each in _believed(doc, live_enrollments(records))
		)


def _believed(doc: Any, live: list[LiveEnrollment]) -> list[LiveEnrollment]:
	"""Those of which the document's author may speak. Who changes a record or a company may do so; a task, a
	call log and a Contact name records, and anybody may make a Contact of their own."""
	names_records = doc.doctype in TASKS or doc.doctype in CALL_LOGS
	if not names_records and (doc.doctype != "Contact" or reads_of_others("Contact")):
		return live
	known = known_to_author(doc, {each.record for each in live})
	return [each for each in live if each.record in known]


def _notes(doc: Any, before: Any | None) -> Iterator[tuple[list[Record], Noted, str]]:
	told = f"{doc.doctype} {doc.name}"[:140]
	if doc.doctype in TASKS:
		doctype, name = (doc.get(field) for field in TASKS[doc.doctype])
		if doctype in definitions.modules() and name:
			yield [(doctype, name)], Noted(Note.TASK_CREATED, told), f"task:{told}"
	elif doc.doctype in CALL_LOGS:
		yield from _of_call_log(doc, told)
	elif before is not None:
		yield from _of_changes(doc, before)
	if rules.awaits(Trigger.CONVERTED):
		converted = [each for each in _behind(doc) if _is_converted(*each)]
		yield converted, Noted(Note.CONVERTED), "converted"  # an enrollment is told once


def _of_call_log(log: Any, told: str) -> Iterator[tuple[list[Record], Noted, str]]:
	records = sorted(_records_of(log))
	if log.type == "Incoming" and rules.awaits(Trigger.INCOMING_CALL):
		yield records, Noted(Note.INCOMING_CALL, told), f"incoming:{told}"
	if log.status == SETTLED and cint(log.duration) and rules.awaits(Trigger.CALL_LONGER):
		yield records, Noted(Note.CALL_ENDED, told, cint(log.duration)), f"ended:{told}"


def _records_of(log: Any) -> set[Record]:
	found = {(link.link_doctype, link.link_name) for link in log.get("links") or ()}
	if log.get("reference_doctype") and log.get("reference_docname"):
		found.add((log.reference_doctype, log.reference_docname))
	return found


def _of_changes(doc: Any, before: Any) -> Iterator[tuple[list[Record], Noted, str]]:
	"""Each save is told once: two changes of one field are two events."""
	modules, save = definitions.modules(), new_name()
	if doc.doctype in modules and rules.awaits(Trigger.OWNER_CHANGED):
		fields = neighbours.of(doc.doctype).owner_fields
		if any(doc.get(field) != before.get(field) for field in fields):
			yield [(doc.doctype, str(doc.name))], Noted(Note.OWNER_CHANGED), f"owner:{save}"
	for trigger in FIELD_TRIGGERS:
		changed = [each for each in _awaited(trigger) if doc.get(each) != before.get(each)]
		records = _records_for(trigger, doc, modules) if changed else []
		for field in changed if records else ():
			yield (
				records,
				Noted(Note.FIELD_CHANGED, f"{trigger.name}:{field}"),
				f"{field}:{trigger.name}:{save}",
			)


def _behind(doc: Any) -> list[Record]:
	"""The records that this change may have converted: itself, and those that it was made of."""
	modules = definitions.modules()
	own = [(doc.doctype, str(doc.name))] if doc.doctype in modules else []
	return own + [each for each in neighbours.records_behind(doc) if each[0] in modules]


def _is_converted(doctype: str, name: str) -> bool:
	row = frappe.db.get_value(doctype, name, "*", as_dict=True)
	if row is None:
		return False
	return name in neighbours.of(doctype).converted(doctype, {name: {**row, "doctype": doctype}})


def _awaited(trigger: Trigger) -> set[str]:
	return {each["trigger_field"] for each in rules.enabled() if each["trigger"] == trigger}


def _records_for(trigger: Trigger, doc: Any, modules: list[str]) -> list[Record]:
	if trigger is Trigger.RECORD_FIELD:
		return [(doc.doctype, str(doc.name))] if doc.doctype in modules else []
	if trigger is Trigger.CONTACT_FIELD:
		return sorted(neighbours.records_of_contacts([doc.name], modules)) if doc.doctype == "Contact" else []
	if doc.doctype not in neighbours.ACCOUNTS:
		return []
	return sorted(neighbours.records_of_account(doc.doctype, doc.name, modules))
