"""WhatsApp by the app frappe_whatsapp, where it is installed: its *WhatsApp Message* sends itself on insert,
and its webhook saves what comes in and how far what went out is."""

from typing import Any

import frappe
import requests
from frappe.utils import cint
from rq.timeouts import JobTimeoutException

from cadences_app.messages.gateway import Answer, Later, Refused, Taken, Uncertain, read_fault

MESSAGE = "WhatsApp Message"
TEMPLATE = "WhatsApp Templates"
_BEFORE = "before_whatsapp"
_NOT_NOW = frozenset(
	{1, 2, 3, 4, 10, 190, 80007, 130429, 131000, 131005, 131016, 131031, 131042, 131048, 131056, 131057}
)
"""Meta's codes for its own faults, for limits of an account, and for what is wrong with an account or its
token, of which some come with HTTP 400:
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"""


def is_available() -> bool:
	return bool(frappe.db.table_exists(MESSAGE))


def is_set_up() -> bool:
	"""Whether there is an account to send by, as far as this version of the app keeps them."""
	if not is_available():
		return False
	if frappe.db.table_exists("WhatsApp Account"):
		return bool(frappe.db.exists("WhatsApp Account", {"is_default_outgoing": 1}))
	return True


def templates() -> list[str]:
	"""The approved templates."""
	if not frappe.db.table_exists(TEMPLATE):
		return []
	return frappe.get_all(TEMPLATE, {"status": "APPROVED"}, pluck="name", order_by="name")


def sent_as(ids: list[str]) -> list[str]:
	"""The documents of what went out under these ids of Meta."""
	if not ids or not is_available():
		return []
	return frappe.get_all(MESSAGE, {"type": "Outgoing", "message_id": ("in", ids)}, pluck="name")


def send(number: str, text: str, template: str, record: tuple[str, str]) -> Answer:
	"""One message, once. Needs the database, and commits nothing itself."""
	doctype, name = record
	values = {
		"doctype": MESSAGE,
		"type": "Outgoing",
		"to": number,
		"message": text,
		"content_type": "text",
		"message_type": "Template" if template else "Manual",
		"reference_doctype": doctype,
		"reference_name": name,
	}
	if template:
		values |= {"template": template, "use_template": 1}
	message = frappe.get_doc(values)
	message.flags.by_cadence = True
	frappe.flags.integration_request = None
	frappe.db.savepoint(_BEFORE)
	try:
		message.insert(ignore_permissions=True)
	except JobTimeoutException:
		raise  # Meta may have it: it stays in flight, and becomes Unknown
	except Exception as error:  # noqa: BLE001 - whatever it raises, the message may or may not be out
		frappe.clear_messages()
		frappe.db.rollback(save_point=_BEFORE)
		return _after(error)
	return Taken(str(message.message_id or ""))


def _after(error: Exception) -> Answer:
	"""What a failed insert means: Meta's own answer, else the first fault of the network behind it."""
	why = f"{type(error).__name__}: {error}"[:500]
	response = frappe.flags.integration_request
	if isinstance(response, requests.Response) and response.status_code >= 400:
		is_final = 400 <= response.status_code < 500 and response.status_code not in (401, 403, 404, 408, 429)
		return Refused(why) if is_final and _code_of(response) not in _NOT_NOW else Later(why)
	cause: BaseException | None = error
	while cause is not None:
		if isinstance(cause, requests.RequestException):
			return read_fault(cause)
		cause = cause.__cause__ or cause.__context__
	return Uncertain(why) if response is not None else Later(why)


def _code_of(response: requests.Response) -> int:
	try:
		return cint(response.json()["error"]["code"])
	except (ValueError, KeyError, TypeError):
		return 0


def concerns(doc: Any) -> bool:
	"""Whether a message came in, or one that went out has got another status."""
	if doc.doctype != MESSAGE or doc.flags.by_cadence:
		return False
	if doc.type == "Incoming":
		return bool(doc.flags.in_insert)
	return bool(doc.message_id)


def status_of(doc: Any) -> str:
	"""The status that Meta tells, in its words: ``delivered``, ``read``, ``failed``."""
	return str(doc.status or "").lower()
