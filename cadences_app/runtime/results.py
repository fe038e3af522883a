"""What people say in their queue of follow-ups (S8.4): kept first, carried out ten seconds later.

Until then it can be taken back, and nothing has happened yet: what a result sets off, a mail or the end of
the run, could not be called back. It is carried out by the browser's next call, or else by the minute's tick.
"""

import json
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from cadences_app.channels import answers
from cadences_app.channels.answers import Answer, MailAnswer, NotOpen
from cadences_app.engine.events import StopRequested
from cadences_app.enrolling import control
from cadences_app.runtime import scheduled, waiting_mails
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.later import enqueue_once

TIME_TO_UNDO = 10  # seconds
AT_ONCE = 100
DOCTYPE = "Cadence Result"


def keep(activity: str, answer: Answer) -> None:
	"""Keep what the session's user says. Raises NotOpen where something is kept of it already."""
	user = frappe.session.user
	row = {
		**standard_columns(activity),
		"activity": activity,
		"user": user,
		"said": json.dumps(answer.to_dict()),
		"apply_at": now_datetime() + timedelta(seconds=TIME_TO_UNDO),
	}
	frappe.db.delete(DOCTYPE, {"name": activity, "error": ("is", "set")})  # it failed: it may be said again
	compat.insert_rows(DOCTYPE, [row], ignore_duplicates=True)
	kept_of, kept = frappe.db.get_value(DOCTYPE, activity, ["user", "said"])
	if (kept_of, Answer.from_dict(frappe.parse_json(kept))) != (user, answer):
		raise NotOpen(_("Somebody said something of this follow-up a moment ago."))


def take_back(activity: str) -> bool:
	"""Forget what the session's user said of it. False when it is too late: it has been carried out."""
	row = frappe.db.get_value(DOCTYPE, activity, "user", for_update=True)
	if row != frappe.session.user:
		return False
	frappe.db.delete(DOCTYPE, {"name": activity})
	return True


def apply_own(activities: list[str]) -> dict[str, str]:
	"""Carry out what the session's user said of these, whatever the time. The error of each that failed."""
	found = frappe.get_all(
		DOCTYPE,
		{"name": ("in", activities), "user": frappe.session.user, "error": ("is", "not set")},
		pluck="name",
	)
	return {name: error for name in sorted(found) if (error := _apply(name))}


def waiting() -> str:
	"""A SELECT of one that is due."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.name).where(table.apply_at <= now_datetime())
	return str(query.where(table.error.isnull()).limit(1).get_sql())


def tick() -> None:
	if frappe.db.exists(DOCTYPE, _due()):
		enqueue_once("results", 0)


def work(number: int = 0) -> int:
	"""Carry out what is due, one a transaction, each as who said it. Returns how many."""
	compat.use_read_committed()
	names = frappe.get_all(DOCTYPE, _due(), pluck="name", order_by="apply_at", limit_page_length=AT_ONCE)
	for name in names:
		frappe.set_user(frappe.db.get_value(DOCTYPE, name, "user") or "Administrator")
		compat.persist(_apply, name)
	return len(names)


def _due() -> dict[str, Any]:
	return {"apply_at": ("<=", now_datetime()), "error": ("is", "not set")}


def _apply(name: str) -> str:
	"""Carry out one, and decide on what it means. One that fails stays, with its error, which is returned."""
	table = frappe.qb.DocType(DOCTYPE)
	query = frappe.qb.from_(table).select(table.said).where((table.name == name) & table.error.isnull())
	rows = compat.locked(query).run()
	if not rows:
		return ""
	activity = frappe.db.get_value(
		"Cadence Activity", name, ["activity_doctype", "activity_name", "enrollment"], as_dict=True
	)
	frappe.db.savepoint("cadence_result")
	try:
		_carry_out(name, activity, Answer.from_dict(frappe.parse_json(rows[0][0])))
		frappe.db.delete(DOCTYPE, {"name": name})
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point="cadence_result")
		frappe.clear_messages()
		told = str(error) or type(error).__name__
		compat.update_rows(DOCTYPE, {name: {"error": told}})
		return told
	scheduled.run_now([activity.enrollment], may_leave=True)
	return ""


def _carry_out(name: str, activity: Any, answer: Answer) -> None:
	if answer.ends:  # decided on first: what the outcome would set going does not begin any more
		control.ask([activity.enrollment], StopRequested(answer.note, answer.disposition))
	if answer.outcome or answer.put_off_to:
		_write(name, activity, answer)


def _write(name: str, activity: Any, answer: Answer) -> None:
	if answer.outcome == MailAnswer.SEND:
		waiting_mails.release_for(name, frappe.session.user)
	elif answer.outcome == MailAnswer.DO_NOT_SEND:
		waiting_mails.decline(name, answer.note)
	else:
		answers.write(activity.activity_doctype, activity.activity_name, answer)
