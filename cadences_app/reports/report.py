"""The report on a cadence from its figures (S8.1, S8.2, S8.5): two queries, whatever happened how often."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence
from cadences_app.reports.comparison import Arm, judge
from cadences_app.reports.measures import PRESENT, Measure

SHOWN = (
	Measure.REACHED,
	Measure.SCHEDULED,
	Measure.PASSED_OVER,
	Measure.FAILED,
	Measure.SENT,
	Measure.OPENED,
	Measure.CLICKED,
	Measure.REPLIED,
	Measure.BOUNCED,
	Measure.DELIVERED,
	Measure.NOT_DELIVERED,
	Measure.UNSUBSCRIBED,
	Measure.COMPLETED,
	Measure.SKIPPED,
	Measure.CANCELLED,
	Measure.OVERDUE,
)
OVER_TIME = (Measure.ENROLLED, Measure.SENT, Measure.REPLIED, Measure.COMPLETED)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
	"""What the report is about. Blank: all of it; days as ISO dates, both included."""

	cadence: str
	version: str = ""
	owner: str = ""
	since: str = ""
	until: str = ""


def figures_of(chosen: Chosen) -> list[Row]:
	"""The figures by everything but the day."""
	columns = "measure, detail, follow_up, variant, record_owner, cadence_version"
	return _sum(chosen, columns)


def over_time(chosen: Chosen) -> list[Row]:
	"""By day, of what is shown over time."""
	found: dict[Any, Counter[str]] = defaultdict(Counter)
	for row in _sum(chosen, "day, measure"):
		if row["measure"] in OVER_TIME:
			found[row["day"]][row["measure"]] += row["number"]
	return [
		{"day": day, **{each.value: found[day][each.value] for each in OVER_TIME}} for day in sorted(found)
	]


def key_figures(rows: Iterable[Row]) -> dict[str, int]:
	total: Counter[str] = Counter()
	for row in rows:
		total[row["measure"]] += row["number"]
		if row["measure"] in (Measure.ENDED, Measure.LIVE):
			total[f"{row['measure']}:{row['detail']}"] += row["number"]
	return dict(total)


def by(rows: Iterable[Row], column: str, only: Callable[[Row], bool] = bool) -> list[Row]:
	"""Each value of a column with its measures; those who did most come first."""
	found: dict[str, Counter[str]] = defaultdict(Counter)
	for row in rows:
		if only(row):
			found[row[column] or ""][row["measure"]] += row["number"]
	order = sorted(found, key=lambda value: (-found[value].total(), value))
	return [{"value": value, **found[value]} for value in order]


def details(rows: Iterable[Row], measure: Measure) -> list[Row]:
	"""How often each detail of a measure came: exit reasons, results of calls."""
	found: Counter[str] = Counter()
	for row in rows:
		if row["measure"] == measure:
			found[row["detail"] or ""] += row["number"]
	return [{"value": value, "number": number} for value, number in found.most_common() if number]


def funnel(rows: list[Row], definition: Cadence) -> list[Row]:
	"""The follow-ups as a tree, from the top down: `depth`, and the measures of each (S8.2)."""
	counted = {row["value"]: row for row in by(rows, "follow_up", lambda row: bool(row["follow_up"]))}
	found: list[Row] = []

	def walk(parent: str, depth: int) -> None:
		for each in definition.children.get(parent, ()):
			numbers = counted.pop(each.key, {})
			measures = {measure.value: numbers.get(measure.value, 0) for measure in SHOWN}
			place = {"key": each.key, "parent": parent, "depth": depth, "channel": each.channel.value}
			found.append(place | measures)
			walk(each.key, depth + 1)

	walk("", 0)
	for key, numbers in counted.items():  # of an earlier version
		measures = {measure.value: numbers.get(measure.value, 0) for measure in SHOWN}
		found.append({"key": key, "parent": "", "depth": 0, "channel": "", "is_earlier": True} | measures)
	return found


def comparisons(rows: list[Row], definition: Cadence) -> list[Row]:
	"""The emails of which more than one template went out, judged by replies (S8.5)."""
	found = []
	for follow_up in definition.follow_ups:
		if follow_up.channel is not Channel.EMAIL:
			continue
		of_it = by(
			rows, "variant", lambda row, key=follow_up.key: row["follow_up"] == key and bool(row["variant"])
		)
		arms = [
			Arm(each["value"], each.get(Measure.SENT.value, 0), each.get(Measure.REPLIED.value, 0))
			for each in of_it
		]
		arms = [each for each in arms if each.sent]
		if len(arms) < 2:
			continue
		verdict = judge(arms)
		found.append(
			{
				"key": follow_up.key,
				"arms": [
					{"name": each.name, "sent": each.sent, "replied": each.replied, "rate": each.rate}
					for each in arms
				],
				"winner": verdict.winner,
				"needed": verdict.needed,
				"p_value": verdict.p_value,
			}
		)
	return found


def _sum(chosen: Chosen, columns: str) -> list[Row]:
	conditions = ["cadence = %(cadence)s", "measure not in %(present)s"]
	optional = {
		"version": "cadence_version = %(version)s",
		"owner": "record_owner = %(owner)s",
		"since": "day >= %(since)s",
		"until": "day <= %(until)s",
	}
	conditions += [condition for field, condition in optional.items() if getattr(chosen, field)]
	values = {field: getattr(chosen, field) for field in ("cadence", *optional)}
	values["present"] = PRESENT
	rows = frappe.db.sql(
		f"select {columns}, sum(number) as number from `tabCadence Figure`"
		f" where {' and '.join(conditions)} group by {columns}",
		values,
		as_dict=True,
	)
	return [{**row, "number": int(row["number"])} for row in rows if row["number"]]
