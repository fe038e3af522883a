"""Counters that stood among the naming series get a table of their own."""

import frappe

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

PREFIX = "cadence-turn-"


def execute() -> None:
	series = frappe.qb.DocType("Series")
	ours = series.name.like(f"{PREFIX}%")
	rows = frappe.qb.from_(series).select(series.name, series.current).where(ours).run()
	counters = [{**standard_columns(name.removeprefix(PREFIX)), "turns": turns} for name, turns in rows]
	compat.insert_rows("Cadence Counter", counters, ignore_duplicates=True)
	frappe.qb.from_(series).delete().where(ours).run()
