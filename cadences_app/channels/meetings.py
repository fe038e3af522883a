"""Meetings with enrolled people that somebody puts into a calendar (S6.1)."""

from typing import Any

from cadences_app import neighbours
from cadences_app.engine.events import MeetingBooked
from cadences_app.store import clock, definitions, inbox
from cadences_app.store.authors import known_to_author
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import Record, reached_enrollments

CATEGORIES = ("", "Event", "Meeting")


def concerns(event: Any, before: Any | None) -> bool:
	"""Whether it is a meeting with somebody new on it; without a query."""
	return (
		(event.event_category or "") in CATEGORIES
		and event.status == "Open"
		and bool(_invited(event) - (_invited(before) if before is not None else set()))
		and bool(definitions.modules())
	)


def observe(event: Any, before: Any | None) -> None:
	"""Tell the enrollments of everybody who is new on the meeting, directly or as a record's contact, and
	whose record its author may read."""
	invited = _invited(event) - (_invited(before) if before is not None else set())
	modules = definitions.modules()
	contacts = [name for doctype, name in invited if doctype == "Contact"]
	met = {record for record in invited if record[0] in modules}
	met.update(neighbours.records_of_contacts(contacts, modules))
	reached = reached_enrollments(met)
	known = known_to_author(event, {each.record for each in reached})
	booked = MeetingBooked(clock.now())
	inbox.record(
		InboxEntry(
			each.name, each.cadence, booked, f"{each.name}:meeting:{event.name}", f"Event {event.name}"
		)
		for each in reached
		if each.record in known
	)


def _invited(event: Any) -> set[Record]:
	return {(each.reference_doctype, each.reference_docname) for each in event.event_participants}
