"""Working on pending runs: each once, with the rights of the workflow's user (S9.3, S15.2).

A run's actions and its marks are written in one transaction. A worker that dies leaves the run pending, and
nothing of it done. An action that reaches beyond the database is marked as begun first: of one whose worker
died nobody knows whether it was carried out, so it is shown, and not done again by itself.
"""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from cadences_app.store import compat
from cadences_app.store.rights import acting_as
from cadences_app.workflows import chain, rules
from cadences_app.workflows.actions import Occasion, perform, reaches_outside
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


def work_on(run: dict[str, Any]) -> dict[str, Any] | None:
	"""Judge the conditions and act, in the caller's transaction, which it commits.

	Returns the action that comes next where it reaches beyond the database: it is marked as begun, to be
	carried out (`carry_out`) once that is committed. None when the run is over.
	"""
	workflow = _workflow_of(run)
	if workflow is None:
		_finish(run, RunStatus.FAILED, error=_("The workflow is disabled or gone."))
		return None
	if not frappe.get_cached_value("User", workflow["run_as"], "enabled"):
		_finish(run, RunStatus.FAILED, error=_("{0} is not enabled.").format(workflow["run_as"]))
		return None
	with acting_as(workflow["run_as"]), chain.acting(list(chain.read(run["chain"]))):
		return _act(workflow, run)


def carry_out(run: dict[str, Any], action: dict[str, Any]) -> None:
	"""Carry out an action that is marked as begun; the run goes on with the next."""
	workflow = _workflow_of(run)
	if workflow is None:
		return
	with acting_as(workflow["run_as"]), chain.acting(list(chain.read(run["chain"]))):
		told = _try(action, run)
	others = [each for each in _results(run["name"]) if each["action"] != action["name"]]
	_finish(run, RunStatus.PENDING, results=[*others, told])


def again(runs: list[str]) -> None:
	"""Have runs run once more; of their actions, those that failed or of which nobody knows."""
	kept = {name: [each for each in _results(name) if not each["error"]] for name in runs}
	pending = {"status": RunStatus.PENDING.value, "error": ""}
	compat.update_rows(RUN, {name: {**pending, "results": json.dumps(done)} for name, done in kept.items()})


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


def _act(workflow: dict[str, Any], run: dict[str, Any]) -> dict[str, Any] | None:
	results = frappe.parse_json(run["results"] or "[]")
	conditions = None
	if not results:  # what was done already may have changed what the conditions ask for
		verdict = judge(workflow, run["reference_doctype"], run["reference_name"])
		conditions = verdict.told
		if not verdict.holds:
			_finish(run, RunStatus.CONDITIONS_NOT_MET, conditions=conditions)
			return None
	done = {each["action"] for each in results}
	for action in workflow["actions"]:
		if action["name"] in done:
			continue
		if reaches_outside(action["kind"]):
			kind = action["kind"]
			error = _("{0} was begun, and nobody knows whether it was carried out.").format(_(kind))
			begun = [*results, {**_told(action), "error": error}]
			_finish(run, RunStatus.UNKNOWN, conditions=conditions, results=begun, error=error)
			return action
		results.append(_try(action, run))
	order = [each["name"] for each in workflow["actions"]]
	results.sort(key=lambda each: order.index(each["action"]) if each["action"] in order else -1)
	failed = [each["error"] for each in results if each["error"]]
	status = RunStatus.FAILED if failed else RunStatus.DONE
	_finish(run, status, conditions=conditions, results=results, error="\n".join(failed))
	return None


def _workflow_of(run: dict[str, Any]) -> dict[str, Any] | None:
	return next((each for each in rules.enabled() if each["name"] == run["workflow"]), None)


def _results(run: str) -> list[dict[str, Any]]:
	return frappe.parse_json(frappe.db.get_value(RUN, run, "results") or "[]")


def _told(action: dict[str, Any]) -> dict[str, str]:
	return {"action": action["name"], "kind": action["kind"], "did": "", "error": ""}


def _try(action: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
	"""Perform one action in a savepoint: what fails is undone and told, the others run."""
	frappe.db.savepoint(BEFORE_ACTION)
	told = _told(action)
	try:
		return told | {"did": perform(action["kind"], Occasion(action, run))}
	except Exception as error:
		if compat.is_passing_fault(error):
			raise
		frappe.db.rollback(save_point=BEFORE_ACTION)
		frappe.clear_messages()
		kind = told["kind"]
		return told | {"error": _("{0}: {1}").format(_(kind), _sentence(error))[:500]}


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
