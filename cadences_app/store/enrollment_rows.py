"""Rows and engine objects: read in sets under lock, written in sets."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.standstill import Standstill
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.triggers import channel_of
from cadences_app.store import clock, compat, definitions, inbox
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import unguessable_name
from cadences_app.store.still import still_of

MARK_COLUMNS: Mapping[str, Outcome] = {
	"sent_at": Outcome.SENT,
	"opened_at": Outcome.OPENED,
	"clicked_at": Outcome.CLICKED,
	"replied_at": Outcome.REPLIED,
	"bounced_at": Outcome.BOUNCED,
	"delivered_at": Outcome.DELIVERED,
	"failed_at": Outcome.FAILED,
	"unsubscribed_at": Outcome.UNSUBSCRIBED,
	"invite_accepted_at": Outcome.INVITE_ACCEPTED,
	"invite_tentative_at": Outcome.INVITE_TENTATIVE,
	"invite_declined_at": Outcome.INVITE_DECLINED,
	"completed_at": Outcome.COMPLETED,
	"skipped_at": Outcome.SKIPPED,
	"cancelled_at": Outcome.CANCELLED,
	"overdue_at": Outcome.OVERDUE,
}
TO_COME = (ActivityStatus.SCHEDULED, ActivityStatus.HANDED_OVER)
ENROLLMENT_MOMENTS = (
	"started_at",
	"paused_at",
	"paused_until",
	"halted_at",
	"hold_until",
	"resumed_at",
	"ended_at",
)
BELONGING = ("cadence_version", "record_owner", "email_template")
ACTIVITY_MOMENTS = ("due_at", "handed_over_at", "carried_out_at", "closed_at", "starts_at")


class Belonging(NamedTuple):
	"""Under which version, for whose record and with which template something counts in reports."""

	version: str = ""
	owner: str = ""
	variant: str = ""


@dataclass
class EnrollmentInWork:
	"""One enrollment in work: its row, its state, and what became of it."""

	row: dict[str, Any]
	cadence: Cadence
	state: Enrollment
	names: dict[str, str]
	"""The Cadence Activity of each follow-up of this run."""
	stored: set[str]
	"""The follow-ups of this run that have a row."""
	columns: dict[str, dict[str, Any]] = field(default_factory=dict)
	"""What the channels want written on an activity, by follow-up."""
	before: Enrollment = field(default_factory=Enrollment)
	next_at: datetime | None = None
	error: str = ""
	has_savepoint: bool = False
	counted_as: dict[str, "Belonging"] = field(default_factory=dict)
	"""To whom and what each stored activity of this run belongs in reports."""
	enrolled_as: "Belonging | None" = None
	"""The same of the enrollment, as it was read."""
	disposed_as: str = ""
	"""What whoever took it out by hand had found, as it was read (S5.7)."""
	awaited: tuple[FollowUp, datetime] | None = None
	"""What comes if an outcome stays out, where nothing is scheduled."""

	@property
	def name(self) -> str:
		return self.row["name"]

	def activity_name(self, follow_up: str) -> str:
		return self.names.setdefault(follow_up, unguessable_name())

	def become(self, state: Enrollment, next_at: datetime | None) -> None:
		"""Take over what was decided; a new run has activities of its own."""
		if state.run != self.state.run:
			self.names, self.stored, self.columns, self.counted_as = {}, set(), {}, {}
		self.state, self.next_at = state, next_at
		if state.is_live:
			self.error = ""


def lock_due(limit: int, without: Collection[str] = ()) -> list[str]:
	"""Lock enrollments for which time has something to say, the longest due first; none of those `without`.

	In an hour that a clock change repeats, what is due in its second pass reads as due in the first, where
	nothing is to be done for it yet.
	"""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.next_due_at <= now_datetime())
		.orderby(table.next_due_at)
		.limit(limit)
	)
	if without:
		query = query.where(table.name.notin(list(without)))
	return compat.locked(query).run(pluck=True)


def lock_and_read(names: list[str]) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
	"""Lock these enrollments, without those that somebody else works on; their rows and activities."""
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select("*").where(table.name.isin(names)).orderby(table.name)
	rows = compat.locked(compat.found_by(query, "primary")).run(as_dict=True)
	return rows, activities_of([row["name"] for row in rows])


def activities_of(enrollments: list[str], *, lock: bool = True) -> dict[str, list[dict[str, Any]]]:
	"""The activities of these enrollments, of all runs, by enrollment."""
	if not enrollments:
		return {}
	table = frappe.qb.DocType("Cadence Activity")
	columns = ["name", "enrollment", "run", "follow_up", "status", "base_at", "due_on", "marks", "reason"]
	columns += [
		"channel",
		"note",
		"forced",
		"cadence_version",
		"record_owner",
		"email_template",
		*ACTIVITY_MOMENTS,
	]
	query = frappe.qb.from_(table).select(*columns).where(table.enrollment.isin(enrollments))
	query = compat.found_by(query, "unique_enrollment_run_follow_up")
	found: dict[str, list[dict[str, Any]]] = {}
	query = query.orderby(table.name)
	for row in (query.for_update() if lock else query).run(as_dict=True):
		found.setdefault(row["enrollment"], []).append(row)
	return found


def read_unlocked(rows: Sequence[Any]) -> list[EnrollmentInWork]:
	"""The engine's view of these rows as they stand, in their order, for who writes none of it. Those whose
	version is gone are left out."""
	activities = activities_of([row.name for row in rows], lock=False)
	loaded = definitions.load_many({row.cadence_version for row in rows if row.cadence_version})
	return [
		read_enrollment(row, activities.get(row.name, ()), loaded[row.cadence_version])
		for row in rows
		if row.cadence_version in loaded
	]


def read_enrollment(
	row: dict[str, Any], activities: Iterable[dict[str, Any]], cadence: Cadence
) -> EnrollmentInWork:
	"""The engine's view of the rows. Only the current run's activities take part."""
	of_run = {each["follow_up"]: each for each in activities if each["run"] == row["run"]}
	state = Enrollment(
		status=EnrollmentStatus(row["status"]),
		run=row["run"] or 0,
		activities={key: _read_activity(each) for key, each in of_run.items() if not _is_withdrawn(each)},
		exit_reason=Reason(row["exit_reason"]) if row["exit_reason"] else None,
		exit_note=row["exit_note"] or "",
		has_lost_activity=bool(row["has_lost_activity"]),
		stood=_read_standstills(row["standstills"]),
		**{moment: clock.from_site(row[moment]) for moment in ENROLLMENT_MOMENTS},
	)
	names = {key: each["name"] for key, each in of_run.items()}
	current = EnrollmentInWork(row, cadence, state, names, set(names), before=state, error=row["error"] or "")
	current.counted_as = {
		key: Belonging(*(each.get(column) or "" for column in BELONGING)) for key, each in of_run.items()
	}
	current.enrolled_as = Belonging(row["cadence_version"] or "", row.get("record_owner") or "")
	current.disposed_as = row.get("disposition") or ""
	return current


def _read_standstills(stored: str | None) -> tuple[Standstill, ...]:
	"""As stored: a JSON list of [since, until], in UTC."""
	return tuple(
		(datetime.fromisoformat(since), datetime.fromisoformat(until))
		for since, until in frappe.parse_json(stored or "[]")
	)


def _is_withdrawn(row: dict[str, Any]) -> bool:
	"""A withdrawn follow-up may be scheduled again: to the engine it is as if it had never been."""
	return row["status"] == ActivityStatus.CANCELLED and row["reason"] == Reason.TRIGGER_GONE


def write(in_work: Iterable[EnrollmentInWork]) -> None:
	"""Write what became of these enrollments: enrollments, new activities, changed activities."""
	enrollments, new, changed, people = {}, [], {}, {}
	now = frappe.utils.now()
	for current in in_work:
		enrollments[current.name] = _enrollment_columns(current) | {"modified": now}
		key = _person_key_of(current)
		if key and not enrollments[current.name]["person_key"]:
			people[current.name] = key
		for follow_up, columns in _activity_changes(current):
			name = current.activity_name(follow_up)
			columns |= belonging(current, follow_up) | current.columns.get(follow_up, {}) | {"modified": now}
			if follow_up in current.stored:
				changed[name] = columns
			elif row := _activity_row(current, follow_up, name, columns):
				new.append(row)
	compat.update_rows("Cadence Enrollment", enrollments)
	claim_people(people)
	for group in _with_same_columns(new):
		compat.insert_rows("Cadence Activity", group)
	compat.update_rows("Cadence Activity", changed)


def belonging(current: EnrollmentInWork, follow_up: str) -> dict[str, Any]:
	"""The columns by which an activity belongs somewhere in reports: as things stand until it is carried out,
	and from then on as they stood."""
	known = current.counted_as.get(follow_up)
	before = current.before.activities.get(follow_up) if current.before.run == current.state.run else None
	if known is not None and before is not None and before.status is not ActivityStatus.SCHEDULED:
		return {"cadence_version": known.version or None, "record_owner": known.owner or None}
	row = current.row
	return {"cadence_version": row["cadence_version"], "record_owner": row.get("record_owner") or None}


def _channel_in_run(current: EnrollmentInWork, key: str) -> Channel | None:
	activity = current.state.activities.get(key)
	return channel_of(activity, current.cadence.by_key.get(key)) if activity else None


def gets_row(current: EnrollmentInWork, key: str) -> bool:
	"""Whether a follow-up of this run is kept; not so one that a new version did away with before anything
	came of it."""
	return key in current.stored or _channel_in_run(current, key) is not None


def _activity_row(
	current: EnrollmentInWork, key: str, name: str, columns: dict[str, Any]
) -> dict[str, Any] | None:
	"""A new row; None for what a new version did away with before anything came of it."""
	follow_up, row = current.cadence.by_key.get(key), current.row
	channel = _channel_in_run(current, key)
	if channel is None:
		return None
	return {
		**standard_columns(name),
		"enrollment": current.name,
		"cadence": row["cadence"],
		"reference_doctype": row["reference_doctype"],
		"reference_name": row["reference_name"],
		"run": current.state.run,
		"follow_up": key,
		"title": follow_up.label if follow_up else key,
		"channel": channel.value,
		**columns,
	}


def _with_same_columns(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
	groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
	for row in rows:
		groups.setdefault(tuple(row), []).append(row)
	return groups.values()


def insert(rows: list[dict[str, Any]]) -> set[str]:
	"""New Cadence Enrollment rows; the unique `active_key` lets no second live one of a record in (S5.4), the
	unique `person_key` none of its person (S2.7).

	They are of one cadence. Returns the names of those that got in: somebody else may have enrolled the same
	record or person just now.
	"""
	shared, own = _in_common(rows)
	inserted = compat.insert_alike("Cadence Enrollment", shared, own)
	names = [row["name"] for row in rows]
	if inserted == len(rows):
		return set(names)
	return set(frappe.get_all("Cadence Enrollment", {"name": ("in", names)}, pluck="name"))


def _in_common(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
	"""The columns that have one value in all rows, and the others of each row; its name is its own."""
	columns = list(rows[0])
	values = dict(
		zip(columns, zip(*(map(row.__getitem__, columns) for row in rows), strict=True), strict=True)
	)
	shared = {
		column: found[0]
		for column, found in values.items()
		if column != "name" and found.count(found[0]) == len(found)
	}
	own = [column for column in columns if column not in shared]
	return shared, [{column: row[column] for column in own} for row in rows]


def set_aside(name: str, error: str) -> None:
	"""Take an enrollment that can't be worked on out of the clock's way, and keep its inbox for when it can
	be; both show the error (S5.8)."""
	compat.update_rows("Cadence Enrollment", {name: {"next_due_at": None, "error": error, "stuck": 1}})
	unread = {"enrollment": name, "processed_at": compat.NO_MOMENT}
	inbox.keep(frappe.get_all("Cadence Event", unread, pluck="name", limit_page_length=0), error)


def active_key(cadence: str, doctype: str, name: str) -> str:
	"""What is unique while an enrollment lives: the record in the cadence."""
	return hashlib.sha1(f"{cadence}\n{doctype}\n{name}".encode(), usedforsecurity=False).hexdigest()


def person_key(cadence: str, person: str | None, definition: Cadence) -> str | None:
	"""What is unique while an enrollment lives: the person in a cadence that takes each one once (S2.7).
	None for whom nothing is known of, and where it takes a person by several records."""
	if not person or not definition.policy.one_per_person:
		return None
	return hashlib.sha1(f"{before_person(cadence)}{person}".encode(), usedforsecurity=False).hexdigest()


def before_person(cadence: str) -> str:
	"""What stands before the person in the text of which `person_key` is the SHA-1."""
	return f"{cadence}\nperson\n"


def claim_people(keys: Mapping[str, str]) -> set[str]:
	"""Give these enrollments their `person_key`, as far as nobody else has it. Returns those that have it."""
	if not keys:
		return set()
	compat.claim("Cadence Enrollment", "person_key", keys)
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.name).where(table.name.isin(list(keys)))
	return set(query.where(table.person_key.isnotnull()).run(pluck=True))


def holders(keys: Iterable[str]) -> dict[str, str]:
	"""The record that has each of these person's keys now, whoever got it a moment ago included."""
	wanted = sorted(set(keys))
	if not wanted:
		return {}
	table = frappe.qb.DocType("Cadence Enrollment")
	query = frappe.qb.from_(table).select(table.person_key, table.reference_name)
	return dict(compat.read_latest(query.where(table.person_key.isin(wanted))))


