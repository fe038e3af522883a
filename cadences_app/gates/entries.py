"""What is written down about records at their gates: statuses taken, approvals, exceptions, ticks (S10)."""

import hashlib
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.gates.kinds import EntryKind
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name

DOCTYPE = "Cadence Gate Entry"
LONGEST_REASON = 500


def write(
	kind: EntryKind,
	doctype: str,
	name: str,
	*,
	gate: str | None = None,
	point: str = "",
	reason: str = "",
	once: bool = False,
) -> None:
	"""Write an entry by the session's user, now. With `once`, a second one for the same point is none."""
	row = new_name()
	key = key_of(kind, doctype, name, gate, point) if once else row
	values = {
		**standard_columns(row),
		"kind": kind.value,
		"gate": gate,
		"reference_doctype": doctype,
		"reference_name": name,
		"user": frappe.session.user,
		"at": now_datetime(),
		"point": point,
		"reason": frappe.utils.strip_html_tags(reason)[:LONGEST_REASON],
		"entry_key": key,
	}
	compat.insert_rows(DOCTYPE, [values], ignore_duplicates=True)


def key_of(kind: EntryKind, doctype: str, name: str, gate: str | None, point: str) -> str:
	told = "\n".join((kind.value, doctype, name, gate or "", point))
	return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()


def untick(doctype: str, name: str, gate: str, point: str) -> None:
	"""By its columns: the record, or its module, may have had another name when it was ticked."""
	frappe.db.delete(DOCTYPE, {**_of(EntryKind.TICKED, doctype, name, gate), "point": point})


def ticked(doctype: str, name: str, gate: str) -> set[str]:
	"""The points of the gate's checklists that are done for this record."""
	return set(frappe.get_all(DOCTYPE, _of(EntryKind.TICKED, doctype, name, gate), pluck="point"))


def is_approved(doctype: str, name: str, gate: str, point: str, since: datetime | None) -> bool:
	filters = [*_as_list(_of(EntryKind.APPROVED, doctype, name, gate)), ["point", "=", point]]
	filters.append(["used_at", *compat.NO_MOMENT])
	return bool(frappe.get_all(DOCTYPE, [*filters, *_after(since)], limit=1))


def status_taken_at(doctype: str, name: str, field: str) -> datetime | None:
	"""When the record last took another value in this field, as far as it was under a gate then."""
	of_field: dict[str, Any] = {"reference_doctype": doctype, "reference_name": name}
	of_field |= {"kind": EntryKind.STATUS_TAKEN.value}
	of_field |= {"point": ("like", f"{field}:%"), "used_at": compat.NO_MOMENT}
	rows = frappe.get_all(DOCTYPE, of_field, pluck="at", order_by="at desc", limit=1)
	return rows[0] if rows else None


def unused_exception(doctype: str, name: str, gate: str, user: str) -> str | None:
	"""An exception that this user made for this record and that no change has used up."""
	filters: dict[str, Any] = _of(EntryKind.OVERRULED, doctype, name, gate)
	filters |= {"user": user, "used_at": compat.NO_MOMENT}
	return next(iter(frappe.get_all(DOCTYPE, filters, pluck="name", limit=1)), None)


def use_up(entry: str) -> None:
	frappe.db.set_value(DOCTYPE, entry, "used_at", now_datetime(), update_modified=False)


def forget(doctype: str, name: str) -> None:
	"""The record is gone: the log stays, but nothing in it counts for a later record of its name."""
	of_record: dict[str, Any] = {"reference_doctype": doctype, "reference_name": name}
	frappe.db.delete(DOCTYPE, {**of_record, "kind": EntryKind.TICKED.value})
	unused = {**of_record, "used_at": ("is", "not set")}
	frappe.db.set_value(DOCTYPE, unused, "used_at", now_datetime(), update_modified=False)


def rename(doctype: str, old: str, new: str) -> None:
	"""Let the entries follow their record."""
	of_record = {"reference_doctype": doctype, "reference_name": old}
	frappe.db.set_value(DOCTYPE, of_record, "reference_name", new, update_modified=False)


def _of(kind: EntryKind, doctype: str, name: str, gate: str) -> dict[str, Any]:
	return {"kind": kind.value, "reference_doctype": doctype, "reference_name": name, "gate": gate}


def _as_list(filters: dict[str, Any]) -> list[list[Any]]:
	return [[field, "=", value] for field, value in filters.items()]


def _after(since: datetime | None) -> list[list[Any]]:
	return [["at", ">=", since]] if since else []
