"""Letting those begin a journey who were there before it: how many they are, and chunk by chunk (S9.5).

They are the records that meet a first stage, have never been in the journey, and may be read by its user.
"""

from typing import Any

import frappe

from cadences_app.journeys import noting
from cadences_app.journeys.chains import PASSAGE
from cadences_app.store import compat
from cadences_app.store.rights import acting_as

CHUNK = 200


def count(journey: dict[str, Any]) -> int:
	"""How many would begin now."""
	return sum(
		frappe.db.sql(f"select count(*) from ({query}) shown", values)[0][0]
		for _stage, query, values in _queries(journey)
	)


def note_chunk(journey: dict[str, Any], went_to: str) -> tuple[str, int] | None:
	"""Note the next of them, to be taken on by the journeys' worker. How far that goes, and how many they
	are; None where there is nobody left."""
	place, _colon, after = went_to.partition(":")
	for number, (stage, query, values) in enumerate(_queries(journey)):
		if number < int(place or 0):
			continue
		beyond = after if number == int(place or 0) else ""
		rest = "where name > %(beyond)s" if beyond else ""
		rows = frappe.db.sql(
			f"select name from ({query}) shown {rest} order by name limit %(limit)s",
			{**values, "beyond": beyond, "limit": CHUNK},
		)
		if names := [str(name) for (name,) in rows]:
			noting.note_in(journey["name"], stage["module"], names)
			return f"{number}:{names[-1]}", len(names)
	return None


def _queries(journey: dict[str, Any]) -> list[tuple[dict[str, Any], str, dict[str, str]]]:
	"""By first stage: the SELECT of the names of its newcomers, each record in the first that it meets."""
	found: list[tuple[dict[str, Any], str, dict[str, str]]] = []
	earlier: dict[str, list[str]] = {}
	with acting_as(journey["run_as"]):
		for stage in journey["stages"].values():
			module = stage["module"]
			if not stage["is_first"] or not frappe.has_permission(module, "read"):
				continue
			shown = _shown(module, stage["filters"])
			others = "".join(f" and met.name not in ({each})" for each in earlier.get(module, ()))
			known = (
				f"select reference_name from `tab{PASSAGE}` where journey = %(journey)s"
				" and reference_doctype = %(module)s"
			)
			name = compat.name_as_text(module, "met")
			query = f"select met.name from ({shown}) met where {name} not in ({known}){others}"
			found.append((stage, query, {"journey": journey["name"], "module": module}))
			earlier.setdefault(module, []).append(shown)
	return found


def _shown(module: str, filters: list[Any]) -> str:
	"""The SELECT by which Frappe lists the names for the session's user, with `%` as a parameter has it."""
	query = frappe.get_list(
		module,
		filters=[each if len(each) == 4 else [module, *each] for each in filters],
		fields=[f"`tab{module}`.`name`"],
		order_by=None,
		limit_page_length=0,
		run=False,
	)
	return compat.written(query or "select null as name where 1 = 0").replace("%", "%%")
