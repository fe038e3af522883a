"""What messages will cost, where the settings know the price of a part (S8.6, S11.3)."""

import frappe
from frappe.utils import cint, flt

from cadences_app.engine.content import Channel, MessageContent, Service
from cadences_app.messages.parts import count_parts

LOOKED_AT = 100
"""So many of the latest messages of a follow-up tell how many parts the next ones have."""


def price_of(content: MessageContent) -> float:
	"""Of one part; 0 where the settings name none, and by WhatsApp, which is not charged by parts."""
	if content.service is not Service.SMS:
		return 0.0
	return flt(frappe.get_cached_doc("Cadence Settings").price_per_part)


def most_a_day() -> int:
	"""How many messages may go out on a day; 0: no cap."""
	return cint(frappe.get_cached_doc("Cadence Settings").messages_per_day)


def parts_to_come(cadence: str, follow_up: str, content: MessageContent) -> float:
	"""How many parts a message of this follow-up has: as those that went out, or as its template."""
	sent = frappe.get_all(
		"Cadence Activity",
		{
			"cadence": cadence,
			"follow_up": follow_up,
			"channel": Channel.MESSAGE.value,
			"message_parts": (">", 0),
		},
		pluck="message_parts",
		order_by="creation desc",
		limit_page_length=LOOKED_AT,
	)
	return sum(sent) / len(sent) if sent else float(count_parts(content.text).count)
