"""New documents as rows: with the defaults, the names and the limits that Frappe would give them.

For documents that are written in sets (`listeners.py`): the row of each has every column that Frappe's insert
would write. What a save would refuse or change does not fit, and is left to a save.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import frappe
from frappe.model.naming import make_autoname

from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns

_COUNTED = re.compile(r"([\w-]+?)\.?(#+)")
"""A series of one prefix: `EV.#####`."""
_NEEDS_A_SAVE = ("data:image", 'data-type="mention"', 'class="mention"', "<!-- markdown -->")
"""What Frappe makes files or notifications of when a document with such a text is saved."""
_HTML = ("Text Editor", "HTML Editor")


class NewRows:
	"""New rows of one DocType, for one batch."""

	def __init__(self, doctype: str) -> None:
		self.doctype = doctype
		self.meta = frappe.get_meta(doctype)

	def row(self, name: str | int, values: Mapping[str, Any]) -> dict[str, Any]:
		"""The row of a new document with these values."""
		return {**self._blank, **standard_columns(name), **values}

	def fits(self, values: Mapping[str, Any]) -> bool:
		"""Whether a save would take these values as they are."""
		row = {**self._blank, **values}
		return self._can_be_named and all(
			self._takes(field, row.get(field.fieldname)) for field in self._checked
		)

	def names(self, count: int) -> list[str | int]:
		"""Names for that many new documents."""
		autoname = self.meta.autoname or "hash"
		if autoname.lower() == "hash":
			return [make_autoname("hash", self.doctype) for _ in range(count)]
		if autoname == "autoincrement":
			return compat.next_numbers(self.doctype, count)
		prefix, digits = _COUNTED.fullmatch(autoname).groups()
		first = _count_on(prefix, count)
		return [f"{prefix}{number:0{len(digits)}}" for number in range(first, first + count)]

	@cached_property
	def _blank(self) -> dict[str, Any]:
		new = frappe.new_doc(self.doctype)
		row = new.get_valid_dict(convert_dates_to_str=True)
		return {**row, "docstatus": 0, "idx": 0}

	@cached_property
	def _can_be_named(self) -> bool:
		autoname = self.meta.autoname or "hash"
		if autoname == "autoincrement":
			return frappe.conf.db_type in (None, "mariadb", "postgres")
		return autoname.lower() == "hash" or bool(_COUNTED.fullmatch(autoname))

	@cached_property
	def _checked(self) -> list[Any]:
		"""The fields of which a save wants something."""
		kinds = ("Select", "Data", "Link", "Dynamic Link", *_HTML)
		own = [each for each in self.meta.fields if each.fieldtype in kinds or each.reqd or each.unique]
		return [each for each in own if each.fieldtype not in frappe.model.table_fields or each.reqd]

	def _takes(self, field: Any, value: Any) -> bool:
		if value in (None, ""):
			return not field.reqd
		if field.unique:
			return False
		match field.fieldtype:
			case "Select":
				return not field.options or str(value) in field.options.split("\n")
			case "Data" | "Link" | "Dynamic Link":
				return len(str(value)) <= (int(field.length or 0) or frappe.db.VARCHAR_LEN)
			case kind if kind in _HTML:
				return not any(each in value for each in _NEEDS_A_SAVE)
		return True


def _count_on(prefix: str, count: int) -> int:
	"""Take that many numbers of a series, as Frappe does one at a time. Returns the first."""
	series = frappe.qb.DocType("Series")
	found = frappe.qb.from_(series).select(series.current).where(series.name == prefix).for_update().run()
	if not found or found[0][0] is None:
		frappe.qb.into(series).columns(series.name, series.current).insert(prefix, count).run()
		return 1
	frappe.qb.update(series).set(series.current, series.current + count).where(series.name == prefix).run()
	return int(found[0][0]) + 1
