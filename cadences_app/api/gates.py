"""What a record still needs for its next statuses, and doing it (S10)."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr

from cadences_app.api.answers.process import GateShown
from cadences_app.api.arguments import check_right, is_yes
from cadences_app.api.calling import whitelist
from cadences_app.gates import entries, hold
from cadences_app.gates.kinds import EntryKind, Guards, RequirementKind
from cadences_app.gates.rules import gates_of, lines_of, targets_of
from cadences_app.store.alerts import alert

MOST_APPROVERS = 20


@whitelist()
def checklist(doctype: str, name: str) -> list[GateShown]:
	"""The gates before the record with what each still needs. Needs *read* on the record."""
	doc = _record(doctype, name, "read")
	return [_shown(doc, gate) for gate in gates_of(doctype)]


@whitelist(methods=["POST"])
def tick(doctype: str, name: str, gate: str, point: str, done: bool | int | str = True) -> None:
	"""Tick a point of a gate's checklist, or take the tick back. Needs *write* on the record."""
	doc = _record(doctype, name, "write")
	row = _gate(doc, gate)
	if not any(point in lines_of(each["points"]) for each in row["requirements"]):
		frappe.throw(_("The checklist has no such point."))
	if is_yes(done):
		entries.write(EntryKind.TICKED, doctype, cstr(doc.name), gate=gate, point=point, once=True)
	else:
		entries.untick(doctype, cstr(doc.name), gate, point)


@whitelist(methods=["POST"])
def approve(doctype: str, name: str, gate: str, requirement: str, reason: str = "") -> None:
	"""Approve that the record passes the gate. Needs *read* on the record and the requirement's role."""
	doc = _record(doctype, name, "read")
	row = next((each for each in _gate(doc, gate)["requirements"] if each["name"] == requirement), None)
	if row is None or row["kind"] != RequirementKind.APPROVAL:
		frappe.throw(_("The gate asks for no such approval."))
	if not _has_role(row["approver_role"]):
		frappe.throw(
			_("Only the role {0} may approve this.").format(row["approver_role"]), frappe.PermissionError
		)
	entries.write(EntryKind.APPROVED, doctype, cstr(doc.name), gate=gate, point=requirement, reason=reason)


@whitelist(methods=["POST"])
def ask_for_approval(doctype: str, name: str, gate: str, requirement: str) -> int:
	"""Tell those who may approve; returns how many were told. Needs *write* on the record."""
	doc = _record(doctype, name, "write")
	row = next((each for each in _gate(doc, gate)["requirements"] if each["name"] == requirement), None)
	if row is None or row["kind"] != RequirementKind.APPROVAL:
		frappe.throw(_("The gate asks for no such approval."))
	users = frappe.get_all("Has Role", {"role": row["approver_role"], "parenttype": "User"}, pluck="parent")
	people = frappe.get_all(
		"User", {"name": ("in", users), "enabled": 1, "user_type": "System User"}, pluck="name"
	)
	told = [each for each in people if frappe.has_permission(doctype, "read", doc, user=each)][
		:MOST_APPROVERS
	]
	for user in told:
		_notify(user, doc, gate)
	return len(told)


@whitelist(methods=["POST"])
def overrule(doctype: str, name: str, gate: str, reason: str) -> None:
	"""Let one change of yours to this record pass the gate; the reason is logged.

	Needs *write* on the record and the gate's role.
	"""
	doc = _record(doctype, name, "write")
	if not hold.may_overrule(_gate(doc, gate)):
		frappe.throw(_("You may not overrule this gate."), frappe.PermissionError)
	if not reason.strip():
		frappe.throw(_("Give a reason; it is logged."))
	entries.write(EntryKind.OVERRULED, doctype, cstr(doc.name), gate=gate, reason=reason)


def _record(doctype: str, name: str, right: str) -> Any:
	check_right(right, doctype)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission(right)
	return doc


def _gate(doc: Any, gate: str) -> dict[str, Any]:
	row = next((each for each in gates_of(doc.doctype) if each["name"] == gate), None)
	if row is None:
		frappe.throw(_("There is no such gate."), frappe.DoesNotExistError)
	return row


def _shown(doc: Any, gate: dict[str, Any]) -> dict[str, Any]:
	done = entries.ticked(doc.doctype, cstr(doc.name), gate["name"])
	found = hold.findings(doc, gate)
	return {
		"gate": gate["name"],
		"targets": [_("Submitted")] if gate["guards"] == Guards.SUBMITTING else targets_of(gate),
		"message": gate["message"] or "",
		"is_open": all(each.is_met for _requirement, each in found),
		"may_overrule": hold.may_overrule(gate),
		"requirements": [
			{
				"name": requirement["name"],
				"kind": requirement["kind"],
				"sentence": each.sentence,
				"is_met": each.is_met,
				"route": each.route,
				"points": [{"point": point, "is_done": point in done} for point in each.points]
				if requirement["kind"] == RequirementKind.CHECKLIST_DONE
				else [],
				"may_approve": requirement["kind"] == RequirementKind.APPROVAL
				and _has_role(requirement["approver_role"]),
			}
			for requirement, each in found
		],
	}


def _has_role(role: str) -> bool:
	return frappe.session.user == "Administrator" or role in frappe.get_roles()


def _notify(user: str, doc: Any, gate: str) -> None:
	asker = frappe.utils.escape_html(frappe.utils.get_fullname())
	alert(
		user,
		lambda: _("{0} asks for your approval: {1}").format(asker, frappe.utils.escape_html(gate)),
		doc.doctype,
		cstr(doc.name),
	)
