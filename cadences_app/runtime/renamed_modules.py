"""A DocType got another name: what names it in a text calls it by the new one (S15.6).

Links are followed by Frappe. The keys of live enrollments are made anew in `renaming.py`.
"""

import json
from typing import Any

import frappe

from cadences_app.store import compat, definitions

FILTERS = {
	"Cadence": "view_filters",
	"Cadence Workflow": "conditions",
	"Cadence Journey Stage": "conditions",
}
"""The columns that hold filters, which can name the DocType that their field is of."""


def follow(old: str, new: str) -> None:
	"""In every version and every form. What keeps rules in the cache has to be forgotten afterwards."""
	changed = _follow_column("Cadence Version", "definition", old, new)
	definitions.forget(changed)
	definitions.forget_modules()
	for form, column in FILTERS.items():
		_follow_column(form, column, old, new)


def _follow_column(doctype: str, column: str, old: str, new: str) -> list[str]:
	"""Returns the rows that were changed."""
	rows = frappe.get_all(doctype, {column: ("is", "set")}, ["name", column], limit_page_length=0)
	changed: dict[str, dict[str, Any]] = {}
	for row in rows:
		try:
			written = json.loads(row[column])
		except ValueError:  # a draft that nobody could activate as it is
			continue
		followed = _followed(written, old, new)
		if followed != written:
			changed[row.name] = {column: json.dumps(followed, indent=1, sort_keys=True)}
	compat.update_rows(doctype, changed)
	return list(changed)


def _followed(written: Any, old: str, new: str, key: str = "") -> Any:
	"""A definition, or a list of filters, with the new name where the old one is that of a DocType."""
	if isinstance(written, dict):
		return {each: _followed(held, old, new, each) for each, held in written.items()}
	if isinstance(written, list) and key in ("", "filters"):
		return [_filter_followed(each, old, new) for each in written]
	if isinstance(written, list):
		return [_followed(each, old, new, key) for each in written]
	return new if key == "module" and written == old else written


def _filter_followed(written: Any, old: str, new: str) -> Any:
	names_it = isinstance(written, list) and len(written) > 3 and written[0] == old
	return [new, *written[1:]] if names_it else written
