"""Cadences that run on a site, the records in them, and the clock that moves them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import frappe
from freezegun import freeze_time

from cadences_app.engine.definition import Cadence
from cadences_app.enrolling import activation
from cadences_app.enrolling.enroll import enroll as put_in
from cadences_app.enrolling.form.definition import fill
from cadences_app.runtime import runner
from cadences_app.store import clock, enrollment_rows, inbox
from cadences_app.store.names import new_name
from cadences_app.tests.site.base import make_user

DAY = timedelta(days=1)
REP, COLLEAGUE, GONE = "rep@example.com", "colleague@example.com", "gone@example.com"


def unique(label: str) -> str:
	return f"{label} {new_name()}"


def make_reps() -> None:
	"""Two reps and one who has left, for all tests: they stay on the site, since making users takes long."""
	for user in (REP, COLLEAGUE, GONE):
		if not frappe.db.exists("User", user):
			make_user(user, "Sales User")
	frappe.db.set_value("User", GONE, "enabled", 0)
	frappe.db.commit()


def make_team(*reps: str, boss: str) -> None:
	"""Reps who work with cadences and their manager, of one test module: they stay on the site as well."""
	for user in reps:
		make_user(user, "Cadence User", "Sales User")
	make_user(boss, "Cadence Manager", "Sales User")
	frappe.db.commit()


def make_lead(**fields: Any) -> Any:
	values = {"first_name": "Ada", "last_name": unique("Lead"), "lead_owner": "Administrator", **fields}
	return frappe.get_doc({"doctype": "Lead", **values}).insert()


def make_crm_lead(**fields: Any) -> Any:
	values = {
		"first_name": "Grace",
		"last_name": unique("Lead"),
		"lead_owner": "Administrator",
		"status": "New",
	}
	return frappe.get_doc({"doctype": "CRM Lead", **values, **fields}).insert()


def task(key: str, parent: str = "", outcome: str = "Carried Out", days: int = 0, **content: Any) -> dict:
	texts = {"subject": "Look at {{ doc.first_name }}"}
	return follow_up(key, "Task", parent, outcome, days, texts | content)


def call(key: str, parent: str = "", outcome: str = "Carried Out", days: int = 0, **content: Any) -> dict:
	texts = {"subject": "Ring {{ doc.first_name }}"}
	return follow_up(key, "Call", parent, outcome, days, texts | content)


def follow_up(key: str, channel: str, parent: str, outcome: str, days: int, content: dict) -> dict:
	values = {
		"key": key,
		"channel": channel,
		"timing": {"delay": {"amount": days, "unit": "Days"}},
		"content": content,
	}
	return values | ({"parent": parent, "trigger": {"outcome": outcome}} if parent else {})


def make_cadence(
	*follow_ups: dict, module: str = "Lead", exit_rules: Iterable[dict] = (), **more: Any
) -> Any:
	"""An active cadence of these follow-ups, made by filling in and activating its form."""
	definition = {
		"name": unique("Cadence"),
		"module": module,
		"follow_ups": list(follow_ups),
		"exit_rules": list(exit_rules),
		**more,
	}
	doc = frappe.new_doc("Cadence")
	fill(doc, Cadence.from_dict(definition))
	doc.insert()
	activation.activate(doc)
	return doc


def enroll(cadence: Any, *records: Any) -> list[str]:
	"""Enroll the records and take them through their first decision. Returns the enrollments."""
	outcome = put_in(cadence.name, [record.name for record in records])
	assert not outcome.notes and len(outcome.enrollments) == len(records), outcome
	work()
	return outcome.enrollments


def work() -> list[enrollment_rows.EnrollmentInWork]:
	"""What the workers do: take up every enrollment that has inbox entries or is due."""
	due = {*inbox.enrollments_with_entries(1000), *enrollment_rows.lock_due(1000)}
	return runner.run(due) if due else []


def at(moment: datetime | str) -> AbstractContextManager:
	"""Freeze the clock at this site time."""
	stored = frappe.utils.get_datetime(moment)
	return freeze_time(clock.from_site(stored).replace(tzinfo=None))


def activity(enrollment: str, follow_up: str) -> Any:
	"""The row of a follow-up in the enrollment's current run."""
	run = frappe.db.get_value("Cadence Enrollment", enrollment, "run")
	filters = {"enrollment": enrollment, "follow_up": follow_up, "run": run}
	return frappe.db.get_value("Cadence Activity", filters, "*", as_dict=True)


def made_for(enrollment: str, follow_up: str) -> Any:
	"""The ToDo, CRM Task or Event of a follow-up, as it is stored now."""
	row = activity(enrollment, follow_up)
	return frappe.get_doc(row.activity_doctype, row.activity_name)


def state(enrollment: str) -> Any:
	return frappe.db.get_value("Cadence Enrollment", enrollment, "*", as_dict=True)


def inbox_of(enrollment: str) -> list[Any]:
	"""What still lies in the inbox, in order."""
	filters = {"enrollment": enrollment, "processed_at": ("is", "not set")}
	columns = ["kind", "payload", "event_key"]
	return frappe.db.get_values("Cadence Event", filters, columns, as_dict=True, order_by="name")
