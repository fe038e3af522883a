"""Postcards: a follow-up becomes a Note, which stands for the order at a print shop."""

from collections.abc import Mapping
from typing import Any

import frappe

from cadences_app.channels.occasion import CannotReach, Occasion
from cadences_app.channels.reports import origin_of, report_outcome
from cadences_app.engine.channels import Traits
from cadences_app.engine.outcomes import Outcome
from cadences_app.store.further_channels import FurtherChannel


def hand_over(occasion: Occasion) -> None:
	"""Order the card. A reason that is no code of the engine is shown as it is."""
	city = occasion.row.get("city")
	if not city:
		raise CannotReach("there is no postal address")
	content = occasion.follow_up.content.values
	title = f"{content['picture']} to {city} ({occasion.activity})"
	card = frappe.get_doc({"doctype": "Note", "title": title, "content": content["text"]})
	card.insert(ignore_permissions=True)
	occasion.note({"activity_doctype": "Note", "activity_name": card.name})


def take_back(occasion: Occasion) -> None:
	"""The enrollment has ended: cancel the order, if the card is not posted yet."""
	frappe.delete_doc("Note", occasion.noted("activity_name"), ignore_permissions=True, ignore_missing=True)


def note_posted(card: str) -> None:
	"""The print shop says that a card is on its way. The same key counts once."""
	origin = origin_of("Note", card)
	if origin:
		report_outcome(origin, Outcome.SENT, key="posted", source="Print Shop")


def content_of(row: Any) -> Mapping[str, Any]:
	return {"picture": row.subject or "", "text": row.description or ""}


def columns_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
	return {"subject": values["picture"], "description": values["text"]}


POSTCARD = FurtherChannel(
	traits=Traits(
		produces=frozenset({Outcome.SENT, Outcome.REPLIED}),
		awaited=frozenset({Outcome.REPLIED}),
		has_outbox=True,
		shown=(Outcome.REPLIED,),
	),
	hand_over=hand_over,
	take_back=take_back,
	content_of=content_of,
	columns_of=columns_of,
)
