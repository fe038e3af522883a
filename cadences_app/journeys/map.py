"""The map of a journey: how many are where, since when, which ways they went, where they dropped out."""

from typing import Any

import frappe
from frappe.query_builder.functions import Count, Min, Sum

from cadences_app.journeys.chains import PASSAGE


def draw(journey: dict[str, Any]) -> dict[str, Any]:
	"""The stages with their figures, and the ways between them with how often they were gone.

	`here` are in the stage now, `entered` counts visits, `dropped` left it with nothing that followed though
	something could have. `seconds` is the average of the visits that ended.
	"""
	here, entered, gone, ways = _here(journey["name"]), _entered(journey["name"]), *_left(journey["name"])
	return {
		"stages": [
			{
				"key": key,
				"title": stage["title"],
				"module": stage["module"],
				"cadence": stage["cadence"],
				"responsible": stage["responsible"],
				"is_first": stage["is_first"],
				"next": stage["next"],
				"here": here.get(key, (0, None))[0],
				"since": here.get(key, (0, None))[1],
				"entered": entered.get(key, (0, None))[0],
				"seconds": entered.get(key, (0, None))[1],
				"dropped": gone.get(key, 0) if stage["next"] else 0,
				"ended": 0 if stage["next"] else gone.get(key, 0),
			}
			for key, stage in journey["stages"].items()
		],
		"ways": [{"from": one, "to": other, "count": count} for (one, other), count in sorted(ways.items())],
	}


def _here(journey: str) -> dict[str, tuple[int, Any]]:
	table = frappe.qb.DocType(PASSAGE)
	rows = (
		frappe.qb.from_(table)
		.select(table.stage, Count("*"), Min(table.entered_at))
		.where((table.journey == journey) & table.left_at.isnull())
		.groupby(table.stage)
		.run()
	)
	return {stage: (count, since) for stage, count, since in rows}


def _entered(journey: str) -> dict[str, tuple[int, float | None]]:
	table = frappe.qb.DocType(PASSAGE)
	rows = (
		frappe.qb.from_(table)
		.select(table.stage, Count("*"), Count(table.left_at), Sum(table.seconds))
		.where(table.journey == journey)
		.groupby(table.stage)
		.run()
	)
	return {
		stage: (count, float(seconds) / ended if ended else None) for stage, count, ended, seconds in rows
	}


def _left(journey: str) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
	"""How many left each stage with nothing that followed, and how many went each way."""
	table = frappe.qb.DocType(PASSAGE)
	rows = (
		frappe.qb.from_(table)
		.select(table.stage, table.next_stage, Count("*"))
		.where((table.journey == journey) & table.left_at.isnotnull())
		.groupby(table.stage, table.next_stage)
		.run()
	)
	gone: dict[str, int] = {}
	for stage, following, count in rows:
		if not following:
			gone[stage] = gone.get(stage, 0) + count
	return gone, {(stage, following): count for stage, following, count in rows if following}
