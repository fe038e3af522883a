"""What the workspace *Cadences* shows: numbers, and what needs somebody (S15.1).

The numbers are those of the report, with the reader's rights (`reports/seen.py`). Whether anything runs is
told to everybody who sees enrollments; what is late, stuck or failed, over all records in the cadences that
they may read, to who may edit cadences.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, getdate

from cadences_app.api.answers.figures import Health, NumberCard
from cadences_app.api.answers.figures import Trouble as TroubleTold
from cadences_app.api.calling import whitelist
from cadences_app.api.own_work import leads_a_team
from cadences_app.reports import queue, seen, table
from cadences_app.reports.measures import Measure
from cadences_app.reports.table import Asked
from cadences_app.runtime import health as found_health
from cadences_app.runtime.health import MOST_COUNTED, RECENT, Found, Trouble
from cadences_app.store import clock


@whitelist()
def health() -> Health:
	"""What is wrong, the worst first, each with what to do and the list that shows it; and when the scheduler
	last set cadences going, in the reader's time."""
	frappe.has_permission("Cadence Enrollment", "read", throw=True)
	found = found_health.of_running()
	if leads_a_team():
		found += found_health.of_work(seen.limited_to())
	order = list(Trouble)
	return {
		"last_tick": clock.to_reader(found_health.last_tick()),
		"troubles": [_told(each) for each in sorted(found, key=lambda each: order.index(each.trouble))],
	}


@whitelist()
def under_way() -> NumberCard:
	"""A number card: live enrollments."""
	return _card(table.total(_asked(), Measure.LIVE), "Cadence Enrollment", {"status": "Active"})


@whitelist()
def replies() -> NumberCard:
	"""A number card: replies in seven days."""
	since = add_days(getdate(), 1 - RECENT)
	number = table.total(_asked(since=str(since)), Measure.REPLIED)
	return _card(number, "Cadence Activity", {"replied_at": [">=", str(since)]})


@whitelist()
def due_today() -> NumberCard:
	"""A number card: what *Follow-ups for Today* shows as overdue or due today, one's own or a team's."""
	owner = seen.whose()
	number = queue.number_due([owner]) if owner else queue.number_due(None, seen.limited_to(), approvals=True)
	return {
		"value": number,
		"fieldtype": "Int",
		"route": ["follow-ups-for-today"],
		"route_options": {} if owner else {"user": queue.EVERYBODY},
	}


@whitelist()
def stuck() -> NumberCard:
	"""A number card: enrollments that stand still with an error."""
	return _card(found_health.stuck(seen.whose(), seen.limited_to()), "Cadence Enrollment", {"stuck": 1})


def _asked(**chosen: str) -> Asked:
	owner = seen.whose()
	return Asked(seen.cadences(), owner=owner, **chosen)


def _card(number: int, doctype: str, filters: dict[str, Any]) -> NumberCard:
	return {"value": number, "fieldtype": "Int", "route": ["List", doctype], "route_options": filters}


def _told(found: Found) -> TroubleTold:
	"""One trouble in the reader's words."""
	number = _("{0} or more").format(MOST_COUNTED) if found.number == MOST_COUNTED else found.number
	told = {
		Trouble.SCHEDULER_OFF: (
			_("The scheduler is off: no cadence goes on, and nothing is sent."),
			_("Run “bench --site {0} enable-scheduler”.").format(frappe.local.site),
		),
		Trouble.NO_TICK: (
			_("The scheduler is on, but has not set cadences going for ten minutes."),
			_("Look whether “bench schedule” runs on the server."),
		),
		Trouble.NO_WORKER: (
			_("No background worker answers: what is due is not worked on."),
			_("Look whether “bench worker” and Redis run on the server."),
		),
		Trouble.NOT_WORKED_ON: (
			_("{0} enrollments have been due for ten minutes and more.").format(number),
			_("Look whether the scheduler and the background workers keep up."),
		),
		Trouble.MAILBOX_PAUSED: (
			_("{0} mailboxes are paused: no cadence mails go out through them.").format(number),
			_("Open the mailbox, mend the reason that it names, and set it going again."),
		),
		Trouble.ERROR: (
			_("{0} enrollments stand still with an error.").format(number),
			_("Mend it, then Try Again on the enrollment."),
		),
		Trouble.MAIL_UNKNOWN: (
			_("Of {0} mails or messages nobody knows whether they went out.").format(number),
			_("Say on the activity whether it was sent."),
		),
		Trouble.FAILED: (
			_("{0} follow-ups failed in the last seven days.").format(number),
			_("Each says why on its own page."),
		),
		Trouble.APPROVAL: (
			_("{0} mails or messages wait for approval.").format(number),
			_("A manager approves it in Follow-ups for Today."),
		),
		Trouble.REVIEW: (
			_("{0} mails or messages wait for review.").format(number),
			_("Its rep sends it in Follow-ups for Today."),
		),
	}
	text, remedy = told[found.trouble]
	waits = found.trouble in (Trouble.APPROVAL, Trouble.REVIEW)
	return {
		"trouble": found.trouble.value,
		"text": text,
		"remedy": remedy,
		"number": found.number,
		"since": clock.to_reader(found.since),
		"is_serious": not waits,
		"doctype": found.doctype,
		"filters": found.filters,
	}
