"""What frappe_whatsapp saves, as answers to messages of cadences and reports on them."""

from typing import Any

from cadences_app.engine.content import Service
from cadences_app.messages import incoming, whatsapp
from cadences_app.messages.incoming import LONGEST_TEXT, Said, Told
from cadences_app.messages.numbers import read_caller

_ANSWERS = ("text", "button", "interactive", "image", "audio", "video", "document", "location", "contact")
"""A reaction is no answer (S4.1c)."""


def observe(doc: Any) -> None:
	"""A *WhatsApp Message* came in, or one of ours got another status."""
	if doc.type == "Incoming":
		_take_answer(doc)
	elif outcome := incoming.outcome_of(whatsapp.status_of(doc)):
		incoming.take_report(Told(str(doc.message_id), outcome))


def _take_answer(doc: Any) -> None:
	if doc.content_type not in _ANSWERS:
		return
	try:
		number = read_caller(doc.get("from") or "")
	except ValueError:
		return
	text = str(doc.message or "").strip()[:LONGEST_TEXT] or f"[{doc.content_type}]"
	incoming.take_answer(Said(number, text, str(doc.message_id or ""), Service.WHATSAPP))
