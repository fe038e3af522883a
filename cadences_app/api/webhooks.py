"""What other services tell us. Open to everybody, so signed or with a secret, rate limited, silent."""

import hmac
import json
from typing import Any

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils.password import get_decrypted_password
from werkzeug.wrappers import Response

from cadences_app.channels import bookings
from cadences_app.messages import incoming

NOTICES_A_MINUTE = 120
MESSAGES_A_MINUTE = 600
SHORTEST_SECRET = 16
SECRET_HEADER = "X-Cadences-Token"


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=NOTICES_A_MINUTE, seconds=60)
def calendly() -> Response:
	"""A booking at Calendly ends the person's enrollments that have the rule *Meeting Booked*.

	The answer is the same for every genuine notice, and 403 for all others.
	"""
	key = get_decrypted_password(
		"Cadence Settings", "Cadence Settings", "calendly_signing_key", raise_exception=False
	)
	request = frappe.request
	if (request.content_length or 0) > bookings.MOST_BYTES:
		return Response(status=403)
	signature = request.headers.get("Calendly-Webhook-Signature", "")
	try:
		notice = bookings.read(request.get_data(), signature, key or "")
	except bookings.NotGenuine:
		return Response(status=403)
	bookings.take_in(notice)
	return Response(status=204)


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
@rate_limit(limit=MESSAGES_A_MINUTE, seconds=60)
def message() -> Response:
	"""An SMS gateway tells of an answer, or how far a message is (S3.10).

	It brings the secret of the settings as `token` in the address, or in the header X-Cadences-Token. The
	answer is the same for everything that comes with it, and 403 for all else.
	"""
	request = frappe.request
	if (request.content_length or 0) > incoming.MOST_BYTES or not _knows_secret(request):
		return Response(status=403)
	found = incoming.read(_values_of(request))
	if isinstance(found, incoming.Told):
		incoming.take_report(found)
	elif found is not None:
		incoming.take_answer(found)
	if frappe.request.method == "GET":
		frappe.db.commit()  # Frappe keeps nothing of a GET, which is how some gateways call
	return Response(status=204)


def _knows_secret(request: Any) -> bool:
	secret = get_decrypted_password(
		"Cadence Settings", "Cadence Settings", "message_secret", raise_exception=False
	)
	told = request.headers.get(SECRET_HEADER) or request.args.get("token") or ""
	if not secret or len(secret) < SHORTEST_SECRET:
		return False
	return hmac.compare_digest(secret.encode(), told.encode("utf-8", "replace"))


def _values_of(request: Any) -> dict[str, Any]:
	"""What stands in the address and in a form or JSON body; the body counts where both say something."""
	values: dict[str, Any] = {**request.args.to_dict(), **request.form.to_dict()}
	if request.is_json:
		try:
			body = json.loads(request.get_data())
		except (ValueError, RecursionError):
			body = None
		while isinstance(body, list) and body:
			body = body[0]
		values |= body if isinstance(body, dict) else {}
	values.pop("token", None)
	values.pop("cmd", None)
	return values
