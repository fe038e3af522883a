"""The fields that cadences read: kept in step when one is renamed, named when one is to go (S15.6)."""

import json
from collections.abc import Iterator
from typing import Any

import frappe

from cadences_app.engine.content import CallContent, EmailContent, MessageContent, TaskContent
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.expressions import fields_of
from cadences_app.engine.reading import read_json
from cadences_app.enrolling.text_faults import fields_of_texts
from cadences_app.enrolling.uses import cadences_that
from cadences_app.mail.composing.recipients import CONTACT
from cadences_app.store import compat, definitions

Field = tuple[str, str]
"""A DocType and the name of a field of it."""

NAMED_ALONE = frozenset({"date_field", "starts_field", "ends_field"})
"""What holds a field's name in a definition, wherever it stands there."""
COLUMNS = {
	"Cadence Follow-up": ("date_field", "invite_starts_field", "invite_ends_field", "assignee_field"),
	"Cadence Unenrollment Rule": ("date_field",),
}
"""The columns of forms that hold one."""


def cadences_reading(doctype: str, field: str) -> list[str]:
	"""The cadences that would miss a field, by their published version and those that records are under."""
	return cadences_that(lambda definition: (doctype, field) in set(fields_read(definition)))


def fields_read(definition: Cadence) -> Iterator[Field]:
	"""Every field that the definition names: of its module, and of what that links to."""
	module = definition.module
	for name in filter(None, _names_in(definition)):
		yield from _of_path(module, name)
	for path in fields_of_texts(definition):
		first, _dot, field = path.partition(".")
		if first == CONTACT and field:
			yield "Contact", field.partition(".")[0]
		else:
			yield module, field.partition(".")[0] if first == "doc" else first


def _names_in(definition: Cadence) -> Iterator[str]:
	for each in (*definition.follow_ups, *definition.exit_rules):
		yield each.timing.date_field
	for rule in definition.exit_rules:
		yield from (condition.field for condition in rule.conditions)
		if rule.kind is ExitKind.EXPRESSION:
			yield from fields_of(rule.expression)
	for written in definition.audience.filters:
		yield str(written[_place_of_field(written)])
	for follow_up in definition.follow_ups:
		match follow_up.content:
			case EmailContent(to_field=to_field, invite=invite):
				yield to_field
				yield from (invite.starts_field, invite.ends_field) if invite else ()
			case MessageContent(to_field=to_field, consent_field=consent_field):
				yield from (to_field, consent_field)
			case TaskContent(assignee=assignee) | CallContent(assignee=assignee):
				yield assignee.field
			case _:
				pass


def _of_path(module: str, path: str) -> Iterator[Field]:
	"""`customer.email_id` reads two fields, the second of another DocType."""
	first, dot, second = path.partition(".")
	yield module, first
	if dot:
		target = _target(module, first)
		yield from [(target, second)] if target else []


def _target(module: str, link: str) -> str:
	field = frappe.get_meta(module).get_field(link)
	if field is None:
		return "Contact" if link == CONTACT else ""
	return str(field.options or "") if field.fieldtype == "Link" else ""


def _place_of_field(written: Any) -> int:
	return 0 if len(written) < 4 else 1


def follow_field(doctype: str, old: str, new: str) -> None:
	"""Have every cadence call the field by its new name, in forms and versions, and every meeting that was
	announced. Texts stay as they were written: what they miss is named on the cadence."""
	rows = frappe.get_all(
		"Cadence Version", {"definition": ("like", f"%{old}%")}, ["name", "definition"], limit_page_length=0
	)
	changed = {}
	for row in rows:
		written = frappe.parse_json(row.definition)
		module = written.get("module", "")
		followed = _followed(written, module, (doctype, old), new)
		if followed != written:
			stored = definitions.dump(definitions.read(json.dumps(followed)))
			changed[row.name] = {"definition": stored}
	compat.update_rows("Cadence Version", changed)
	definitions.forget(changed)
	_follow_in_forms((doctype, old), new)
	for column in ("starts_field", "ends_field"):
		of_field = {"reference_doctype": doctype, column: old}
		frappe.db.set_value("Cadence Invite", of_field, column, new, update_modified=False)


def _followed(value: Any, module: str, field: Field, new: str, key: str = "", inside: str = "") -> Any:
	"""The JSON of a definition with the new name wherever the field stands in it."""
	if isinstance(value, dict):
		return {each: _followed(held, module, field, new, each, key) for each, held in value.items()}
	if isinstance(value, list) and key == "filters":
		return [_filter_followed(each, module, field, new) for each in value]
	if isinstance(value, list):
		return [_followed(each, module, field, new, key, inside) for each in value]
	if not isinstance(value, str):
		return value
	is_of_rule = key == "field" and inside in ("assignee", "conditions")
	if key in NAMED_ALONE or key in ("to_field", "consent_field") or is_of_rule:
		return _path_followed(value, module, field, new)
	return value


def _filter_followed(written: Any, module: str, field: Field, new: str) -> Any:
	place = _place_of_field(written)
	return [
		_path_followed(str(each), module, field, new) if position == place else each
		for position, each in enumerate(written)
	]


def _path_followed(path: str, module: str, field: Field, new: str) -> str:
	doctype, old = field
	first, dot, second = path.partition(".")
	if dot and second == old and _target(module, first) == doctype:
		second = new
	if first == old and module == doctype:
		first = new
	return f"{first}{dot}{second}"


def _follow_in_forms(field: Field, new: str) -> None:
	modules = dict(frappe.get_all("Cadence", fields=["name", "module"], as_list=True, limit_page_length=0))
	of_field = [name for name, module in modules.items() if module == field[0]]
	for doctype, columns in COLUMNS.items():
		for column in columns:
			at = {"parent": ("in", [*of_field, ""]), column: field[1]}
			frappe.db.set_value(doctype, at, column, new, update_modified=False)
	for column in ("to_field", "number_field", "consent_field"):
		_rewrite(
			"Cadence Follow-up",
			column,
			modules,
			lambda text, module: _path_followed(text, module, field, new),
		)
	_rewrite(
		"Cadence Unenrollment Rule",
		"conditions",
		modules,
		lambda text, module: _json_followed(text, "conditions", module, field, new),
	)
	_rewrite(
		"Cadence",
		"view_filters",
		modules,
		lambda text, module: _json_followed(text, "filters", module, field, new),
	)


def _rewrite(doctype: str, column: str, modules: dict[str, str], follow: Any) -> None:
	key = "name" if doctype == "Cadence" else "parent"
	rows = frappe.get_all(
		doctype, {column: ("is", "set")}, ["name", f"{key} as cadence", column], limit_page_length=0
	)
	changed = {}
	for row in rows:
		followed = follow(row[column], modules.get(row.cadence, ""))
		if followed != row[column]:
			changed[row.name] = {column: followed}
	compat.update_rows(doctype, changed)


def _json_followed(text: str, key: str, module: str, field: Field, new: str) -> str:
	"""A form's list of conditions, as it was written where the field is not in it."""
	try:
		written = read_json(text)
	except ValueError:
		return text
	followed = _followed(written, module, field, new, key)
	return text if followed == written else json.dumps(followed)
