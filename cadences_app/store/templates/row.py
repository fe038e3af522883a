"""What a template sees of a record: a copy of its fields, and of its child tables where it names them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import frappe
from frappe.model import no_value_fields, table_fields

_STANDARD = frozenset({"name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "doctype"})
_SECRET = frozenset({"Password"})

Table = Callable[[], list["Row"]]


class Row(Mapping[str, Any]):
	"""The fields of a document, to be read. As text it is the document's name.

	`tables` give the rows of child tables; each is asked only when something reads it.
	"""

	__slots__ = ("_tables", "_values", "doctype")

	def __init__(
		self, doctype: str, values: Mapping[str, Any], tables: Mapping[str, Table] | None = None
	) -> None:
		self.doctype, self._values, self._tables = doctype, values, tables or {}

	def __getitem__(self, field: str) -> Any:
		if field in self._tables:
			return self._tables[field]()
		return self._values[field]

	def __iter__(self) -> Iterator[str]:
		return iter((*self._values, *self._tables))

	def __len__(self) -> int:
		return len(self._values) + len(self._tables)

	def __contains__(self, field: object) -> bool:
		return field in self._values or field in self._tables

	def __bool__(self) -> bool:
		return bool(self._values)

	def __str__(self) -> str:
		return str(self._values.get("name") or "")


def readable_fields(doctype: str) -> frozenset[str]:
	"""The fields of a DocType that a text, a condition or an expression may read: no passwords, and nothing
	that Frappe shows to some of a record's readers only (permission levels)."""
	fields = frappe.get_meta(doctype).fields
	return _STANDARD | {each.fieldname for each in fields if _is_readable(each)}


class Rows:
	"""The documents of one DocType that a batch looks at, as rows. A child table is read once for all of
	them, when a text asks for it."""

	def __init__(self, doctype: str, names: Iterable[str]) -> None:
		self._doctype, self._names = doctype, [str(each) for each in names]
		self._readable, self._tables = readable_fields(doctype), child_tables(doctype)
		self._read: dict[str, dict[str, list[Row]]] = {}

	def row(self, values: Mapping[str, Any]) -> Row:
		"""A row of which all columns were read, with what may be read of it."""
		kept = {field: value for field, value in values.items() if field in self._readable}
		name = str(values.get("name"))
		return Row(
			self._doctype, kept, {field: partial(self._children, field, name) for field in self._tables}
		)

	def _children(self, field: str, name: str) -> list[Row]:
		if field not in self._read:
			self._read[field] = read_children(self._doctype, field, self._names)
		return self._read[field].get(name, [])


def row_of(doctype: str, values: Mapping[str, Any]) -> Row:
	return Rows(doctype, [str(values.get("name"))]).row(values)


def child_tables(doctype: str) -> dict[str, str]:
	"""The child tables of a DocType that may be read: their DocTypes by field."""
	fields = frappe.get_meta(doctype).get_table_fields()
	return {each.fieldname: each.options for each in fields if _is_readable(each)}


def read_children(doctype: str, field: str, parents: list[str]) -> dict[str, list[Row]]:
	"""The rows of one child table, in their order, by parent. One query."""
	child = child_tables(doctype)[field]
	rows = Rows(child, ())
	table = frappe.qb.DocType(child)
	query = frappe.qb.from_(table).select("*").where(table.parent.isin(parents))
	query = query.where((table.parenttype == doctype) & (table.parentfield == field)).orderby(table.idx)
	found: dict[str, list[Row]] = {}
	for each in query.run(as_dict=True):
		found.setdefault(str(each["parent"]), []).append(rows.row(each))
	return found


def _is_readable(field: Any) -> bool:
	if field.fieldtype in _SECRET or field.permlevel:
		return False
	return field.fieldtype not in no_value_fields or field.fieldtype in table_fields
