"""When a cadence's view is swept next, and how far it was swept (S2.3)."""

from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.audience.sweep import View
from cadences_app.engine.audience import Entering, IntervalUnit
from cadences_app.store import compat, inbox
from cadences_app.store.definitions import Published
from cadences_app.store.names import new_name

DOCTYPE = "Cadence Sweep"
EACH_MINUTE = timedelta(minutes=1)
WHOLE_AFTER = timedelta(hours=1)
AFTER_A_PROBLEM = timedelta(minutes=10)
CLAIMED_FOR = timedelta(minutes=5)


def begin(cadence: str) -> None:
	"""Have a cadence swept from now on. What was seen of an earlier view does not count for this one."""
	now = now_datetime()
	row = {**inbox.standard_columns(new_name()), "cadence": cadence, "next_at": now, "enters_at": now}
	if not compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True):
		name = frappe.db.get_value(DOCTYPE, {"cadence": cadence})
		fresh = {"next_at": now, "enters_at": now, "swept_until": None, "swept_whole_at": None}
		compat.update_rows(DOCTYPE, {name: fresh})


def forget(cadence: str) -> None:
	frappe.db.delete(DOCTYPE, {"cadence": cadence})


def due() -> str:
	"""A SELECT of one sweep that is due."""
	table = frappe.qb.DocType(DOCTYPE)
	return frappe.qb.from_(table).select(table.name).where(table.next_at <= now_datetime()).limit(1).get_sql()


def claim() -> Any | None:
	"""The next sweep that is due, for this worker alone for some minutes; None when there is none. The caller
	commits."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select("*").where(table.next_at <= now_datetime())
	rows = compat.locked(query.orderby(table.next_at).limit(1)).run(as_dict=True)
	if not rows:
		return None
	compat.update_rows(DOCTYPE, {rows[0].name: {"next_at": now_datetime() + CLAIMED_FOR}})
	return rows[0]


def is_whole_due(row: Any, now: datetime) -> bool:
	return row.swept_whole_at is None or row.swept_whole_at + WHOLE_AFTER <= now


def done(row: Any, view: View, began: datetime, *, whole: bool, entered: bool) -> None:
	columns: dict[str, Any] = {"swept_until": began, "next_at": began + EACH_MINUTE}
	if whole:
		columns["swept_whole_at"] = began
	if entered:
		columns["enters_at"] = began + interval(view)
	compat.update_rows(DOCTYPE, {row.name: columns})


def failed(row: Any) -> None:
	compat.update_rows(DOCTYPE, {row.name: {"next_at": now_datetime() + AFTER_A_PROBLEM}})


def interval(view: View) -> timedelta:
	"""How long those that entered wait until they are enrolled."""
	audience = view.definition.audience
	if audience.entering is not Entering.AT_INTERVALS:
		return timedelta(0)
	is_hours = audience.every.unit.value == IntervalUnit.HOURS.value
	return timedelta(hours=max(audience.every.amount, 1) * (1 if is_hours else 24))


def view_of(cadence: str) -> View | None:
	"""The cadence as it is swept; None for one that has no published view."""
	row = frappe.db.get_value("Cadence", cadence, ["name", "module", "status", "version"], as_dict=True)
	if row is None or not row.version:
		return None
	return View(Published(row.name, row.module, row.status, row.version))
