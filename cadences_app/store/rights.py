"""What a user may read, asked before anything is shown, enrolled or counted for them (S14.1).

As Frappe's own lists, with two holes closed: for them the right to select, or any User Permission on the
DocType, stands for the right to read. Here the role's right to read comes first; without it only what was
shared with the user is theirs.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_role_permissions
from frappe.share import get_shared

from cadences_app.store import compat

EVERYTHING = ""
NOTHING = "1 = 0"


def holds(doctype: str, right: str, user: str | None = None) -> bool:
	"""Whether a role of the user has this right on the DocType; records shared with them don't count."""
	user = user or frappe.session.user
	return user == "Administrator" or bool(get_role_permissions(frappe.get_meta(doctype), user).get(right))


def reads_of_others(doctype: str, user: str | None = None) -> bool:
	"""Whether a role of the user lets them read such documents, not only those that they made themselves."""
	return holds_of_others(doctype, "read", user)


def holds_of_others(doctype: str, right: str, user: str | None = None) -> bool:
	"""As `holds`, for what others made as well."""
	user = user or frappe.session.user
	return holds(doctype, right, user) and (user == "Administrator" or not _own_only(doctype, right, user))


def readable_condition(doctype: str | None, user: str | None = None) -> str:
	"""SQL that holds for the records of a DocType that the user may read, in terms of its own table: blank
	where that is all of them, `1 = 0` where it is none."""
	user = user or frappe.session.user
	if not doctype or not frappe.db.exists("DocType", doctype):
		return NOTHING
	if user == "Administrator":
		return EVERYTHING
	if not holds(doctype, "read", user):
		return _shared(doctype, user) or NOTHING
	if _own_only(doctype, "read", user):
		own = f"`tab{doctype}`.`owner` = {compat.quoted(user)}"
		return f"({' or '.join(filter(None, (own, _shared(doctype, user))))})"
	query = DatabaseQuery(doctype, user=user)
	try:
		condition = query.build_match_conditions()
	except frappe.PermissionError:
		frappe.clear_last_message()
		return NOTHING
	return " and ".join(f"({each})" for each in (condition, *query.conditions) if each)


def readable_records(doctype: str, names: Iterable[str], user: str | None = None) -> set[str]:
	"""Those of the records that the user may read: one query, and one more for each record where an app
	refuses single documents without saying so to lists."""
	user, wanted = user or frappe.session.user, sorted({str(name) for name in names})
	condition = readable_condition(doctype, user)
	if not wanted or condition == NOTHING:
		return set()
	query = f"select `tab{doctype}`.`name` from `tab{doctype}` where {_is_named(doctype, wanted)}"
	query += f" and ({condition})" if condition else ""
	found = {str(name) for name in frappe.db.sql(query, pluck=True)}
	if user == "Administrator" or not _is_judged_by_document(doctype):
		return found
	return {name for name in found if frappe.has_permission(doctype, "read", name, user=user)}


def may_read(doctype: str | None, name: str | None, user: str | None = None) -> bool:
	"""Whether the user may read a record; of one that is gone, whether they may read all of its kind."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if not doctype or not name or not frappe.db.exists("DocType", doctype):
		return False
	if frappe.db.exists(doctype, name):
		return bool(frappe.has_permission(doctype, "read", name, user=user))
	return readable_condition(doctype, user) == EVERYTHING


def changeable(rows: list[Any], doctype: str) -> list[Any]:
	"""Those of the rows, which the user may read, that they may also change."""
	if holds(doctype, "write"):
		return rows
	return [row for row in rows if frappe.has_permission(doctype, "write", row.name)]


def is_system_manager(user: str | None = None) -> bool:
	user = user or frappe.session.user
	return user == "Administrator" or "System Manager" in frappe.get_roles(user)


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Within, the session is this user's, with their rights and no others."""
	caller, asked = frappe.session.user, frappe.local.form_dict
	if user == caller:
		yield
		return
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(caller)
		frappe.local.form_dict = asked


def _shared(doctype: str, user: str) -> str:
	names = get_shared(doctype, user)
	return _is_named(doctype, names) if names else ""


def _is_named(doctype: str, names: Iterable[Any]) -> str:
	"""The condition that a record has one of these names. Escaped as the database reads them: the SQL of a
	query that is not run by Frappe lets a backslash end the text before its end."""
	listed = ", ".join(compat.quoted(each) for each in names)
	return f"`tab{doctype}`.`name` in ({listed})"


def _own_only(doctype: str, right: str, user: str) -> bool:
	"""Whether every role that gives the user this right does so for what they made themselves."""
	return right in (get_role_permissions(frappe.get_meta(doctype), user).get("if_owner") or {})


def _is_judged_by_document(doctype: str) -> bool:
	"""Whether an app refuses single documents without saying so to lists."""
	return bool(
		frappe.get_hooks("has_permission").get(doctype)
		and not frappe.get_hooks("permission_query_conditions").get(doctype)
	)
