"""Working on pending runs: each once, with the rights of the workflow's user (S9.3, S15.2).

A run's actions and its marks are written in one transaction. A worker that dies leaves the run pending, and
nothing of it done.
"""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from cadences_app.store import compat
from cadences_app.store.rights import acting_as
from cadences_app.workflows import chain, rules
from cadences_app.workflows.actions import Occasion, perform
from cadences_app.workflows.conditions import judge
from cadences_app.workflows.kinds import RunStatus
from cadences_app.workflows.plan import RUN

BEFORE_ACTION = "cadence_workflow_action"
COLUMNS = [
	"name",
	"workflow",
	"event",
	"enrollment",
	"cadence",
	"reference_doctype",
	"reference_name",
	"trigger",
	"detail",
	"status",
	"chain",
	"results",
]


def claim() -> dict[str, Any] | None:
	"""The pending run that waits longest, locked until the transaction ends; None when there is none."""
	table = frappe.qb.DocType(RUN)
	query = (
		frappe.qb.from_(table)
		.select(*COLUMNS)
		.where(table.status == RunStatus.PENDING.value)
		.orderby(table.name)
		.limit(1)
	)
	rows = compat.locked(query).run(as_dict=True)
	return rows[0] if rows else None


def has_pending() -> bool:
	"""Whether a run waits; no query on a site without workflows."""
	return bool(rules.enabled()) and bool(frappe.get_all(RUN, {"status": RunStatus.PENDING.value}, limit=1))


def work_on(run: dict[str, Any]) -> None:
	"""Judge the conditions and act; in the caller's transaction, which it commits."""
	workflow = next((each for each in rules.enabled() if each["name"] == run["workflow"]), None)
	if workflow is None:
		_finish(run, RunStatus.FAILED, error=_("The workflow is disabled or gone."))
		return
	if not frappe.get_cached_value("User", workflow["run_as"], "enabled"):
		_finish(run, RunStatus.FAILED, error=_("{0} is not enabled.").format(workflow["run_as"]))
		return
	with acting_as(workflow["run_as"]), chain.acting(list(chain.read(run["chain"]))):
		_act(workflow, run)


def set_aside(run: dict[str, Any], error: str) -> None:
	"""Show a run that can't be worked on, so that the others go on."""
	_finish(run, RunStatus.FAILED, error=error)


def dry_run(workflow: dict[str, Any], doctype: str, name: str) -> dict[str, Any]:
	"""What the workflow would have done with this record: the conditions with their values, the actions."""
	verdict = judge(workflow, doctype, name)
	return {
		"holds": verdict.holds,
		"conditions": verdict.told,
		"actions": [each["kind"] for each in workflow["actions"]] if verdict.holds else [],
	}


def _act(workflow: dict[str, Any], run: dict[str, Any]) -> None:
	verdict = judge(workflow, run["reference_doctype"], run["reference_name"])
	if not verdict.holds:
		_finish(run, RunStatus.CONDITIONS_NOT_MET, conditions=verdict.told)
		return
	earlier = {each["action"]: each for each in json.loads(run["results"] or "[]")}
	results = []
	for action in workflow["actions"]:
		known = earlier.get(action["name"])
		results.append(known if known and not known["error"] else _try(action, run))
	failed = [each["error"] for each in results if each["error"]]
	status = RunStatus.FAILED if failed else RunStatus.DONE
	_finish(run, status, conditions=verdict.told, results=results, error="\n".join(failed))


def _try(action: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
	"""Perform one action in a savepoint: what fails is undone and told, the others run."""
	frappe.db.savepoint(BEFORE_ACTION)
	told = {"action": action["name"], "kind": action["kind"], "did": "", "error": ""}
	try:
		return told | {"did": perform(action["kind"], Occasion(action, run))}
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point=BEFORE_ACTION)
		frappe.clear_messages()
		return told | {"error": f"{_(action['kind'])}: {_sentence(error)}"[:500]}


def _sentence(error: Exception) -> str:
	return frappe.utils.strip_html_tags(str(error)) or type(error).__name__


def _finish(
	run: dict[str, Any],
	status: RunStatus,
	*,
	conditions: list[dict[str, Any]] | None = None,
	results: list[dict[str, Any]] | None = None,
	error: str = "",
) -> None:
	columns = {"status": status.value, "done_at": now_datetime(), "error": error}
	if conditions is not None:
		columns["conditions"] = json.dumps(conditions, default=str)
	if results is not None:
		columns["results"] = json.dumps(results, default=str)
	compat.update_rows(RUN, {run["name"]: columns})