def read_marks(stored: str | None) -> dict[tuple[Outcome, str], tuple[datetime, ...]]:
	"""Marks as stored: a JSON list of [outcome, detail, [moments in UTC]]."""
	return {
		(Outcome(outcome), detail): tuple(datetime.fromisoformat(each) for each in moments)
		for outcome, detail, moments in frappe.parse_json(stored or "[]")
	}


def _read_activity(row: dict[str, Any]) -> Activity:
	return Activity(
		follow_up=row["follow_up"],
		status=ActivityStatus(row["status"]),
		base_at=clock.from_site(row["base_at"]),
		due_on=row["due_on"],
		marks=read_marks(row["marks"]),
		reason=Reason(row["reason"]) if row["reason"] else None,
		note=row["note"] or "",
		forced=bool(row["forced"]),
		sent_by=_sent_by(row),
		**{moment: clock.from_site(row[moment]) for moment in ACTIVITY_MOMENTS},
	)


def _sent_by(row: dict[str, Any]) -> Channel | None:
	"""By what it was handed over; None for what was not, and for the channel of an app that is gone."""
	try:
		return Channel(row["channel"]) if row["handed_over_at"] else None
	except ValueError:
		return None


def _enrollment_columns(current: EnrollmentInWork) -> dict[str, Any]:
	state = current.state
	live = state.is_live
	next_follow_up, next_follow_up_at, unless = _next_follow_up(current) if live else ("", None, "")
	still, still_on = still_now(current)
	return {
		"status": state.status.value,
		"run": state.run,
		"cadence_version": current.row["cadence_version"],
		"record_title": current.row["record_title"],
		"record_owner": current.row["record_owner"],
		"person": current.row["person"],
		"company_key": current.row.get("company_key"),
		"next_due_at": clock.to_site(current.next_at) if live else None,
		"next_follow_up": next_follow_up,
		"next_follow_up_at": clock.to_site(next_follow_up_at),
		"still": still,
		"still_on": still_on,
		"stuck": int(bool(current.error)),
		"next_follow_up_unless": unless,
		"comes_back": current.row.get("comes_back") if state.status is EnrollmentStatus.WAITING else None,
		"exit_reason": state.exit_reason.value if state.exit_reason else "",
		"exit_note": state.exit_note,
		"has_lost_activity": int(state.has_lost_activity),
		"left_view": _has_left_view(current),
		"disposition": disposition_of(current),
		"standstills": json.dumps([[each.isoformat() for each in pair] for pair in state.stood]),
		"active_key": _active_key_of(current) if live else None,
		"person_key": _kept_person_key(current),
		"error": current.error,
		**{moment: clock.to_site(getattr(state, moment)) for moment in ENROLLMENT_MOMENTS},
	}


