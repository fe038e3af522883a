"""Keeping a record from what it may not do yet, on save and on submit, however the change comes (S10)."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import cstr, escape_html, get_url_to_form, get_url_to_list

from cadences_app.gates import entries
from cadences_app.gates.kinds import EntryKind, Guards
from cadences_app.gates.requirements import Finding, look_at
from cadences_app.gates.rules import gates_of, targets_of


class GateClosed(frappe.ValidationError):
	"""The record may not take this status yet; the message names what is missing."""


def validate(doc: Any) -> None:
	"""Refuse the save if a gate of the document is closed for what it is about to become.

	Asks no query for a document without gates, nor for one that keeps its status.
	"""
	for gate in gates_of(doc.doctype):
		if _is_about_to_pass(doc, gate, doc.get_doc_before_save()):
			_let_pass(doc, gate)


def validate_direct(doc: Any) -> None:
	"""The same for a value that is written without saving. It is compared with what is stored by now: what
	the save around it has let through is not asked for again."""
	gates = gates_of(doc.doctype)
	if not gates or not doc.name:
		return
	stored = frappe.db.get_value(
		doc.doctype, doc.name, list({_field_of(gate) for gate in gates}), as_dict=True
	)
	for gate in gates:
		if _is_about_to_pass(doc, gate, stored):
			_let_pass(doc, gate)


def note_statuses(doc: Any) -> None:
	"""Write down that a guarded field took another value, once it was saved."""
	before = doc.get_doc_before_save()
	for field in {_field_of(gate) for gate in gates_of(doc.doctype)}:
		if before is not None and before.get(field) != doc.get(field):
			entries.write(
				EntryKind.STATUS_TAKEN, doc.doctype, cstr(doc.name), point=f"{field}: {cstr(doc.get(field))}"
			)


def findings(doc: Any, gate: dict[str, Any]) -> list[tuple[dict[str, Any], Finding]]:
	"""Each requirement of the gate with how it stands for the document."""
	return [(each, look_at(doc, gate, each)) for each in gate["requirements"]]


def may_overrule(gate: dict[str, Any]) -> bool:
	role = gate["overrule_role"]
	return bool(role) and (frappe.session.user == "Administrator" or role in frappe.get_roles())


def _is_about_to_pass(doc: Any, gate: dict[str, Any], before: Any | None) -> bool:
	kept = ["1"] if gate["guards"] == Guards.SUBMITTING else targets_of(gate)
	said = _said(doc, gate)
	return said in {each.casefold() for each in kept} and (before is None or _said(before, gate) != said)


def _said(row: Any, gate: dict[str, Any]) -> str:
	"""What the row says in the gate's field; capitals and blanks around it count as little as for the
	database."""
	value = row.get(_field_of(gate))
	return cstr(int(value) if isinstance(value, int) else value).strip().casefold()


def _field_of(gate: dict[str, Any]) -> str:
	return "docstatus" if gate["guards"] == Guards.SUBMITTING else cstr(gate["status_field"])


def _let_pass(doc: Any, gate: dict[str, Any]) -> None:
	missing = [found for _requirement, found in findings(doc, gate) if not found.is_met]
	if not missing:
		return
	exception = entries.unused_exception(doc.doctype, cstr(doc.name), gate["name"], frappe.session.user)
	if exception and may_overrule(gate):
		entries.use_up(exception)
		return
	frappe.throw(_refusal(doc, gate, missing), GateClosed, title=_("Not Yet"))


def _refusal(doc: Any, gate: dict[str, Any], missing: list[Finding]) -> str:
	if gate["guards"] == Guards.SUBMITTING:
		what = _("{0} can't be submitted yet. Missing:").format(_(doc.doctype))
	else:
		value = escape_html(_(cstr(doc.get(gate["status_field"]))))
		what = _("The status {0} needs more first. Missing:").format(frappe.bold(value))
	points = "".join(f"<li>{_linked(each)}</li>" for each in missing)
	more = f"<p>{escape_html(gate['message'])}</p>" if gate["message"] else ""
	return f"<p>{what}</p><ul>{points}</ul>{more}"


def _linked(found: Finding) -> str:
	sentence = escape_html(found.sentence)
	match found.route:
		case ("Form", doctype, name):
			return f'<a href="{escape_html(get_url_to_form(doctype, name))}">{sentence}</a>'
		case ("List", doctype):
			return f'<a href="{escape_html(get_url_to_list(doctype))}">{sentence}</a>'
	return sentence
