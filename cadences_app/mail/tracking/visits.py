"""Opened pixels and followed links: whose visits they were, and which of them count (S4.1, S4.2).

An opening counts at once. A followed link waits for a few seconds, since a scanner is told by the company
its visit keeps: `judge_waiting` takes it up with the next minute. What does not count is kept as well, with
what gave the visitor away, and starts nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe

from cadences_app.engine.events import OutcomeReported
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.tracking.scanners import (
	SWEEP_SECONDS,
	Visitor,
	VisitVerdict,
	judge_clicks,
	judge_visit,
)
from cadences_app.store import clock, compat, inbox
from cadences_app.store.inbox import InboxEntry, standard_columns
from cadences_app.store.names import new_name

SAME_VISIT_SECONDS = 60
"""What the same kind of visitor does again so soon is the same visit: clients load an image twice."""
MOST_AT_ONCE = 1000

_COLUMNS = ["name", "enrollment", "cadence", "run", "follow_up", "taken_at", "links"]
# As a statement: where columns are named to Frappe, it parses each, which takes longer than all the rest.
_FIND = f"select {', '.join(_COLUMNS)} from `tabCadence Activity` where name = %s"


class VisitKind(StoredEnum):
	OPEN = "Open"
	CLICK = "Click"


@dataclass(frozen=True, slots=True)
class Visit:
	"""One request for a pixel or a link. `target` is where the link leads; headers by any case of name."""

	kind: VisitKind
	activity: "frappe._dict"
	method: str
	headers: Mapping[str, str]
	ip: str
	at: datetime
	target: str = ""


def find_activity(name: str) -> "frappe._dict | None":
	"""The mail that a visit belongs to: the one indexed read of a visit."""
	return next(iter(frappe.db.sql(_FIND, name, as_dict=True)), None)


def targets_of(activity: "frappe._dict") -> list[str]:
	"""Where the tracked links of the mail lead, by their numbers."""
	return frappe.parse_json(activity.links or "[]")


def take_in(visit: Visit) -> None:
	"""Record the visit, once: the one insert."""
	verdict = _judge(visit)
	if not _is_new(visit, verdict):
		return
	if frappe.get_cached_doc("Cadence Settings").count_scanners:
		inbox.record([_inbox_entry(visit)])
	elif visit.kind is VisitKind.OPEN and verdict.follows_an_opening:
		inbox.record([_inbox_entry(visit)])
	else:
		waits = visit.kind is VisitKind.CLICK and verdict.visitor is Visitor.PERSON
		compat.insert_rows("Cadence Visit", [_row(visit, verdict, waits=waits)], ignore_duplicates=True)


def judge_waiting() -> int:
	"""Decide on the links followed more than a few seconds ago; those that count are reported. Returns how
	many there were. To be called every minute; safe to run twice."""
	waiting = _waiting_clicks()
	if not waiting:
		return 0
	activities = _activities({row.activity for row in waiting})
	clicks = _clicks_of(activities, min(row.visited_at for row in waiting))
	inbox_entries, judged, now = [], {}, clock.to_site(clock.now())
	for row in waiting:
		activity = activities.get(row.activity)
		swept = activity is not None and _is_swept(row, clicks.get(row.activity, ()), activity)
		counts = activity is not None and swept is False
		if counts:
			inbox_entries.append(_click_entry(row, activity))
		verdict = {"visitor": swept.visitor.value, "why": swept.reason.value} if swept else {}
		judged[row.name] = {"judged_at": now, "counted": int(counts), **verdict}
	inbox.record(inbox_entries)
	compat.update_rows("Cadence Visit", judged)
	return len(waiting)


def _judge(visit: Visit) -> VisitVerdict:
	taken_at = clock.from_site(visit.activity.taken_at)
	seconds = (visit.at - taken_at).total_seconds() if taken_at else None
	return judge_visit(visit.method, visit.headers, visit.ip, seconds)


def _is_new(visit: Visit, verdict: VisitVerdict) -> bool:
	"""Whether this kind of visitor has not just done the same. The key holds too, should the cache forget."""
	name = f"cadence_visit:{_key(visit)}:{verdict.visitor.name}"
	return bool(frappe.cache.set(frappe.cache.make_key(name), 1, ex=SAME_VISIT_SECONDS, nx=True))


def _key(visit: Visit) -> str:
	number = targets_of(visit.activity).index(visit.target) if visit.target else 0
	return f"{visit.activity.name}:{visit.kind.name.lower()}:{number}"


def _timed_key(visit: Visit) -> str:
	return f"{_key(visit)}:{int(visit.at.timestamp()) // SAME_VISIT_SECONDS}"


def _inbox_entry(visit: Visit) -> InboxEntry:
	outcome = Outcome.OPENED if visit.kind is VisitKind.OPEN else Outcome.CLICKED
	return _outcome_entry(
		visit.activity, outcome, visit.at, visit.target, f"{_timed_key(visit)}:{outcome.name.lower()}"
	)


def _click_entry(row: "frappe._dict", activity: "frappe._dict") -> InboxEntry:
	at = clock.from_site(row.visited_at)
	return _outcome_entry(activity, Outcome.CLICKED, at, row.target, f"{row.visit_key}:clicked")


def _outcome_entry(
	activity: "frappe._dict", outcome: Outcome, at: datetime, detail: str, key: str
) -> InboxEntry:
	event = OutcomeReported(activity.run, activity.follow_up, outcome, at, detail)
	return InboxEntry(
		activity.enrollment, activity.cadence, event, key=key, source="Tracking", happened_at=at
	)


def _row(visit: Visit, verdict: VisitVerdict, *, waits: bool) -> dict[str, Any]:
	at = clock.to_site(visit.at)
	return {
		**standard_columns(new_name()),
		"kind": visit.kind.value,
		"activity": visit.activity.name,
		"target": visit.target,
		"visited_at": at,
		"visitor": verdict.visitor.value,
		"why": verdict.reason.value,
		"counted": 0,
		"judged_at": None if waits else at,
		"visit_key": f"{_timed_key(visit)}:{verdict.visitor.name.lower()}",
	}


def _waiting_clicks() -> list["frappe._dict"]:
	table = frappe.qb.DocType("Cadence Visit")
	settled = clock.to_site(clock.now() - timedelta(seconds=SWEEP_SECONDS))
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.activity, table.target, table.visited_at, table.visit_key)
		.where(table.judged_at.isnull() & (table.visited_at <= settled))
		.orderby(table.name)
		.limit(MOST_AT_ONCE)
	)
	return compat.locked(query).run(as_dict=True)


def _activities(names: set[str]) -> dict[str, "frappe._dict"]:
	rows = frappe.get_all("Cadence Activity", {"name": ("in", list(names))}, _COLUMNS, limit_page_length=0)
	return {row.name: row for row in rows}


def _clicks_of(activities: Iterable[str], since: datetime) -> dict[str, list["frappe._dict"]]:
	"""All followed links of these mails about that time, also by visitors that were marked at once."""
	rows = frappe.get_all(
		"Cadence Visit",
		{
			"activity": ("in", list(activities)),
			"kind": VisitKind.CLICK.value,
			"visited_at": (">=", since - timedelta(seconds=SWEEP_SECONDS)),
		},
		["activity", "target", "visited_at"],
		limit_page_length=0,
	)
	found: dict[str, list] = {}
	for row in rows:
		found.setdefault(row.activity, []).append(row)
	return found


def _is_swept(
	click: "frappe._dict", clicks: Iterable["frappe._dict"], activity: "frappe._dict"
) -> VisitVerdict | bool:
	"""The verdict of a sweep that this click is part of, or False."""
	targets = targets_of(activity)
	numbers = {target: number for number, target in enumerate(targets)}
	near = [
		(numbers.get(each.target, -1), (each.visited_at - click.visited_at).total_seconds())
		for each in clicks
		if abs((each.visited_at - click.visited_at).total_seconds()) <= SWEEP_SECONDS
	]
	verdict = judge_clicks(near, len(targets))
	return verdict if verdict.visitor is Visitor.SCANNER else False
