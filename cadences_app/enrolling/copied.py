"""Newcomers whose rows the database makes out of their records, without reading them: the many of whom
nothing is odd.

It is what `newcomers.py` makes of a record, for thousands at once, where no rule and no limit has to be asked
about each. Whoever is odd is left to `newcomers.py`: who may not be contacted, whose person is in already or
comes twice, and whatever Python and the database might read differently (signs beyond ASCII, spaces around an
address, what looks like a tag). A few too many rather than one too few.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.neighbours.companies import FREE_MAIL, ORGANISATION_FIELDS
from cadences_app.neighbours.plain import Plain
from cadences_app.store import compat, definitions, enrollment_rows, refusing
from cadences_app.store.definitions import Published
from cadences_app.store.names import new_names
from cadences_app.store.refusals import COMPLAINT, HASHED

LEAST = 200
"""From so many on it is worth a statement of its own."""
CHUNK = 1000
BLANK = "''"
TEXTS = frozenset({"Data", "Link", "Dynamic Link", "Select", "Small Text", "Text", "Read Only"})
ODD_WORD = "[^!-;=-~]"
ODD_WORDS = "[^ -;=-~]|^ | $|[|] | [|]"
AS_EVERYWHERE = ("email_of", "owner_of", "contact_of", "may_be_contacted")
"""What a neighbour of another app may see differently: then each record is read."""


def copy(cadence: Published, names: Sequence[str], shared: Mapping[str, Any]) -> dict[str, str]:
	"""Enroll those of these records of whom nothing is odd, with the columns that all have in common. Returns
	their enrollments by record: none where it would lock the records, or can't be told in SQL.

	Of several records of one person, any may be the one that gets in.
	"""
	if len(names) < LEAST or not compat.copies_without_locks():
		return {}
	record = _Record(cadence)
	if not record.is_told_by_sql():
		return {}
	# In the order of the key at which two who enroll the same records wait, as in `newcomers.py`.
	key_of = enrollment_rows.active_key
	plain = [name for name in names if "<" not in name]
	keys = sorted((key_of(cadence.name, cadence.module, name), name) for name in plain)
	rows = [(name, found, key) for name, (key, found) in zip(new_names(len(keys)), keys, strict=True)]
	inserted = sum(record.insert(rows[start : start + CHUNK], shared) for start in range(0, len(rows), CHUNK))
	made = [name for name, _record, _key in rows]
	if inserted < len(rows):
		made = [name for (name,) in compat.find_in("Cadence Enrollment", ["name"], "name", made)]
	record_of = {name: found for name, found, _key in rows}
	return {record_of[name]: name for name in made}


class _Record:
	"""What an enrollment keeps of its record, as SQL on the record `t`."""

	def __init__(self, cadence: Published) -> None:
		self.cadence, self.definition = cadence, cadence.definition
		self.neighbour, self.meta = neighbours.of(cadence.module), frappe.get_meta(cadence.module)
		self.emails = self._fields(*self.neighbour.email_fields)
		self.owners = [*self._fields(*self.neighbour.owner_fields), "owner"]
		self.organisations = self._fields(*ORGANISATION_FIELDS)
		self.title = self.meta.get_title_field()

	def is_told_by_sql(self) -> bool:
		"""Whether all of it can be told by SQL alone."""
		used = {*self.emails, *self.owners, *self.organisations, self.title} - {"owner", "name"}
		hidden = {"cause": COMPLAINT, "name": ("like", f"{HASHED}%")}
		return (
			all(getattr(type(self.neighbour), each) is getattr(Plain, each) for each in AS_EVERYWHERE)
			and all(self.meta.get_field(each).fieldtype in TEXTS for each in used)
			and self.meta.autoname != "autoincrement"
			and self._are_people_keyed()
			and not frappe.db.exists("Cadence Suppression", hidden)
		)

	def _are_people_keyed(self) -> bool:
		"""Whether the unique `person_key` tells of all who are in: not where some came by a version that
		takes a person several times."""
		if not self.definition.policy.one_per_person:
			return True
		versions = set(frappe.get_all("Cadence Version", {"cadence": self.cadence.name}, pluck="name"))
		return all(each.policy.one_per_person for each in definitions.load_many(versions).values())

	def insert(self, rows: Sequence[tuple[str, str, str]], shared: Mapping[str, Any]) -> int:
		"""Insert rows of name, record and `active_key`, without those whose record is gone or odd, or in by
		somebody else's doing. Returns how many were inserted."""
		own = {
			"name": "f.`name`",
			"reference_name": "t.`name`",
			"active_key": "f.`active_key`",
			"record_title": f"left(coalesce(nullif(t.`{self.title}`, ''), t.`name`), 140)",
			"record_owner": f"nullif({_first(self.owners)}, '')",
			"company_key": f"nullif(left({self._company()}, 140), '')",
			"person": f"left({self._person()}, 140)",
			"person_key": self._person_key(),
		}
		common = {column: value for column, value in shared.items() if column not in own}
		places, values = compat.listed_rows(rows)
		odd = " or ".join(f"({each})" for each in self._odd())
		compat.note_linked("Cadence Enrollment", [shared])
		return compat.insert_found(
			"Cadence Enrollment",
			own | dict.fromkeys(common, "%s"),
			f"(`name`, `record`, `active_key`) as (values {places})",
			f"""straight_join `tab{self.cadence.module}` t on t.`name` = f.`record`
			where coalesce({odd}, 0) = 0""",
			[*values, *common.values()],
		)

	def _odd(self) -> Iterator[str]:
		"""Conditions of which each says that the record has to be read."""
		yield f"binary concat_ws('', {_listed([*self.emails, *self.owners])}) regexp '{ODD_WORD}'"
		if self.organisations:
			yield f"binary concat_ws('|', {_listed(self.organisations)}) regexp '{ODD_WORDS}'"
		title = f"t.`{self.title}`"
		yield f"{title} like '%%<%%' or ({title} = '' and length({title}) > 0)"
		yield from refusing.conditions(self.cadence.module, "t")
		for each in self._fields(*self.neighbour.contact_fields):
			yield f"t.`{each}` <> ''"
		if self.cadence.module == "Contact":
			further = "m.`parent` = t.`name` and m.`email_id` <> coalesce(t.`email_id`, '')"
			yield f"exists (select 1 from `tabContact Email` m where {further})"
		for each in self.emails:
			yield f"t.`{each}` in (select `email` from `tabEmail Unsubscribe` where `email` is not null)"
			yield from refusing.said_of_column(f"t.`{each}`")
			complained = f"s.`name` = t.`{each}` and s.`cause` = '{COMPLAINT}'"
			yield f"exists (select 1 from `tabCadence Suppression` s where {complained})"

	def _person(self) -> str:
		return f"lower({_first(self.emails)})"

	def _person_key(self) -> str:
		if not self.definition.policy.one_per_person:
			return "null"
		before = _quoted(enrollment_rows.before_person(self.cadence.name))
		return f"if({self._person()} = '', null, sha1(concat({before}, left({self._person()}, 140))))"

	def _company(self) -> str:
		domain = f"substring_index({self._person()}, '@', -1)"
		free = ", ".join(map(_quoted, sorted(FREE_MAIL)))
		named = f"lower({_first(self.organisations)})"
		return f"if({domain} <> '' and {domain} not in ({free}), {domain}, {named})"

	def _fields(self, *fields: str) -> list[str]:
		return [each for each in fields if self.meta.has_field(each)]


def _first(fields: Sequence[str]) -> str:
	"""The first of these columns that is not blank, as SQL."""
	return f"coalesce({', '.join([*(f'nullif(t.`{each}`, {BLANK})' for each in fields), BLANK])})"


def _listed(fields: Sequence[str]) -> str:
	return ", ".join(f"t.`{each}`" for each in fields)


def _quoted(value: str) -> str:
	"""For a statement that goes with values: percent signs are doubled."""
	return str(frappe.db.escape(value))
