"""What other services tell us. Open to everybody, so signed or with a secret, rate limited, silent."""

import hmac
import json
import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils.password import get_decrypted_password
from werkzeug.wrappers import Response

from cadences_app.channels import bookings
from cadences_app.mail.receiving import certificates, ses_notices
from cadences_app.mail.understanding import sns
from cadences_app.messages import incoming, signatures
from cadences_app.store import seen

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
	request = frappe.request
	if (request.content_length or 0) > bookings.MOST_BYTES:
		return Response(status=403)
	signature = request.headers.get("Calendly-Webhook-Signature", "")
	try:
		notice = bookings.read(request.get_data(), signature, _secret("calendly_signing_key"))
	except bookings.NotGenuine:
		return Response(status=403)
	bookings.take_in(notice)
	return Response(status=204)


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
@rate_limit(limit=MESSAGES_A_MINUTE, seconds=60)
def message() -> Response:
	"""An SMS gateway tells of an answer, or how far a message is (S3.10).

	It signs what it tells by the scheme of the settings; without a scheme it brings their secret as `token`
	in the address, or in the header X-Cadences-Token. The answer is the same for everything that is genuine,
	and 403 for all else.
	"""
	request = frappe.request
	if (request.content_length or 0) > incoming.MOST_BYTES:
		return Response(status=403)
	settings = frappe.get_cached_doc("Cadence Settings")
	if settings.message_scheme:
		call, scheme = _call_of(request), signatures.Scheme(settings.message_scheme)
		if not signatures.is_genuine(call, scheme, _secret("message_signing_key"), time.time()):
			return Response(status=403)
		is_url_signed = scheme is signatures.Scheme.TWILIO
		_take_in(_body_of(request, with_address=is_url_signed), signatures.signature_of(call, scheme))
	elif _knows_secret(request):
		_take_in(_body_of(request, with_address=True))
	else:
		return Response(status=403)
	if frappe.request.method == "GET":
		frappe.db.commit()  # Frappe keeps nothing of a GET, which is how some gateways call
	return Response(status=204)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=NOTICES_A_MINUTE, seconds=60)
def ses() -> Response:
	"""Amazon SES tells by SNS of bounces and complaints (S4.1).

	Only notices of the topics in the settings count, signed by Amazon, a day old at most, each once; a
	topic's subscription is confirmed. The answer is the same for all of these, and 403 for all else.
	"""
	request = frappe.request
	if (request.content_length or 0) > sns.MOST_BYTES:
		return Response(status=403)
	topics = (frappe.get_cached_doc("Cadence Settings").ses_topics or "").split()
	try:
		# Amazon's clock knows no summer time: in the hour that comes twice the site's lies an hour behind.
		notice = sns.read(request.get_data(), topics, datetime.now(timezone.utc), certificates.fetch)
	except sns.NotGenuine:
		return Response(status=403)
	if seen.is_new("SNS", notice.id):
		if notice.kind is sns.Kind.NOTIFICATION:
			ses_notices.take_in(notice.message, notice.id)
		elif notice.kind is sns.Kind.SUBSCRIPTION:
			certificates.visit(notice.subscribe_url)
	return Response(status=204)


def _take_in(body: Any, signature: str = "") -> None:
	for number, found in enumerate(incoming.read_all(body)):
		if isinstance(found, incoming.Told):
			incoming.take_report(found)
		else:
			known_by = found.id or (f"{signature}:{number}" if signature else "")
			incoming.take_answer(replace(found, id=known_by))


def _secret(field: str) -> str:
	return str(
		get_decrypted_password("Cadence Settings", "Cadence Settings", field, raise_exception=False) or ""
	)


def _knows_secret(request: Any) -> bool:
	secret = _secret("message_secret")
	told = request.headers.get(SECRET_HEADER) or request.args.get("token") or ""
	if len(secret) < SHORTEST_SECRET:
		return False
	return hmac.compare_digest(secret.encode(), told.encode("utf-8", "replace"))


def _call_of(request: Any) -> signatures.Call:
	"""The request as who signed it knows it: by the site's own address too, which a proxy may hide."""
	path = request.full_path if request.query_string else request.path
	seen_as = request.host_url.rstrip("/") + path
	urls = (frappe.utils.get_url(path), seen_as, f"https{seen_as.removeprefix('https').removeprefix('http')}")
	body = request.get_data(cache=True, parse_form_data=False)
	form = request.form.to_dict(flat=False) if request.method == "POST" else {}
	return signatures.Call(urls, request.headers, body, form, is_form=not request.is_json)


def _body_of(request: Any, *, with_address: bool) -> Any:
	"""What stands in a form or JSON body; `with_address`: and in the address, where the body says nothing
	else."""
	address = request.args.to_dict() if with_address else {}
	values: dict[str, Any] = {**address, **request.form.to_dict()}
	for key in ("token", "cmd"):
		values.pop(key, None)
	if not request.is_json:
		return values
	try:
		body = json.loads(request.get_data())
	except (ValueError, RecursionError):
		return values
	return {**values, **body} if isinstance(body, dict) else body
