"""What other services tell us. Open to everybody, so signed, rate limited and silent (S14.2)."""

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils.password import get_decrypted_password
from werkzeug.wrappers import Response

from cadences_app.channels import bookings

NOTICES_A_MINUTE = 120


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
