"""Live enrollments that stand alike, so that the engine need be asked about one of them only.

What an action makes of an enrollment hangs on its status, its version, its pause and what it has scheduled,
as long as the clock and the rules have nothing to say about it at this moment. Those enrollments are counted
by the database; of the others (`loud`) each is asked about.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app import neighbours
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.definition import Cadence, ExitKind, Start
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.neighbours.plain import Plain
from cadences_app.store import compat, definitions, refusing, views
from cadences_app.store.live import LIVE_STATUSES
from cadences_app.store.refusals import COMPLAINT, HASHED, hashed

SOON = timedelta(minutes=2)
"""What the clock has to say by then is taken for said: the action comes a moment later."""
CHUNK = 1000
CHUNK_OF_ROWS = 20_000
LONGEST = 500
"""The bytes that the keys of scheduled follow-ups may have together: where they have more, each enrollment is
asked about, so that the database need not sort texts of any length, which it does on disk."""
NOT_TOLD_BY_SQL = frozenset({ExitKind.EXPRESSION})
"""Rules that only the engine's own evaluation of each record can answer."""


@dataclass(frozen=True, slots=True)
class Standing:
	"""What decides what an action makes of an enrollment. `scheduled` are follow-ups, comma between them."""

	status: str
	version: str
	pause: int
	scheduled: str


@dataclass(slots=True)
class Alike:
	"""How many stand alike, with one of each by name; and who has to be asked about one by one."""

	numbers: Counter[Standing]
	examples: dict[Standing, str]
	loud: list[str]
	_numbers_by_name: dict[str, int] = field(init=False)

	def __post_init__(self) -> None:
		self._numbers_by_name = {self.examples[each]: number for each, number in self.numbers.items()}

	@property
	def to_be_asked(self) -> list[str]:
		"""The enrollments about which the engine is asked."""
		return sorted({*self.loud, *(self.examples[each] for each in self.numbers)})

	def standing_for(self, name: str) -> int:
		"""For how many enrollments the answer about this one holds."""
		return self._numbers_by_name.get(name, 1)


def find_alike(
	cadence: str,
	module: str,
	after: Cadence | None = None,
	only: str = "",
	each_with: frozenset[str] = frozenset(),
	goes_on: bool = True,
) -> Alike | None:
	"""Sort the live enrollments of a cadence: None where the rules leave no other way than to ask about each.

	`after` is the definition that is about to hold; `only` is a condition in SQL on the enrollments `e`;
	about those that have one of the follow-ups `each_with` scheduled, each is asked. `goes_on`: whether runs
	may go on by the action, so that those which nothing is scheduled for might end.
	"""
	is_usual = type(neighbours.of(module)).may_be_contacted is Plain.may_be_contacted
	if not is_usual or frappe.get_hooks("cadence_unenroll_rules"):
		return None
	where = live_of(cadence, only)
	sorting = _Sorting(where, each_with, goes_on)
	numbers, examples, loud = sorting.groups()
	involved = [*definitions.load_many(sorting.versions).values(), *([after] if after else [])]
	if not all(map(_is_told_by_sql, involved)):
		return None
	try:
		suspects = _suspects(where, module, involved)
	except views.ViewFailed:
		return None
	quiet_suspects: set[str] = set()
	for chunk in _chunks(sorted(suspects - loud)):
		for standing, name in sorting.each_of(chunk):
			numbers[standing] -= 1
			quiet_suspects.add(name)
	for standing in +numbers:
		if examples[standing] in quiet_suspects:
			examples[standing] = sorting.another(standing, quiet_suspects)
	return Alike(+numbers, examples, sorted(loud | quiet_suspects))


def versions_of(cadence: str) -> set[str]:
	"""The versions under which its live enrollments run."""
	live = {"cadence": cadence, "status": ("in", LIVE_STATUSES)}
	return set(frappe.get_all("Cadence Enrollment", live, pluck="cadence_version", distinct=True))


def _is_told_by_sql(definition: Cadence) -> bool:
	"""Whether the database can tell whom the rules may take out, and no date moves what is scheduled."""
	follow_dates = any(each.timing.start is not Start.AFTER_TRIGGER for each in definition.follow_ups)
	return not follow_dates and not any(
		rule.kind in NOT_TOLD_BY_SQL or (rule.kind is ExitKind.DATE and rule.on is None)
		for rule in definition.exit_rules
	)


def live_of(cadence: str, only: str = "") -> str:
	"""The condition on an enrollment `e` that it is a live one of this cadence, and one of `only`."""
	live = f"e.`cadence` = {compat.quoted(cadence)} and e.`status` in ({_listed(LIVE_STATUSES)})"
	return f"{live} and ({only})" if only else live


