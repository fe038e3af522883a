"""ToDos in sets, with all that Frappe does when somebody is assigned: the line in the record's timeline, who
it shows as assigned, the notification, and the mail of it where the user wants one (S3.8).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.desk.doctype.notification_log import notification_log
from frappe.desk.form.document_follow import follow_document
from frappe.desk.notifications import clear_doctype_notifications
from frappe.utils import get_fullname
from frappe.utils.global_search import update_global_search
from frappe.utils.html_utils import sanitize_html

from cadences_app.store import compat, listeners, markup
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.listeners import OnceABatch
from cadences_app.store.new_rows import NewRows

LOG = "Notification Log"
SETTINGS = "Notification Settings"
CRM_HOOK = "crm.api.todo.after_insert"
"""Tells the assignee of a task of Frappe CRM as well: done in sets by `crm_tasks.py`."""
_ACCOUNTED_FOR = {
	"ToDo": frozenset({CRM_HOOK, "crm.api.todo.on_update"}),
	# for what people write, and for mentions
	"Comment": frozenset({"crm.utils.on_comment_insert", "crm.api.comment.on_update"}),
	LOG: frozenset[str](),
}
_METHODS = {
	"ToDo": ("validate", "on_update"),
	"Comment": ("validate", "after_insert", "on_update"),
	LOG: ("after_insert",),
}


class Assigned(NamedTuple):
	"""Who got which record: the values of the ToDo, and the record's title as notifications show it."""

	values: dict[str, Any]
	title: str


def is_by_rows(record_doctype: str, once: OnceABatch) -> bool:
	"""Whether nobody but what is accounted for here listens to what is written when somebody is assigned."""
	return once("assigned by rows", _nobody_listens, once) and frappe.db.has_column(record_doctype, "_assign")


def fits(values: dict[str, Any], once: OnceABatch) -> bool:
	"""Whether Frappe would take this ToDo as it is."""
	return once("new ToDos", NewRows, "ToDo").fits(values)


def title_of(doctype: str, row: dict[str, Any]) -> str:
	"""What notifications call a record."""
	field = frappe.get_meta(doctype).get_title_field()
	title = str(row["name"]) if field == "name" else str(row.get(field))
	return sanitize_html(title, always_sanitize=True) if set(title) & set("<>&") else title


def assign(given: Sequence[Assigned]) -> list[str]:
	"""Write the ToDos and what goes with them. Returns their names."""
	new = NewRows("ToDo")
	names = new.names(len(given))
	todos = [new.row(name, each.values) for name, each in zip(names, given, strict=True)]
	compat.insert_rows("ToDo", todos)
	_put_into_timelines(todos)
	_show_assignees(todos)
	_follow(todos)
	_notify(todos, [each.title for each in given])
	show_in_lists("ToDo", todos)
	return [str(name) for name in names]


def send_mails(logs: list[str]) -> None:
	"""Mail these notifications to the users who want mail of them."""
	for name in logs:
		if not frappe.db.exists(LOG, name):
			continue
		log = frappe.get_doc(LOG, name)
		try:
			notification_log.send_notification_email(log)
		except frappe.OutgoingEmailError:
			log.log_error(_("Failed to send notification email"))


def show_in_lists(doctype: str, rows: Iterable[dict[str, Any]]) -> None:
	"""Let open lists, counts and the search know of new documents, as Frappe does when one is inserted."""
	clear_doctype_notifications(doctype)
	meta = frappe.get_meta(doctype)
	is_found = bool(meta.get_global_search_fields())
	for row in rows:
		if is_found:
			update_global_search(frappe.get_doc({"doctype": doctype, **row}))
		if not meta.get("read_only"):
			told = {"doctype": doctype, "name": row["name"], "user": frappe.session.user}
			frappe.publish_realtime("list_update", told, after_commit=True)


def _nobody_listens(once: OnceABatch) -> bool:
	return not any(
		listeners.listen_to(doctype, _ACCOUNTED_FOR[doctype], _METHODS[doctype], once)
		for doctype in _ACCOUNTED_FOR
	)


def _put_into_timelines(todos: list[dict[str, Any]]) -> None:
	new = NewRows("Comment")
	comments = [
		new.row(
			name,
			{
				"comment_type": "Assigned",
				"comment_email": frappe.session.user,
				"reference_doctype": todo["reference_type"],
				"reference_name": todo["reference_name"],
				"content": _assignment_in_words(todo),
			},
		)
		for name, todo in zip(new.names(len(todos)), todos, strict=True)
	]
	compat.insert_rows("Comment", comments)
	for comment in comments:
		told = markup.clean_columns("Comment", comment)  # open forms show it as it comes
		frappe.publish_realtime(
			"docinfo_update",
			{"doc": {"doctype": "Comment", **told}, "key": "assignment_logs", "action": "add"},
			doctype=comment["reference_doctype"],
			docname=comment["reference_name"],
			after_commit=True,
		)


