"""Calls in sets: the Event with its participants, and the Communications that put it into their timelines."""

import json
from collections import defaultdict
from typing import Any

import frappe
from frappe.utils import get_fullname

from cadences_app.channels import assigning
from cadences_app.mail import communications
from cadences_app.store import compat, listeners, markup
from cadences_app.store.listeners import OnceABatch
from cadences_app.store.new_rows import NewRows

EVENT, PARTICIPANT, COMMUNICATION = "Event", "Event Participants", "Communication"
_SHOWN = 100
"""Letters of a Communication that Frappe keeps on what it is about."""


def are_by_rows(once: OnceABatch) -> bool:
	"""Whether nobody but what is accounted for here listens to what is written for a call."""
	return once("calls by rows", _nobody_listens, once)


def fit(values: dict[str, Any], participants: list[dict[str, str]], once: OnceABatch) -> bool:
	"""Whether Frappe would take this call as it is. `participants` name DocType and record of each."""
	new = once("new Events", NewRows, EVENT)
	one = once("new participants", NewRows, PARTICIPANT)
	return (
		new.fits(values)
		and all(one.fits(each) for each in participants)
		and not new.row("", values).get("sync_with_google_calendar")
		and not frappe.get_cached_value("User", frappe.session.user, "follow_created_documents")
	)


def make(plans: list[dict[str, Any]]) -> None:
	"""Write the calls that were planned, with `values`, `participants` and `reminders` of each, and what goes
	with them."""
	new = NewRows(EVENT)
	names = new.names(len(plans))
	events = [new.row(name, plan["values"]) for name, plan in zip(names, plans, strict=True)]
	participants = [
		each for event, plan in zip(events, plans, strict=True) for each in _participants(event, plan)
	]
	_look_addresses_up(participants)
	in_timelines = _communications(events, participants)
	_note_on_events(events, in_timelines)
	compat.insert_rows(EVENT, events)
	compat.insert_rows(PARTICIPANT, participants)
	_insert_reminders(events, plans)
	if in_timelines:
		communications.insert([row for row, _ in in_timelines])
		compat.insert_rows("Communication Link", [link for _, link in in_timelines])
	assigning.show_in_lists(EVENT, events)
	for name, plan in zip(names, plans, strict=True):
		plan["noted"]["activity_name"] = name


def _nobody_listens(once: OnceABatch) -> bool:
	# A Lead's or an Opportunity's Prospect takes part as well: such calls are made as documents.
	hooks = ("erpnext.crm.utils.link_events_with_prospect",)
	return not (
		listeners.listen_to(EVENT, hooks, ("validate", "before_save", "on_update"), once)
		or listeners.listen_to(PARTICIPANT, once=once)
		or communications.is_listened_to(once)
	)


def _participants(event: dict[str, Any], plan: dict[str, Any]) -> list[dict[str, Any]]:
	new = NewRows(PARTICIPANT)
	within = {"parent": event["name"], "parenttype": EVENT, "parentfield": "event_participants"}
	return [
		new.row(name, {**within, "idx": index, **each})
		for index, (name, each) in enumerate(
			zip(new.names(len(plan["participants"])), plan["participants"], strict=True), start=1
		)
	]


def _look_addresses_up(participants: list[dict[str, Any]]) -> None:
	"""Give each participant the address of its Contact, as Frappe does for one at a time."""
	contacts: dict[tuple[str, str], str] = {}
	wanted: dict[str, set[str]] = defaultdict(set)
	for each in participants:
		wanted[each["reference_doctype"]].add(each["reference_docname"])
	for doctype, names in wanted.items():
		if doctype == "Contact":
			contacts |= {(doctype, name): name for name in names}
		else:
			contacts |= {
				(doctype, name): contact for name, contact in _default_contacts(doctype, names).items()
			}
	known = {"name": ("in", list(set(contacts.values())))}
	rows = frappe.get_all("Contact", known, ["name", "email_id"], limit_page_length=0) if contacts else ()
	addresses = {row.name: row.email_id for row in rows}
	for each in participants:
		contact = contacts.get((each["reference_doctype"], each["reference_docname"]))
		each["email"] = addresses.get(contact) if contact else None


def _default_contacts(doctype: str, names: set[str]) -> dict[str, str]:
	"""The Contact of each record: its primary one, else the first that is linked."""
	link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
	rows = (
		frappe.qb.from_(link)
		.left_join(contact)
		.on(contact.name == link.parent)
		.select(link.link_name, link.parent, contact.is_primary_contact)
		.where((link.link_doctype == doctype) & link.link_name.isin(list(names)))
		.where(link.parenttype == "Contact")
		.run()
	)
	found: dict[str, str] = {}
	for name, parent, _is_primary in sorted(rows, key=lambda row: not row[2]):
		found.setdefault(name, parent)
	return found


def _communications(
	events: list[dict[str, Any]], participants: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
	"""A Communication and its link for each participant in whose timeline Events stand."""
	by_name = {event["name"]: event for event in events}
	shown = [each for each in participants if _shows_events(each["reference_doctype"])]
	new = NewRows(COMMUNICATION)
	rows = [
		new.row(name, _communication(by_name[each["parent"]]))
		for name, each in zip(new.names(len(shown)), shown, strict=True)
	]
	return [
		(row, *communications.link_rows(row, [(each["reference_doctype"], each["reference_docname"])]))
		for row, each in zip(rows, shown, strict=True)
	]


def _shows_events(doctype: str) -> bool:
	return bool(frappe.get_meta(doctype).get("allow_events_in_timeline"))


def _communication(event: dict[str, Any]) -> dict[str, Any]:
	return {
		"communication_medium": "Phone",
		"subject": event["subject"],
		"content": markup.clean_html(event["description"] or event["subject"]),
		"communication_date": event["starts_on"],
		"sender": event["owner"],
		"sender_full_name": get_fullname(event["owner"]),
		"reference_doctype": EVENT,
		"reference_name": event["name"],
		"reference_owner": event["owner"],
		"status": "Linked",
		"user": frappe.session.user,
	}


def _note_on_events(
	events: list[dict[str, Any]], in_timelines: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
	"""What Frappe keeps on a document of each Communication about it."""
	of: dict[str, list[dict[str, str]]] = defaultdict(list)
	for row, _ in in_timelines:
		text = row["content"]
		short = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
		of[row["reference_name"]].append({"comment": short, "by": row["sender"], "name": row["name"]})
	for event in events:
		shown = of[event["name"]]
		event["_comments"] = markup.in_json(json.dumps(shown)) if shown else None


def _insert_reminders(events: list[dict[str, Any]], plans: list[dict[str, Any]]) -> None:
	rows = [
		(doctype, {**values, "parent": event["name"], "parenttype": EVENT})
		for event, plan in zip(events, plans, strict=True)
		for doctype, values in plan["reminders"]
	]
	for doctype in {each for each, _ in rows}:
		new = NewRows(doctype)
		own = [values for each, values in rows if each == doctype]
		named = zip(new.names(len(own)), own, strict=True)
		compat.insert_rows(doctype, [new.row(name, values) for name, values in named])