def still_now(current: EnrollmentInWork) -> tuple[str, date | None]:
	"""Why it does not go on, and the day on which its open work is due; blank once it has ended."""
	if not current.state.is_live:
		return "", None
	still, still_on = still_of(current.state, clock.now())
	return still.value, still_on


def disposition_of(current: EnrollmentInWork) -> str:
	"""What whoever took it out by hand had found; blank while it lives (S5.7)."""
	return "" if current.state.is_live else current.row.get("disposition") or ""


def _has_left_view(current: EnrollmentInWork) -> int:
	"""Whether the record was seen outside the view since its end; then it may enter again (S2.5)."""
	if current.state.is_live:
		return 0
	return int(current.state.exit_reason is Reason.RULE_LEFT_VIEW or bool(current.row.get("left_view")))


def _active_key_of(current: EnrollmentInWork) -> str:
	row = current.row
	return active_key(row["cadence"], row["reference_doctype"], row["reference_name"])


def _person_key_of(current: EnrollmentInWork) -> str | None:
	"""The key that it should have; None for one that has ended."""
	row = current.row
	return person_key(row["cadence"], row["person"], current.cadence) if current.state.is_live else None


def _kept_person_key(current: EnrollmentInWork) -> str | None:
	"""The key that it has, as long as that is right: its address may have changed."""
	key = _person_key_of(current)
	return key if key and current.row.get("person_key") == key else None


