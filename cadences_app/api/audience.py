"""Who is in a cadence's view, who waits, and how far a long job is, over REST and from Desk (S2, S5.2)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.api.answers.cadences import InView, Job, Problem, Wait
from cadences_app.api.calling import whitelist
from cadences_app.api.sentences import why_waiting
from cadences_app.audience import problems
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.enrolling import consequences
from cadences_app.store import compat, long_jobs
from cadences_app.store.compat import tried_anew
from cadences_app.store.rights import is_system_manager


@whitelist(methods=["POST"])
@tried_anew
def count(cadence: str) -> InView:
	"""What activating would do to those who are in the view now, by the cadence as it is edited (S2.3).

	`in_view`: the records that could come in; `answers`: what would become of them, by answer. It is tried
	and taken back, so it needs *write* on the cadence.
	"""
	doc = frappe.get_doc("Cadence", cadence)
	doc.check_permission("write")
	answers = consequences.of_enrolling_present(doc)
	return {"in_view": sum(answers.values()), "answers": answers}


@whitelist()
def problems_of(cadence: str) -> list[Problem]:
	"""The view and the rules that can't be evaluated; nobody enters or leaves by them meanwhile (S6.1).

	Needs *read* on the cadence.
	"""
	frappe.has_permission("Cadence", "read", cadence, throw=True)
	return problems.of_cadence(cadence)


@whitelist()
def waiting(cadence: str) -> list[Wait]:
	"""How many wait in the cadence and for what, the most first (S2.9); those that the user may see."""
	frappe.has_permission("Cadence", "read", cadence, throw=True)
	wanted = {"cadence": cadence, "status": EnrollmentStatus.WAITING.value}
	shown = compat.select_readable("Cadence Enrollment", wanted, ["waits_for"])
	rows = frappe.db.sql(
		f"select waits_for, count(*) as number from ({shown}) shown group by waits_for order by number desc",
		as_dict=True,
	)
	return [
		{"waits_for": row.waits_for, "why": why_waiting(row.waits_for), "number": row.number} for row in rows
	]


@whitelist()
def progress(job: str) -> Job:
	"""How far a long job is: `status`, `done` of `total`, and `account`, how many of each
	answer. Needs *read* on its cadence, unless it is one's own; one that is about several cadences is for its
	owner and System Managers."""
	check_job(job, "read")
	return long_jobs.standing(job)


@whitelist()
def jobs(cadence: str) -> list[Job]:
	"""The long jobs of a cadence, the newest first. Needs *read* on the cadence."""
	frappe.has_permission("Cadence", "read", cadence, throw=True)
	names = frappe.get_all(
		long_jobs.DOCTYPE, {"cadence": cadence}, pluck="name", order_by="name desc", limit=20
	)
	return [long_jobs.standing(name) for name in names]


@whitelist(methods=["POST"])
@tried_anew
def stop(job: str) -> Job:
	"""Have a long job stop after the chunk that it is at. Needs *write* on its cadence, unless it is one's
	own."""
	check_job(job, "write")
	if not long_jobs.stop(job):
		frappe.throw(_("This job is not under way any more."))
	return long_jobs.standing(job)


@whitelist(methods=["POST"])
@tried_anew
def go_on(job: str) -> Job:
	"""Have a job that was stopped, or that failed, go on from where it stands. Needs *write* on its cadence,
	unless it is one's own."""
	check_job(job, "write")
	if not long_jobs.go_on(job):
		frappe.throw(_("This job is under way, or done."))
	return long_jobs.standing(job)


def check_job(job: str, right: str) -> None:
	"""Whose job it is may ask, and whoever has this right on its cadence or journey; of a job that is about
	several cadences, System Managers."""
	columns = ["owner", "cadence", "kind", "arguments"]
	row = frappe.db.get_value(long_jobs.DOCTYPE, job, columns, as_dict=True)
	if row is None:
		frappe.throw(_("There is no such job."), frappe.DoesNotExistError)
	if row.owner == frappe.session.user:
		return
	if about := _about(row):
		frappe.has_permission(about[0], right, about[1], throw=True)
	elif not is_system_manager():
		frappe.throw(_("This job is somebody else's."), frappe.PermissionError)


def _about(job: Any) -> tuple[str, str] | None:
	"""DocType and name of the cadence or the journey that a job is about; None where it is about several."""
	if job.cadence:
		return "Cadence", job.cadence
	if job.kind == long_jobs.JobKind.BEGIN_JOURNEY:
		return "Cadence Journey", frappe.parse_json(job.arguments)["journey"]
	return None
