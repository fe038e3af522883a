"""What comes over REST and from forms, as what it means."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import cint, sbool

from cadences_app.engine.reading import is_whole, read_json
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.store import clock

NAMES_AT_MOST = 100_000
LONGEST_NAME = 140
"""How long a name can be in Frappe."""
LONGEST_PAUSE = 10 * 366 * 24 * 60
"""In minutes; nobody is enrolled for a later day either."""

E = TypeVar("E", bound=StoredEnum)


def is_yes(sent: bool | int | str) -> bool:
	"""Whether a switch is on; a form sends it as "1" or "true", which Frappe may turn into a number."""
	return bool(cint(sbool(sent)))


def listed(names: list[str] | str) -> list[str]:
	"""A list of names, also when it came as JSON in a form, or as one name."""
	found: Any = names
	if isinstance(names, str):
		found = _parsed(names) if names.lstrip().startswith("[") else [names]
		refuse_halves(found)
	if isinstance(found, list):  # names that Frappe counts up are numbers in a list view
		found = [str(each) if type(each) is int else each for each in found]
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
		found = read_json(sent)
	except ValueError:
		frappe.throw(_("This can't be read as JSON."))
	refuse_halves(found)
	return found


def refuse_halves(sent: Any) -> None:
	"""Refuses text with half a character in it, which JSON can write and no database keeps."""
	waiting = [sent]
	while waiting:
		each = waiting.pop()
		if isinstance(each, dict):
			waiting += [*each.keys(), *each.values()]
		elif isinstance(each, list):
			waiting += each
		elif isinstance(each, str) and not is_whole(each):
			frappe.throw(_("This text holds half a character, and can't be kept."))


def as_one_of(kind: type[E], value: str) -> E:
	try:
		return kind(value)
	except ValueError:
		known = ", ".join(each.value for each in kind)
		frappe.throw(_("{0} is none of: {1}").format(value, known))


def end_of_pause(minutes: int | None, until: str | None) -> datetime | None:
	"""The moment at which a pause ends, None for one that somebody has to end."""
	if minutes is None and not until:
		return None
	if minutes is not None:
		if abs(minutes) > LONGEST_PAUSE:
			frappe.throw(_("A pause lasts at most {0} minutes.").format(LONGEST_PAUSE))
		ends_at = clock.now() + timedelta(minutes=minutes)
	else:
		ends_at = moment(until)
	if ends_at <= clock.now():
		frappe.throw(_("The pause must end in the future."))
	return ends_at


def beginning_of(start_with: str, not_before: str) -> Beginning:
	"""With which follow-up an enrolling begins, and not before when (S2.10)."""
	begins_at = moment(not_before) if not_before else None
	if begins_at and begins_at > clock.now() + timedelta(minutes=LONGEST_PAUSE):
		frappe.throw(_("{0} is too far off.").format(not_before[:LONGEST_NAME]))
	return Beginning(start_with[:LONGEST_NAME], begins_at)


def moment(text: str, zone: ZoneInfo | None = None) -> datetime:
	"""A moment in the site's time (or in `zone`), or with the zone that it names; a date is its first one."""
	found = clock.read_moment(text, zone)
	if found is None:
		frappe.throw(_("{0} is no date and time.").format(text[:LONGEST_NAME]))
	return found


def day(text: str) -> date:
	found = clock.read_day(text)
	if found is None:
		frappe.throw(_("{0} is no date.").format(text[:LONGEST_NAME]))
	return found


def check_right(right: str, doctype: str, name: str = "") -> None:
	"""Refuse who lacks the right on this record, or on the whole module where none is named."""
	if not doctype:
		frappe.throw(_("Choose the module first."))
	frappe.has_permission(doctype, right, name or None, throw=True)


def _parsed(text: str) -> Any:
	try:
		return read_json(text)
	except ValueError:
		return None