def has_date(current: EnrollmentInWork) -> bool:
	"""Whether a follow-up is scheduled for a moment that is known."""
	return any(each.due_at for each in current.state.with_status(ActivityStatus.SCHEDULED))


def _next_follow_up(current: EnrollmentInWork) -> tuple[str, datetime | None, str]:
	"""What people see as next: the label of the follow-up that is scheduled first, and when it is due; or
	else what comes if an outcome stays out, with that outcome. The enrollment itself may be looked at sooner,
	when a wait for an answer is over."""
	scheduled = current.state.with_status(ActivityStatus.SCHEDULED)
	dated = [(each.due_at, each.follow_up) for each in scheduled if each.due_at is not None]
	if not dated and current.awaited:
		follow_up, due_at = current.awaited
		return follow_up.label, due_at, follow_up.trigger.outcome.value
	if not dated:
		return "", None, ""
	due_at, key = min(dated)
	label = current.cadence.by_key[key].label if key in current.cadence.by_key else key
	# while it is paused or halted nobody knows the date: its wait goes on from where it stood
	return label, due_at if current.state.status is EnrollmentStatus.ACTIVE else None, ""


def _activity_changes(current: EnrollmentInWork) -> Iterable[tuple[str, dict[str, Any]]]:
	"""The columns of each activity that differs from what was read; a withdrawn one is cancelled."""
	before = current.before.activities if current.before.run == current.state.run else {}
	for key, activity in current.state.activities.items():
		if is_changed(current, key):
			yield key, _activity_columns(activity) | _named_anew(current, activity, before.get(key))
	for key in before.keys() - current.state.activities.keys():
		yield key, {"status": ActivityStatus.CANCELLED.value, "reason": Reason.TRIGGER_GONE.value}


