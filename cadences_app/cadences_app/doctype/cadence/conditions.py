"""The fields and operators of a cadence's conditions, checked when it is saved (S14.1a).

What a condition names is looked for in the database and shown on the form: only fields that the module has,
and that anybody who reads a record may read, and only operators that there are.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model import child_table_fields, optional_fields
from frappe.utils import escape_html

from cadences_app.engine.definition import Cadence
from cadences_app.store.templates import readable_fields

OPERATORS = frozenset(
	(
		*("=", "!=", ">", "<", ">=", "<=", "like", "not like", "in", "not in", "is", "between", "timespan"),
		*("previous", "next", "fiscal year", "ancestors of", "not ancestors of", "descendants of"),
		*("descendants of (inclusive)", "not descendants of"),
	)
)
"""Those of Frappe's filters."""


def refuse_unknown_conditions(definition: Cadence) -> None:
	"""Raises ValidationError, naming the field or the operator."""
	for doctype, field, operator in _of_view(definition):
		if not _is_open(doctype, definition.module):
			frappe.throw(
				_("{0} is no child table of {1}.").format(escape_html(str(doctype)), definition.module)
			)
		_refuse_unknown_field(*_followed(doctype, field))
		if str(operator).lower() not in OPERATORS:
			frappe.throw(_("{0} is no operator of a filter.").format(escape_html(str(operator)[:140])))
	for rule in definition.exit_rules:
		for condition in rule.conditions:
			_refuse_unknown_field(definition.module, condition.field)


def _of_view(definition: Cadence) -> Iterator[tuple[Any, Any, Any]]:
	for each in definition.audience.filters:
		parts: Sequence[Any] = each
		doctype, field, operator = parts[:3] if len(parts) > 3 else (definition.module, *parts[:2])
		yield doctype, field, operator


def _followed(doctype: str, field: Any) -> tuple[str, Any]:
	"""Where a field of a linked document, written ``link.field``, is to be looked for: the link must be open
	to those who read the record, and the field to those who read what it leads to (S2.2)."""
	link, _dot, beyond = str(field).partition(".")
	found = frappe.get_meta(doctype).get_field(link) if beyond else None
	if found is None or found.fieldtype != "Link":
		return doctype, field
	_refuse_unknown_field(doctype, link)
	return found.options, beyond


def _is_open(doctype: Any, module: str) -> bool:
	tables = {each.options for each in frappe.get_meta(module).get_table_fields() if not each.permlevel}
	return doctype == module or doctype in tables


def _refuse_unknown_field(doctype: str, field: Any) -> None:
	if field in (*optional_fields, *child_table_fields) or _is_readable(doctype, field):
		return
	frappe.throw(
		_("{0} has no field {1} that a condition may look at.").format(
			_(doctype), escape_html(str(field)[:140])
		)
	)


def _is_readable(doctype: str, field: Any) -> bool:
	return isinstance(field, str) and field in readable_fields(doctype)
