"""Workflows over REST and from Desk: try on a record, try again what failed (S9)."""

import frappe
from frappe import _
from frappe.utils import add_to_date, now_datetime

from cadences_app.api.answers.process import PastDryRun, WorkflowDryRun
from cadences_app.api.arguments import check_right, listed
from cadences_app.api.calling import whitelist
from cadences_app.store.compat import tried_anew
from cadences_app.store.later import enqueue_after_commit
from cadences_app.workflows import past, plan, work
from cadences_app.workflows.kinds import RunStatus

LONGEST_ACTION = 300
"""In seconds: what a worker gives a job. An action that was begun may be under way so long."""


@whitelist()
def dry_run(workflow: str, doctype: str, name: str) -> WorkflowDryRun:
	"""What the workflow would do with this record now; nothing is changed. Needs *read* on both."""
	doc = frappe.get_doc("Cadence Workflow", workflow)
	doc.check_permission("read")
	check_right("read", doctype, name)
	return work.dry_run(doc.as_dict(), doctype, name)


@whitelist(methods=["POST"])
def dry_run_of_event(workflow: str, event: str) -> PastDryRun:
	"""Whether the workflow hears a past Cadence Event, and what it would do then with its record as that is
	now. Needs *read* on workflow, event and record."""
	doc = frappe.get_doc("Cadence Workflow", workflow)
	doc.check_permission("read")
	row = frappe.get_doc("Cadence Event", event)
	row.check_permission("read")
	of = ["reference_doctype", "reference_name"]
	record = row.enrollment and frappe.db.get_value("Cadence Enrollment", row.enrollment, of)
	if not record:
		frappe.throw(_("The event belongs to no enrollment."))
	check_right("read", *record)
	return past.of_event(doc.as_dict(), event)


@whitelist()
def dry_run_lately(workflow: str) -> list[PastDryRun]:
	"""The last 20 events that the workflow hears, and what it would do on each with the record as it is now,
	whether it is enabled or not. Found among the last 500 of its cadences that the user may see. Needs *read*
	on the workflow."""
	doc = frappe.get_doc("Cadence Workflow", workflow)
	doc.check_permission("read")
	return past.lately(doc.as_dict())


@whitelist(methods=["POST"])
@tried_anew
def try_again(runs: list[str] | str) -> list[str]:
	"""Let failed runs run once more; what they did stays done. Returns those that were failed. Of an Unknown
	one, the action that was begun is done again, five minutes after it was begun at the earliest.

	Needs *write* on their workflows.
	"""
	tried = (RunStatus.FAILED.value, RunStatus.UNKNOWN.value)
	filters = {"name": ("in", listed(runs)), "status": ("in", tried)}
	rows = frappe.get_list(plan.RUN, filters, ["name", "workflow", "status", "done_at"])
	under_way = add_to_date(now_datetime(), seconds=-LONGEST_ACTION)
	found = [row for row in rows if row.status == RunStatus.FAILED or row.done_at < under_way]
	for workflow in {each.workflow for each in found}:
		frappe.has_permission("Cadence Workflow", "write", workflow, throw=True)
	if found:
		work.again([each.name for each in found])
		enqueue_after_commit("workflows")
	return [each.name for each in found]
