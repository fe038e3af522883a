"""Who has to wait before the first run, and for what (S2.9, S13.2).

Each limit has a key: who waits for the same thing waits at the same key, in the order of `rank`. A point of
priority is worth an hour of waiting, so a stream of higher ones passes nobody for longer than that.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Max
from frappe.utils import add_days, get_datetime, now_datetime, nowdate

from cadences_app.engine.audience import Exclusivity, Wait
from cadences_app.engine.definition import Cadence
from cadences_app.engine.statuses import RUNNING
from cadences_app.store import definitions
from cadences_app.store.turns import hold

RUNNING_STATUSES = sorted(each.value for each in RUNNING)
WORTH_OF_A_POINT = timedelta(hours=1)
LOCK = "admission"


@dataclass(frozen=True, slots=True)
class Refusal:
	"""Why somebody has to wait, the key at which they do, and until when where that is known (site time)."""

	wait: Wait
	key: str
	until: datetime | None = None


class Room:
	"""How much room a cadence has for new runs. Who is let in counts at once for those who come after.

	`rows` are the applicants: `reference_name`, `record_owner` and `company_key` of each.
	"""

	def __init__(self, cadence: Any, definition: Cadence, rows: Collection[Mapping[str, Any]]) -> None:
		self.cadence, self.module = cadence.name, cadence.module
		self.limits, self.per_day = definition.exclusivity, definition.policy.new_per_day
		self.now = now_datetime()
		self.is_open = not limits_anything(cadence, definition)
		if not self.is_open:
			hold(LOCK)
			self._count(rows)

	def refusal(self, row: Mapping[str, Any]) -> Refusal | None:
		"""Why this applicant has to wait; None for one that is let in, who takes up room from now on."""
		if self.is_open:
			return None
		found = self._by_record(row) or self._by_company(row) or self._by_owner(row) or self._by_day()
		if found is None:
			self._take_up(row)
		return found

	def _by_record(self, row: Mapping[str, Any]) -> Refusal | None:
		name, limits = row["reference_name"], self.limits
		others = self.others.get(name, ())
		key = key_of("record", self.module, name)
		if others and (limits.alone or not cadences_alone(self.module).isdisjoint(others)):
			return Refusal(Wait.ALONE, key)
		if limits.per_record and len(others) >= limits.per_record:
			return Refusal(Wait.RECORD_FULL, key)
		touched = self.touched.get(name)
		if touched and (rested := touched + timedelta(days=limits.rest_days)) > self.now:
			return Refusal(Wait.RESTING, key_of("rest", self.cadence, name), rested)
		return None

	def _by_company(self, row: Mapping[str, Any]) -> Refusal | None:
		limit, company = self.limits.per_company, row.get("company_key")
		if limit and company and self.of_company[company] >= limit:
			return Refusal(Wait.COMPANY_FULL, key_of("company", self.cadence, company))
		return None

	def _by_owner(self, row: Mapping[str, Any]) -> Refusal | None:
		owner, limits = row.get("record_owner") or "", self.limits
		if limits.per_owner and self.of_owner[owner] >= limits.per_owner:
			return Refusal(Wait.OWNER_FULL, key_of("owner", self.cadence, owner))
		if limits.new_per_owner and self.new_of_owner[owner] >= limits.new_per_owner:
			key = key_of("owner day", self.cadence, owner)
			return Refusal(Wait.OWNER_DAY_FULL, key, tomorrow())
		return None

	def _by_day(self) -> Refusal | None:
		if self.per_day and self.new_of_owner.total() >= self.per_day:
			return Refusal(Wait.DAY_FULL, key_of("day", self.cadence), tomorrow())
		return None

	def _take_up(self, row: Mapping[str, Any]) -> None:
		owner = row.get("record_owner") or ""
		self.of_company[row.get("company_key") or ""] += 1
		self.of_owner[owner] += 1
		self.new_of_owner[owner] += 1
		self.others.setdefault(row["reference_name"], set()).add(self.cadence)

	def _count(self, rows: Collection[Mapping[str, Any]]) -> None:
		names = [row["reference_name"] for row in rows]
		self.others: dict[str, set[str]] = _live_cadences(self.cadence, self.module, names)
		self.touched = _last_touches(self.module, names) if self.limits.rest_days else {}
		companies = {row["company_key"] for row in rows if row.get("company_key")}
		by_company = companies if self.limits.per_company else ()
		self.of_company = _live_by("company_key", self.cadence, by_company) if by_company else Counter()
		owners = {row.get("record_owner") or "" for row in rows}
		self.of_owner = _live_by("record_owner", self.cadence, owners) if self.limits.per_owner else Counter()
		asks_for_day = self.per_day or self.limits.new_per_owner
		self.new_of_owner = _let_in_today(self.cadence) if asks_for_day else Counter()


def limits_anything(cadence: Any, definition: Cadence) -> bool:
	"""Whether somebody may have to wait before a run in this cadence."""
	limits = _says_something(definition.exclusivity) or definition.policy.new_per_day
	return bool(limits or cadences_alone(cadence.module))


def rank(since: datetime, priority: int) -> datetime:
	"""The place in the queue of who waits since then: the earlier, the sooner."""
	return since - min(max(priority, -10_000), 10_000) * WORTH_OF_A_POINT


def key_of(*parts: str) -> str:
	return hashlib.sha1("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def keys_freed(row: Mapping[str, Any]) -> list[str]:
	"""The keys at which somebody may wait for this enrollment to end."""
	keys = [key_of("record", row["reference_doctype"], row["reference_name"])]
	keys.append(key_of("owner", row["cadence"], row.get("record_owner") or ""))
	if row.get("company_key"):
		keys.append(key_of("company", row["cadence"], row["company_key"]))
	return keys


def tomorrow() -> datetime:
	return get_datetime(add_days(nowdate(), 1))


def cadences_alone(module: str) -> frozenset[str]:
	"""The active cadences of a module that share no record with another; no query while the caches hold."""
	active = [each for each in definitions.cadences_of(module) if each["status"] == "Active"]
	loaded = definitions.load_many({each["version"] for each in active})
	return frozenset(
		each["name"]
		for each in active
		if each["version"] in loaded and loaded[each["version"]].exclusivity.alone
	)


def anybody_may_wait(module: str) -> bool:
	"""Whether any cadence of the module limits who may come."""
	found = {each["version"] for each in definitions.cadences_of(module) if each["status"] == "Active"}
	return any(
		_says_something(each.exclusivity) or each.policy.new_per_day
		for each in definitions.load_many(found).values()
	)


def _says_something(limits: Exclusivity) -> bool:
	return any(value for field, value in limits.to_dict().items() if field != "priority")


def _live_cadences(cadence: str, module: str, names: list[str]) -> dict[str, set[str]]:
	"""The other cadences in which these records are live and have begun."""
	table = frappe.qb.DocType("Cadence Enrollment")
	found: dict[str, set[str]] = {}
	if names:
		query = frappe.qb.from_(table).select(table.reference_name, table.cadence)
		query = query.where((table.reference_doctype == module) & table.reference_name.isin(names))
		query = query.where(table.status.isin(RUNNING_STATUSES) & (table.cadence != cadence))
		for name, other in query.run():
			found.setdefault(name, set()).add(other)
	return found


def _last_touches(module: str, names: list[str]) -> dict[str, datetime]:
	if not names:
		return {}
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.from_(table).select(table.reference_name, Max(table.carried_out_at))
	query = query.where((table.reference_doctype == module) & table.reference_name.isin(names))
	return {name: at for name, at in query.groupby(table.reference_name).run() if at}


def _live_by(column: str, cadence: str, values: Collection[str]) -> Counter[str]:
	if not values:
		return Counter()
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table[column], Count("*")).where(table.cadence == cadence)
	query = query.where(table.status.isin(RUNNING_STATUSES))
	if "" not in values:
		query = query.where(table[column].isin(sorted(values)))
	return Counter({value or "": number for value, number in query.groupby(table[column]).run()})


def _let_in_today(cadence: str) -> Counter[str]:
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.record_owner, Count("*")).where(table.cadence == cadence)
	rows = query.where(table.let_in_at >= nowdate()).groupby(table.record_owner).run()
	return Counter({owner or "": number for owner, number in rows})
