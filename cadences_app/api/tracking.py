"""The addresses in our mails: pixel, links, unsubscribing. Open to everybody, so signed, rate limited and
silent about what exists (S14.2)."""

import base64
from typing import Any

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from cadences_app.mail.composing.links import in_ascii, is_safe_target
from cadences_app.mail.tracking import unsubscribe_page, visits
from cadences_app.mail.tracking.keyring import keyring
from cadences_app.mail.tracking.tokens import Claim, Purpose, read
from cadences_app.mail.tracking.visits import Visit, VisitKind
from cadences_app.store import clock

VISITS_A_MINUTE = 600
"""From one network address: a company's readers may share one, and so do those behind a mail proxy."""

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

_HEADERS = {
	"Cache-Control": "no-store, no-cache, must-revalidate, max-age=0, private",
	"Referrer-Policy": "no-referrer",
	"X-Robots-Tag": "noindex, nofollow",
	"X-Content-Type-Options": "nosniff",
}


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD"])
def open(t: str = "") -> Response:
	"""The pixel of a mail. The answer is always the same image, whatever the token is worth."""
	claim = _read_claim(Purpose.OPEN, t)
	if claim:
		activity = visits.find_activity(claim.activity)
		if activity:
			_take_in(VisitKind.OPEN, activity)
	return _respond(PIXEL, "image/gif")


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD"])
def click(t: str = "") -> Response:
	"""A link of a mail: leads where the mail said, and nowhere else; anything invalid is not found."""
	claim = _read_claim(Purpose.CLICK, t)
	activity = visits.find_activity(claim.activity) if claim else None
	targets = visits.targets_of(activity) if activity else []
	target = targets[claim.number] if claim and claim.number < len(targets) else None
	if not is_safe_target(target):
		return _respond(unsubscribe_page.render_notice(_("This link leads nowhere")), "text/html", 404)
	_take_in(VisitKind.CLICK, activity, target)
	return _lead_to(target)


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD", "POST"])
def unsubscribe(t: str = "", scope: str = "", reason: str = "") -> Response:
	"""GET shows the page and changes nothing. POST acts: the form's, or a mail client's one click
	(RFC 8058)."""
	claim = _read_claim(Purpose.UNSUBSCRIBE, t)
	request = frappe.local.request
	wish = None
	if request.method == "POST":
		one_click = request.form.get("List-Unsubscribe", "").strip().lower() == "one-click"
		wish = unsubscribe_page.read_wish("everything" if one_click else scope)
	html, status = unsubscribe_page.answer(claim.activity if claim else "", t, wish, reason)
	response = _respond(html, "text/html", status)
	response.headers["Content-Security-Policy"] = (
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
	)
	return response


class _Redirect(Response):
	"""Leads exactly where it says. Werkzeug would write the target anew: without a `?` or `#` that nothing
	follows, and with `[]{}|^` encoded."""

	def get_wsgi_headers(self, environ: Any) -> Headers:
		target = self.headers.pop("Location")
		headers = super().get_wsgi_headers(environ)
		headers["Location"] = self.headers["Location"] = target
		return headers


def _lead_to(target: str) -> Response:
	response = _respond(b"", "text/html", 302, _Redirect)
	response.headers["Location"] = in_ascii(target)
	return response


def _read_claim(purpose: Purpose, token: str) -> Claim | None:
	"""What the token says. Over the limit no token is worth anything."""
	try:
		_count_request()
	except frappe.RateLimitExceededError:
		frappe.clear_messages()
		return None
	return read(keyring(), purpose, token)


@rate_limit(limit=VISITS_A_MINUTE, seconds=60)
def _count_request() -> None:
	"""One more request from this network address."""


def _take_in(kind: VisitKind, activity: "frappe._dict", target: str = "") -> None:
	"""Record the visit, unless it is a colleague's. A fault must not keep the reader from where they go."""
	if _is_colleague():
		return
	request = frappe.local.request
	visit = Visit(
		kind,
		activity,
		request.method,
		dict(request.headers),
		frappe.local.request_ip or "",
		clock.now(),
		target,
	)
	frappe.db.savepoint("cadence_visit")
	try:
		visits.take_in(visit)
	except Exception:  # noqa: BLE001 - whatever is wrong with the site, the link in the mail works
		frappe.db.rollback(save_point="cadence_visit")
		frappe.log_error("Cadence: a visit could not be recorded", reference_doctype="Cadence Activity")
	frappe.local.flags.commit = True  # a GET is not committed otherwise


def _is_colleague() -> bool:
	user = frappe.session.user
	return user != "Guest" and frappe.get_cached_value("User", user, "user_type") == "System User"


def _respond(
	body: bytes | str, mimetype: str, status: int = 200, kind: type[Response] = Response
) -> Response:
	"""An answer that nobody keeps, and that leaves no cookie with the reader."""
	if cookies := getattr(frappe.local, "cookie_manager", None):
		cookies.cookies.clear()
	return kind(body, status, _HEADERS, mimetype=mimetype)
