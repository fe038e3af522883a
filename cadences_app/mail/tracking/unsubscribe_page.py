"""The page on which a person unsubscribes, in their language and without a login (S4.1)."""

import frappe
from frappe import _
from frappe.translate import get_language

from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.tracking import unsubscribe
from cadences_app.store.languages import direction_of, language_of

TEMPLATE = "cadences_app/templates/unsubscribe.html"


class Wish(StoredEnum):
	"""What the person wants to leave."""

	SEQUENCE = "sequence"
	EVERYTHING = "everything"


class Why(StoredEnum):
	"""The reasons that the page offers."""

	TOO_OFTEN = "too_often"
	NOT_RELEVANT = "not_relevant"
	NEVER_ASKED = "never_asked"
	OTHER = "other"


def read_wish(text: str) -> Wish | None:
	return next((wish for wish in Wish if wish.value == text), None)


def answer(activity: str, token: str, wish: Wish | None, why: str) -> tuple[str, int]:
	"""Show the page (no wish) or do what is wished; the HTML and the HTTP status.

	A token that is not valid, or of a mail that is gone, gets the same answer.
	"""
	row = _read(activity) if activity else None
	if row is None:
		return render_notice(_("This link does not work any more")), 404
	_speak_their_language(row)
	if wish is None:
		return _render(stage="ask", token=token, mask=_mask(row.recipient)), 200
	source = f"Unsubscribe page: {_read_why(why)}" if why else "Unsubscribe link"
	match wish:
		case Wish.SEQUENCE:
			unsubscribe.leave_sequence(activity, source)
		case Wish.EVERYTHING:
			unsubscribe.leave_everything(activity, source)
	return _render(stage="done", wish=wish.value, mask=_mask(row.recipient)), 200


def render_notice(title: str) -> str:
	"""A plain page that says only this."""
	return _render(stage="notice", title=title)


def _render(**context: str) -> str:
	reasons = {
		Why.TOO_OFTEN.value: _("I get too many emails"),
		Why.NOT_RELEVANT.value: _("They are not relevant to me"),
		Why.NEVER_ASKED.value: _("I never asked for them"),
		Why.OTHER.value: _("Another reason"),
	}
	session = frappe.session.data if frappe.session else {}
	language = frappe.local.lang or "en"
	common = {
		"lang": language,
		"direction": direction_of(language),
		"reasons": reasons,
		"csrf_token": session.get("csrf_token") or "",
	}
	return frappe.render_template(TEMPLATE, {**common, **context})


def _read(activity: str) -> "frappe._dict | None":
	columns = ["recipient", "reference_doctype", "reference_name"]
	return frappe.db.get_value("Cadence Activity", activity, columns, as_dict=True)


def _read_why(text: str) -> str:
	return next((why.value for why in Why if why.value == text), Why.OTHER.value)


def _speak_their_language(row: "frappe._dict") -> None:
	"""The language that was chosen for the record; else the one that the browser asks for."""
	if frappe.request:
		frappe.local.lang = get_language()
	if not frappe.db.exists("DocType", row.reference_doctype):
		return
	if frappe.get_meta(row.reference_doctype).has_field("language"):
		language = frappe.db.get_value(row.reference_doctype, row.reference_name, "language")
		frappe.local.lang = language_of({"language": language}) or frappe.local.lang


def _mask(address: str | None) -> str:
	"""Enough of the address to know it, too little to learn it: whoever got the mail forwarded sees this."""
	local_part, _at, domain = (address or "").partition("@")
	return f"{local_part[:1]}…@{domain}" if domain else ""