def is_changed(current: EnrollmentInWork, key: str) -> bool:
	"""Whether there is something to write of an activity: what is still to come goes with its record's
	owner."""
	activity = current.state.activities[key]
	before = current.before.activities.get(key) if current.before.run == current.state.run else None
	if activity != before or key in current.columns:
		return True
	known = current.counted_as.get(key)
	is_to_come = activity.status is ActivityStatus.SCHEDULED
	return is_to_come and known is not None and known.owner != (current.row.get("record_owner") or "")


def _named_anew(current: EnrollmentInWork, activity: Activity, before: Activity | None) -> dict[str, Any]:
	"""Title and channel of what was still to come: a new version may have changed them (S1.7)."""
	follow_up = current.cadence.by_key.get(activity.follow_up)
	channel = channel_of(activity, follow_up)
	if before is None or before.status not in TO_COME or follow_up is None or channel is None:
		return {}
	return {"title": follow_up.label, "channel": channel.value}


def _activity_columns(activity: Activity) -> dict[str, Any]:
	return {
		"status": activity.status.value,
		"base_at": clock.to_site(activity.base_at),
		"due_on": activity.due_on,
		"marks": _dump_marks(activity),
		"reason": activity.reason.value if activity.reason else "",
		"note": activity.note,
		"forced": int(activity.forced),
		"standing": activity.standing.value if activity.standing else "",
		"opens": len(activity.marks.get((Outcome.OPENED, ""), ())),
		"clicks": len(activity.marks.get((Outcome.CLICKED, ""), ())),
		"call_result": call_result(activity),
		**{moment: clock.to_site(getattr(activity, moment)) for moment in ACTIVITY_MOMENTS},
		**{column: clock.to_site(activity.first(outcome)) for column, outcome in MARK_COLUMNS.items()},
	}


def call_result(activity: Activity) -> str:
	"""The latest result of a call, as it was chosen; blank before there is one."""
	results = (
		(times[-1], detail)
		for (outcome, detail), times in activity.marks.items()
		if detail and outcome is Outcome.CALL_RESULT
	)
	return max(results, default=(None, ""))[1][:140]


def _dump_marks(activity: Activity) -> str:
	return json.dumps(
		[
			[outcome.value, detail, [each.isoformat() for each in moments]]
			for (outcome, detail), moments in activity.marks.items()
		]
	)
