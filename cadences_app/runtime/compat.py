"""Where databases and Frappe versions differ, by capability."""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe


def use_read_committed() -> None:
	"""Let this connection read what others committed while it worked, and lock rows, not gaps.

	Only for background jobs, whose connection ends with them; SQLite has one writer and needs none of it.
	"""
	if frappe.conf.db_type in (None, "mariadb"):
		frappe.db.sql("set session transaction isolation level read committed")
	frappe.db.commit()


def can_skip_locked() -> bool:
	return frappe.conf.db_type in (None, "mariadb", "postgres")


def locked(query: Any) -> Any:
	"""The query taking row locks and passing over rows that others have locked, where the database can."""
	return query.for_update(skip_locked=True) if can_skip_locked() else query


def insert_rows(doctype: str, rows: Sequence[Mapping[str, Any]], *, ignore_duplicates: bool = False) -> None:
	"""Insert rows that have the same columns in one statement."""
	if not rows:
		return
	columns = list(rows[0])
	values = [tuple(row[column] for column in columns) for row in rows]
	frappe.db.bulk_insert(doctype, columns, values, ignore_duplicates=ignore_duplicates)


def update_rows(doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
	"""Set columns of the rows by name; each row may set columns of its own. No document events."""
	by_columns: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
	for name, columns in rows.items():
		if columns:
			by_columns.setdefault(tuple(columns), {})[name] = columns
	for group in by_columns.values():
		frappe.db.bulk_update(doctype, group, update_modified=False)


def is_passing_fault(error: BaseException) -> bool:
	"""Whether the same work may succeed when it is done again: a deadlock, a lock wait, a lost link."""
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
		return True
	code = error.args[0] if error.args else None
	return code in (1205, 1213, 2006, 2013) and "Error" in type(error).__name__
