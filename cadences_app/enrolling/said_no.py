"""Who answered or unsubscribed: nobody takes them up again without seeing that (S5.5)."""

from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.engine.reasons import Reason

ENDED_BY_IT = frozenset({Reason.UNSUBSCRIBED.value, Reason.RULE_OUTCOME.value})
SINCE = Reason.ANSWERED.value


def those_who_said_no(ended: Iterable[Any]) -> dict[str, str]:
	"""Of these enrollments, with `name` and `exit_reason`, those whose person answered or unsubscribed, and
	the reason's code: what ended it, or `SINCE` for who did so only when it had ended. One query."""
	rows = list(ended)
	found = {row.name: row.exit_reason for row in rows if row.exit_reason in ENDED_BY_IT}
	others = [row.name for row in rows if row.name not in found]
	if not others:
		return found
	activity, enrollment = frappe.qb.DocType("Cadence Activity"), frappe.qb.DocType("Cadence Enrollment")
	query = (
		frappe.qb.from_(enrollment)
		.join(activity)
		.on((activity.enrollment == enrollment.name) & (activity.run == enrollment.run))
		.select(enrollment.name)
		.distinct()
		.where(enrollment.name.isin(others))
		.where((activity.replied_at > enrollment.ended_at) | (activity.unsubscribed_at > enrollment.ended_at))
	)
	return found | dict.fromkeys(query.run(pluck=True), SINCE)
