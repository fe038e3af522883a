"""What stands still in a cadence, and why (S8.3a): each live enrollment under one reason.

The reason that was known when an enrollment was decided on is kept with it (`store/still.py`) and in the
figures; what changes without a decision (mails in the outbox, the clock) is looked up here.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import frappe
from frappe.utils import add_to_date, getdate, now_datetime

from cadences_app.engine.outcomes import STANDINGS
from cadences_app.engine.statuses import LIVE, Delivery, EnrollmentStatus
from cadences_app.reports.measures import OF_STATUS, Measure
from cadences_app.store import compat
from cadences_app.store.still import Still

LONGEST_DUE = 10  # minutes
LONG_AGO = "2000-01-01"
AT_ONCE = 5000
BY_STATUS = "cadence_status_stuck_next_due_at_index"
LOOKED_AT = 1000

_ORDER = list(Still)
_OF_STATUS = {status.value: still for status, still in OF_STATUS.items()}
_OF_MAIL = {
	Delivery.UNKNOWN.value: Still.UNKNOWN,
	Delivery.REVIEW.value: Still.REVIEW,
	Delivery.APPROVAL.value: Still.APPROVAL,
	Delivery.QUEUED.value: Still.QUEUED,
	Delivery.SENDING.value: Still.QUEUED,
}


def stands_still(cadence: str, owner: str = "") -> list[dict[str, Any]]:
	"""How many live enrollments stand for each reason, and when the first of them is looked at next (None:
	not by itself, or not among the next thousand).

	Read from the figures; only who is late, stuck with an error or has a mail in the outbox is looked up.
	"""
	numbers = _by_decision(cadence, owner)
	numbers[Still.WAITING] = _waiting(cadence, owner)
	for asked in (_late, _stuck, _with_mail):
		for known, still, number in asked(cadence, owner):
			if known is None:
				numbers[still] += number
			elif _ORDER.index(still) < _ORDER.index(known):
				numbers[known] -= number
				numbers[still] += number
	moves = _moves(cadence, owner)
	return [
		{"still": still.value, "number": numbers[still], "moves_at": moves.get(still)}
		for still in _ORDER
		if numbers[still] > 0
	]


def late() -> datetime:
	"""What was due before this is not worked on, by the site's clock. A full second: Desk reads no parts."""
	return add_to_date(now_datetime(), minutes=-LONGEST_DUE).replace(microsecond=0)


def list_of_late() -> dict[str, Any]:
	"""Filters of Desk's list of active enrollments that are late. For Frappe's lists a moment that is not
	there comes before all others, but lies between no two; so the field is asked for twice, the second time
	by its full name. *Between* takes days alone, and finds its rows by an index."""
	before = late()
	return {
		"status": EnrollmentStatus.ACTIVE.value,
		"next_due_at": ("<", str(before)),
		"Cadence Enrollment.next_due_at": ("Between", [LONG_AGO, str(before.date())]),
	}


def check(cadence: str = "") -> int:
	"""Set right what is kept with live enrollments and differs from their activities. Returns how many
	differed. The caller commits."""
	wrong, last = 0, ""
	while rows := _live_after(last, cadence):
		last = rows[-1].name
		changed = {
			row.name: {"still": row.right_still, "still_on": row.right_on, "stuck": row.is_stuck}
			for row in rows
			if (row.still or Still.ANSWER.value, row.still_on, row.stuck)
			!= (row.right_still, row.right_on, row.is_stuck)
		}
		compat.update_rows("Cadence Enrollment", changed)
		wrong += len(changed)
	return wrong


Moved = tuple[Still | None, Still, int]
"""How many that were counted for one reason (None: for none yet) stand for a stronger one."""


def _by_decision(cadence: str, owner: str) -> Counter[Still]:
	rows = frappe.db.sql(
		f"""
		select detail, day < %(today)s as is_past, sum(number) from `tabCadence Figure`
		where cadence = %(cadence)s and measure = %(measure)s {_of_owner("", owner)}
		group by detail, is_past
		""",
		_values(cadence, owner) | {"measure": Measure.STILL.value},
	)
	found: Counter[Still] = Counter()
	for detail, is_past, number in rows:
		found[_known("Active", detail, is_past)] += int(number)
	return found


def _waiting(cadence: str, owner: str) -> int:
	query = f"""
		select count(*) from `tabCadence Enrollment`
		where cadence = %(cadence)s and status = 'Waiting' and stuck = 0 {_of_owner("", owner)}
	"""
	return int(frappe.db.sql(query, _values(cadence, owner))[0][0])


def _late(cadence: str, owner: str) -> Iterator[Moved]:
	condition = "e.status = 'Active' and e.stuck = 0 and e.next_due_at < %(late)s"
	for known, number in _grouped(condition, cadence, owner):
		yield known, Still.NOT_WORKED_ON, number


def _stuck(cadence: str, owner: str) -> Iterator[Moved]:
	for status in LIVE:
		for known, number in _grouped(f"e.status = '{status.value}' and e.stuck = 1", cadence, owner):
			yield (None if status is EnrollmentStatus.WAITING else known), Still.ERROR, number


def _grouped(condition: str, cadence: str, owner: str) -> Iterator[tuple[Still | None, int]]:
	"""What these enrollments count as by what was decided; None for those that have not begun."""
	rows = frappe.db.sql(
		f"""
		select e.status, e.still, {_OVERDUE} as is_overdue, e.started_at is null as is_new, count(*)
		from `tabCadence Enrollment` e {compat.by_index(BY_STATUS)}
		where e.cadence = %(cadence)s and {condition} {_of_owner("e.", owner)}
		group by e.status, e.still, is_overdue, is_new
		""",
		_values(cadence, owner),
	)
	for status, still, is_overdue, is_new, number in rows:
		yield (None if is_new else _known(status, still, is_overdue)), number


