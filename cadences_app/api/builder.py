"""What the builder of cadences asks: how the cadence reads and what is wrong with it as it stands on the
screen, how a published one fares (S1.6, S1.7).

Whoever may edit cadences may have an unsaved one looked at; nothing of it is kept.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Case
from frappe.query_builder.functions import Sum
from frappe.utils import escape_html

from cadences_app.api.answers.cadences import CheckedPicture, Published, ReadyPicture, Unreadable
from cadences_app.api.arguments import as_json
from cadences_app.api.calling import whitelist
from cadences_app.cadences_app.doctype.cadence import drafts
from cadences_app.engine.reading import DefinitionError
from cadences_app.enrolling import library
from cadences_app.enrolling.form.definition import fill
from cadences_app.enrolling.picture import drawn, picture_of
from cadences_app.enrolling.publisher_faults import usable_accounts
from cadences_app.store import definitions

LONGEST_DRAFT = 2_000_000
"""In characters of JSON: what a form of some hundred follow-ups takes many times over."""
MOST_ROWS = 1000


@whitelist(methods=["POST"])
def check(doc: dict | str) -> CheckedPicture | Unreadable:
	"""The cadence of an unsaved form in words, with its faults by follow-up and rule (S1.6).

	`unreadable`: a sentence where a field of it can't be read, and nothing else is told. Needs *write* on the
	cadence, or *create* for a new one. Who may only read it is told of it as it is saved.
	"""
	draft = _saved_for_reader(doc) or unsaved(doc)
	try:
		return picture_of(draft)
	except DefinitionError as error:
		return {"unreadable": drafts.describe(error)}


@whitelist()
def published(cadence: str) -> Published:
	"""What runs: the published version's number, rows and words, and how its follow-ups fare.

	`numbers`, by follow-up: `reached`, `waiting` now, `answered`, `stuck`. Needs *read* on the cadence.
	"""
	doc = frappe.get_doc("Cadence", cadence)
	doc.check_permission("read")
	if not doc.version:
		frappe.throw(_("Cadence {0} was never activated.").format(cadence))
	definition = definitions.load(doc.version)
	return {
		"number": frappe.db.get_value("Cadence Version", doc.version, "number"),
		"rows": rows_of(definition),
		"picture": drawn(definition),
		"numbers": numbers(cadence),
	}


@whitelist()
def ready_made_picture(key: str) -> ReadyPicture:
	"""The rows and words of a cadence that ships with the app, to be drawn before it is chosen (S1.8)."""
	frappe.has_permission("Cadence", "create", throw=True)
	definition = library.ready_cadences(frappe.local.lang or "").get(key)
	if definition is None:
		frappe.throw(_("There is no ready-made cadence {0}.").format(key))
	return {"rows": rows_of(definition), "picture": drawn(definition)}


def unsaved(sent: dict | str) -> Document:
	"""The form that was sent, as a document that is not saved. Refuses who may not edit it."""
	if isinstance(sent, str) and len(sent) > LONGEST_DRAFT:
		frappe.throw(_("This cadence is too long to be looked at."))
	values = as_json(sent)
	if not isinstance(values, dict):
		frappe.throw(_("Expected the cadence as an object."))
	_expect_right(values.get("name"))
	rows = {table: _rows(values.get(table)) for table in ("follow_ups", "unenrollment_rules", "stories")}
	plain = {field: each for field, each in values.items() if not isinstance(each, list | dict)}
	draft = frappe.get_doc({**plain, **rows, "doctype": "Cadence"})
	draft.cadence_name = draft.cadence_name or _("New Cadence")
	if not draft.module or not frappe.db.exists("DocType", draft.module):
		frappe.throw(_("Choose the module first."))
	draft.view_user = draft.view_user or frappe.session.user
	drafts.refuse_rights_of_others(draft, _saved(values.get("name")))
	drafts.give_keys(draft)
	return draft


def _saved_for_reader(sent: dict | str) -> Document | None:
	"""The cadence as it is saved, for who may read but not edit it; None for everybody else."""
	values = as_json(sent)
	name = values.get("name") if isinstance(values, dict) else None
	saved = _saved(name)
	if saved is None or frappe.has_permission("Cadence", "write", saved):
		return None
	return saved if frappe.has_permission("Cadence", "read", saved) else None


def _saved(name: Any) -> Document | None:
	is_saved = isinstance(name, str) and frappe.db.exists("Cadence", name)
	return frappe.get_doc("Cadence", name) if is_saved else None


def _expect_right(name: Any) -> None:
	if saved := _saved(name):
		saved.check_permission("write")
	else:
		frappe.has_permission("Cadence", "create", throw=True)


def _rows(sent: Any) -> list[dict[str, Any]]:
	rows = sent or []
	if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
		frappe.throw(_("Expected the rows as a list."))
	if len(rows) > MOST_ROWS:
		frappe.throw(_("A cadence has at most {0} rows.").format(MOST_ROWS))
	return [{field: each for field, each in row.items() if not isinstance(each, list | dict)} for row in rows]


def rows_of(definition: Any) -> list[dict[str, Any]]:
	"""The follow-ups as rows of the form, for who draws them without it."""
	doc = frappe.new_doc("Cadence")
	fill(doc, definition)
	return [
		{field: value for field, value in row.as_dict().items() if value not in (None, "")}
		for row in doc.follow_ups
	]


def numbers(cadence: str) -> dict[str, dict[str, int]]:
	table = frappe.qb.DocType("Cadence Activity")

	def having(condition: Any) -> Any:
		return Sum(Case().when(condition, 1).else_(0))

	answered = table.replied_at.isnotnull() | table.completed_at.isnotnull()
	stuck = (table.status == "Failed") | table.delivery.isin(["Unknown", "Failed"])
	rows = (
		frappe.qb.from_(table)
		.select(
			table.follow_up,
			having(table.status.isin(["Handed Over", "Carried Out"])).as_("reached"),
			having(table.status == "Scheduled").as_("waiting"),
			having(answered).as_("answered"),
			having(stuck).as_("stuck"),
		)
		.where(table.cadence == cadence)
		.groupby(table.follow_up)
		.run(as_dict=True)
	)
	return {
		row.follow_up: {each: int(row[each] or 0) for each in ("reached", "waiting", "answered", "stuck")}
		for row in rows
	}


@whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_senders(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | None = None
) -> list[list[str]]:
	"""The Email Accounts through which the user may have mails sent, by name or address, for the field of a
	follow-up. Needs *write* on Cadence, and no right on Email Account."""
	frappe.has_permission("Cadence", "write", throw=True)
	wanted = txt.lower()
	found = [
		[each["name"], each["email_id"]]
		for each in usable_accounts(frappe.session.user)
		if wanted in each["name"].lower() or wanted in each["email_id"].lower()
	]
	return found[start : start + page_len]


@whitelist()
@frappe.validate_and_sanitize_search_inputs
def search_templates(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict | list | None = None
) -> list:
	"""Email Templates by name or subject, for the field of a follow-up, as far as the user may read them.

	Frappe's own search leaves out those whose box *Enabled* is empty; Frappe CRM adds that box for its own
	pages and leaves it empty, and a follow-up sends them all the same.
	"""
	like = f"%{txt}%"
	found = frappe.get_list(
		"Email Template",
		or_filters={"name": ("like", like), "subject": ("like", like)},
		fields=["name", "subject"],
		order_by="name",
		limit_start=start,
		limit_page_length=page_len,
		as_list=True,
	)
	# Desk shows what stands beside a name as HTML.
	return [[name, escape_html(subject or "")] for name, subject in found]
