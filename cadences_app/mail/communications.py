"""A cadence's email as a Communication, so that it stands in the timelines like any other.

Communications are written in sets. What Frappe, ERPNext and Frappe CRM do when one is saved is done here in
sets too, or left out on purpose: an email that goes out by itself is no first response, holds no service
level, reopens or closes nothing, and does not move its record up in the list. If anything else listens to
Communication (another app's hook, a Server Script, a Webhook, a Notification, a rule), it is inserted as a
document instead, and all of them run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from cadences_app.store import compat, listeners
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name, unguessable_name

Timeline = tuple[str, str]

_ACCOUNTED_FOR = frozenset(
	{
		# hold times and first responses: a person's doing
		"erpnext.support.doctype.service_level_agreement.service_level_agreement.on_communication_update",
		"erpnext.support.doctype.issue.issue.set_first_response_time",
		"crm.utils.on_communication_update",
		# done in sets by the neighbour
		"erpnext.crm.utils.link_communications_with_prospect",
		# for incoming mail
		"erpnext.crm.utils.update_modified_timestamp",
		"crm.utils.on_communication_insert",
	}
)
_METHODS = frozenset({"validate", "before_save", "after_insert", "on_update"})
"""What Frappe's own controller does, and is done here or left out."""


def row_of(values: Mapping[str, Any], now: Any, written_at: str = "") -> dict[str, Any]:
	"""A Communication row for an email that will be sent; `values` are what differs from mail to mail.

	Nobody can guess its name, by which Frappe lets an answer name its mail."""
	return {
		**standard_columns(unguessable_name(), written_at),
		"communication_type": "Communication",
		"communication_medium": "Email",
		"sent_or_received": "Sent",
		"status": "Linked",
		"delivery_status": "Scheduled",
		"communication_date": now,
		"user": frappe.session.user,
		"seen": 1,
		"email_status": "Open",
		**values,
	}


def link_rows(
	communication: Mapping[str, Any], timelines: Iterable[Timeline], written_at: str = ""
) -> list[dict[str, Any]]:
	"""The rows that put a Communication into further timelines, each once.

	Frappe 16 orders a timeline by the date that stands in them too.
	"""
	has_date = frappe.get_meta("Communication Link").has_field("communication_date")
	date = {"communication_date": communication["communication_date"]} if has_date else {}
	return [
		{
			**standard_columns(new_name(), written_at),
			**date,
			"idx": index,
			"parent": communication["name"],
			"parenttype": "Communication",
			"parentfield": "timeline_links",
			"link_doctype": doctype,
			"link_name": name,
		}
		for index, (doctype, name) in enumerate(dict.fromkeys(timelines), start=1)
	]


def find_timelines(addresses: Iterable[str]) -> dict[str, list[Timeline]]:
	"""The Contacts with these addresses and what they are linked to, by address in lower case."""
	wanted = {each.lower() for each in addresses if each}
	if not wanted:
		return {}
	rows = frappe.get_all(
		"Contact Email",
		{"email_id": ("in", list(wanted)), "parenttype": "Contact"},
		["email_id", "parent"],
		order_by="creation",
		limit_page_length=0,
	)
	contacts = {row.email_id.lower(): row.parent for row in reversed(rows)}
	links = _links_of(set(contacts.values()))
	return {address: [("Contact", contact), *links[contact]] for address, contact in contacts.items()}


def is_listened_to(once: listeners.OnceABatch | None = None) -> bool:
	"""Whether anything but what is accounted for here wants to know of new Communications."""
	return listeners.listen_to("Communication", _ACCOUNTED_FOR, _METHODS, once)


def insert(rows: list[dict[str, Any]]) -> None:
	compat.insert_rows("Communication", rows)


def insert_as_documents(rows: Iterable[Mapping[str, Any]]) -> None:
	"""Insert rows the long way, with all hooks; Frappe finds their timelines itself."""
	for row in rows:
		doc = frappe.get_doc({"doctype": "Communication", **row})
		doc.flags.skip_add_signature = True
		doc.insert(ignore_permissions=True, set_name=row["name"])
		doc.db_set("delivery_status", row["delivery_status"], update_modified=False)


def remove(names: Iterable[str], *, is_listened_to: bool) -> None:
	"""Take emails that never went out from the timelines."""
	names = list(filter(None, names))
	if is_listened_to:
		for name in names:
			frappe.delete_doc("Communication", name, ignore_permissions=True, force=True, ignore_missing=True)
	elif names:
		frappe.db.delete("Communication Link", {"parent": ("in", names), "parenttype": "Communication"})
		frappe.db.delete("Communication", {"name": ("in", names)})


def show_delivery(names: Iterable[str], status: str) -> None:
	"""Set what the timeline says about the delivery of these emails."""
	compat.update_rows("Communication", {name: {"delivery_status": status} for name in names})


def _links_of(contacts: set[str]) -> dict[str, list[Timeline]]:
	found: dict[str, list[Timeline]] = defaultdict(list)
	if contacts:
		for row in frappe.get_all(
			"Dynamic Link",
			{"parenttype": "Contact", "parent": ("in", list(contacts))},
			["parent", "link_doctype", "link_name"],
			order_by="idx",
			limit_page_length=0,
		):
			found[row.parent].append((row.link_doctype, row.link_name))
	return found
