"""What leaving and entering a stage does to its record, with the rights of the journey's user (S9.5)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, nowdate

from cadences_app import neighbours
from cadences_app.engine.events import EventKind, RestartRequested, StopRequested
from cadences_app.enrolling import control
from cadences_app.enrolling.enroll import enroll, find_active
from cadences_app.enrolling.result import ACCEPTED, LEFT_WAITING, EnrollAnswer
from cadences_app.enrolling.way_back import Again
from cadences_app.store import compat, inbox, rights
from cadences_app.store.live import Record

BEFORE_ACTION = "cadence_journey_action"


@contextmanager
def acting_as(journey: dict[str, Any]) -> Iterator[None]:
	"""The session is the journey's user. Raises ValidationError for one who is not enabled."""
	if not frappe.get_cached_value("User", journey["run_as"], "enabled"):
		frappe.throw(_("{0} is not enabled.").format(journey["run_as"]))
	with rights.acting_as(journey["run_as"]):
		yield


def on_leaving(journey: dict[str, Any], stage: dict[str, Any] | None, record: Record) -> str:
	"""End the stage's cadence for the record. Returns what went wrong."""
	if stage is None or not stage["cadence"]:
		return ""
	return _try(lambda: _end_cadence(journey, stage, record))


def on_entering(stage: dict[str, Any], record: Record) -> str:
	"""Make the responsible user the record's owner, or give them a ToDo; then enroll. Returns what went
	wrong; each of the two is done without the other."""
	problems = []
	if stage["responsible"]:
		problems.append(_try(lambda: _make_responsible(stage, record)))
	if stage["cadence"]:
		problems.append(_try(lambda: _begin_cadence(stage["cadence"], record)))
	return "\n".join(filter(None, problems))


def _try(act: Callable[[], None]) -> str:
	"""Act in a savepoint: what fails is undone and told."""
	frappe.db.savepoint(BEFORE_ACTION)
	try:
		act()
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point=BEFORE_ACTION)
		frappe.clear_messages()
		return frappe.utils.strip_html_tags(str(error)) or type(error).__name__
	return ""


def _end_cadence(journey: dict[str, Any], stage: dict[str, Any], record: Record) -> None:
	live = control.live_enrollments(record[0], [record[1]], stage["cadence"])
	why = f"journey {journey['name']}: {stage['title']}"
	inbox.wake_up(set(control.ask([name for name, _record in live], StopRequested(why))) if live else set())


def _begin_cadence(cadence: str, record: Record) -> None:
	result = enroll(cadence, [record[1]], Again.RESTART)
	answer = result.answers[record[1]]
	enrollments = set(result.enrollments)
	if answer is EnrollAnswer.ALREADY_IN:
		enrollments = _restart_those_about_to_end(cadence, record)
	elif answer not in ACCEPTED | LEFT_WAITING:
		frappe.throw(_("{0} was not added to {1}: {2}").format(record[1], cadence, _(answer.value)))
	if enrollments:
		inbox.wake_up(enrollments)


def _restart_those_about_to_end(cadence: str, record: Record) -> set[str]:
	"""A record that has just left the stage and enters it again: its stop is not decided on yet."""
	live = [name for name, _record in control.live_enrollments(record[0], [record[1]], cadence)]
	stopping = {"kind": EventKind.STOP.value, "processed_at": compat.NO_MOMENT}
	ending = frappe.get_all("Cadence Event", {"enrollment": ("in", live), **stopping}, pluck="enrollment")
	if not ending:
		return set()
	return set(control.ask(dict.fromkeys(ending), RestartRequested(find_active(cadence).version)))


def _make_responsible(stage: dict[str, Any], record: Record) -> None:
	user = stage["responsible"]
	doc = frappe.get_doc(*record)
	fields = (each for each in neighbours.of(doc.doctype).owner_fields if doc.meta.has_field(each))
	field = next(fields, None)
	if field is None or doc.docstatus != 0:
		_give_todo(stage, record, user)
	elif doc.get(field) != user:
		doc.check_permission("write")
		doc.set(field, user)
		doc.save()


def _give_todo(stage: dict[str, Any], record: Record, user: str) -> None:
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": user,
			"reference_type": record[0],
			"reference_name": record[1],
			"description": escape_html(f"{stage['title']}: {record[1]}"),
			"date": nowdate(),
		}
	)
	todo.flags.by_cadence = True
	todo.insert()