class _Sorting:
	"""The live enrollments that `where` shows, as they stand."""

	def __init__(self, where: str, each_with: frozenset[str], goes_on: bool) -> None:
		self.where, self.goes_on = where, goes_on
		self.versions: set[str] = set()
		"""Those under which they run, known once they are grouped."""
		self.soon = compat.quoted(now_datetime() + SOON)
		self.distrusted = f"a.`follow_up` in ({_listed(sorted(each_with))})" if each_with else "1 = 0"

	def groups(self) -> tuple[Counter[Standing], dict[Standing, str], set[str]]:
		"""How many stand each way and the first of them; and the loud ones, of which these numbers do not
		tell."""
		numbers: Counter[Standing] = Counter()
		examples: dict[Standing, str] = {}
		loud: set[str] = set()
		columns = "l.`status`, l.`cadence_version`, l.`pause`, l.`scheduled`, l.`loud`"
		query = f"""select {columns}, count(*), min(l.`name`) from ({self._each()}) l
			group by {columns}, case when l.`loud` = 1 then l.`name` else '' end"""
		for status, version, pause, scheduled, is_loud, number, name in frappe.db.sql(query):
			self.versions.add(version)
			if is_loud:
				loud.add(name)
			else:
				standing = Standing(status, version, int(pause), scheduled)
				numbers[standing], examples[standing] = int(number), name
		return numbers, examples, loud

	def each_of(self, names: list[str]) -> Iterator[tuple[Standing, str]]:
		"""How each of these stands that is not loud."""
		yield from self._listed(self._each(f"e.`name` in ({_listed(names)})"), "")

	def another(self, standing: Standing, without: Collection[str]) -> str:
		"""One that stands like this and is none of `without`."""
		same = f"""and l.`status` = {compat.quoted(standing.status)} and l.`pause` = {standing.pause}
			and l.`cadence_version` = {compat.quoted(standing.version)}
			and l.`scheduled` = {compat.quoted(standing.scheduled)}"""
		return next(name for _same, name in self._listed(self._each(), same) if name not in without)

	def _listed(self, each: str, condition: str) -> Iterator[tuple[Standing, str]]:
		query = f"""select l.`status`, l.`cadence_version`, l.`pause`, l.`scheduled`, l.`name` from ({each}) l
			where l.`loud` = 0 {condition}"""
		for status, version, pause, scheduled, name in frappe.db.sql(query):
			yield Standing(status, version, int(pause), scheduled), name

	def _each(self, more: str = "") -> str:
		"""A SELECT of each enrollment with how it stands, and whether it is loud: the clock has something to
		say, it stands with an error or with a mail on its way, or nothing is scheduled that would go on as it
		is."""
		where = f"{self.where} and {more}" if more else self.where
		if not self.goes_on:
			return f"""
				select e.`name`, e.`status`, e.`cadence_version`, '' as `scheduled`,
					{self._pause("e")} as `pause`,
					case when {self._calls("e")} then 1 else 0 end as `loud`
				from `tabCadence Enrollment` e where {where}"""
		return f"""
			select x.`name`, x.`status`, x.`cadence_version`, x.`pause`,
				case when x.`number` = 1 then x.`one` else coalesce(substr(x.`several`, 1, {LONGEST}), '')
					end as `scheduled`,
				case when x.`calls` > 0 or x.`odd` > 0 or length(x.`several`) > {LONGEST}
					or (x.`status` <> 'Waiting' and (x.`number` = 0 or x.`run` = 0)) then 1
					else 0 end as `loud`
			from (
				select e.`name`, min(e.`status`) as `status`, min(e.`cadence_version`) as `cadence_version`,
					min(e.`run`) as `run`, min({self._pause("e")}) as `pause`,
					max(case when {self._calls("e")} then 1 else 0 end) as `calls`,
					sum(case when a.`status` = '{ActivityStatus.SCHEDULED}' then 1 else 0 end) as `number`,
					min(a.`follow_up`) as `one`, {compat.in_a_row("a.`follow_up`")} as `several`,
					sum(case when a.`name` is null then 0 when {self.distrusted} then 1
						when a.`status` = '{ActivityStatus.HANDED_OVER}' then 1
						when a.`due_at` is null then 1
						when a.`due_at` <= coalesce(e.`halted_at`, e.`paused_at`, {self.soon}) then 1
						else 0 end) as `odd`
				from `tabCadence Enrollment` e left join `tabCadence Activity` a
					on a.`enrollment` = e.`name` and a.`run` = e.`run`
						and a.`status` in ('{ActivityStatus.SCHEDULED}', '{ActivityStatus.HANDED_OVER}')
				where {where}
				group by e.`name`
			) x"""

	def _pause(self, of: str) -> str:
		"""None, until somebody resumes, until later, or one that is over."""
		return f"""case when {of}.`paused_at` is null then 0 when {of}.`paused_until` is null then 1
			when {of}.`paused_until` > {self.soon} then 2 else 3 end"""

	def _calls(self, of: str) -> str:
		return f"(coalesce({of}.`error`, '') <> '' or {of}.`next_due_at` <= {self.soon})"


