"""The ready-made cadences that ship with the app (S1.8, S12), made into Drafts of a site."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from cadences_app import neighbours
from cadences_app.engine.content import MessageContent
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.enrolling import library_words
from cadences_app.enrolling.form.definition import fill
from cadences_app.enrolling.message_faults import service_faults

FOLDER = Path(__file__).resolve().parents[1] / "library"
TEMPLATES = "templates.json"
ALSO_FOR: Mapping[str, Mapping[str, Mapping[str, str]]] = {
	"Lead": {"CRM Lead": {"email_id": "email"}},
	"Opportunity": {"CRM Deal": {"contact_email": "email", "expected_closing": "expected_closure_date"}},
	"Customer": {"Contact": {}},
}
"""The other modules that the ready cadences for a module fit, and what their fields are called there. Their
texts name the fields of all of these as alternatives."""


def ready_cadences(language: str = "") -> dict[str, Cadence]:
	"""The definitions by the name of their file, without its ending; English where we lack the language."""
	own = library_words.speaks(language)
	return {path.stem: _read(path, own) for path in sorted(FOLDER.glob("*.json")) if path.name != TEMPLATES}


def install(key: str, module: str = "", name: str = "") -> "frappe.model.document.Document":
	"""Make a ready cadence a Draft of this site, with the Email Templates that it needs.

	`module` and `name` take the place of the cadence's own; without `module` it is for the first that this
	site has. Messages that nothing here can send are left out, and that is told. Templates that exist are
	left as they are; those that are made come with the cadence and need no right but the one to create
	cadences. Its texts are in the language of whoever makes it, as far as we have it.
	"""
	frappe.has_permission("Cadence", "create", throw=True)
	definition = ready_cadences(frappe.local.lang or "").get(key)
	if definition is None:
		frappe.throw(_("There is no ready-made cadence {0}.").format(key))
	module = module or next(iter(modules_of(definition)), definition.module)
	definition = _without_unsendable(for_module(definition, module))
	make_templates(definition)
	doc = frappe.new_doc("Cadence")
	fill(doc, definition)
	doc.cadence_name = name or definition.name
	_use_email_field_of(doc)
	return doc.insert()


def modules_of(definition: Cadence) -> list[str]:
	"""The modules of this site that a ready cadence fits as it is, its own first."""
	others = ALSO_FOR.get(definition.module, {})
	return [each for each in (definition.module, *others) if _fits(each, others.get(each, {}))]


def for_module(definition: Cadence, module: str) -> Cadence:
	"""The same cadence for another module, with the fields that mean the same there."""
	fields = ALSO_FOR.get(definition.module, {}).get(module, {})
	given = _with_fields(definition.to_dict(), fields) | {"module": module}
	return Cadence.from_dict(given)


def _fits(module: str, fields: Mapping[str, str]) -> bool:
	if not frappe.db.exists("DocType", module):
		return False
	meta = frappe.get_meta(module)
	return all(meta.has_field(each) for each in fields.values())


_NAMES_FIELDS = frozenset({"to_field", "date_field", "starts_field", "ends_field", "field", "consent_field"})


def _with_fields(given: Any, fields: Mapping[str, str], key: str = "") -> Any:
	if isinstance(given, dict):
		return {each: _with_fields(value, fields, each) for each, value in given.items()}
	if isinstance(given, list):
		return [_with_fields(each, fields, key) for each in given]
	return fields.get(given, given) if key in _NAMES_FIELDS and isinstance(given, str) else given


def _without_unsendable(definition: Cadence) -> Cadence:
	"""Without the messages that this site has no gateway for; says which, and why."""
	left_out = {each.key: fault for each in definition.follow_ups if (fault := _what_it_lacks(each))}
	for key, fault in left_out.items():
		title = frappe.utils.escape_html(definition.by_key[key].title or key)
		frappe.msgprint(
			_("The follow-up {0} was left out: {1}").format(frappe.bold(title), fault), indicator="orange"
		)
	kept = tuple(each for each in definition.follow_ups if each.key not in left_out)
	return replace(definition, follow_ups=kept)


def _what_it_lacks(follow_up: FollowUp) -> str:
	is_message = isinstance(follow_up.content, MessageContent)
	return next(service_faults(follow_up.content), "") if is_message else ""


def _use_email_field_of(doc: "frappe.model.document.Document") -> None:
	"""Let the emails go to the module's own email field where it has none of that name."""
	meta = frappe.get_meta(doc.module)
	known = [field for field in neighbours.of(doc.module).email_fields if meta.has_field(field)]
	for row in doc.follow_ups:
		if row.to_field and "." not in row.to_field and not meta.has_field(row.to_field) and known:
			row.to_field = known[0]


def make_templates(definition: Cadence) -> None:
	"""The Email Templates that the cadence names and this site lacks."""
	shipped = shipped_templates() | shipped_templates(frappe.local.lang or "")
	for name in sorted(templates_of(definition) & shipped.keys()):
		if frappe.db.exists("Email Template", name):
			continue
		texts = shipped[name]
		doc = frappe.get_doc({"doctype": "Email Template", "name": name, "subject": texts["subject"]})
		doc.update({"use_html": 1, "response_html": texts["html"]})
		if doc.meta.has_field("enabled"):  # Frappe CRM's own box, without which nobody finds the template
			doc.enabled = 1
		doc.insert(ignore_permissions=True)


def templates_of(definition: Cadence) -> set[str]:
	"""The Email Templates that the cadence names."""
	contents = (each.content for each in definition.follow_ups)
	return {variant.template for content in contents for variant in getattr(content, "variants", ())}


def shipped_templates(language: str = "") -> dict[str, dict[str, str]]:
	"""Subject and HTML of the Email Templates that come with the app, by name."""
	own = library_words.speaks(language)
	shipped = (
		library_words.templates(own) if own else json.loads((FOLDER / TEMPLATES).read_text())["templates"]
	)
	return {each["name"]: each for each in shipped}


@cache
def _read(path: Path, language: str) -> Cadence:
	return Cadence.from_dict(library_words.in_language(json.loads(path.read_text()), language))
