"""Tasks: a ToDo, or a CRM Task for records of Frappe CRM (S3.5, S3.8), and what reps do to them (S4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.desk.form.document_follow import follow_document
from frappe.utils import escape_html, getdate, nowdate

from cadences_app.channels import absences, assigning, crm_tasks
from cadences_app.channels.assignees import choose
from cadences_app.channels.letting_in import let_in
from cadences_app.channels.occasion import Occasion
from cadences_app.channels.reports import origin_of, report_outcome, write_as_cadence
from cadences_app.channels.texts import Texts
from cadences_app.engine.content import TaskContent, TaskKind
from cadences_app.engine.outcomes import Outcome
from cadences_app.store import compat

END_OF_DAY = time(23, 59)
TITLE_LENGTH = 140


@dataclass(frozen=True, slots=True)
class Statuses:
	"""How a DocType says where a task stands: the status for each outcome, and what a status alone means."""

	of: Mapping[Outcome, str]
	meaning: Mapping[str, Outcome]


TODO = Statuses(
	of={
		Outcome.NOT_STARTED: "Open",
		Outcome.IN_PROGRESS: "Open",
		Outcome.WAITING_FOR_INPUT: "Open",
		Outcome.DEFERRED: "Open",
		Outcome.COMPLETED: "Closed",
		Outcome.SKIPPED: "Cancelled",
	},
	meaning={"Open": Outcome.NOT_STARTED, "Closed": Outcome.COMPLETED, "Cancelled": Outcome.SKIPPED},
)
CRM_TASK = Statuses(
	of={
		Outcome.NOT_STARTED: "Todo",
		Outcome.IN_PROGRESS: "In Progress",
		Outcome.WAITING_FOR_INPUT: "In Progress",
		Outcome.DEFERRED: "Backlog",
		Outcome.COMPLETED: "Done",
		Outcome.SKIPPED: "Canceled",
	},
	meaning={
		"Backlog": Outcome.DEFERRED,
		"Todo": Outcome.NOT_STARTED,
		"In Progress": Outcome.IN_PROGRESS,
		"Done": Outcome.COMPLETED,
		"Canceled": Outcome.SKIPPED,
	},
)
STATUSES: Mapping[str, Statuses] = {"ToDo": TODO, "CRM Task": CRM_TASK}


def assign(occasion: Occasion, due_on: date) -> None:
	"""Give the task to its assignee. Raises NobodyToAssign, and ValidationError for a broken template."""
	content = occasion.follow_up.content
	user = choose(occasion, content.assignee, due_on)
	due_on = absences.first_day_back(user, due_on, occasion.once)
	let_in(occasion, user)
	occasion.note({"assigned_to": user, "due_on": due_on})
	give = _give_crm_task if occasion.neighbour.task_doctype == "CRM Task" else _give_todo
	give(occasion, content, user, due_on)


def close(occasion: Occasion) -> None:
	"""Cancel the task, since its enrollment ended (S6.4). One that somebody deleted needs no closing."""
	doctype, name = occasion.noted("activity_doctype"), occasion.noted("activity_name")
	if occasion.pending.take_out(doctype, occasion.activity):
		occasion.note({"activity_doctype": None})
		return
	if not name or not frappe.db.exists(doctype, name):
		return
	task = write_as_cadence(frappe.get_doc(doctype, name))
	task.update({"cadence_status": Outcome.SKIPPED.value, "status": STATUSES[doctype].of[Outcome.SKIPPED]})
	task.save()
	if doctype == "ToDo":
		assign_to.notify_assignment(
			task.assigned_by, task.allocated_to, task.reference_type, task.reference_name
		)


def align(task: Any) -> None:
	"""Keep a task's two status fields in step before it is saved: the one that was changed counts."""
	statuses, before = STATUSES[task.doctype], task.get_doc_before_save()
	told = task.get("cadence_status")
	if told and (before is None or told != before.get("cadence_status")):
		task.status = statuses.of[Outcome(told)]
	elif standing_of(task) is not None:
		task.cadence_status = standing_of(task).value


def standing_of(task: Any) -> Outcome | None:
	"""Where the task stands: its cadence status, or what its status alone means where the two differ."""
	statuses, told = STATUSES[task.doctype], task.get("cadence_status")
	if told and statuses.of[Outcome(told)] == task.status:
		return Outcome(told)
	return statuses.meaning.get(task.status)


def observe(task: Any, before: Any | None) -> None:
	"""Report where the task stands now, if that is new. `before` is None when it is not known."""
	_keep_day(task, before)
	standing = standing_of(task)
	if standing is None or (before is not None and standing_of(before) is standing):
		return
	origin = origin_of(task.doctype, task.name, task.cadence_activity)
	if origin is None or (before is None and origin.standing == standing):
		return
	report_outcome(origin, standing, str(task.modified))


