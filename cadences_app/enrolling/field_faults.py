"""What only the site can tell of the fields and results that a cadence's rules and timings name (S1.6)."""

from collections.abc import Iterator

import frappe
from frappe import _

from cadences_app.channels.call_logs import NOT_REACHED
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Start, Timing, Trigger
from cadences_app.engine.expressions import fields_of
from cadences_app.engine.outcomes import Outcome
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up, of_rule
from cadences_app.enrolling.form.columns import lines_of
from cadences_app.store.templates.row import child_tables, readable_fields

DATES = ("Date", "Datetime")
STANDARD = {"creation": "Datetime", "modified": "Datetime"}


def field_faults(definition: Cadence) -> list[ToldFault]:
	"""Every such fault, with the follow-up or rule that it is in."""
	return [
		*(
			of_follow_up(each, definition, text)
			for each in definition.follow_ups
			for text in _of_follow_up(each, definition.module)
		),
		*(
			of_rule(each, text)
			for each in definition.exit_rules
			for text in _of_rule(each, definition.module)
		),
	]


def _of_follow_up(follow_up: FollowUp, module: str) -> Iterator[str]:
	if follow_up.timing.start is not Start.AFTER_TRIGGER:
		yield from _no_date(follow_up.timing, module)
	if follow_up.parent:
		yield from _unknown_result(follow_up.trigger)


def _of_rule(rule: ExitRule, module: str) -> Iterator[str]:
	match rule.kind:
		case ExitKind.OUTCOME:
			yield from _unknown_result(rule.trigger)
		case ExitKind.DATE if rule.on is None:
			yield from _no_date(rule.timing, module)
		case ExitKind.EXPRESSION:
			known = readable_fields(module) | child_tables(module).keys()
			for name in sorted(fields_of(rule.expression) - known):
				yield _("its expression reads {0}, which {1} does not have.").format(f"doc.{name}", _(module))


def _no_date(timing: Timing, module: str) -> Iterator[str]:
	"""A field that is there and holds no date, and one of a linked record, which is not looked at. One that
	is not there is named by the engine."""
	name, _dot, linked = timing.date_field.partition(".")
	field = frappe.get_meta(module).get_field(name)
	kind = STANDARD.get(name, "" if field is None else field.fieldtype)
	if linked or (kind and kind not in DATES):
		label = timing.date_field if linked or field is None else _(field.label or name)
		yield _("it counts from {0}, which is no date of the record.").format(f'"{label}"')


def _unknown_result(trigger: Trigger) -> Iterator[str]:
	"""A result that nobody can give: reps choose from a list, and telephone systems tell of two."""
	offered = lines_of(frappe.get_cached_doc("Cadence Settings").call_results)
	known = {*offered, *NOT_REACHED}
	is_of_call = trigger.outcome is Outcome.CALL_RESULT and trigger.detail
	if is_of_call and offered and trigger.detail not in known:
		told = _("the call result {0} is not in the list of Cadence Settings.")
		yield told.format(f'"{trigger.detail}"')
