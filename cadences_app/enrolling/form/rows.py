"""Rows of a cadence's tables as the parts of a definition, and the other way round.

Only what a row shows is read: what was left behind in the fields of another channel or kind stays out, so
that it makes no difference between two versions.
"""

import json
from typing import Any

from cadences_app.engine.definition import (
	WITHOUT_SETTINGS,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import REPEATABLE, TAKE_DETAIL, Outcome
from cadences_app.enrolling.form.columns import (
	clock_column,
	clock_of,
	day_of,
	delay_columns,
	delay_of,
	json_of,
	number_of,
)
from cadences_app.enrolling.form.contents import content_columns, content_of


def follow_up_of(row: Any) -> dict[str, Any]:
	return {
		"key": row.follow_up_key,
		"title": row.title,
		"channel": row.channel,
		"parent": row.parent_follow_up,
		"trigger": _trigger_of(row) if row.parent_follow_up else None,
		"timing": _timing_of(row),
		"content": content_of(row),
		"keeps_owner": bool(row.get("keeps_owner")),
	}


def follow_up_columns(follow_up: FollowUp) -> dict[str, Any]:
	return {
		"follow_up_key": follow_up.key,
		"title": follow_up.title,
		"channel": follow_up.channel.value,
		"parent_follow_up": follow_up.parent,
		**_trigger_columns(follow_up.trigger),
		**_timing_columns(follow_up.timing),
		"keeps_owner": int(follow_up.keeps_owner),
		**content_columns(follow_up.channel.value, follow_up.content),
	}


def exit_rule_of(row: Any, index: int) -> dict[str, Any]:
	rule = {"key": row.rule_key, "kind": row.kind, "title": row.title}
	match row.kind:
		case ExitKind.OUTCOME:
			return rule | {"follow_up": row.follow_up, "trigger": _trigger_of(row)}
		case ExitKind.CONDITIONS:
			return rule | {"conditions": json_of(row.conditions, ("exit_rules", index, "conditions"))}
		case ExitKind.DATE:
			return rule | ({"on": day_of(row.on_date)} if row.on_date else {"timing": _timing_of(row)})
		case ExitKind.EXPRESSION:
			return rule | {"expression": row.expression}
		case _:
			return rule


def exit_rule_columns(rule: ExitRule) -> dict[str, Any]:
	columns = {"rule_key": rule.key, "kind": rule.kind.value, "title": rule.title}
	match rule.kind:
		case ExitKind.OUTCOME:
			return columns | {"follow_up": rule.follow_up, **_trigger_columns(rule.trigger)}
		case ExitKind.CONDITIONS:
			conditions = [each.to_dict() for each in rule.conditions]
			return columns | {"conditions": json.dumps(conditions, indent=1) if conditions else ""}
		case ExitKind.DATE:
			return columns | (
				{"on_date": rule.on.isoformat()} if rule.on else _exit_timing_columns(rule.timing)
			)
		case ExitKind.EXPRESSION:
			return columns | {"expression": rule.expression}
		case _:
			assert rule.kind in WITHOUT_SETTINGS, f"no columns for the settings of {rule.kind}"
			return columns


def _trigger_of(row: Any) -> dict[str, Any]:
	outcome = row.trigger_outcome or Outcome.CARRIED_OUT.value
	trigger = {"outcome": outcome, "of": row.get("trigger_of")}
	if outcome in TAKE_DETAIL:
		trigger["detail"] = row.trigger_detail
	if outcome in REPEATABLE:
		trigger["times"] = number_of(row.trigger_times)
	if row.trigger_absent:
		trigger |= {"absent": True, "since": row.trigger_since or None}
		trigger["within"] = delay_of(row, "trigger_within")
	return trigger


def _trigger_columns(trigger: Trigger) -> dict[str, Any]:
	columns = {
		"trigger_outcome": trigger.outcome.value,
		"trigger_of": trigger.of,
		"trigger_detail": trigger.detail,
		"trigger_times": trigger.times,
		"trigger_absent": int(trigger.absent),
		"trigger_since": trigger.since.value,
	}
	return columns | (delay_columns("trigger_within", trigger.within) if trigger.within else {})


def _timing_of(row: Any) -> dict[str, Any]:
	timing = {"start": row.start or None, "delay": delay_of(row, "delay"), "at": clock_of(row.at_time)}
	if row.start != Start.AFTER_TRIGGER:
		timing["date_field"] = row.date_field
	return timing


def _timing_columns(timing: Timing) -> dict[str, Any]:
	return {
		"start": timing.start.value,
		"date_field": timing.date_field,
		"at_time": clock_column(timing.at),
		**delay_columns("delay", timing.delay),
	}


def _exit_timing_columns(timing: Timing) -> dict[str, Any]:
	"""A date rule counts before its date field or after it; there is no trigger to count from."""
	start = Start.BEFORE_DATE if timing.start is Start.BEFORE_DATE else Start.AFTER_DATE
	return _timing_columns(timing) | {"start": start.value}
