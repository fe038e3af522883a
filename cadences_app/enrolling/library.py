"""The ready-made cadences that ship with the app (S1.8, S12), made into Drafts of a site."""

import json
from functools import cache
from pathlib import Path

import frappe
from frappe import _

from cadences_app import neighbours
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling import library_words
from cadences_app.enrolling.form.definition import fill

FOLDER = Path(__file__).resolve().parents[1] / "library"
TEMPLATES = "templates.json"


def ready_cadences(language: str = "") -> dict[str, Cadence]:
	"""The definitions by the name of their file, without its ending; English where we lack the language."""
	own = library_words.speaks(language)
	return {path.stem: _read(path, own) for path in sorted(FOLDER.glob("*.json")) if path.name != TEMPLATES}


def install(key: str, module: str = "", name: str = "") -> "frappe.model.document.Document":
	"""Make a ready cadence a Draft of this site, with the Email Templates that it needs.

	`module` and `name` take the place of the cadence's own. Templates that exist are left as they are; those
	that are made come with the cadence and need no right but the one to create cadences. Its texts are in the
	language of whoever makes it, as far as we have it.
	"""
	frappe.has_permission("Cadence", "create", throw=True)
	definition = ready_cadences(frappe.local.lang or "").get(key)
	if definition is None:
		frappe.throw(_("There is no ready-made cadence {0}.").format(key))
	make_templates(definition)
	doc = frappe.new_doc("Cadence")
	fill(doc, definition)
	doc.cadence_name = name or definition.name
	doc.module = module or definition.module
	_use_email_field_of(doc)
	return doc.insert()


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


def is_offered(definition: Cadence) -> bool:
	"""Whether this site has the module; those for Leads are for the leads of whichever app there is."""
	return definition.module == "Lead" or bool(frappe.db.exists("DocType", definition.module))


@cache
def _read(path: Path, language: str) -> Cadence:
	return Cadence.from_dict(library_words.in_language(json.loads(path.read_text()), language))
