"""Document events of what has gates: a save or a submit is held, a status that was taken is noted (S10)."""

from typing import Any

from frappe.utils import cstr

from cadences_app.gates import entries, hold
from cadences_app.gates.rules import gates_of


def validate(doc: Any, method: str | None = None) -> None:
	"""Any document is about to be saved. Raises GateClosed, which is meant to stop the save."""
	hold.validate(doc)


def on_change(doc: Any, method: str | None = None) -> None:
	if gates_of(doc.doctype):
		hold.note_statuses(doc)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	if gates_of(doc.doctype):
		entries.rename(doc.doctype, cstr(old), cstr(new))
