"""The stories that a cadence carries: run by the engine on the records they name, and what differs in words
(S1.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import EndlessRun, Run
from cadences_app.engine.dry_run.stories import Difference, Differs, Expected, differences
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reading import DefinitionError, Fields, read_json
from cadences_app.enrolling import try_out
from cadences_app.enrolling.words import name_of
from cadences_app.sentences.reasons import REASONS
from cadences_app.store import clock
from cadences_app.store.rights import may_read

MOST_STORIES = 50
MOST_ANSWERS = 200
LONGEST_TITLE = 140
LONGEST_DETAIL = 500
LONGEST_WAIT = 3650
"""Of an answer, in whichever unit."""


@dataclass(frozen=True, slots=True)
class Story:
	title: str
	record: str
	script: Script
	expected: Expected
	starts_at: datetime
	is_required: bool = False


@dataclass(frozen=True, slots=True)
class Told:
	"""How one story went. `problem`: why it could not be run; `was_run` is False where that is so, or where
	the user may not read its record."""

	title: str
	is_required: bool
	differences: tuple[str, ...] = ()
	problem: str = ""
	was_run: bool = True
	expected: dict[str, Any] | None = None
	"""What happened now, to be expected from now on."""

	@property
	def holds(self) -> bool:
		return self.was_run and not self.differences


def read_story(row: Any) -> Story:
	"""A story as its row has it. Raises DefinitionError."""
	try:
		answers, expected = (_json_of(each) for each in (row.answers or "[]", row.expected or "{}"))
	except (ValueError, TypeError) as error:
		raise DefinitionError(("stories", (row.idx or 1) - 1), str(error)) from error
	starts_at = clock.read_moment(row.starts_at) if row.starts_at else clock.now()
	if starts_at is None:
		problem = _("{0} is no date and time.").format(row.starts_at)
		raise DefinitionError(("stories", (row.idx or 1) - 1), problem)
	fields = Fields({"answers": answers, "expected": expected}, ("stories", (row.idx or 1) - 1))
	script = fields.nested_each("answers", read_answer)
	if len(script) > MOST_ANSWERS:
		raise fields.fault("answers", f"has more than {MOST_ANSWERS}")
	found = fields.nested("expected", Expected.read)
	assert found is not None
	return Story(row.title or "", row.record or "", Script(script), found, starts_at, bool(row.is_required))


def _json_of(kept: Any) -> Any:
	return read_json(kept) if isinstance(kept, str) else kept


def read_answer(fields: Fields) -> ScriptedOutcome:
	"""An answer as the builder keeps it: what comes back, and how long after its follow-up."""
	amount = fields.integer("amount")
	if not 0 <= amount <= LONGEST_WAIT:
		raise fields.fault("amount", f"is not between 0 and {LONGEST_WAIT}")
	return ScriptedOutcome(
		fields.text("follow_up"),
		fields.choice("outcome", Outcome),
		Delay(amount, fields.choice("unit", Unit, Unit.DAYS)),
		detail=fields.text("detail", longest=LONGEST_DETAIL),
	)


def expected_of(run: Run) -> Expected:
	"""What happened in this run, as a story expects it."""
	return Expected.of(run, run.record.zone)


def refuse_unreadable(doc: Any) -> None:
	"""Raises what is wrong with the stories of a form that is saved."""
	if len(doc.stories) > MOST_STORIES:
		frappe.throw(_("A cadence has at most {0} stories.").format(MOST_STORIES))
	for row in doc.stories:
		if not (row.title or "").strip() or len(row.title) > LONGEST_TITLE:
			frappe.throw(_("Story {0} needs a short title.").format(row.idx))
		try:
			read_story(row)
		except DefinitionError as error:
			frappe.throw(_("Story {0} can't be read: {1}").format(row.idx, error.problem))


def run_all(doc: Any, cadence: Cadence) -> list[Told]:
	"""Run the stories of a form against the cadence, as far as the session's user may read their records."""
	return [_run(row, cadence) for row in doc.stories[:MOST_STORIES]]


def failing_required(doc: Any, cadence: Cadence) -> list[str]:
	"""What keeps the cadence from being activated: stories that are required and don't hold."""
	required = [row for row in doc.stories[:MOST_STORIES] if row.is_required]
	told = [_run(row, cadence) for row in required]
	return [_fault(each) for each in told if not each.holds and (each.was_run or each.problem)]


def summary(told: list[Told]) -> str:
	"""How many hold, as a sentence; blank where there are none."""
	if not told:
		return ""
	holding = sum(each.holds for each in told)
	if len(told) == 1:
		return _("The story holds") if holding else _("The story does not hold")
	return _("{0} of {1} stories hold").format(holding, len(told))


def _run(row: Any, cadence: Cadence) -> Told:
	title, is_required = row.title or "", bool(row.is_required)

	def not_run(problem: str) -> Told:
		return Told(title, is_required, (), problem, was_run=False)

	try:
		story = read_story(row)
	except DefinitionError as error:
		return not_run(_("It can't be read: {0}").format(error.problem))
	if not story.record or not frappe.db.exists(cadence.module, story.record):
		return not_run(_("Its record {0} is gone. Keep it again with another one.").format(story.record))
	if not may_read(cadence.module, story.record):
		return Told(title, is_required, was_run=False)
	try:
		run = try_out.run_on(cadence, story.record, story.script, story.starts_at)
	except EndlessRun:
		return not_run(_("With these answers it would never end."))
	found = expected_of(run)
	told = tuple(_in_words(each, cadence) for each in differences(story.expected, found))
	return Told(title, is_required, told, expected=found.to_dict())


def _fault(told: Told) -> str:
	why = told.problem or "; ".join(told.differences)
	return _('The story "{0}" does not hold: {1}').format(told.title, why)


def _in_words(difference: Difference, cadence: Cadence) -> str:
	follow_up = cadence.by_key.get(difference.follow_up)
	name = f'"{name_of(follow_up, cadence) if follow_up else difference.follow_up}"'
	match difference.kind:
		case Differs.MISSING:
			return _("{0} does not come, expected on day {1}").format(name, difference.expected)
		case Differs.ADDED:
			return _("{0} comes on day {1}, not expected").format(name, difference.found)
		case Differs.DAY:
			return _("{0} comes on day {1} instead of day {2}").format(
				name, difference.found, difference.expected
			)
		case Differs.END:
			ends = [end_in_words(each) for each in (difference.found, difference.expected)]
			return _("It ends as {0} instead of {1}").format(*ends)


def end_in_words(text: str) -> str:
	"""Status and reason of an end, as a difference has them."""
	status, _blank, reason = text.partition(" ")
	if not reason:
		return _(status)
	return f"{_(status)} ({_(REASONS[reason]) if reason in REASONS else reason})"
