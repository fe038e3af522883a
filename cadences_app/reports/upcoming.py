"""What comes in the next days, from what is scheduled (S8.6): tasks and calls a rep, mails a sender."""

from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import getdate

DAYS = 14


def what_comes(cadence: str = "", owner: str = "") -> list[dict[str, Any]]:
	"""By day, channel and the owner of the record: how many follow-ups are due. What hangs on an answer that
	has not come is not among them; what is overdue counts for today."""
	today = getdate()
	conditions = ["a.status = 'Scheduled'", "a.due_at < %(until)s", "e.status = 'Active'"]
	if cadence:
		conditions.append("a.cadence = %(cadence)s")
	if owner:
		conditions.append("e.record_owner = %(owner)s")
	rows = frappe.db.sql(
		f"""
		select greatest(cast(a.due_at as date), %(today)s) as day, a.channel, e.record_owner as owner,
			count(*) as number
		from `tabCadence Activity` a join `tabCadence Enrollment` e on e.name = a.enrollment
		where {" and ".join(conditions)}
		group by greatest(cast(a.due_at as date), %(today)s), a.channel, e.record_owner
		order by 1, 2, 3
		""",
		{"until": today + timedelta(days=DAYS), "today": today, "cadence": cadence, "owner": owner},
		as_dict=True,
	)
	return [{**row, "day": str(row["day"])} for row in rows]
