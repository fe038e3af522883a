"""A rep's follow-ups for today (S8.4): open tasks and calls, mails and messages that wait for a person.

Read in sets with the rights of the session's user, a handful of queries however much is due.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.utils import getdate
from pypika.functions import Count

from cadences_app.engine.outcomes import CLOSING, STANDINGS
from cadences_app.engine.statuses import ActivityStatus, Delivery
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.store import clock, compat
from cadences_app.store.enrollment_rows import EnrollmentInWork

CHANGED = "cadence_queue"
"""The realtime event by which a queue that is open hears of something new."""
EVERYBODY = "*"
"""Whose work, in the address of the page: that of everybody."""
MOST_SHOWN = 500
"""Items in one answer; whoever has more works on these first."""
OPEN_WORK = "open_work"
"""The index by which open work is counted and put in order, however much was ever carried out."""
CLOCKS_DIFFER_BY = timedelta(hours=2)
"""At most, of two hosts, or of one on the night when an hour comes twice."""
OPEN = sorted(each.value for each in STANDINGS)
CLOSED = sorted(each.value for each in CLOSING)
SENT = ("Email", "Message")
"""The channels whose follow-ups may wait for a person before they go out (S3.9)."""
_COLUMNS = [
	"name",
	"title",
	"channel",
	"subject",
	"cadence",
	"enrollment",
	"run",
	"follow_up",
	"reference_doctype",
	"reference_name",
	"assigned_to",
	"standing",
	"delivery",
	"due_on",
	"starts_at",
	"handed_over_at",
	"carried_out_at",
]


class Bucket(StoredEnum):
	"""When an item is due, by the day of who reads it."""

	OVERDUE = "Overdue"
	TODAY = "Today"
	LATER = "Later"


def items(
	users: Collection[str] | None, filters: dict[str, Any], *, approvals: bool = False
) -> list[dict[str, Any]]:
	"""What waits for these users (None: for anybody), what is due first at the head.

	`approvals`: what waits for a manager's approval is among them. At most `MOST_SHOWN` and one.
	"""
	rows = _open_work(users, filters)
	if filters.get("channel") in (None, "", *SENT):
		rows += _waiting_mails(users, filters, approvals)
	records = _records_of({row.enrollment for row in rows})
	waiting = _said_of([row.name for row in rows])
	now = clock.now().astimezone(clock.reader_zone())
	found = [
		_item(row, records[row.enrollment], now) | {"is_said": row.name in waiting}
		for row in rows
		if row.enrollment in records
	]
	return sorted(found, key=lambda each: (each["due"] or datetime.max, each["name"]))


def number_due(
	users: Collection[str] | None, cadences: Collection[str] | None = None, *, approvals: bool = False
) -> int:
	"""How many items are overdue or due today, of these cadences (None: of all), counted by the database: the
	sum of what `counts` says of the first two buckets, without an upper limit."""
	if users is not None and not users:
		return 0
	tomorrow = clock.now().astimezone(clock.reader_zone()).date() + timedelta(days=1)
	midnight = datetime.combine(tomorrow, datetime.min.time(), clock.reader_zone())
	table = frappe.qb.DocType("Cadence Activity")
	by_time = table.starts_at.isnotnull() & (table.starts_at < clock.to_site(midnight))
	by_day = table.starts_at.isnull() & (table.due_on.isnull() | (table.due_on < tomorrow))
	open_work = table.status == ActivityStatus.CARRIED_OUT.value
	query = frappe.qb.from_(table).select(Count("*"))
	query = _of_cadences(query.where(open_work & table.standing.isin(OPEN) & (by_time | by_day)), cadences)
	if users is not None:
		query = query.where(table.assigned_to.isin(sorted(users)))
	mails = _of_cadences(_mails_waiting(users, approvals).select(Count("*")), cadences)
	return compat.found_by(query, OPEN_WORK).run()[0][0] + mails.run()[0][0]


def done_today(users: Collection[str] | None, cadences: Collection[str] | None = None) -> int:
	"""How many tasks and calls of these users were closed today, by the day of who reads, in these cadences
	(None: in all)."""
	if users is not None and not users:
		return 0
	midnight = clock.now().astimezone(clock.reader_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
	since = clock.to_site(midnight)
	table = frappe.qb.DocType("Cadence Activity")
	closed_since = (table.completed_at >= since) | (table.skipped_at >= since) | (table.cancelled_at >= since)
	written_since = table.modified >= since - CLOCKS_DIFFER_BY  # which has an index
	query = frappe.qb.from_(table).select(Count("*"))
	query = query.where(written_since & table.standing.isin(CLOSED) & closed_since)
	query = _of_cadences(query, cadences)
	if users is not None:
		query = query.where(table.assigned_to.isin(sorted(users)))
	return query.run()[0][0]


def users_with_work(cadences: Collection[str] | None) -> list[str]:
	"""Who has something open in these cadences (None: in any), for the choice of a team's member."""
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.from_(table).select(table.assigned_to).where(table.standing.isin(OPEN))
	query = _of_cadences(query, cadences).where(table.assigned_to.isnotnull())
	found = query.groupby(table.assigned_to).run(pluck=True)
	return sorted(each for each in found if each)


def _of_cadences(query: Any, cadences: Collection[str] | None) -> Any:
	if cadences is None:
		return query
	return query.where(frappe.qb.DocType("Cadence Activity").cadence.isin(sorted(cadences) or [""]))