def _suspects(where: str, module: str, involved: Collection[Cadence]) -> set[str]:
	"""Who may leave at the next look, whoever wrote what lets them: a few too many rather than one too few.
	Raises ViewFailed."""
	name = compat.name_as_text(module, "t")
	tables = f"""from `tabCadence Enrollment` e left join `tab{module}` t on {name} = e.`reference_name`
		where {where}"""
	of_record = list(_refusing_record(module))
	for audience in {each.audience for each in involved if _has_rule(each, ExitKind.LEFT_VIEW)}:
		of_record.append(f"{compat.listed_name(module, 't')} not in ({views.select_names(audience, module)})")
	has_converted = any(_has_rule(each, ExitKind.CONVERTED) for each in involved)
	settling = neighbours.of(module).settled_in_sql(module) if has_converted else None
	if settling:
		of_record.append(settling[0])
	# Once through the records; what is found from a shorter list is asked apart from that, by an index.
	found = set(_names(f"select e.`name` {tables} and ({' or '.join(of_record)})"))
	for records in _refusing_lists(module):
		found.update(_names(f"select e.`name` {_of_records(records, module)} where {where}"))
	found |= _complained(module, where)
	rules = [
		rule.conditions
		for each in involved
		for rule in each.exit_rules
		if rule.kind is ExitKind.CONDITIONS and rule.conditions
	]
	for conditions in rules:
		found |= _meeting(tables, module, conditions)
	if settling:
		for documents in settling[1]:
			found.update(_named_by(*documents, module, where))
	elif has_converted:
		found |= _settled(tables, module)
	return found


def _meeting(tables: str, module: str, conditions: Collection[Condition]) -> set[str]:
	"""Whose records meet all of these conditions."""
	meta = frappe.get_meta(module)
	wanted = sorted({each.field for each in conditions if meta.has_field(each.field) or each.field in PLAIN})
	columns = "".join(f", t.`{each}`" for each in wanted)
	narrowed = "".join(f" and {each}" for each in map(partial(_narrowing, module), conditions) if each)
	found = set()
	for enrollment, *values in frappe.db.sql(f"select e.`name`{columns} {tables}{narrowed}"):
		row = dict(zip(wanted, values, strict=True))
		if all(condition.holds(row) for condition in conditions):
			found.add(enrollment)
	return found


def _narrowing(module: str, condition: Condition) -> str:
	"""The condition in SQL, so that fewer are to be looked at; blank where the database might compare in
	another way."""
	field = frappe.get_meta(module).get_field(condition.field)
	if field is None or field.fieldtype not in TEXTS:
		return ""
	match condition.operator:
		case Operator.EQUALS:
			values = [condition.value]
		case Operator.IN:
			values = list(condition.value)
		case _:
			return ""
	if not all(isinstance(each, str) and _PLAIN_TEXT.fullmatch(each) for each in values):
		return ""
	column = compat.in_lower_case(f"t.`{condition.field}`")
	return f"{column} in ({_listed([each.lower() for each in values])})"


def _settled(tables: str, module: str) -> set[str]:
	"""Whose records are converted or settled, as another app's neighbour sees it."""
	neighbour, meta, found = neighbours.of(module), frappe.get_meta(module), set()
	wanted = [each for each in ("status", "converted") if meta.has_field(each)]
	columns = "".join(f", t.`{each}`" for each in wanted)
	records: dict[str, dict[str, Any]] = {}
	enrollment_of: dict[str, str] = {}
	for enrollment, record, *values in frappe.db.sql(
		f"select e.`name`, e.`reference_name`{columns} {tables}"
	):
		records[record] = {**dict(zip(wanted, values, strict=True)), "doctype": module, "name": record}
		enrollment_of[record] = enrollment
	for chunk in _chunks(list(records), CHUNK_OF_ROWS):
		settled = neighbour.settled(module, {each: records[each] for each in chunk})
		found.update(enrollment_of[each] for each in settled if each in enrollment_of)
	return found


def _named_by(doctype: str, field: str, more: str, module: str, where: str) -> list[str]:
	"""The enrollments whose record a document of this DocType names. Those documents are read first: the
	records that they name are found by an index, the other way round they would not be."""
	index = compat.by_index("reference_doctype_reference_name_index")
	return _names(
		f"""select e.`name` from `tab{doctype}` d {compat.joined_in_order()} `tabCadence Enrollment` e {index}
			on e.`reference_doctype` = {compat.quoted(module)} and e.`reference_name` = d.`{field}`
		where {where}{f" and {more}" if more else ""}"""
	)


