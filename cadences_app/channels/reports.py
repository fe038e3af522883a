"""What reps do to the tasks and calls of a cadence, as inbox entries to its enrollment (S4.3)."""

from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.engine.events import ActivityDeleted, Event, OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.store import clock, inbox
from cadences_app.store.inbox import InboxEntry


@dataclass(frozen=True, slots=True)
class Origin:
	"""The follow-up that a task or call was made for."""

	activity: str
	enrollment: str
	cadence: str
	run: int
	follow_up: str
	standing: str


def write_as_cadence(doc: Any) -> Any:
	"""Mark a document as written by us, so that our own writes never feed themselves. Returns it."""
	doc.flags.by_cadence = True
	doc.flags.ignore_permissions = True
	doc.flags.ignore_links = True  # the activity's row is written at the end of the batch
	return doc


def origin_of(doctype: str, name: str | int, activity: str = "") -> Origin | None:
	"""The activity that this document was made for.

	`activity` is what the document says about it; that alone is no proof, anybody may write it there.
	"""
	filters = {"activity_doctype": doctype, "activity_name": str(name)}
	if activity:
		filters["name"] = activity
	fields = ["name", "enrollment", "cadence", "run", "follow_up", "standing"]
	row = frappe.db.get_value("Cadence Activity", filters, fields)
	return Origin(*row[:5], row[5] or "") if row else None


def report_outcome(origin: Origin, outcome: Outcome, key: str, detail: str = "", source: str = "") -> None:
	"""Report that the follow-up had this outcome now. The same `key` counts once."""
	happened = OutcomeReported(origin.run, origin.follow_up, outcome, clock.now(), detail)
	report(origin, happened, f"{origin.activity}:{outcome}:{key}", source)


def report_deleted(origin: Origin) -> None:
	report(origin, ActivityDeleted(origin.run, origin.follow_up), f"{origin.activity}:deleted")


def report(origin: Origin, event: Event, key: str, source: str = "") -> None:
	inbox_entry = InboxEntry(origin.enrollment, origin.cadence, event, key, source or frappe.session.user)
	inbox.record([inbox_entry])
