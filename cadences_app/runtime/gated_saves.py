"""Document events of what has gates: a save or a submit is held, a status that was taken is noted (S10)."""

from typing import Any

import frappe
from frappe.utils import cstr

from cadences_app.gates import entries, hold
from cadences_app.gates.rules import gates_of


def validate(doc: Any, method: str | None = None) -> None:
	"""Any document is about to be saved. Raises GateClosed, which is meant to stop the save."""
	hold.validate(doc)


def before_change(doc: Any, method: str | None = None) -> None:
	"""A value is about to be written without saving (`db_set`), as by the button *Set as Lost*. Held while
	somebody waits for the answer; a background job that keeps statuses in step is let through."""
	if gates_of(doc.doctype) and not getattr(frappe.local, "job", None):
		hold.validate_direct(doc)


def after_delete(doc: Any, method: str | None = None) -> None:
	"""A later record of this name has none of its approvals."""
	if gates_of(doc.doctype):
		entries.forget(doc.doctype, cstr(doc.name))


def on_change(doc: Any, method: str | None = None) -> None:
	if gates_of(doc.doctype):
		hold.note_statuses(doc)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	if gates_of(doc.doctype):
		entries.rename(doc.doctype, cstr(old), cstr(new))