def _open_work(users: Collection[str] | None, filters: dict[str, Any]) -> list[Any]:
	wanted: dict[str, Any] = {
		"status": ActivityStatus.CARRIED_OUT.value,
		"standing": ("in", OPEN),
		**_chosen(filters),
	}
	if filters.get("channel") in SENT:
		return []
	if users is not None:
		wanted["assigned_to"] = ("in", sorted(users) or [""])
	# Which come first is found by the index of open work alone, before what is shown of each is read.
	columns = ["name", "starts_at", "due_on"]
	shown = compat.select_readable("Cadence Activity", wanted, columns, index=OPEN_WORK)
	first = frappe.db.sql(
		f"select name from ({shown}) shown order by coalesce(starts_at, due_on) limit {MOST_SHOWN + 1}",
		pluck=True,
	)
	if not first:
		return []
	return frappe.get_all("Cadence Activity", {"name": ("in", first)}, _COLUMNS, limit_page_length=0)


def _waiting_mails(users: Collection[str] | None, filters: dict[str, Any], approvals: bool) -> list[Any]:
	"""What waits for review by whoever looks after its record, and for approval by a manager."""
	table = frappe.qb.DocType("Cadence Activity")
	query = _mails_waiting(users, approvals).select(table.name).orderby(table.send_after)
	names = query.limit(MOST_SHOWN + 1).run(pluck=True)
	if not names:
		return []
	wanted = {"name": ("in", names), **_chosen(filters)}
	return frappe.get_list("Cadence Activity", wanted, _COLUMNS, limit_page_length=0)


def _mails_waiting(users: Collection[str] | None, approvals: bool) -> Any:
	"""The query for them, without columns."""
	kinds = [Delivery.REVIEW.value] + ([Delivery.APPROVAL.value] if approvals else [])
	table, enrollment = frappe.qb.DocType("Cadence Activity"), frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).join(enrollment).on(enrollment.name == table.enrollment)
	query = query.where(table.delivery.isin(kinds))
	if users is None:
		return query
	own = enrollment.record_owner.isin(sorted(users) or [""])
	return query.where(own | (table.delivery == Delivery.APPROVAL.value) if approvals else own)


def _chosen(filters: dict[str, Any]) -> dict[str, Any]:
	columns = {"cadence": "cadence", "module": "reference_doctype", "channel": "channel"}
	return {column: filters[key] for key, column in columns.items() if filters.get(key)}


def _records_of(enrollments: set[str]) -> dict[str, Any]:
	if not enrollments:
		return {}
	fields = ["name", "record_title", "record_owner", "status"]
	rows = frappe.get_all(
		"Cadence Enrollment", {"name": ("in", list(enrollments))}, fields, limit_page_length=0
	)
	return {row.name: row for row in rows}


def _said_of(names: list[str]) -> set[str]:
	"""Those of which somebody said something that is carried out in a moment."""
	if not names:
		return set()
	waiting = {"name": ("in", names), "error": ("is", "not set")}
	return set(frappe.get_all("Cadence Result", waiting, pluck="name", limit_page_length=0))


def _item(row: Any, record: Any, now: datetime) -> dict[str, Any]:
	due = _due(row)
	return {
		"name": row.name,
		"title": row.title,
		"channel": row.channel,
		"subject": row.subject or "",
		"cadence": row.cadence,
		"enrollment": row.enrollment,
		"doctype": row.reference_doctype,
		"record": row.reference_name,
		"record_title": record.record_title or row.reference_name,
		"assigned_to": row.assigned_to or record.record_owner,
		"standing": row.standing or row.delivery or "",
		"delivery": row.delivery or "",
		"due": due,
		"has_time": bool(row.starts_at),
		"bucket": bucket_of(due, bool(row.starts_at), now).value,
		"is_ended": record.status not in ("Active", "Paused", "Halted"),
	}


def _due(row: Any) -> datetime | None:
	"""When it is due, as the session's user reads it."""
	if row.starts_at:
		return clock.to_reader(row.starts_at)
	if row.due_on:
		return datetime.combine(getdate(row.due_on), datetime.min.time())
	return clock.to_reader(row.handed_over_at or row.carried_out_at)


def bucket_of(due: datetime | None, has_time: bool, now: datetime) -> Bucket:
	"""`due` and `now` in the zone of who reads. A call is overdue once it should have begun."""
	if due is None:
		return Bucket.TODAY
	today: date = now.date()
	if due.date() < today or (has_time and due < now.replace(tzinfo=None)):
		return Bucket.OVERDUE
	return Bucket.TODAY if due.date() < today + timedelta(days=1) else Bucket.LATER


def counts(found: Iterable[dict[str, Any]]) -> dict[str, int]:
	total = {each.value: 0 for each in Bucket}
	for each in found:
		total[each["bucket"]] += 1
	return total


def tell(in_work: Iterable[EnrollmentInWork]) -> None:
	"""Let the queues of those who got something to do show it, once this transaction is committed."""
	users = set()
	for current in in_work:
		for columns in current.columns.values():
			waits = columns.get("delivery") in (Delivery.REVIEW, Delivery.APPROVAL)
			users.add(current.row["record_owner"] if waits else columns.get("assigned_to"))
	for user in sorted(filter(None, users)):
		frappe.publish_realtime(CHANGED, user=user, after_commit=True)
