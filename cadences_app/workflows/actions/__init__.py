"""What workflows do, one file an action, and the one registry (S9.2).

An action gets an `Occasion`, acts with the rights of the session's user, and returns what it did in a few
words. It raises a ValidationError, whose sentence is shown, when it can't be done.
"""

from collections.abc import Callable
from importlib import import_module

import frappe

from cadences_app.workflows.actions import (
	add_todo,
	change_owner,
	move,
	pause,
	server_script,
	set_field,
	skip_to_last,
	stop,
)
from cadences_app.workflows.actions.occasion import Occasion
from cadences_app.workflows.kinds import ActionKind

__all__ = ["Occasion", "offered", "perform", "reaches_outside"]

Act = Callable[[Occasion], str]

_ACTIONS: dict[str, Act] = {
	ActionKind.CHANGE_OWNER: change_owner.act,
	ActionKind.STOP: stop.act,
	ActionKind.PAUSE: pause.act,
	ActionKind.MOVE: move.act,
	ActionKind.SKIP_TO_LAST: skip_to_last.act,
	ActionKind.SET_FIELD: set_field.act,
	ActionKind.ADD_TODO: add_todo.act,
	ActionKind.SERVER_SCRIPT: server_script.act,
}
HOOK = "cadence_workflow_actions"
"""Other apps' actions: a label and the dotted path of a function that takes an Occasion."""


def perform(kind: str, occasion: Occasion) -> str:
	"""Do what an action of this kind does; returns what it did. Raises ValidationError."""
	act = _ACTIONS.get(kind) or _load(_of_other_apps().get(kind, ""))
	if act is None:
		frappe.throw(frappe._("There is no action {0} any more.").format(kind))
	return act(occasion)


def reaches_outside(kind: str) -> bool:
	"""Whether such an action may do what a rollback does not undo: a script, and whatever other apps do."""
	return kind == ActionKind.SERVER_SCRIPT or kind not in list(ActionKind)


def offered() -> list[str]:
	"""The kinds of action that a workflow can take on this site."""
	return [*(each.value for each in ActionKind), *sorted(_of_other_apps())]


def _of_other_apps() -> dict[str, str]:
	return {kind: paths[-1] for kind, paths in frappe.get_hooks(HOOK, default={}).items()}


def _load(path: str) -> Act | None:
	module, _dot, name = path.rpartition(".")
	return getattr(import_module(module), name) if module else None
