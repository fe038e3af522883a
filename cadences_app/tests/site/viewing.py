"""Cadences with a view, records that enter and leave it, and the sweeps that notice."""

import time
from typing import Any

import frappe

from cadences_app.audience import progress
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling import activation
from cadences_app.enrolling.form.definition import fill
from cadences_app.runtime import long_jobs as worker
from cadences_app.runtime import sweeping
from cadences_app.store import long_jobs
from cadences_app.tests.site.builders import task, unique, work

CITY = "Sweepville"


def make_view(
	*follow_ups: dict, enroll_present: bool = False, filters: Any = None, audience: Any = (), **more: Any
) -> Any:
	"""An active cadence for the Leads of Sweepville, or for those whom `filters` show."""
	definition = {
		"name": unique("View"),
		"module": "Lead",
		"follow_ups": list(follow_ups or [task("look", days=1)]),
		"audience": {
			"kind": "Custom View",
			"filters": filters or [["city", "=", CITY]],
			"as_user": "Administrator",
			**dict(audience),
		},
		**more,
	}
	doc = frappe.new_doc("Cadence")
	fill(doc, Cadence.from_dict(definition))
	doc.insert()
	activation.activate(doc, enroll_present=enroll_present)
	return doc


def sweep(cadence: Any, *, whole: bool = False) -> None:
	"""What the worker does for a cadence within a minute; `whole`: after an hour. Nothing is committed."""
	row = frappe.db.get_value(progress.DOCTYPE, {"cadence": cadence.name}, "*", as_dict=True)
	if whole:
		row.swept_whole_at = None
	elif row.swept_whole_at is None:
		row.swept_whole_at = row.swept_until = frappe.utils.now_datetime()
	sweeping.sweep_one(row, time.monotonic() + 100, lambda: None)
	work()


def run_job(cadence: Any) -> dict[str, Any]:
	"""Take the cadence's last long job to its end; how it stands then."""
	[name] = frappe.get_all(
		long_jobs.DOCTYPE, {"cadence": cadence.name}, pluck="name", order_by="name desc", limit=1
	)
	worker.take_on(name, lambda: None)
	work()
	return long_jobs.standing(name)


def enrolled(cadence: Any) -> dict[str, str]:
	"""The status of each record that is or was in the cadence."""
	rows = frappe.get_all("Cadence Enrollment", {"cadence": cadence.name}, ["reference_name", "status"])
	return {row.reference_name: row.status for row in rows}