PLAIN = frozenset({"name", "owner", "creation", "modified", "modified_by"})
TEXTS = frozenset({"Data", "Link", "Select", "Small Text", "Text", "Phone", "Autocomplete"})
_PLAIN_TEXT = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._@-]*")
"""Of this the database thinks no two alike that the engine tells apart the other way round."""


def _refusing_record(module: str) -> Iterator[str]:
	"""Conditions on the record `t` of which each says that it is gone or that its person may not be
	contacted."""
	yield "t.`name` is null"
	yield from refusing.conditions(module, "t")


def _refusing_lists(module: str) -> Iterator[str]:
	"""SELECTs of the names of records whose person has unsubscribed from something or complained, as far as
	words that are stored plainly tell."""
	neighbour, meta = neighbours.of(module), frappe.get_meta(module)
	for address in (*_REFUSING_ADDRESSES, *(each.addresses() for each in refusing.sayings())):
		for each in filter(meta.has_field, neighbour.email_fields):
			yield _having(module, each, address)
		for link in filter(meta.has_field, neighbour.contact_fields):
			yield _having(module, link, _having("Contact", "email_id", address))
			yield _having(module, link, _having("Contact Email", "email_id", address, "parent"))
		if module == "Contact":
			yield _having("Contact Email", "email_id", address, "parent")
	unsubscribed = "select `name` from `tabContact` where `unsubscribed` = 1"
	for link in filter(meta.has_field, neighbour.contact_fields):
		yield _having(module, link, unsubscribed)
	if module == "Contact":
		yield unsubscribed


_REFUSING_ADDRESSES = (
	"select `email` from `tabEmail Unsubscribe` where `email` is not null",
	f"select `name` from `tabCadence Suppression` where `cause` = '{COMPLAINT}'",
)


def _having(doctype: str, field: str, values: str, named: str = "name") -> str:
	"""A SELECT of the names of the documents, or of their parents, that have one of these values, which are
	few, in a field."""
	column = compat.in_lower_case(f"d.`{field}`")
	wanted = f"select distinct {compat.in_lower_case('w.`value`')} as `value` from ({_as_value(values)}) w"
	join = compat.joined_in_order()
	return f"select d.`{named}` as `name` from ({wanted}) v {join} `tab{doctype}` d on {column} = v.`value`"


def _as_value(values: str) -> str:
	return re.sub(r"^select (\S+)(?: as \S+)? from", r"select \1 as `value` from", values)


def _of_records(names: str, module: str) -> str:
	"""The tables in which the enrollments `e` of these records are found by an index."""
	index, name = compat.by_index("reference_doctype_reference_name_index"), compat.name_as_text(module, "r")
	return f"""from ({names}) r {compat.joined_in_order()} `tabCadence Enrollment` e {index}
		on e.`reference_doctype` = {compat.quoted(module)} and e.`reference_name` = {name}"""


def _complained(module: str, where: str) -> set[str]:
	"""Those of whom an entry of the suppression list tells that nobody can read any more."""
	hidden = {"cause": COMPLAINT, "name": ("like", f"{HASHED}%")}
	entries = set(frappe.get_all("Cadence Suppression", hidden, pluck="name", limit_page_length=0))
	if not entries:
		return set()
	neighbour, meta = neighbours.of(module), frappe.get_meta(module)
	columns = [f"t.`{each}`" for each in neighbour.email_fields if meta.has_field(each)]
	joins = ""
	for number, link in enumerate(filter(meta.has_field, neighbour.contact_fields)):
		joins += f" left join `tabContact` c{number} on c{number}.`name` = t.`{link}`"
		joins += f" left join `tabContact Email` m{number} on m{number}.`parent` = t.`{link}`"
		columns += [f"c{number}.`email_id`", f"m{number}.`email_id`"]
	if module == "Contact":
		joins += " left join `tabContact Email` m on m.`parent` = t.`name`"
		columns.append("m.`email_id`")
	if not columns:
		return set()
	name = compat.name_as_text(module, "t")
	rows = frappe.db.sql(
		f"""select e.`name`, {", ".join(columns)} from `tabCadence Enrollment` e
		join `tab{module}` t on {name} = e.`reference_name`{joins} where {where}"""
	)
	return {
		enrollment
		for enrollment, *addresses in rows
		if any(each and hashed(each) in entries for each in addresses)
	}


def _has_rule(definition: Cadence, kind: ExitKind) -> bool:
	return any(rule.kind is kind for rule in definition.exit_rules)


def _names(query: str) -> list[str]:
	return frappe.db.sql(query, pluck=True)


def _chunks(names: list[str], size: int = CHUNK) -> Iterator[list[str]]:
	return (names[start : start + size] for start in range(0, len(names), size))


def _listed(values: Collection[str]) -> str:
	return ", ".join(map(compat.quoted, values))
