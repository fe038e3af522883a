"""Whoever owns the record does its work: when the owner changes, open tasks and calls go along, and so do
mails that were not sent yet (S3.8a).

Only those that went to the owner because they are the owner's: a follow-up that names its users keeps them,
and so does one that is set to keep its owner.
"""

from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.channels import unsent_mails
from cadences_app.channels.assignees import can_take
from cadences_app.channels.reports import write_as_cadence
from cadences_app.engine.content import AssigneeKind
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.store import compat, definitions
from cadences_app.store.live import LiveEnrollment


def concerns(doc: Any, before: Any | None) -> bool:
	"""Whether the record has got another owner; without a query."""
	return before is not None and bool(_owner(doc)) and _owner(doc) != _owner(before)


def observe(doc: Any, before: Any, live: list[LiveEnrollment]) -> None:
	"""Hand over what is open and was the former owner's, in the enrollments of this record."""
	former, owner = _owner(before), _owner(doc)
	own = [each for each in live if each.record == (doc.doctype, str(doc.name))]
	versions = {each.name: each.version for each in own}
	if not versions or not can_take(owner):
		return
	unsent_mails.follow_owner(doc, before, list(versions))
	open_ones = frappe.get_all(
		"Cadence Activity",
		{
			"enrollment": ("in", list(versions)),
			"status": ActivityStatus.CARRIED_OUT.value,
			"assigned_to": former,
			"activity_name": ("is", "set"),
		},
		["name", "enrollment", "follow_up", "activity_doctype", "activity_name"],
	)
	loaded = definitions.load_many(set(versions.values()))
	for row in open_ones:
		follow_up = loaded[versions[row.enrollment]].by_key.get(row.follow_up)
		if follow_up is not None and _goes_with_owner(follow_up) and _give(row, owner):
			compat.update_rows("Cadence Activity", {row.name: {"assigned_to": owner}})


def _goes_with_owner(follow_up: FollowUp) -> bool:
	assignee = getattr(follow_up.content, "assignee", None)
	return assignee is not None and assignee.kind is AssigneeKind.OWNER and not follow_up.keeps_owner


def _give(row: Any, owner: str) -> bool:
	"""Give the task or call to its new owner, if it is still open. Returns whether it was."""
	if not frappe.db.exists(row.activity_doctype, row.activity_name):
		return False
	doc = frappe.get_doc(row.activity_doctype, row.activity_name)
	if doc.status not in OPEN[doc.doctype]:
		return False
	write_as_cadence(doc)
	match doc.doctype:
		case "ToDo":
			doc.allocated_to = owner
			doc.save()
		case "CRM Task":
			doc.assigned_to = owner
			doc.save()
		case _:
			doc.db_set(
				"owner", owner
			)  # a private Event is in the calendar of its owner, whom no save changes
	return True


OPEN = {
	"ToDo": ("Open",),
	"CRM Task": ("Backlog", "Todo", "In Progress"),
	"Event": ("Open",),
}


def _owner(doc: Any) -> str:
	return neighbours.of(doc.doctype).owner_of(vars(doc))