def _assignment_in_words(todo: dict[str, Any]) -> str:
	giver, taker = todo["assigned_by"], todo["allocated_to"]
	if giver == taker:
		return _("{0} self assigned this task: {1}").format(get_fullname(giver), todo["description"])
	return _("{0} assigned {1}: {2}").format(get_fullname(giver), get_fullname(taker), todo["description"])


def _show_assignees(todos: list[dict[str, Any]]) -> None:
	"""Write who is assigned to each record, from all its open ToDos, the oldest first."""
	for doctype, names in _by(todos, "reference_type", "reference_name").items():
		table = frappe.qb.DocType("ToDo")
		query = (
			frappe.qb.from_(table)
			.select(table.reference_name, table.allocated_to)
			.where((table.reference_type == doctype) & table.reference_name.isin(list(names)))
			.where(table.status.notin(["Cancelled", "Closed"]) & (table.allocated_to != ""))
			.orderby(table.modified)
			.for_update()
		)
		assignees: dict[str, list[str]] = defaultdict(list)
		for name, user in compat.found_by(query, "reference_type_reference_name_index").run():
			assignees[name].append(user)
		key: Callable[[str], Any] = int if frappe.get_meta(doctype).autoname == "autoincrement" else str
		shown = {key(name): {"_assign": json.dumps(users)} for name, users in assignees.items()}
		compat.update_rows(doctype, shown)
		for name in shown:
			frappe.clear_document_cache(doctype, name)


def _follow(todos: list[dict[str, Any]]) -> None:
	for todo in todos:
		if frappe.get_cached_value("User", todo["allocated_to"], "follow_assigned_documents"):
			follow_document(todo["reference_type"], todo["reference_name"], todo["allocated_to"])


def _notify(todos: list[dict[str, Any]], titles: list[str]) -> None:
	users = {each["allocated_to"] for each in todos}
	languages = _languages_of(users)
	wanted = _settings_of(users)
	told = [
		(todo, title)
		for todo, title in zip(todos, titles, strict=True)
		if todo["assigned_by"] != todo["allocated_to"]
		and todo["allocated_to"] in languages
		and _wants(wanted, todo["allocated_to"], "enabled")
		and todo["allocated_to"] != frappe.session.user
	]
	if not told:
		return
	new = NewRows(LOG)
	logs = [
		new.row(name, _notification(todo, title, languages[todo["allocated_to"]]))
		for name, (todo, title) in zip(new.names(len(told)), told, strict=True)
	]
	compat.insert_rows(LOG, logs, html=("subject",))
	seen_by = {log["for_user"] for log in logs}
	settings = frappe.qb.DocType(SETTINGS)
	frappe.qb.update(settings).set(settings.seen, 0).where(settings.name.isin(list(seen_by))).run()
	for user in seen_by:
		frappe.clear_document_cache(SETTINGS, user)
		frappe.publish_realtime("notification", after_commit=True, user=user)
	mailed = [
		log["name"]
		for log in logs
		if _wants(wanted, log["for_user"], "enable_email_notifications")
		and _wants(wanted, log["for_user"], "enable_email_assignment")
	]
	if mailed:
		enqueue_after_commit("tell_assignees", logs=mailed)


def _notification(todo: dict[str, Any], title: str, language: str | None) -> dict[str, Any]:
	giver = frappe.bold(frappe.get_cached_value("User", frappe.session.user, "full_name"))
	about = todo["reference_type"]
	doctype = frappe.bold(_(about, lang=language))
	told = _("{0} assigned a new task {1} {2} to you", lang=language)
	return {
		"type": "Assignment",
		"document_type": about,
		"subject": told.format(giver, doctype, notification_log.get_title_html(title)),
		"document_name": todo["reference_name"],
		"from_user": frappe.session.user,
		"email_content": f"<div>{todo['description']}</div>",
		"for_user": todo["allocated_to"],
	}


def _languages_of(users: set[str]) -> dict[str, str | None]:
	"""The languages of those who can be notified: Frappe looks for them by their address."""
	able = {"enabled": 1, "email": ("in", list(users))}
	found = frappe.get_all("User", able, ["name", "language"], limit_page_length=0)
	return {row.name: row.language for row in found}


def _settings_of(users: set[str]) -> dict[str, dict[str, Any]]:
	fields = ["name", "enabled", "enable_email_notifications", "enable_email_assignment"]
	found = frappe.get_all(SETTINGS, {"name": ("in", list(users))}, fields, limit_page_length=0)
	return {row.name: row for row in found}


def _wants(settings: dict[str, dict[str, Any]], user: str, what: str) -> bool:
	"""What a user's settings say; who has none wants all."""
	value = settings.get(user, {}).get(what)
	return value is None or bool(value)


def _by(rows: list[dict[str, Any]], key: str, value: str) -> dict[Any, set[Any]]:
	found: dict[Any, set[Any]] = defaultdict(set)
	for row in rows:
		found[row[key]].add(row[value])
	return found
