"""The checks of un-enrolment rules (S6.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.checking.timing_faults import check_delay, check_field
from cadences_app.engine.checking.trigger_faults import check_trigger
from cadences_app.engine.definition import WITHOUT_SETTINGS, Cadence, ExitKind, ExitRule
from cadences_app.engine.expressions import ExpressionError, check_expression
from cadences_app.engine.reading import Path
from cadences_app.engine.triggers import MEANT_YEARS


def check_exits(cadence: Cadence, today: date, fields: Collection[str] | None) -> Iterator[Fault]:
	seen: set[str] = set()
	for position, rule in enumerate(cadence.exit_rules):
		path = ("exit_rules", position)
		if not rule.key.strip():
			yield Fault(FaultCode.KEY_MISSING, detail=rule.title, path=(*path, "key"))
		elif rule.key in seen:
			yield Fault(FaultCode.KEY_TWICE, rule=rule.key, detail=rule.key, path=(*path, "key"))
		seen.add(rule.key)
		yield from _check_rule(cadence, rule, path, today, fields)


def _check_rule(
	cadence: Cadence, rule: ExitRule, path: Path, today: date, fields: Collection[str] | None
) -> Iterator[Fault]:
	match rule.kind:
		case ExitKind.OUTCOME:
			yield from _check_outcome(cadence, rule, path)
		case ExitKind.CONDITIONS:
			yield from _check_conditions(rule, path, fields)
		case ExitKind.DATE:
			yield from _check_date(rule, path, today, fields)
		case ExitKind.EXPRESSION:
			yield from _check_expression(rule, (*path, "expression"))
		case _:
			assert rule.kind in WITHOUT_SETTINGS, f"no check of the settings of {rule.kind}"


def _check_outcome(cadence: Cadence, rule: ExitRule, path: Path) -> Iterator[Fault]:
	if rule.follow_up and rule.follow_up not in cadence.by_key:
		place = (*path, "follow_up")
		yield Fault(FaultCode.FOLLOW_UP_UNKNOWN, rule=rule.key, detail=rule.follow_up, path=place)
		return
	heard = [each for each in cadence.follow_ups if rule.follow_up in ("", each.key)]
	if heard:
		yield from check_trigger(rule.trigger, heard, (*path, "trigger"), rule=rule.key)


def _check_conditions(rule: ExitRule, path: Path, fields: Collection[str] | None) -> Iterator[Fault]:
	if not rule.conditions:
		yield Fault(FaultCode.CONDITIONS_MISSING, rule=rule.key, path=(*path, "conditions"))
	for position, condition in enumerate(rule.conditions):
		if fields is not None and condition.field not in fields:  # nor one of a linked record
			place = (*path, "conditions", position, "field")
			yield Fault(FaultCode.FIELD_UNKNOWN, rule=rule.key, detail=condition.field, path=place)


def _check_date(rule: ExitRule, path: Path, today: date, fields: Collection[str] | None) -> Iterator[Fault]:
	if rule.on is not None:
		if rule.on <= today or rule.on.year not in MEANT_YEARS:  # whoever is enrolled would leave at once
			found = rule.on.isoformat()
			yield Fault(FaultCode.EXIT_DATE_PASSED, rule=rule.key, detail=found, path=(*path, "on"))
	elif not rule.timing.date_field:
		yield Fault(FaultCode.EXIT_DATE_MISSING, rule=rule.key, path=(*path, "on"))
	else:
		place = (*path, "timing", "date_field")
		yield from check_field(rule.timing.date_field, fields, place, rule=rule.key)
		yield from check_delay(rule.timing.delay, (*path, "timing", "delay"), rule=rule.key)


def _check_expression(rule: ExitRule, path: Path) -> Iterator[Fault]:
	if not rule.expression.strip():
		yield Fault(FaultCode.EXPRESSION_MISSING, rule=rule.key, path=path)
		return
	try:
		check_expression(rule.expression)
	except ExpressionError as error:
		yield Fault(FaultCode.EXPRESSION_UNREADABLE, rule=rule.key, detail=str(error), path=path)
