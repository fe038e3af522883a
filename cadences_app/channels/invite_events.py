"""The rep's own calendar: a meeting that an email invited to is an Event there as well (S3.3c, S3.8)."""

from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.channels.reports import write_as_cadence
from cadences_app.engine.statuses import InviteStatus
from cadences_app.mail.composing.recipients import read_rows
from cadences_app.store import compat

DOCTYPE = "Cadence Invite"


def place(activity: str) -> None:
	"""Put the meeting into the calendar of whoever looks after the record; once."""
	invite = frappe.db.get_value(DOCTYPE, activity, "*", as_dict=True, for_update=True)
	columns = ["reference_doctype", "reference_name", "subject"]
	about = frappe.db.get_value("Cadence Activity", activity, columns, as_dict=True)
	if invite is None or invite.event or about is None:
		return
	row = read_rows(about.reference_doctype, {about.reference_name}).get(about.reference_name)
	user = neighbours.of(about.reference_doctype).owner_of(row) if row else ""
	if not user or not frappe.db.get_value("User", user, "enabled"):
		return
	event = frappe.get_doc(
		{
			"doctype": "Event",
			"subject": about.subject or activity,
			"event_category": "Meeting",
			"event_type": "Private",
			"status": "Open",
			**_times(invite),
			"event_participants": _participants(about, row),
		}
	)
	write_as_cadence(event).insert()
	event.db_set("owner", user, update_modified=False)
	compat.update_rows(DOCTYPE, {activity: {"event": event.name}})


def follow(invite: Any) -> None:
	"""Move the rep's Event with the meeting, or call it off."""
	if not invite.event or not frappe.db.exists("Event", invite.event):
		return
	event = write_as_cadence(frappe.get_doc("Event", invite.event))
	if invite.status == InviteStatus.CANCELLED:
		event.status = "Cancelled"
	else:
		event.update(_times(invite))
	event.save()


def _times(invite: Any) -> dict[str, Any]:
	return {name: invite[name] for name in ("starts_on", "ends_on", "all_day")}


def _participants(about: Any, row: Any) -> list[dict[str, str]]:
	found = [{"reference_doctype": about.reference_doctype, "reference_docname": about.reference_name}]
	contact = neighbours.of(about.reference_doctype).contact_of(row)
	if contact and about.reference_doctype != "Contact":
		found.append({"reference_doctype": "Contact", "reference_docname": contact})
	return found
