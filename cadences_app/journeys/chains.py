"""Which chains of a journey a record belongs to, by the links of the records that were made of each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.store.live import Record

PASSAGE = "Cadence Journey Passage"
LONGEST_WAY = 8
"""How many links are followed back from a record."""
MOST_RECORDS = 60
LATEST_OF_ACCOUNT = 100


@dataclass(frozen=True, slots=True)
class Belonging:
	"""The chains of a record. Those by its company alone are taken only where they can go on with it."""

	own: list[str]
	by_company: list[str]


def chains_of(journey: dict[str, Any], doctype: str, name: str) -> Belonging:
	"""The chains that the record is in already; else those of the nearest records that it was made of."""
	own = _chains(journey["name"], [(doctype, name)])
	if own:
		return Belonging(own, [])
	level, seen, by_company = [(doctype, name)], {(doctype, name)}, _of_account(journey, doctype, name)
	crossed: set[Record] = set()
	for _step in range(LONGEST_WAY):
		level = _before(journey, level, seen, crossed)
		direct = _chains(journey["name"], [each for each in level if each not in crossed])
		if direct:
			return Belonging(direct, by_company)
		by_company += _chains(journey["name"], [each for each in level if each in crossed])
		if not level or len(seen) > MOST_RECORDS:
			break
	return Belonging([], list(dict.fromkeys(by_company)))


def _before(
	journey: dict[str, Any], level: list[Record], seen: set[Record], crossed: set[Record]
) -> list[Record]:
	"""The records that those of this level were made of. What lies behind a company is `crossed`."""
	found: list[Record] = []
	for record in level:
		for each in [*_linked(journey, *record), *neighbours.predecessors(*record)]:
			if each in seen:
				continue
			seen.add(each)
			found.append(each)
			if record in crossed or each[0] in neighbours.ACCOUNTS:
				crossed.add(each)
	return found


def _linked(journey: dict[str, Any], doctype: str, name: str) -> list[Record]:
	"""What the record names by the link rules of its module's stages."""
	found: list[Record] = []
	for stage in journey["stages"].values():
		if stage["module"] != doctype or not stage["link_field"]:
			continue
		field = frappe.get_meta(doctype).get_field(stage["link_field"])
		if field is None:
			continue
		target = field.options
		if field.fieldtype == "Dynamic Link":
			target = frappe.db.get_value(doctype, name, field.options)
		linked = frappe.db.get_value(doctype, name, field.fieldname)
		if target and linked:
			found.append((target, str(linked)))
	return found


def _of_account(journey: dict[str, Any], doctype: str, name: str) -> list[str]:
	"""The chains of its company, for records of modules that have no other link; the latest first."""
	neighbour = neighbours.of(doctype)
	field = neighbour.joined_by_account.get(doctype)
	company = frappe.db.get_value(doctype, name, field) if field else None
	if not company:
		return []
	records: list[Record] = []
	for module in sorted({stage["module"] for stage in journey["stages"].values()}):
		if named := neighbours.of(module).account_fields.get(module):
			names = frappe.get_all(
				module, {named: company}, pluck="name", order_by="creation desc", limit=LATEST_OF_ACCOUNT
			)
			records += [(module, str(each)) for each in names]
	return _chains(journey["name"], records)


def _chains(journey: str, records: Iterable[Record]) -> list[str]:
	"""The chains in which these records are or were, the one that moved last first."""
	by_module: dict[str, list[str]] = {}
	for doctype, name in records:
		by_module.setdefault(doctype, []).append(name)
	found: list[tuple[Any, str]] = []
	for doctype, names in by_module.items():
		of_records = {"journey": journey, "reference_doctype": doctype, "reference_name": ("in", names)}
		rows = frappe.get_all(
			PASSAGE,
			{**of_records, "is_gone": 0},
			["name", "chain"],
			order_by="name desc",
			limit_page_length=0,
		)
		found += [(row.name, row.chain) for row in rows]
	return list(dict.fromkeys(chain for _name, chain in sorted(found, reverse=True)))