def _keep_day(task: Any, before: Any | None) -> None:
	"""Keep the day on which the task is due: a queue shows it by that, wherever somebody moved it to."""
	field = "date" if task.doctype == "ToDo" else "due_date"
	day = getdate(task.get(field)) if task.get(field) else None
	if before is not None and day == (getdate(before.get(field)) if before.get(field) else None):
		return
	origin = origin_of(task.doctype, task.name, task.cadence_activity)
	if origin is not None:
		compat.update_rows("Cadence Activity", {origin.activity: {"due_on": day}})


def _give_todo(occasion: Occasion, content: TaskContent, user: str, due_on: date) -> None:
	"""As Frappe's *Assign To* does it, which itself refuses a second task of one user for a record."""
	texts = Texts(occasion)
	subject = f"<p><b>{escape_html(_title(content, texts))}</b></p>"
	values = {
		"allocated_to": user,
		"assigned_by": frappe.session.user,
		"reference_type": occasion.doctype,
		"reference_name": occasion.name,
		"description": subject + _describe(content, texts),
		"priority": content.priority.value,
		"date": due_on,
		"status": TODO.of[Outcome.NOT_STARTED],
		"cadence_status": Outcome.NOT_STARTED.value,
		"cadence_activity": occasion.activity,
	}
	once = occasion.once
	if assigning.is_by_rows(occasion.doctype, once) and assigning.fits(values, once):
		title = assigning.title_of(occasion.doctype, occasion.row)
		occasion.make_with_batch("ToDo", _make_todos, {"assigned": assigning.Assigned(values, title)})
	else:
		_insert_todo(occasion, values)


def _make_todos(plans: list[dict[str, Any]]) -> None:
	names = assigning.assign([plan["assigned"] for plan in plans])
	for name, plan in zip(names, plans, strict=True):
		plan["noted"]["activity_name"] = name


def _insert_todo(occasion: Occasion, values: dict[str, Any]) -> None:
	occasion.begin_writing()
	todo, user = frappe.get_doc({"doctype": "ToDo", **values}), values["allocated_to"]
	write_as_cadence(todo).insert()
	if frappe.get_cached_value("User", user, "follow_assigned_documents"):
		follow_document(occasion.doctype, occasion.name, user)
	assign_to.notify_assignment(
		todo.assigned_by, user, occasion.doctype, occasion.name, action="ASSIGN", description=todo.description
	)
	occasion.note({"activity_doctype": "ToDo", "activity_name": todo.name})


def _give_crm_task(occasion: Occasion, content: TaskContent, user: str, due_on: date) -> None:
	texts = Texts(occasion)
	values = {
		"title": _title(content, texts)[:TITLE_LENGTH],
		"description": _describe(content, texts),
		"priority": content.priority.value,
		"start_date": nowdate(),
		"due_date": datetime.combine(due_on, END_OF_DAY),
		"status": CRM_TASK.of[Outcome.NOT_STARTED],
		"reference_doctype": occasion.doctype,
		"reference_docname": occasion.name,
		"cadence_status": Outcome.NOT_STARTED.value,
		"cadence_activity": occasion.activity,
	}
	if crm_tasks.are_by_rows(occasion.once) and crm_tasks.fit(values, user, occasion.once):
		occasion.make_with_batch("CRM Task", crm_tasks.make, {"values": values, "user": user})
	else:
		_insert_crm_task(occasion, values, user)


def _insert_crm_task(occasion: Occasion, values: dict[str, Any], user: str) -> None:
	occasion.begin_writing()
	task = write_as_cadence(frappe.get_doc({"doctype": "CRM Task", **values})).insert()
	# Its own assigning on insert asks for rights that whoever set this off need not have.
	assign_to.add(
		{"assign_to": [user], "doctype": "CRM Task", "name": task.name, "description": values["title"]},
		ignore_permissions=True,
	)
	occasion.note({"activity_doctype": "CRM Task", "activity_name": str(task.name)})


def _title(content: TaskContent, texts: Texts) -> str:
	subject = texts.line(content.subject)
	return subject if content.kind is TaskKind.TO_DO else f"{_(content.kind.value)}: {subject}"


def _describe(content: TaskContent, texts: Texts) -> str:
	description = texts.body(content.description)
	points = [f'<li data-list="unchecked">{escape_html(texts.line(each))}</li>' for each in content.checklist]
	checklist = f"<ol>{''.join(points)}</ol>" if points else ""
	return f"{description}{checklist}{texts.phones()}"
