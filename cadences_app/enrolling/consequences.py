"""How many records an action would touch and what would become of them, before anything is done (S2.3, S7).

Nothing is estimated: enrolling is carried out and taken back, and for those under way the engine is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe

from cadences_app.audience import bystanders, opening, sweep
from cadences_app.engine.decision import decide
from cadences_app.engine.events import (
	CadenceDeactivated,
	CadenceRepublished,
	Event,
	Republish,
	ResumeRequested,
	StopRequested,
)
from cadences_app.engine.runs import edited_follow_ups
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.enrolling import activation, telling
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.store import clock, compat, definitions, enrollment_rows
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.live import LIVE_STATUSES
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
	return _by_status(_foreseen(doc.name, lambda _current: [CadenceDeactivated()]))


def of_reactivating(doc: Any, *, unenroll_unmatched: bool, resume_halted: bool) -> dict[str, int]:
	"""How many live enrollments would have which status, by the cadence as it is edited now. Raises
	CadenceFaulty and ViewFailed."""
	with taken_back():
		trial = frappe.get_doc("Cadence", doc.name)
		activation.make_version_for_trial(trial)
		is_view = unenroll_unmatched and sweep.is_view(definitions.load(trial.version))
		rows = telling.live(doc.name) if is_view else []
		outside = {row.name for row in telling.unmatched(doc.name, rows)} if rows else set()

		def events(current: EnrollmentInWork) -> list[Event]:
			found: list[Event] = [StopRequested()] if current.name in outside else []
			return [*found, ResumeRequested()] if resume_halted else found

		return _by_status(_foreseen(doc.name, events))


def of_publishing(doc: Any, choice: Republish) -> dict[str, int]:
	"""How many live enrollments would have which status, and of how many the scheduled follow-up was edited
	(`edited`)."""
	after = definition_of(doc)
	edited_now = 0

	def events(current: EnrollmentInWork) -> list[Event]:
		nonlocal edited_now
		edited = edited_follow_ups(current.cadence, after)
		scheduled = current.state.with_status(ActivityStatus.SCHEDULED)
		edited_now += any(each.follow_up in edited for each in scheduled)
		if choice is not Republish.FINISH:
			current.cadence = after
		return [] if choice is Republish.FINISH else [CadenceRepublished(edited, choice)]

	changes = _by_status(_foreseen(doc.name, events))
	return {**changes, "edited": edited_now}


def _foreseen(cadence: str, events: Callable[[EnrollmentInWork], list[Event]]) -> Counter[Change]:
	"""What the engine would make of each live enrollment, by its status before and after."""
	changes: Counter[Change] = Counter()
	now = clock.now()
	for in_work in _live(cadence):
		records = Records(in_work)
		for current in in_work:
			before = state = current.state
			for event in events(current):
				state = decide(current.cadence, state, event, records.facts(current), now).after
			changes[(before.status.value, state.status.value)] += 1
	return changes


def _live(cadence: str) -> Iterator[list[EnrollmentInWork]]:
	"""The live enrollments of a cadence, a chunk at a time, as they are stored; none is locked."""
	after = ""
	while True:
		rows = frappe.get_all(
			"Cadence Enrollment",
			{"cadence": cadence, "status": ("in", LIVE_STATUSES), "name": (">", after)},
			["*"],
			order_by="name",
			limit=CHUNK,
		)
		if not rows:
			return
		after = rows[-1].name
		activities = enrollment_rows.activities_of([row.name for row in rows], lock=False)
		loaded = definitions.load_many({row.cadence_version for row in rows})
		yield [
			enrollment_rows.read_enrollment(row, activities.get(row.name, ()), loaded[row.cadence_version])
			for row in rows
			if row.cadence_version in loaded
		]


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
