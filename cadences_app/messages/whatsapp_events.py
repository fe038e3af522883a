"""What frappe_whatsapp saves, as answers to messages of cadences and reports on them.

Its webhook believes everybody. Where the app's secret is in the settings, what came by it counts only if Meta
signed the request."""

import time
from typing import Any

import frappe
from frappe.utils.password import get_decrypted_password

from cadences_app.engine.content import Service
from cadences_app.messages import incoming, whatsapp
from cadences_app.messages.incoming import LONGEST_TEXT, Said, Told
from cadences_app.messages.numbers import read_caller
from cadences_app.messages.signatures import Call, Scheme, is_genuine

WEBHOOK = "/frappe_whatsapp.utils.webhook.webhook"
_ANSWERS = ("text", "button", "interactive", "image", "audio", "video", "document", "location", "contact")
"""A reaction is no answer (S4.1c)."""


def observe(doc: Any) -> None:
	"""A *WhatsApp Message* came in, or one of ours got another status."""
	if _is_forged():
		return
	if doc.type == "Incoming":
		_take_answer(doc)
	elif outcome := incoming.outcome_of(whatsapp.status_of(doc)):
		incoming.take_report(Told(str(doc.message_id), outcome))


def _is_forged() -> bool:
	"""Whether this is a call of its webhook that Meta did not sign."""
	request = getattr(frappe.local, "request", None)
	if request is None or not request.path.endswith(WEBHOOK):
		return False
	key = get_decrypted_password(
		"Cadence Settings", "Cadence Settings", "whatsapp_app_secret", raise_exception=False
	)
	if not key:
		return False
	call = Call((), request.headers, request.get_data())
	return not is_genuine(call, Scheme.BODY, key, time.time())


def _take_answer(doc: Any) -> None:
	if doc.content_type not in _ANSWERS:
		return
	try:
		number = read_caller(doc.get("from") or "")
	except ValueError:
		return
	text = str(doc.message or "").strip()[:LONGEST_TEXT] or f"[{doc.content_type}]"
	incoming.take_answer(Said(number, text, str(doc.message_id or ""), Service.WHATSAPP))
