"""Whether cadences run on this site, and what needs somebody (S15.1)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import add_to_date, now_datetime
from frappe.utils.background_jobs import get_workers
from frappe.utils.scheduler import is_scheduler_inactive

from cadences_app.engine.statuses import LIVE, ActivityStatus, Delivery, EnrollmentStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.reports import standstill
from cadences_app.store import compat

TICK = "cadences_app.runtime.tick.tick"
MOST_COUNTED = 10_000
"""More than these are told as so many."""
RECENT = 7  # days


class Trouble(StoredEnum):
	"""What is wrong, the worst first."""

	SCHEDULER_OFF = "Scheduler Off"
	NO_TICK = "No Tick"
	NO_WORKER = "No Worker"
	NOT_WORKED_ON = "Not Worked On"
	MAILBOX_PAUSED = "Mailbox Paused"
	ERROR = "Error"
	MAIL_UNKNOWN = "Mail Unknown"
	FAILED = "Failed"
	APPROVAL = "Waits for Approval"
	REVIEW = "Waits for Review"


@dataclass(frozen=True, slots=True)
class Found:
	"""One trouble: how many (None where it is not counted), since when, and the list that shows them."""

	trouble: Trouble
	number: int | None = None
	since: datetime | None = None
	doctype: str = ""
	filters: dict[str, Any] = field(default_factory=dict)


def last_tick() -> datetime | None:
	"""When the scheduler last set cadences going; None before it ever did."""
	return frappe.db.get_value("Scheduled Job Type", {"method": TICK}, "last_execution")


def of_running() -> list[Found]:
	"""Whether anything runs at all: the scheduler, its tick, background workers."""
	if is_scheduler_inactive(verbose=False):
		return [Found(Trouble.SCHEDULER_OFF, since=last_tick())]
	at = last_tick()
	if at is None or at < standstill.late():
		return [Found(Trouble.NO_TICK, since=at)]
	return [] if _has_workers() else [Found(Trouble.NO_WORKER)]


def of_work(cadences: Collection[str] | None = None) -> list[Found]:
	"""What is late, stuck or failed, of all records in these cadences (None: in all), and what waits for
	somebody."""
	return [each for each in _counted(cadences) if each.number]


def _counted(cadences: Collection[str] | None) -> Iterator[Found]:
	enrollment, activity = "Cadence Enrollment", "Cadence Activity"
	yield Found(Trouble.NOT_WORKED_ON, _late(cadences), None, enrollment, standstill.list_of_late())
	yield Found(
		Trouble.MAILBOX_PAUSED,
		frappe.db.count("Cadence Mailbox", {"paused": 1}),
		None,
		"Cadence Mailbox",
		{"paused": 1},
	)
	yield Found(Trouble.ERROR, stuck("", cadences), None, enrollment, {"stuck": 1})
	for trouble, delivery in (
		(Trouble.MAIL_UNKNOWN, Delivery.UNKNOWN),
		(Trouble.APPROVAL, Delivery.APPROVAL),
		(Trouble.REVIEW, Delivery.REVIEW),
	):
		waiting = {"delivery": delivery.value}
		yield Found(trouble, _count(activity, waiting, cadences), None, activity, waiting)
	since = add_to_date(now_datetime(), days=-RECENT).replace(microsecond=0)
	failed = {"status": ActivityStatus.FAILED.value, "closed_at": (">", str(since))}
	yield Found(Trouble.FAILED, _count(activity, failed, cadences), None, activity, failed)


def stuck(owner: str = "", cadences: Collection[str] | None = None) -> int:
	"""How many live enrollments stand still with an error, of all records or of an owner's, in these cadences
	(None: in all)."""
	of_owner = "and e.record_owner = %(owner)s" if owner else ""
	of_cadences = "" if cadences is None else "and c.name in %(cadences)s"
	values = {"owner": owner, "cadences": tuple(cadences or ("",))}
	query = f"""
		select count(*) from `tabCadence` c
		{compat.joined_in_order()} `tabCadence Enrollment` e {compat.by_index(standstill.BY_STATUS)}
		on e.cadence = c.name where e.status = %(status)s and e.stuck = 1 {of_owner} {of_cadences}
	"""
	return sum(frappe.db.sql(query, values | {"status": each.value})[0][0] for each in LIVE)


def _count(doctype: str, filters: dict[str, Any], cadences: Collection[str] | None) -> int:
	if cadences is not None:
		filters = filters | {"cadence": ("in", sorted(cadences) or [""])}
	return len(frappe.get_all(doctype, filters, pluck="name", limit=MOST_COUNTED, order_by=None))


def _late(cadences: Collection[str] | None) -> int:
	"""A statement of its own, which finds them by when they were due."""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name).where(table.next_due_at < standstill.late())
	query = query.where(table.status == EnrollmentStatus.ACTIVE.value)
	if cadences is not None:
		query = query.where(table.cadence.isin(sorted(cadences) or [""]))
	return len(query.limit(MOST_COUNTED).run())


def _has_workers() -> bool:
	"""Where Redis does not answer, none is known of, and none gets any work either."""
	try:
		return bool(get_workers())
	except Exception:  # noqa: BLE001 - whatever Redis's client raises, the page that warns of it must be shown
		return False
