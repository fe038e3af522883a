"""Figures of cadences, kept by increments (S8.1): what was counted before is taken away, what counts now is
added, in the transaction that decides.

Each chunk adds rows of its own, so that no two workers wait for each other; hourly they are folded into one a
key. A reader adds up. `recount` counts the enrollments and activities themselves; a weekly check sets right
what differs and says so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.statuses import LIVE, ActivityStatus
from cadences_app.reports import measures
from cadences_app.reports.measures import OUTCOME_COLUMNS, STATUS_MEASURES, Measure
from cadences_app.store import compat
from cadences_app.store.enrollment_rows import (
	Belonging,
	EnrollmentInWork,
	belonging,
	disposition_of,
	gets_row,
	is_changed,
	still_now,
)
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name
from cadences_app.store.still import Still

DOCTYPE = "Cadence Figure"
AT_ONCE = 1000


class Key(NamedTuple):
	"""What a figure is about. Blank follow-up: the enrollment itself."""

	cadence: str
	cadence_version: str
	follow_up: str
	variant: str
	record_owner: str
	day: date
	measure: str
	detail: str


Figures = Counter[Key]


def note(in_work: Iterable[EnrollmentInWork]) -> None:
	"""Keep the difference that these enrollments make, after they were decided on."""
	total: Figures = Counter()
	for current in in_work:
		_add_activities(total, current)
		_add_enrollment(total, current)
	_insert(total)


def forget(enrollment: str) -> None:
	"""Take an enrollment and its activities out of the figures, before it is deleted."""
	found = recount(enrollment=enrollment)
	_insert(Counter({key: -number for key, number in found.items()}))


def fold() -> int:
	"""Make one row of those that have the same key. Returns how many rows it saved. The caller commits."""
	keys = ", ".join(f"`{column}`" for column in Key._fields)
	table = f"`tab{DOCTYPE}`"
	many = frappe.db.sql(
		f"select {keys}, sum(number), count(*) from {table} group by {keys}"
		" having count(*) > 1 or sum(number) = 0"
	)
	if not many:
		return 0
	wanted = {_key(row[:-2]) for row in many}
	rows = frappe.db.sql(f"select name, {keys}, number from {table} for update")
	gone, total = [], Counter()
	for name, *key, number in rows:
		if _key(key) in wanted:
			gone.append(name)
			total[_key(key)] += number
	for start in range(0, len(gone), AT_ONCE):
		frappe.db.delete(DOCTYPE, {"name": ("in", gone[start : start + AT_ONCE])})
	_insert(total)
	return len(gone) - sum(1 for number in total.values() if number)


def kept(cadence: str = "") -> Figures:
	"""The figures as they are kept, added up."""
	keys = ", ".join(f"`{column}`" for column in Key._fields)
	of_one = "where cadence = %(cadence)s" if cadence else ""
	rows = frappe.db.sql(
		f"select {keys}, sum(number) from `tab{DOCTYPE}` {of_one} group by {keys}", {"cadence": cadence}
	)
	return Counter({_key(row[:-1]): int(row[-1]) for row in rows if row[-1]})


def enrolled(cadences: list[str]) -> dict[str, Counter[str]]:
	"""How many records are or were in each of these cadences, by status: those that began by the figures, and
	those that are to begin, which are looked up."""
	found: dict[str, Counter[str]] = {cadence: Counter() for cadence in cadences}
	values = {"of": cadences, "measures": (Measure.LIVE.value, Measure.ENDED.value), "now": now_datetime()}
	for query in _ENROLLED if cadences else ():
		for cadence, status, number in frappe.db.sql(query, values):
			found[cadence][status] += int(number)
	return found


_NOT_BEGUN = (
	"select cadence, status, count(*) from `tabCadence Enrollment` where cadence in %(of)s and status = "
)
_ENROLLED = (
	f"select cadence, detail, sum(number) from `tab{DOCTYPE}`"
	" where measure in %(measures)s and cadence in %(of)s group by cadence, detail",
	f"{_NOT_BEGUN} 'Waiting' and started_at is null group by cadence, status",
	f"{_NOT_BEGUN} 'Active' and stuck = 0 and next_due_at <= %(now)s and started_at is null"
	" group by cadence, status",
)


def recount(cadence: str = "", enrollment: str = "") -> Figures:
	"""The figures by the enrollments and activities as they are stored."""
	total: Figures = Counter()
	for query, values in (*_activity_counts(cadence, enrollment), *_enrollment_counts(cadence, enrollment)):
		for *key, number in frappe.db.sql(query, values):
			total[_key(key)] += int(number)
	return total


def check(cadence: str = "") -> int:
	"""Set right what differs from a recount, and log it. Returns how many figures differed."""
	counted, known = recount(cadence), kept(cadence)
	known.subtract(counted)
	wrong = {key: -number for key, number in known.items() if number}
	if wrong:
		_insert(Counter(wrong))
		told = "\n".join(f"{number:+} {key}" for key, number in list(wrong.items())[:100])
		frappe.log_error(f"Cadence: {len(wrong)} figures were set right by a recount", told)
	return len(wrong)


def _add_activities(total: Figures, current: EnrollmentInWork) -> None:
	same_run = current.before.run == current.state.run
	before = current.before.activities if same_run else {}
	for key, activity in current.state.activities.items():
		earlier = before.get(key)
		if not is_changed(current, key) or not gets_row(current, key):
			continue
		if earlier is not None:
			_add(
				total,
				current,
				key,
				current.counted_as.get(key, Belonging()),
				measures.of_activity(earlier),
				-1,
			)
		_add(total, current, key, _belongs(current, key), measures.of_activity(activity), 1)
	for key in before.keys() - current.state.activities.keys():
		_add(
			total,
			current,
			key,
			current.counted_as.get(key, Belonging()),
			measures.of_activity(before[key]),
			-1,
		)


def _belongs(current: EnrollmentInWork, key: str) -> Belonging:
	columns = belonging(current, key) | current.columns.get(key, {})
	known = current.counted_as.get(key, Belonging())
	variant = columns.get("email_template", known.variant)
	return Belonging(columns["cadence_version"] or "", columns["record_owner"] or "", variant or "")


def _add_enrollment(total: Figures, current: EnrollmentInWork) -> None:
	row = current.row
	now = Belonging(row["cadence_version"] or "", row.get("record_owner") or "")
	if current.enrolled_as is not None:
		stood = (row.get("still") or "", row.get("still_on"))
		before = measures.of_enrollment(current.before, current.disposed_as, *stood)
		_add(total, current, "", current.enrolled_as, before, -1)
	after = measures.of_enrollment(current.state, disposition_of(current), *still_now(current))
	_add(total, current, "", now, after, 1)


def _add(
	total: Figures,
	current: EnrollmentInWork,
	follow_up: str,
	to: Belonging,
	counts: Iterable[measures.Count],
	number: int,
) -> None:
	cadence = current.row["cadence"]
	for measure, detail, day in counts:
		key = Key(cadence, to.version, follow_up, to.variant, to.owner, day, measure.value, detail[:140])
		total[key] += number


def _insert(total: Mapping[Key, int]) -> None:
	rows = [
		{**standard_columns(new_name()), **key._asdict(), "number": number}
		for key, number in sorted(total.items())
		if number
	]
	compat.insert_rows(DOCTYPE, rows)


def _key(values: Iterable[Any]) -> Key:
	cadence, version, follow_up, variant, owner, day, measure, detail = values
	return Key(
		cadence or "", version or "", follow_up or "", variant or "", owner or "", day, measure, detail or ""
	)


def _activity_counts(cadence: str, enrollment: str) -> Iterable[tuple[str, dict[str, Any]]]:
	not_withdrawn = "not (status = 'Cancelled' and coalesce(reason, '') = 'trigger_gone')"
	for measure, (_outcome, column) in OUTCOME_COLUMNS.items():
		yield _activities(measure, column, f"{column} is not null and {not_withdrawn}", cadence, enrollment)
	for status, measure in STATUS_MEASURES.items():
		yield _activities(
			measure, _DAY_OF[measure], f"status = '{status.value}' and {not_withdrawn}", cadence, enrollment
		)
	is_due = f"status = '{ActivityStatus.SCHEDULED.value}' and due_at is not null"
	yield _activities(Measure.DUE, "due_at", is_due, cadence, enrollment)
	has_result = f"coalesce(call_result, '') <> '' and completed_at is not null and {not_withdrawn}"
	yield _activities(Measure.CALL_RESULT, "completed_at", has_result, cadence, enrollment, "call_result")


_DAY_OF = {
	Measure.SCHEDULED: "base_at",
	Measure.REACHED: "coalesce(handed_over_at, carried_out_at, base_at)",
	Measure.PASSED_OVER: "coalesce(closed_at, base_at)",
	Measure.TAKEN_BACK: "coalesce(closed_at, base_at)",
	Measure.FAILED: "coalesce(closed_at, base_at)",
}


def _activities(
	measure: Measure, moment: str, condition: str, cadence: str, enrollment: str, detail: str = "''"
) -> tuple[str, dict[str, Any]]:
	columns = "cadence, cadence_version, follow_up, email_template, record_owner"
	return _counting("Cadence Activity", columns, moment, measure, detail, condition, cadence, enrollment)


def _enrollment_counts(cadence: str, enrollment: str) -> Iterable[tuple[str, dict[str, Any]]]:
	live = ", ".join(f"'{each.value}'" for each in sorted(LIVE))
	began = "started_at is not null"
	ended = f"{began} and ended_at is not null and status not in ({live})"
	for measure, moment, condition, detail in (
		(Measure.ENROLLED, "started_at", began, "''"),
		(Measure.LIVE, "started_at", f"{began} and status in ({live})", "status"),
		(Measure.ENDED, "ended_at", ended, "status"),
		(
			Measure.EXIT,
			"ended_at",
			ended,
			"exit_reason",
		),
		(Measure.STILL, _STANDS_ON, f"{began} and status in ({live})", _STANDS),
		(Measure.DISPOSITION, "ended_at", f"{ended} and coalesce(disposition, '') <> ''", "disposition"),
	):
		columns = "cadence, cadence_version, '', '', record_owner"
		yield _counting(
			"Cadence Enrollment", columns, moment, measure, detail, condition, cadence, enrollment
		)


_STANDS = " ".join(
	(
		"case status",
		*(f"when '{status.value}' then '{still.value}'" for status, still in measures.OF_STATUS.items()),
		f"else coalesce(nullif(still, ''), '{Still.ANSWER.value}') end",
	)
)
_STANDS_ON = (
	f"case when {_STANDS} = '{Still.OPEN_WORK.value}'"
	f" then coalesce(still_on, cast('{measures.NO_DAY}' as date)) else cast(started_at as date) end"
)


def _counting(
	doctype: str,
	columns: str,
	moment: str,
	measure: Measure,
	detail: str,
	condition: str,
	cadence: str,
	enrollment: str,
) -> tuple[str, dict[str, Any]]:
	day = f"cast({moment} as date)"
	conditions = [condition]
	if cadence:
		conditions.append("cadence = %(cadence)s")
	if enrollment:
		conditions.append(f"{'name' if doctype == 'Cadence Enrollment' else 'enrollment'} = %(enrollment)s")
	groups = ", ".join(each for each in (*columns.split(", "), day, detail) if each != "''")
	query = (
		f"select {columns}, {day}, '{measure.value}', {detail}, count(*) from `tab{doctype}`"
		f" where {' and '.join(conditions)} group by {groups}"
	)
	return query, {"cadence": cadence, "enrollment": enrollment}