def _with_mail(cadence: str, owner: str) -> Iterator[Moved]:
	"""Of the active enrollments that have a mail in the outbox the strongest reason by their mails."""
	whens = " ".join(f"when '{delivery}' then {_ORDER.index(still)}" for delivery, still in _OF_MAIL.items())
	rows = frappe.db.sql(
		f"""
		select e.status, e.still, {_OVERDUE} as is_overdue, mails.place, count(*)
		from (
			select a.enrollment, a.run, min(
				case when a.delivery = 'Queued' and coalesce(a.email_account, '') <> ''
					and coalesce(o.enable_outgoing, 0) = 0 then {_ORDER.index(Still.MAILBOX_OFF)}
				when a.delivery = 'Queued' and m.paused = 1 then {_ORDER.index(Still.MAILBOX_PAUSED)}
				else case a.delivery {whens} end end
			) as place
			from `tabCadence Activity` a {compat.by_index("delivery_send_after_index")}
			left join `tabCadence Mailbox` m on m.name = a.email_account
			left join `tabEmail Account` o on o.name = a.email_account
			where a.delivery in %(deliveries)s and a.cadence = %(cadence)s
			group by a.enrollment, a.run
		) mails
		join `tabCadence Enrollment` e on e.name = mails.enrollment and e.run = mails.run
		where e.status = 'Active' and e.stuck = 0 and (e.next_due_at is null or e.next_due_at >= %(late)s)
			{_of_owner("e.", owner)}
		group by e.status, e.still, is_overdue, mails.place
		""",
		{**_values(cadence, owner), "deliveries": tuple(_OF_MAIL)},
	)
	for status, still, is_overdue, place, number in rows:
		yield _known(status, still, is_overdue), _ORDER[place], number


def _moves(cadence: str, owner: str) -> dict[Still, datetime]:
	query = f"""
		select e.status, e.still, {_OVERDUE} as is_overdue, min(e.next_due_at)
		from (
			select status, still, still_on, next_due_at, record_owner
			from `tabCadence Enrollment` {compat.by_index(BY_STATUS)}
			where cadence = %(cadence)s and status = %(status)s and stuck = 0 and next_due_at >= %(late)s
			order by next_due_at limit {LOOKED_AT}
		) e where 1 = 1 {_of_owner("e.", owner)}
		group by e.status, e.still, is_overdue
	"""
	found = {}
	for status in (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED):
		rows = frappe.db.sql(query, _values(cadence, owner) | {"status": status.value})
		for each_status, still, is_overdue, at in rows:
			known = _known(each_status, still, is_overdue)
			found[known] = min(found.get(known, at), at)
	return found


_OVERDUE = "(e.still_on is not null and e.still_on < %(today)s)"


def _known(status: str, still: str | None, is_overdue: int) -> Still:
	if status in _OF_STATUS:
		return _OF_STATUS[status]
	if still == Still.OPEN_WORK and is_overdue:
		return Still.OVERDUE
	return Still(still) if still else Still.ANSWER


def _of_owner(table: str, owner: str) -> str:
	return f"and {table}record_owner = %(owner)s" if owner else ""


def _values(cadence: str, owner: str) -> dict[str, Any]:
	return {"cadence": cadence, "owner": owner, "late": late(), "today": getdate(now_datetime())}


def _live_after(last: str, cadence: str) -> list[Any]:
	"""The next live enrollments by name, with what should be kept of them by their activities."""
	of_cadence = "and cadence = %(cadence)s" if cadence else ""
	day = "coalesce(cast(a.starts_at as date), a.due_on)"
	opened = "a.status = 'Carried Out' and a.standing in %(open)s"
	conditions = {
		Still.DATE_MISSING: "a.status = 'Scheduled' and a.due_at is null",
		Still.HELD: "a.status = 'Scheduled' and e.hold_until > %(now)s",
		Still.OPEN_WORK: opened,
		Still.WINDOW: "a.status = 'Scheduled' and a.reason = 'outside_window'",
		Still.SCHEDULED: "a.status = 'Scheduled'",
	}
	whens = " ".join(
		f"when {condition} then {_ORDER.index(still)}" for still, condition in conditions.items()
	)
	rows = frappe.db.sql(
		f"""
		select e.name, max(e.still) as still, max(e.still_on) as still_on,
			max(e.stuck) as stuck, max(case when coalesce(e.error, '') <> '' then 1 else 0 end) as is_stuck,
			min(case {whens} else {_ORDER.index(Still.ANSWER)} end) as place,
			min(case when {opened} then {day} end) as opened_on
		from (
			select name, run, error, hold_until, still, still_on, stuck
			from `tabCadence Enrollment` {compat.by_index("primary")}
			where status in ('Waiting', 'Active', 'Paused', 'Halted') and name > %(last)s {of_cadence}
			order by name limit {AT_ONCE}
		) e left join `tabCadence Activity` a on a.enrollment = e.name and a.run = e.run
		group by e.name order by e.name
		""",
		{
			"last": last,
			"cadence": cadence,
			"now": now_datetime(),
			"open": tuple(sorted(each.value for each in STANDINGS)),
		},
		as_dict=True,
	)
	for row in rows:
		right = _ORDER[row.place]
		row.right_still = right.value
		row.right_on = _opened_on(right, row.opened_on)
	return rows


def _opened_on(still: Still, day: date | None) -> date | None:
	return day if still is Still.OPEN_WORK else None
