"""A Cadence form as the engine's definition, and the other way round."""

import json
from typing import Any

import frappe

from cadences_app.engine.audience import AudienceKind, Entering, Exclusivity
from cadences_app.engine.definition import Cadence
from cadences_app.engine.policy import SendingPolicy
from cadences_app.enrolling.form.columns import (
	clock_column,
	clock_of,
	delay_columns,
	delay_of,
	json_of,
	number_of,
)
from cadences_app.enrolling.form.rows import (
	exit_rule_columns,
	exit_rule_of,
	follow_up_columns,
	follow_up_of,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def definition_of(doc: Any) -> Cadence:
	"""What the form says, without what it hides. Raises DefinitionError, which names the field."""
	return Cadence.from_dict(
		{
			"name": doc.cadence_name or doc.name,
			"module": doc.module,
			"description": doc.description,
			"audience": _audience_of(doc),
			"exclusivity": _exclusivity_of(doc),
			"policy": _policy_of(doc),
			"follow_ups": [follow_up_of(row) for row in doc.follow_ups],
			"exit_rules": [exit_rule_of(row, index) for index, row in enumerate(doc.unenrollment_rules)],
			"close_open_on_exit": bool(doc.close_open_on_exit),
		}
	)


def fill(doc: Any, definition: Cadence) -> None:
	"""Write the definition into the form; `definition_of` then gives it back. Saves nothing."""
	doc.update(
		{
			"cadence_name": definition.name,
			"module": definition.module,
			"description": definition.description,
			"close_open_on_exit": int(definition.close_open_on_exit),
			**_audience_columns(definition),
			**_exclusivity_columns(definition.exclusivity),
			**_policy_columns(definition.policy),
		}
	)
	doc.set("follow_ups", [follow_up_columns(each) for each in definition.follow_ups])
	doc.set("unenrollment_rules", [exit_rule_columns(each) for each in definition.exit_rules])


def _audience_of(doc: Any) -> dict[str, Any]:
	if doc.audience_kind != AudienceKind.VIEW:
		return {}
	view = {
		"kind": doc.audience_kind,
		"filters": _filters_of(doc),
		"as_user": doc.view_user,
		"entering": doc.entering or None,
		"coming_back": doc.coming_back or None,
		"holdout": number_of(doc.holdout),
	}
	return view | ({"every": delay_of(doc, "every")} if doc.entering == Entering.AT_INTERVALS else {})


def _filters_of(doc: Any) -> Any:
	"""The conditions of the view: those of the saved filter if one is chosen, else the form's own (S2.2)."""
	written = doc.view_filters
	if doc.view_list_filter:
		written = frappe.db.get_value("List Filter", doc.view_list_filter, "filters")
	return json_of(written, ("audience", "filters"))


def _audience_columns(definition: Cadence) -> dict[str, Any]:
	audience = definition.audience
	return {
		"audience_kind": audience.kind.value,
		"view_filters": json.dumps([list(each) for each in audience.filters]) if audience.filters else "",
		"view_user": audience.as_user,
		"entering": audience.entering.value,
		"every_amount": audience.every.amount,
		"every_unit": audience.every.unit.value,
		"coming_back": audience.coming_back.value,
		"holdout": audience.holdout,
	}


def _exclusivity_of(doc: Any) -> dict[str, Any]:
	limits = {field: number_of(doc.get(column)) for field, column in _LIMITS.items()}
	return {"alone": bool(doc.alone)} | {field: limit for field, limit in limits.items() if limit}


def _exclusivity_columns(exclusivity: Exclusivity) -> dict[str, Any]:
	columns = {column: getattr(exclusivity, field) for field, column in _LIMITS.items()}
	return {"alone": int(exclusivity.alone)} | columns


_LIMITS = {
	"per_record": "live_per_record",
	"rest_days": "rest_days",
	"per_company": "live_per_company",
	"per_owner": "live_per_owner",
	"new_per_owner": "new_per_owner",
	"priority": "priority",
}


def _policy_of(doc: Any) -> dict[str, Any]:
	return {
		"window": _window_of(doc) if doc.use_window else None,
		"scope": doc.window_scope or None,
		"zone": doc.zone_source or None,
		"business_days": _checked_days(doc, "workday"),
		"holiday_list": doc.holiday_list,
		"late": _late_of(doc) if doc.late_rule else None,
		"answer_wait_days": number_of(doc.answer_wait_days),
		"track_opens": bool(doc.track_opens),
		"track_clicks": bool(doc.track_clicks),
		"new_per_day": number_of(doc.new_per_day),
		"one_per_person": bool(doc.one_per_person),
		"colleague_reply": doc.colleague_reply or None,
	}


def _window_of(doc: Any) -> dict[str, Any]:
	return {
		"days": _checked_days(doc, "window"),
		"opens": clock_of(doc.window_opens),
		"closes": clock_of(doc.window_closes),
	}


def _late_of(doc: Any) -> dict[str, Any]:
	after = delay_of(doc, "late_after")
	return {"rule": doc.late_rule} | ({"after": after} if after else {})


def _policy_columns(policy: SendingPolicy) -> dict[str, Any]:
	columns = {
		"use_window": int(policy.window is not None),
		"window_scope": policy.scope.value,
		"zone_source": policy.zone.value,
		"holiday_list": policy.holiday_list,
		"late_rule": policy.late.rule.value,
		"answer_wait_days": policy.answer_wait_days,
		"track_opens": int(policy.track_opens),
		"track_clicks": int(policy.track_clicks),
		"new_per_day": policy.new_per_day,
		"one_per_person": int(policy.one_per_person),
		"colleague_reply": policy.colleague_reply.value,
		**delay_columns("late_after", policy.late.after),
		**_day_columns("workday", policy.business_days),
	}
	if policy.window is not None:
		columns["window_opens"] = clock_column(policy.window.opens)
		columns["window_closes"] = clock_column(policy.window.closes)
		columns |= _day_columns("window", policy.window.days)
	return columns


def _checked_days(doc: Any, prefix: str) -> list[int]:
	return [number for number, day in enumerate(WEEKDAYS) if doc.get(f"{prefix}_{day}")]


def _day_columns(prefix: str, days: frozenset[int]) -> dict[str, int]:
	return {f"{prefix}_{day}": int(number in days) for number, day in enumerate(WEEKDAYS)}
