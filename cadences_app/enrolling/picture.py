"""What the builder draws of a cadence: its follow-ups in words with their days and faults, its strips.

It is made from the form as it stands there, saved or not, so that it follows as somebody types (S1.6).
"""

from typing import Any

import frappe
from frappe import _

from cadences_app.engine.audience import AudienceKind
from cadences_app.engine.definition import Cadence
from cadences_app.engine.timetable import earliest_days, is_boost
from cadences_app.enrolling import words
from cadences_app.enrolling.activation import tell_faults
from cadences_app.enrolling.fault_sentences import sentences
from cadences_app.enrolling.form.definition import definition_of


def picture_of(doc: Any) -> dict[str, Any]:
	"""The follow-ups and rules in the order of the form's rows, and the faults that are nobody's own.

	Raises DefinitionError, which names the field that can't be read.
	"""
	definition = definition_of(doc)
	faults = tell_faults(definition)
	return {
		**drawn(definition),
		"faults": sentences(faults),
		"general_faults": [each.text for each in faults if not each.follow_up and not each.rule],
		"faults_of": _by_owner(faults, "follow_up"),
		"faults_of_rules": _by_owner(faults, "rule"),
	}


def drawn(definition: Cadence) -> dict[str, Any]:
	"""The same without the faults: of a published version there are none to be mended."""
	days = earliest_days(definition)
	return {
		"follow_ups": [
			{
				"key": each.key,
				"name": words.name_of(each, definition),
				"arrow": words.arrow(each, definition),
				"trigger": words.starts(each, definition) if each.parent else "",
				"wait": words.wait(each.timing, definition.module) or _("at once"),
				"line": words.goes_out(each.content),
				"day": days[each.key],
				"is_boost": is_boost(each),
			}
			for each in definition.follow_ups
		],
		"rules": [
			{"key": each.key, "title": each.title, "text": words.leaves(each, definition)}
			for each in definition.exit_rules
		],
		"sending": words.sending(definition.policy),
		"audience": _audience(definition),
	}


def _audience(definition: Cadence) -> str:
	module = _(definition.module)
	if definition.audience.kind is AudienceKind.MANUAL:
		return _("{0} records, chosen by people").format(module)
	if not definition.audience.filters:
		return _("every {0} record").format(module)
	meta = frappe.get_meta(definition.module)
	told = []
	for each in definition.audience.filters:
		field, operator, value = (
			(each if len(each) == 3 else each[1:4]) if len(each) in (3, 4, 5) else ("", "", "")
		)
		shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
		told.append(f"{_(meta.get_label(field) or field)} {_(operator)} {shown}")
	return _("{0} records with {1}").format(module, "; ".join(told))


def _by_owner(faults: list, owner: str) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	for each in faults:
		if key := getattr(each, owner):
			found.setdefault(key, []).append(each.text)
	return found
