"""Views and rules that can't be evaluated: noted where the cadence's owner sees them until they can."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import frappe
from frappe import _

from cadences_app.store import compat, inbox
from cadences_app.store.alerts import alert
from cadences_app.store.names import new_name
from cadences_app.store.views import ViewFailed

VIEW = ""
"""The rule's key where it is the view itself."""


@contextmanager
def noted(cadence: str, rule: str = VIEW) -> Iterator[None]:
	"""Evaluate a view within: what is wrong with it is noted and ends the block, else it counts as mended."""
	try:
		yield
	except ViewFailed as error:
		note(cadence, rule, str(error))
	else:
		forget(cadence, rule)


def note(cadence: str, rule: str, message: str) -> None:
	"""Note a problem once, and tell the cadence's owner of it."""
	columns = {
		**inbox.standard_columns(new_name()),
		"cadence": cadence,
		"rule": rule,
		"message": message[:1000],
		"problem_key": _key(cadence, rule),
	}
	if compat.insert_rows("Cadence Problem", [columns], ignore_duplicates=True):
		_tell_owner(cadence, message)


def forget(cadence: str, rule: str = VIEW) -> None:
	if frappe.db.exists("Cadence Problem", {"problem_key": _key(cadence, rule)}):
		frappe.db.delete("Cadence Problem", {"problem_key": _key(cadence, rule)})


def settle(rules: Mapping[tuple[str, str], str]) -> None:
	"""Note what is wrong with rules, and forget it of those that work again: `rules` tells of each that was
	evaluated, by cadence and key, blank where nothing is wrong."""
	if not rules:
		return
	cadences = sorted({cadence for cadence, _rule in rules})
	known = frappe.get_all("Cadence Problem", {"cadence": ("in", cadences)}, ["cadence", "rule"])
	for row in known:
		if rules.get((row.cadence, row.rule)) == "":
			forget(row.cadence, row.rule)
	noted_already = {(row.cadence, row.rule) for row in known}
	for (cadence, rule), message in rules.items():
		if message and (cadence, rule) not in noted_already:
			note(cadence, rule, message)


def of_cadence(cadence: str) -> list[dict[str, str]]:
	"""What can't be evaluated now: the rule's key, blank for the view, and what is wrong."""
	rows = frappe.get_all("Cadence Problem", {"cadence": cadence}, ["rule", "message", "creation"])
	return [dict(row) for row in rows]


def _tell_owner(cadence: str, message: str) -> None:
	owner = frappe.db.get_value("Cadence", cadence, "owner")
	if not owner or not frappe.db.exists("User", {"name": owner, "enabled": 1}):
		return
	alert(
		owner,
		lambda: _("Nobody enters or leaves {0} by a rule that can't be evaluated: {1}").format(
			frappe.utils.escape_html(cadence), frappe.utils.escape_html(message[:200])
		),
		"Cadence",
		cadence,
	)


def _key(cadence: str, rule: str) -> str:
	return hashlib.sha1(f"{cadence}\n{rule}".encode(), usedforsecurity=False).hexdigest()
