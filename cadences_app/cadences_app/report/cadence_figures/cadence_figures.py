"""The figures as one of Frappe's own reports: a line a cadence, or of one cadence a line a follow-up."""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from cadences_app.enrolling import words
from cadences_app.reports import seen, table
from cadences_app.reports.measures import Measure
from cadences_app.reports.table import OF_ENROLLMENTS, OF_FOLLOW_UPS, OVER_TIME, Asked
from cadences_app.store import clock, definitions

RATES = {Measure.OPENED: "open_rate", Measure.REPLIED: "reply_rate", Measure.BOUNCED: "bounce_rate"}


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""S8.1, with the reader's rights: see `reports/seen.py`."""
	chosen = frappe._dict(filters or {})
	_refuse_odd(chosen)
	asked, doc = _asked(chosen)
	by = "follow_up" if doc else "cadence"
	rows = [_with_rates(row) for row in table.lines(asked, by)]
	if doc:
		rows = _named(rows, doc)
	return _columns(by), rows, None, _chart(asked)


def _asked(chosen: Any) -> tuple[Asked, Any]:
	if chosen.cadence:
		doc, own = seen.permitted(chosen.cadence)
		cadences: tuple[str, ...] = (doc.name,)
	else:
		doc, own = None, seen.whose()
		cadences = seen.cadences()
	since, until = (_day(chosen.get(each)) for each in ("from_date", "to_date"))
	return Asked(cadences, chosen.version or "", own or chosen.owner or "", since, until), doc


def _refuse_odd(chosen: Any) -> None:
	labels = {"cadence": _("Cadence"), "version": _("Version"), "owner": _("Owner")}
	for each, label in labels.items():
		if not isinstance(chosen.get(each) or "", str):
			frappe.throw(_("{0}: choose one.").format(label))


def _day(given: Any) -> str:
	found = clock.read_day(given)
	if given and found is None:
		frappe.throw(_("{0} is no date.").format(str(given)[: clock.LONGEST_WRITTEN]))
	return str(found or "")


def _columns(by: str) -> list[dict[str, Any]]:
	first = (
		{
			"fieldname": "cadence",
			"label": _("Cadence"),
			"fieldtype": "Link",
			"options": "Cadence",
			"width": 220,
		}
		if by == "cadence"
		else {"fieldname": "name", "label": _("Follow-up"), "fieldtype": "Data", "width": 220}
	)
	numbers = [
		{"fieldname": each.value, "label": _(each.value), "fieldtype": "Int", "width": 110}
		for each in (*(OF_ENROLLMENTS if by == "cadence" else ()), *OF_FOLLOW_UPS)
	]
	rates = [
		{"fieldname": "open_rate", "label": _("Open Rate"), "fieldtype": "Percent", "width": 110},
		{"fieldname": "reply_rate", "label": _("Reply Rate"), "fieldtype": "Percent", "width": 110},
		{"fieldname": "bounce_rate", "label": _("Bounce Rate"), "fieldtype": "Percent", "width": 110},
	]
	return [first, *numbers, *rates]


def _with_rates(row: dict[str, Any]) -> dict[str, Any]:
	sent = row.get(Measure.SENT.value, 0)
	rates = {name: 100 * row.get(measure.value, 0) / sent for measure, name in RATES.items()} if sent else {}
	return row | rates


def _named(rows: list[dict[str, Any]], doc: Any) -> list[dict[str, Any]]:
	"""The follow-ups in the order of the cadence, by their titles; those of earlier versions come last."""
	definition = definitions.load(doc.version) if doc.version else None
	known = {each.key: place for place, each in enumerate(definition.follow_ups)} if definition else {}
	found = [row for row in rows if row["follow_up"]]
	found.sort(key=lambda row: known.get(row["follow_up"], len(known)))
	for row in found:
		row["name"] = (
			words.name_of(definition.by_key[row["follow_up"]], definition)
			if definition and row["follow_up"] in known
			else _("{0} (of an earlier version)").format(row["follow_up"])
		)
	return found


def _chart(asked: Asked) -> dict[str, Any] | None:
	"""Each day from the first to the last, two at least: a line of one point can't be drawn."""
	counted = dict(table.days(asked))
	if not counted:
		return None
	last = max(counted)
	first = min(*counted, last - timedelta(days=1))
	days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
	found = [(day, counted.get(day, {})) for day in days]
	return {
		"data": {
			"labels": [str(day) for day, _numbers in found],
			"datasets": [
				{"name": _(each.value), "values": [numbers.get(each.value, 0) for _day, numbers in found]}
				for each in OVER_TIME
			],
		},
		"type": "line",
		"animate": 0,
		"disableEntryAnimation": 1,  # while it moves it fails on a change of its size
		"axisOptions": {"xIsSeries": 1, "shortenYAxisNumbers": 1},
		"lineOptions": {"hideDots": int(len(found) > 60)},
	}
