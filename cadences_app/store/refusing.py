"""Records by which people say that they may not be contacted, whichever record a cadence works on (S6.1a).

A person can have several records: a Lead, the Opportunity that came of it, a Contact. What one of them says
counts for whoever has its address. It is said by a field (`Plain.refusals`) of a Contact, of the modules that
a neighbour names (`refusing_modules`), and of those for which there are cadences.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.engine.reasons import Block
from cadences_app.store import compat, definitions

FEW = 500
"""Addresses that are read at once."""
CONTACT, ADDRESSES = "Contact", "Contact Email"
UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Saying:
	"""What records of one DocType say by one field, as SQL: `address` is the column of those of whom they say
	it, `tables` and `condition` find the records, which are called `o`; by an index on the field where
	`is_indexed`."""

	block: Block
	address: str
	tables: str
	condition: str
	is_indexed: bool

	def addresses(self) -> str:
		"""A SELECT of all of whom it is said."""
		return f"select {self.address} from {self.tables} where {self.condition} and {self.address} <> ''"

	def of(self, column: str) -> str:
		"""The condition that it is said of whoever has the address in this column."""
		return f"exists (select 1 from {self.tables} where {self.condition} and {self.address} = {column})"

	def found_among(self, places: str) -> str:
		"""A SELECT of those of these addresses, in lower case, of whom it is said; what; and by whom the
		record was saved last."""
		address = compat.in_lower_case(self.address)
		return f"""select {address}, '{self.block}', o.`modified_by` from {self.tables}
			where {self.condition} and {address} in ({places})"""


def sayings() -> list[Saying]:
	"""All that records can say; no query."""
	return [each for doctype in _doctypes() for each in _sayings_of(doctype)]


def said_of_column(column: str) -> list[str]:
	"""Conditions, for a statement that gets values, of which each says that whoever has the address in this
	column may not be contacted.

	What few say is read at once where an index finds it: to ask it for each of many rows takes as long as
	half a row takes. One query.
	"""
	known = [each for each in sayings() if each.is_indexed]
	parts = [
		f"(select {place}, a.* from ({each.addresses()} limit {FEW + 1}) a)"
		for place, each in enumerate(known)
	]
	few: dict[int, set[str]] = {place: set() for place in range(len(known))}
	for place, address in frappe.db.sql(" union all ".join(parts)) if parts else ():
		few[place].add(address)
	named = sorted(set().union(*(each for each in few.values() if len(each) <= FEW)))
	found = [each.of(column) for each in sayings() if not each.is_indexed]
	found += [each.of(column) for place, each in enumerate(known) if len(few[place]) > FEW]
	if named:
		listed = ", ".join(frappe.db.escape(each) for each in named)
		found.append(f"{column} in ({listed})")
	return found


def conditions(doctype: str, record: str) -> list[str]:
	"""Conditions of which each says, of a record that is called so, that its person may not be contacted."""
	return [condition for _field, condition in _conditions(doctype, record)]


def told_by(doc: Any) -> set[str]:
	"""The addresses, in lower case, of whom this document says that they may not be contacted; no query."""
	neighbour = neighbours.of(doc.doctype)
	if all(doc.get(field) != value for field, value in neighbour.refusals.items()):
		return set()
	if doc.doctype not in _doctypes():
		return set()
	written = [doc.get(field) for field in neighbour.email_fields]
	if doc.doctype == CONTACT:
		written += [each.email_id for each in doc.email_ids]
	return {str(each).strip().lower() for each in written if each}


def index() -> None:
	"""Have all addresses of Contacts found by an index, where Frappe has none: they are looked up with every
	decision."""
	if not frappe.get_meta(ADDRESSES).get_field("email_id").search_index:
		compat.add_index(ADDRESSES, ["email_id"])


def drop_index() -> None:
	"""Leave Frappe's table as Frappe makes it."""
	compat.drop_index(ADDRESSES, "email_id_index")


def _doctypes() -> list[str]:
	named = {each for neighbour in neighbours.installed() for each in neighbour.refusing_modules}
	return sorted(filter(frappe.db.table_exists, {CONTACT, *named, *definitions.modules()}))


def _sayings_of(doctype: str) -> Iterator[Saying]:
	meta = frappe.get_meta(doctype)
	emails = [field for field in neighbours.of(doctype).email_fields if meta.has_field(field)]
	for field, condition in _conditions(doctype, "o"):
		block = Block.UNSUBSCRIBED if field == UNSUBSCRIBED else Block.DO_NOT_CONTACT
		is_indexed = bool(meta.get_field(field).search_index)
		for email in emails:
			yield Saying(block, f"o.`{email}`", f"`tab{doctype}` o", condition, is_indexed)
		if doctype == CONTACT:
			all_of_them = f"`tab{ADDRESSES}` e join `tabContact` o on o.`name` = e.`parent`"
			yield Saying(block, "e.`email_id`", all_of_them, condition, is_indexed)


def _conditions(doctype: str, record: str) -> Iterator[tuple[str, str]]:
	meta = frappe.get_meta(doctype)
	for field, value in neighbours.of(doctype).refusals.items():
		if _can_hold(meta.get_field(field), value):
			yield field, f"{record}.`{field}` = {compat.quoted(value)}"


def _can_hold(field: Any, value: Any) -> bool:
	if field is None or field.get("is_virtual"):
		return False
	return field.fieldtype != "Select" or value in (field.options or "").split("\n")
