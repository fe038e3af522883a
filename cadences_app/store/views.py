"""The view of a cadence: which records its filters show to the user for whom they are evaluated (S2.2)."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields, optional_fields

from cadences_app.engine.audience import Audience
from cadences_app.engine.reading import describe
from cadences_app.store import compat
from cadences_app.store.rights import NOTHING, readable_condition

Filter = list[Any]

SEVERAL = ("in", "not in", "between")
"""The operators that take several values."""


class ViewFailed(frappe.ValidationError):
	"""The view can't be evaluated; the message says why. Nobody enters or leaves because of it."""


def names_in_view(audience: Audience, module: str, names: Iterable[str] | None = None) -> set[str]:
	"""Which of these records, or of all, are in the view. Raises ViewFailed."""
	wanted = [] if names is None else [[module, "name", "in", [str(each) for each in names]]]
	return {str(each) for each in frappe.db.sql(select_names(audience, module, wanted), pluck=True)}


def select_names(audience: Audience, module: str, more: Iterable[Filter] = ()) -> str:
	"""A SELECT of the names of the records in the view, each maybe more than once. Raises ViewFailed.

	It goes without values, so that it can stand in another statement that goes without them too.
	"""
	user = audience.as_user or "Administrator"
	if user != "Administrator" and not frappe.get_cached_value("User", user, "enabled"):
		raise ViewFailed(_("The user {0}, for whom the view is evaluated, is disabled.").format(user))
	own, linked = _split([*(list(each) for each in audience.filters), *more])
	try:
		_refuse_unknown_fields(module, audience.filters)
		_refuse_unfit_values(audience.filters)
		conditions = [_through(module, link, filters, user) for link, filters in linked.items()]
		return _readable(module, own, user, conditions)
	except ViewFailed:
		raise
	except frappe.ValidationError as error:  # also of a DocType that is not there any more
		frappe.clear_last_message()
		raise ViewFailed(str(error)) from error
	except Exception as error:  # whatever Frappe makes of values that it can't write into a filter
		if compat.is_passing_fault(error):
			raise
		raise ViewFailed(_("The conditions can't be used as filters of {0}.").format(_(module))) from error


def _refuse_unfit_values(filters: Iterable[Any]) -> None:
	"""What Frappe writes into a statement as it is, so that the database can't read it."""
	for each in filters:
		operator, value = each[2:4] if len(each) > 3 else each[1:3]
		operator = str(operator).lower()
		several = value if operator in SEVERAL and isinstance(value, list | tuple) else [value]
		is_unfit = any(isinstance(one, list | tuple | dict) for one in several)
		if is_unfit or (operator == "is" and str(value).lower() not in ("set", "not set")):
			raise ViewFailed(_("{0} can't be compared with {1}.").format(operator, describe(value)))


def _refuse_unknown_fields(module: str, filters: Iterable[Any]) -> None:
	"""The database would only say that there is no such column, and end the transaction with it."""
	plain = (*default_fields, *optional_fields, *child_table_fields)
	for each in filters:
		doctype, field = (module, each[0]) if len(each) < 4 else (each[0], each[1])
		if doctype not in (module, *(table.options for table in frappe.get_meta(module).get_table_fields())):
			raise ViewFailed(_("{0} is no child table of {1}.").format(doctype, _(module)))
		meta = frappe.get_meta(doctype)
		tables = [meta, *(frappe.get_meta(table.options) for table in meta.get_table_fields())]
		is_known = field in plain or any(table.has_field(field) for table in tables)
		if "." not in str(field) and not is_known:
			raise ViewFailed(_("{0} has no field {1}.").format(_(doctype), field))


def _split(filters: Iterable[Filter]) -> tuple[list[Filter], dict[str, list[Filter]]]:
	"""The filters on the records themselves, and by link field those on the documents it leads to, which are
	written ``link.field``."""
	own: list[Filter] = []
	linked: dict[str, list[Filter]] = {}
	for each in filters:
		position = 0 if len(each) < 4 else 1
		link, _dot, field = str(each[position]).partition(".")
		if field:
			linked.setdefault(link, []).append([field, *each[position + 1 : position + 3]])
		else:
			own.append(each)
	return own, linked


def _through(module: str, link: str, filters: list[Filter], user: str) -> str:
	"""The condition that the record's link leads to a document that these filters show to the user."""
	field = frappe.get_meta(module).get_field(link)
	if field is None or field.fieldtype != "Link":
		raise ViewFailed(_("{0} has no link field {1}.").format(_(module), link))
	return f"`tab{module}`.`{link}` in ({_readable(field.options, filters, user)})"


def _readable(doctype: str, filters: list[Filter], user: str, conditions: list[str] | None = None) -> str:
	"""A SELECT of the names of what these filters and conditions show of what the user may read."""
	readable = readable_condition(doctype, user)
	if readable == NOTHING:
		raise ViewFailed(_("The user {0} may not read {1}.").format(user, _(doctype)))
	found = compat.select_names(doctype, filters)
	conditions = [*(conditions or ()), *([f"({readable})"] if readable else [])]
	if not conditions:
		return found
	name = compat.listed_name(doctype, f"`tab{doctype}`")
	wanted = " and ".join([f"{name} in ({found})", *conditions])
	return f"select {name} as `name` from `tab{doctype}` where {wanted}"
