"""Answers of gates, workflows and journeys."""

from typing import Any

from typing_extensions import TypedDict

from cadences_app.api.answers import Moment, Number, Words
from cadences_app.api.answers.cadences import Job


class Point(TypedDict):
	"""A point of a checklist."""

	point: str
	is_done: bool


class RequirementShown(TypedDict):
	"""A requirement of a gate as it stands, and the Desk route where one does it."""

	name: str
	kind: str
	sentence: str
	is_met: bool
	route: Words
	points: list[Point]
	may_approve: bool


class GateShown(TypedDict):
	"""A gate before a record: the statuses that it keeps, and what they still need."""

	gate: str
	targets: Words
	message: str
	is_open: bool
	may_overrule: bool
	requirements: list[RequirementShown]


class ConditionTold(TypedDict):
	"""A condition, and the value that the record has (`found`)."""

	field: str
	operator: str
	value: Any
	found: Any


class WorkflowDryRun(TypedDict):
	"""Whether the conditions hold, each with its value, and the actions that would be taken."""

	holds: bool
	conditions: list[ConditionTold]
	actions: Words


class PastDryRun(WorkflowDryRun):
	"""A dry run on what has happened: whether the workflow hears the event. `conditions` are those of the
	record as it is now, `actions` what would be done if it hears the event and they hold."""

	event: str
	kind: str
	happened_at: Moment
	doctype: str
	record: str
	title: str
	heard: bool


class StageFigures(TypedDict):
	"""A stage: who is `here`, since when the first of them; `entered` counts visits, whose average took
	`seconds`; `dropped` left it with nothing that followed, `ended` where nothing could follow."""

	key: str
	title: str
	module: str
	cadence: str | None
	responsible: str | None
	is_first: bool
	next: Words
	here: Number
	since: Moment | None
	entered: Number
	seconds: float | None
	dropped: Number
	ended: Number


Way = TypedDict("Way", {"from": str, "to": str, "count": Number})
"""How often the way from one stage to another was gone."""


class JourneyMap(TypedDict):
	"""A journey's stages with their figures, and the ways between them."""

	stages: list[StageFigures]
	ways: list[Way]


class Beginning(TypedDict):
	"""How many records would begin a journey now, and the last job that let some begin."""

	waiting: Number
	job: Job | None


class Passage(TypedDict):
	"""A visit of a record to a stage."""

	name: str
	stage: str
	visit: int
	reference_doctype: str
	reference_name: str
	entered_at: Moment | None
	left_at: Moment | None
	next_stage: str | None
	problem: str | None


class PassageOfRecord(Passage):
	"""A visit of a record's chain to a stage, with the stage's title."""

	journey: str
	chain: str
	title: str
