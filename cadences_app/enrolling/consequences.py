"""How many records an action would touch and what would become of them, before anything is done (S2.3, S7).

Nothing is estimated: enrolling is carried out and taken back, and for those under way the engine is asked,
once for all that stand alike (`alike.py`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe

from cadences_app.audience import bystanders, opening, sweep
from cadences_app.engine.decision import decide
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import (
	CadenceDeactivated,
	CadenceRepublished,
	Event,
	Republish,
	ResumeRequested,
)
from cadences_app.engine.runs import edited_follow_ups, rechanneled_follow_ups
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.enrolling import activation, alike
from cadences_app.enrolling.alike import Alike
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.store import clock, compat, definitions, enrollment_rows
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.names import new_name

CHUNK = 1000
Change = tuple[str, str]
"""The status of an enrollment before and after."""


def of_enrolling_present(doc: Any) -> dict[str, int]:
	"""How many of those who are in the view now would get which answer, by the cadence as it is edited now.

	Raises CadenceFaulty and ViewFailed.
	"""
	answers: Counter[str] = Counter()
	with taken_back():
		trial = frappe.get_doc("Cadence", doc.name)
		activation.make_version_for_trial(trial)
		view = opening.view_of(trial)
		if sweep.is_view(view.definition):
			bystanders.forget_present(trial.name)
			for _went_to, result in sweep.enter(view, sweep.WHOLE):
				answers.update(answer.value for answer in result.answers.values())
	return dict(answers)


def of_deactivating(doc: Any) -> dict[str, int]:
	"""How many live enrollments would have which status."""
	return _by_status(_foreseen(doc, lambda _current, _number: [CadenceDeactivated()], goes_on=False))


def of_reactivating(
	doc: Any,
	*,
	unenroll_unmatched: bool,
	resume_halted: bool,
	choice: Republish = Republish.STOP_EDITED,
) -> dict[str, int]:
	"""How many live enrollments would have which status, by the cadence as it is edited now, and of how many
	the scheduled follow-up was edited (`edited`). Raises CadenceFaulty and ViewFailed."""
	with taken_back():
		earlier = doc.version
		trial = frappe.get_doc("Cadence", doc.name)
		activation.make_version_for_trial(trial)
		view = opening.view_of(trial)
		inside, changes = "", Counter[Change]()
		if unenroll_unmatched and sweep.is_view(view.definition):
			inside = _in_view(view)
			changes.update(_taken_out(doc.name, f"not ({inside})"))
		asked: list[Event] = [ResumeRequested()] if resume_halted else []
		if trial.version == earlier:
			found = _foreseen(doc, lambda _current, _number: asked, only=inside, goes_on=resume_halted)
			return {**_by_status(changes + found), "edited": 0}
		new = _New(definitions.load(trial.version), choice)
		changes.update(new.foreseen(doc, asked, only=inside))
		return {**_by_status(changes), "edited": new.edited}


def of_publishing(doc: Any, choice: Republish) -> dict[str, int]:
	"""How many live enrollments would have which status, and of how many the scheduled follow-up was edited
	(`edited`)."""
	new = _New(definition_of(doc), choice)
	return {**_by_status(new.foreseen(doc, [])), "edited": new.edited}


@dataclass
class _New:
	"""A new version, and of how many of those that are told of it the scheduled follow-up was `edited`."""

	version: Cadence
	choice: Republish
	edited: int = 0

	def foreseen(self, doc: Any, further: list[Event], only: str = "") -> Counter[Change]:
		"""What would become of the live enrollments that are told of it, and then of the `further` events."""
		reckoned_anew: frozenset[str] = frozenset()
		if self.choice is Republish.MOVE:
			before = definitions.load_many(alike.versions_of(doc.name)).values()
			reckoned_anew = frozenset[str]().union(
				*(edited_follow_ups(each, self.version) for each in before)
			)
		return _foreseen(
			doc,
			lambda current, number: [*self._told_to(current, number), *further],
			after=self.version,
			each_with=reckoned_anew,
			only=only,
		)

	def _told_to(self, current: EnrollmentInWork, number: int) -> list[Event]:
		edited = edited_follow_ups(current.cadence, self.version)
		rechanneled = rechanneled_follow_ups(current.cadence, self.version)
		scheduled = current.state.with_status(ActivityStatus.SCHEDULED)
		self.edited += number * any(each.follow_up in edited for each in scheduled)
		if self.choice is Republish.FINISH:
			return []
		current.cadence = self.version
		return [CadenceRepublished(edited, self.choice, rechanneled=rechanneled)]


def _in_view(view: Any) -> str:
	"""The condition on an enrollment `e` that its record is in the view. Raises ViewFailed."""
	name, listed = (each(view.module, "t") for each in (compat.name_as_text, compat.listed_name))
	return (
		f"e.`reference_name` in (select {name} from `tab{view.module}` t where {listed} in ({view.names()}))"
	)


def _taken_out(cadence: str, condition: str) -> Counter[Change]:
	"""Live enrollments that would be stopped by hand, whatever else there is to say of them."""
	query = f"""select e.`status`, count(*) from `tabCadence Enrollment` e
		where {alike.live_of(cadence, condition)} group by e.`status`"""
	return Counter(
		{(status, EnrollmentStatus.STOPPED.value): number for status, number in frappe.db.sql(query)}
	)


def _foreseen(
	doc: Any,
	events: Callable[[EnrollmentInWork, int], list[Event]],
	*,
	after: Cadence | None = None,
	each_with: frozenset[str] = frozenset(),
	only: str = "",
	goes_on: bool = True,
) -> Counter[Change]:
	"""What the engine would make of the live enrollments, by their status before and after: of those that
	stand alike one is asked for all. `events` is told for how many."""
	found = alike.find_alike(doc.name, doc.module, after, only, each_with, goes_on)
	changes: Counter[Change] = Counter()
	now = clock.now()
	for in_work in _chunks_of(doc.name, only) if found is None else _named(found):
		records = Records(in_work)
		for current in in_work:
			number = found.standing_for(current.name) if found else 1
			before = state = current.state
			for event in events(current, number):
				state = decide(current.cadence, state, event, records.facts(current), now).after
			changes[(before.status.value, state.status.value)] += number
	return changes


def _named(found: Alike) -> Iterator[list[EnrollmentInWork]]:
	names = found.to_be_asked
	for start in range(0, len(names), CHUNK):
		some = {"name": ("in", names[start : start + CHUNK])}
		yield enrollment_rows.read_unlocked(
			frappe.get_all("Cadence Enrollment", some, ["*"], order_by="name")
		)


def _chunks_of(cadence: str, only: str) -> Iterator[list[EnrollmentInWork]]:
	"""The live enrollments of a cadence, a chunk at a time, as they are stored; none is locked."""
	after = ""
	while True:
		query = f"""select e.* from `tabCadence Enrollment` e
			where {alike.live_of(cadence, only)} and e.`name` > {compat.quoted(after)}
			order by e.`name` limit {CHUNK}"""
		rows = frappe.db.sql(query, as_dict=True)
		if not rows:
			return
		after = rows[-1].name
		yield enrollment_rows.read_unlocked(rows)


def _by_status(changes: Counter[Change]) -> dict[str, int]:
	"""How many there are, how many change, and the number of those that would then have each status."""
	found = {"live": changes.total(), "changed": 0}
	for (before, after), number in changes.items():
		found[after] = found.get(after, 0) + number
		found["changed"] += number if before != after else 0
	return {each.value: 0 for each in EnrollmentStatus if each.value in found} | found


@contextmanager
def taken_back() -> Iterator[None]:
	"""What is written within is undone at its end."""
	savepoint = f"trial_{new_name()}"
	frappe.db.savepoint(savepoint)
	try:
		yield
	except Exception as error:
		if not compat.is_passing_fault(error):  # that has undone the savepoint itself
			frappe.db.rollback(save_point=savepoint)
		raise
	else:
		frappe.db.rollback(save_point=savepoint)
	finally:
		definitions.forget_modules()
