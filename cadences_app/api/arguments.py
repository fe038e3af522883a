"""What comes over REST and from forms, as what it means."""

import json
from typing import Any, TypeVar

import frappe
from frappe import _
from frappe.utils import cint, sbool

from cadences_app.engine.stored_enum import StoredEnum

NAMES_AT_MOST = 100_000

E = TypeVar("E", bound=StoredEnum)


def is_yes(sent: bool | int | str) -> bool:
	"""Whether a switch is on; a form sends it as "1" or "true", which Frappe may turn into a number."""
	return bool(cint(sbool(sent)))


def listed(names: list[str] | str) -> list[str]:
	"""A list of names, also when it came as JSON in a form, or as one name."""
	found: Any = names
	if isinstance(names, str):
		found = _parsed(names) if names.lstrip().startswith("[") else [names]
	if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
		frappe.throw(_("Expected a list of names."))
	if len(found) > NAMES_AT_MOST:
		frappe.throw(_("At most {0} records at once.").format(NAMES_AT_MOST))
	return found


def as_json(sent: Any) -> Any:
	"""What was sent, read as JSON if it came as text."""
	if not isinstance(sent, str):
		return sent
	try:
		return json.loads(sent)
	except (ValueError, RecursionError):
		frappe.throw(_("This can't be read as JSON."))


def as_one_of(kind: type[E], value: str) -> E:
	try:
		return kind(value)
	except ValueError:
		known = ", ".join(each.value for each in kind)
		frappe.throw(_("{0} is none of: {1}").format(value, known))


def _parsed(text: str) -> Any:
	try:
		return json.loads(text)
	except ValueError:
		return None
