"""The message of a follow-up for one record, to be looked at (S11.2). Nothing is written or sent."""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.utils import flt

from cadences_app.channels.message import expect_reach_readable, fill_text
from cadences_app.channels.occasion import Occasion, PendingRows
from cadences_app.engine.content import Service
from cadences_app.engine.reasons import Block
from cadences_app.messages.parts import Alphabet
from cadences_app.messages.recipients import Reach, reach
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records


@dataclass(frozen=True, slots=True)
class SampleMessage:
	"""`block` is why it would not go out; `cost` is that of all parts, 0 where the settings know no price."""

	number: str
	text: str
	parts: int
	units: int
	alphabet: Alphabet
	cost: float
	block: Block | None = None


def sample_of(current: EnrollmentInWork, follow_up: str, now: datetime) -> SampleMessage:
	"""The message as it would go out. Raises CannotReach, and what is wrong with its text."""
	occasion = Occasion(current, follow_up, Records([current]), PendingRows(), now)
	content = occasion.follow_up.content
	expect_reach_readable(occasion, content)
	text, parts = fill_text(occasion, content)
	found = reach(occasion.rows, content, current.row["cadence"]).get(occasion.name, Reach())
	price = flt(frappe.get_cached_doc("Cadence Settings").price_per_part)
	cost = price * parts.count if content.service is Service.SMS else 0
	return SampleMessage(found.number, text, parts.count, parts.units, parts.alphabet, cost, found.block)
