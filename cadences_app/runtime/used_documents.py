"""Documents that cadences use are renamed, or are to be deleted (S15.6)."""

from collections.abc import Iterable, Iterator
from typing import Any

import frappe
from frappe import _

from cadences_app.enrolling import fields_read, uses
from cadences_app.gates import evidence
from cadences_app.gates import rules as gates
from cadences_app.journeys import rules as journeys
from cadences_app.mail import mailboxes
from cadences_app.runtime import renamed_fields, renamed_modules
from cadences_app.workflows import rules as workflows
from cadences_app.workflows.kinds import TARGET_OF, Target, Trigger


def on_trash(doc: Any, method: str | None = None) -> None:
	"""Refuse to delete what a cadence needs, and name the cadences."""
	if _is_machine_at_work():
		return
	name = doc.name
	if doc.doctype == "File":
		name = doc.file_url
		others = {"file_url": name, "name": ("!=", doc.name)}
		if not name or frappe.db.exists("File", others):
			return
	if doc.doctype == "Custom Field":
		_refuse_if_read(doc.dt, [doc.fieldname])
	elif found := uses.cadences_using(doc.doctype, name):
		frappe.throw(
			_("{0} {1} is used by these cadences: {2}").format(_(doc.doctype), name, ", ".join(found)),
			frappe.LinkExistsError,
		)


def validate_doctype(doc: Any, method: str | None = None) -> None:
	"""Refuse to take fields out of a DocType that cadences, gates, workflows or journeys read. What goes with
	an update of an app is named on the cadence instead."""
	before = doc.get_doc_before_save()
	if before is None or _is_machine_at_work():
		return
	_refuse_if_read(
		doc.name, {each.fieldname for each in before.fields} - {each.fieldname for each in doc.fields}
	)


def on_change_of_field(doc: Any, method: str | None = None) -> None:
	"""A Custom Field got another name."""
	before = doc.get_doc_before_save()
	if before and before.fieldname != doc.fieldname:
		fields_read.follow_field(doc.dt, before.fieldname, doc.fieldname)
		renamed_fields.follow_in_rules(doc.dt, before.fieldname, doc.fieldname)
		_forget_rules()


def _refuse_if_read(doctype: str, fields: Iterable[str]) -> None:
	for field in filter(None, fields):
		if found := [*fields_read.cadences_reading(doctype, field), *_rules_reading(doctype, field)]:
			frappe.throw(
				_("The field {0} of {1} is used by: {2}").format(field, _(doctype), ", ".join(found)),
				frappe.LinkExistsError,
			)


def _rules_reading(doctype: str, field: str) -> Iterator[str]:
	"""The enabled gates, workflows and journeys that name the field."""
	for gate in gates.enabled():
		if (doctype, field) in set(_of_gate(gate)):
			yield gate["name"]
	for workflow in workflows.enabled():
		if (doctype, field) in set(_of_workflow(workflow)):
			yield workflow["name"]
	for journey, stage in journeys.stages_of(doctype):
		if field in {stage["link_field"], *map(_field_of, stage["filters"])}:
			yield journey


def _of_gate(gate: dict[str, Any]) -> Iterator[tuple[str, str]]:
	module = gate["module"]
	yield module, gate["status_field"]
	for each in gate["requirements"]:
		yield from ((module, named) for named in gates.lines_of(each["fieldnames"]))
		if (linked := each["link_doctype"]) and frappe.db.exists("DocType", linked):
			link = each["link_field"] or evidence.find_link_field(module, linked) or ""
			yield evidence.holder_of(linked, link) or linked, link


def _of_workflow(workflow: dict[str, Any]) -> Iterator[tuple[str, str]]:
	for each in frappe.parse_json(workflow["conditions"] or "[]"):
		yield workflow["module"] or "", _field_of(each)
	named = [(TARGET_OF.get(Trigger(workflow["trigger"])), workflow["trigger_field"])]
	named += [(Target(each["target"] or Target.RECORD), each["fieldname"]) for each in workflow["actions"]]
	for target, field in named:
		if target and field:
			yield from ((doctype, field) for doctype in workflows.doctypes_of(target, workflow))


def _field_of(written: list[Any]) -> str:
	return str(written[0] if len(written) < 4 else written[1])


def _is_machine_at_work() -> bool:
	flags = frappe.flags
	return bool(
		flags.in_uninstall or flags.in_install or flags.in_migrate or flags.in_patch or flags.in_import
	)


def forget_rules(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Workflows, journeys and gates are kept in the cache with the names of what they use."""
	if doc.doctype == "DocType" and frappe.db.table_exists("Cadence Version"):
		renamed_modules.follow(old, new)
	_forget_rules()


def _forget_rules() -> None:
	for rules in (workflows, journeys, gates):
		rules.forget()


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	if merge:
		mailboxes.merge_accounts(old, new)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Let the cadences go on under the new name."""
	uses.follow(doc.doctype, old, new)
	if doc.doctype == "Email Account":
		mailboxes.follow_account(old, new)


def on_update(doc: Any, method: str | None = None) -> None:
	"""A file that is made public or private gets another address."""
	before = doc.get_doc_before_save()
	if before and before.file_url and doc.file_url and before.file_url != doc.file_url:
		uses.follow("File", before.file_url, doc.file_url)
