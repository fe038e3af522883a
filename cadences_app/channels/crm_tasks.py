"""Tasks of Frappe CRM in sets: the CRM Task, who is assigned to it, and Frappe CRM's own notification."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, nowdate

from cadences_app.channels import assigning
from cadences_app.store import compat, listeners
from cadences_app.store.listeners import OnceABatch
from cadences_app.store.new_rows import NewRows

TASK = "CRM Task"
NOTICE = "CRM Notification"
_IN_WORDS = "crm.api.todo.get_notification_text"


def are_by_rows(once: OnceABatch) -> bool:
	"""Whether nobody but what is accounted for here listens to what is written for a task."""
	return assigning.is_by_rows(TASK, once) and once("CRM Tasks by rows", _nobody_listens, once)


def fit(values: dict[str, Any], user: str, once: OnceABatch) -> bool:
	"""Whether Frappe would take this task as it is, and its assignee may read it."""
	task = frappe.get_doc({"doctype": TASK, "owner": frappe.session.user, **values})
	return (
		once("new CRM Tasks", NewRows, TASK).fits(values)
		and assigning.fits(_todo(values, user, "1"), once)
		and frappe.has_permission(doc=task, user=user)
	)


def make(plans: list[dict[str, Any]]) -> None:
	"""Write the tasks that were planned, with `values` and `user` of each, and what goes with them."""
	new = NewRows(TASK)
	names = new.names(len(plans))
	tasks = [
		new.row(name, {**plan["values"], "assigned_to": plan["user"]})
		for name, plan in zip(names, plans, strict=True)
	]
	compat.insert_rows(TASK, tasks)
	assigning.show_in_lists(TASK, tasks)
	todos = [_todo(task, task["assigned_to"], str(task["name"])) for task in tasks]
	titles = [assigning.title_of(TASK, task) for task in tasks]
	assigning.assign(list(map(assigning.Assigned, todos, titles)))
	if assigning.CRM_HOOK in frappe.get_doc_hooks().get("ToDo", {}).get("after_insert", ()):
		_notify(todos, tasks)
	for plan, task in zip(plans, tasks, strict=True):
		plan["noted"]["activity_name"] = str(task["name"])


def _todo(task: dict[str, Any], user: str, name: str) -> dict[str, Any]:
	"""As Frappe's *Assign To* makes it."""
	return {
		"allocated_to": user,
		"reference_type": TASK,
		"reference_name": name,
		"description": escape_html(task["title"]),
		"priority": "Medium",
		"status": "Open",
		"date": nowdate(),
		"assigned_by": frappe.session.user,
		"assigned_by_full_name": frappe.get_cached_value("User", frappe.session.user, "full_name"),
	}


def _notify(todos: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> None:
	giver = frappe.get_cached_value("User", frappe.session.user, "full_name")
	told = [each for each in zip(todos, tasks, strict=True) if each[0]["allocated_to"] != frappe.session.user]
	in_words = frappe.get_attr(_IN_WORDS)
	new = NewRows(NOTICE)
	notices = [
		new.row(
			name,
			{
				"from_user": frappe.session.user,
				"to_user": todo["allocated_to"],
				"type": "Assignment",
				"message": _("{0} assigned a {1} {2} to you").format(giver, TASK, todo["reference_name"]),
				"notification_text": in_words(giver, frappe._dict(todo), frappe._dict(task)),
				"notification_type_doctype": TASK,
				"notification_type_doc": todo["reference_name"],
				"reference_doctype": task["reference_doctype"],
				"reference_name": task["reference_docname"],
			},
		)
		for name, (todo, task) in zip(new.names(len(told)), told, strict=True)
	]
	compat.insert_rows(NOTICE, notices, html=("notification_text",))
	for user in {each["to_user"] for each in notices}:
		frappe.publish_realtime("crm_notification", user=user, after_commit=True)


def _nobody_listens(once: OnceABatch) -> bool:
	if listeners.listen_to(TASK, methods=("after_insert", "validate"), once=once):
		return False
	if assigning.CRM_HOOK not in frappe.get_doc_hooks().get("ToDo", {}).get("after_insert", ()):
		return True
	return _is_there(_IN_WORDS) and not listeners.listen_to(NOTICE, methods=("on_update",), once=once)


def _is_there(path: str) -> bool:
	try:
		return callable(frappe.get_attr(path))
	except (AttributeError, ImportError, frappe.ValidationError):
		return False
