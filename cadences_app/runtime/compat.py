"""Where databases and Frappe versions differ, by capability."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model import dynamic_links


def use_read_committed() -> None:
	"""Let this connection read what others committed while it worked, and lock rows, not gaps.

	Only for background jobs, whose connection ends with them; SQLite has one writer and needs none of it.
	"""
	if frappe.conf.db_type in (None, "mariadb"):
		frappe.db.sql("set session transaction isolation level read committed")
	frappe.db.commit()


@contextmanager
def short_transactions() -> Iterator[Callable[[], None]]:
	"""Within, what was written is committed by calling what this gives.

	On MariaDB every statement commits itself meanwhile, which saves two round trips each time.
	"""
	frappe.db.commit()
	if frappe.conf.db_type not in (None, "mariadb"):
		yield frappe.db.commit
		return
	frappe.db._conn.autocommit(True)
	try:
		yield lambda: None
	finally:
		frappe.db._conn.autocommit(False)
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


def note_linked(doctype: str, rows: Sequence[Mapping[str, Any]], field: str = "reference_doctype") -> None:
	"""Let Frappe know which DocTypes these rows link to: it caches that for renaming and deleting, and
	looks at documents only, not at rows that are written in sets."""
	note = getattr(dynamic_links, "invalidate_distinct_link_doctypes", None)
	if note is not None:
		for linked in {row[field] for row in rows if row.get(field)}:
			note(doctype, field, linked)


def is_passing_fault(error: BaseException) -> bool:
	"""Whether the same work may succeed when it is done again: a deadlock, a lock wait, a lost link."""
	if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
		return True
	code = error.args[0] if error.args else None
	return code in (1205, 1213, 2006, 2013) and "Error" in type(error).__name__


def set_reminder(event: Any, minutes: int) -> None:
	"""Have the assignee of a call reminded: on the day (Frappe 15), minutes before it where Frappe can."""
	event.send_reminder = int(minutes > 0)
	for table in event.meta.get_table_fields():
		if minutes > 0 and table.options == "Event Notifications":
			interval = frappe.get_meta(table.options).get_field("interval")
			if interval and "minutes" in (interval.options or "").split("\n"):
				reminder = {"type": "Notification", "before": minutes, "interval": "minutes"}
				event.append(table.fieldname, reminder)


def hands_mail_elsewhere(account: Any) -> bool:
	"""Whether another app or service sends the mails of this Email Account, so that Frappe's queue must."""
	return bool(frappe.get_hooks("override_email_send")) or account.get("service") == "Frappe Mail"
