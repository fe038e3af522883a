"""What stands still in a cadence, and why (S8.3a): each live enrollment under one reason."""

from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime

from cadences_app.engine.outcomes import STANDINGS
from cadences_app.engine.stored_enum import StoredEnum

LONGEST_DUE = 10  # minutes


class Still(StoredEnum):
	"""Why an enrollment does not go on at this moment, the strongest reason first."""

	ERROR = "Error"
	NOT_WORKED_ON = "Not Worked On"
	WAITING = "Waiting to Be Let In"
	HALTED = "Halted"
	PAUSED = "Paused"
	UNKNOWN = "Mail Unknown"
	REVIEW = "Waits for Review"
	APPROVAL = "Waits for Approval"
	MAILBOX_PAUSED = "Mailbox Paused"
	QUEUED = "Waits for Its Turn"
	DATE_MISSING = "Date Missing"
	HELD = "Held Back"
	OVERDUE = "Overdue"
	OPEN_WORK = "Open Task or Call"
	WINDOW = "Outside the Window"
	SCHEDULED = "Scheduled"
	ANSWER = "Waits for an Answer"


_ORDER = list(Still)


def stands_still(cadence: str, owner: str = "") -> list[dict[str, Any]]:
	"""How many live enrollments stand for each reason, and when the first of them will move (None: not by
	itself). One query over the live enrollments of the cadence."""
	of_owner = "and e.record_owner = %(owner)s" if owner else ""
	rows = frappe.db.sql(
		f"""
		select still, count(*), min(moves_at) from (
			select e.name, min({_case()}) as still, min(e.next_due_at) as moves_at
			from `tabCadence Enrollment` e
			left join `tabCadence Activity` a on a.enrollment = e.name and a.run = e.run
			left join `tabCadence Mailbox` m on m.name = a.email_account
			where e.cadence = %(cadence)s and e.status in ('Waiting', 'Active', 'Paused', 'Halted') {of_owner}
			group by e.name
		) each_one group by still order by still
		""",
		{
			"cadence": cadence,
			"owner": owner,
			"now": now_datetime(),
			"late": add_to_date(now_datetime(), minutes=-LONGEST_DUE),
			"today": frappe.utils.nowdate(),
			"open": tuple(sorted(each.value for each in STANDINGS)),
		},
	)
	return [
		{"still": _ORDER[still].value, "number": number, "moves_at": moves_at}
		for still, number, moves_at in rows
	]


def _case() -> str:
	"""SQL: the place of a reason in the order above, of an enrollment `e` and one of its activities `a`."""
	conditions = {
		Still.ERROR: "coalesce(e.error, '') <> ''",
		Still.WAITING: "e.status = 'Waiting'",
		Still.HALTED: "e.status = 'Halted'",
		Still.PAUSED: "e.status = 'Paused'",
		Still.NOT_WORKED_ON: "e.next_due_at < %(late)s",
		Still.UNKNOWN: "a.delivery = 'Unknown'",
		Still.REVIEW: "a.delivery = 'Waiting for Review'",
		Still.APPROVAL: "a.delivery = 'Waiting for Approval'",
		Still.MAILBOX_PAUSED: "a.delivery = 'Queued' and m.paused = 1",
		Still.QUEUED: "a.delivery in ('Queued', 'Sending')",
		Still.DATE_MISSING: "a.status = 'Scheduled' and a.due_at is null",
		Still.HELD: "a.status = 'Scheduled' and e.hold_until > %(now)s",
		Still.OVERDUE: (
			"a.status = 'Carried Out' and a.standing in %(open)s"
			" and coalesce(cast(a.starts_at as date), a.due_on) < %(today)s"
		),
		Still.OPEN_WORK: "a.status = 'Carried Out' and a.standing in %(open)s",
		Still.WINDOW: "a.status = 'Scheduled' and a.reason = 'outside_window'",
		Still.SCHEDULED: "a.status = 'Scheduled'",
	}
	whens = " ".join(
		f"when {condition} then {_ORDER.index(still)}" for still, condition in conditions.items()
	)
	return f"case {whens} else {_ORDER.index(Still.ANSWER)} end"
