"""What is asked of a cadence whenever it is saved. Whether it can work is asked on activation (S1.6)."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, escape_html

from cadences_app.cadences_app.doctype.cadence.conditions import refuse_unknown_conditions
from cadences_app.engine.audience import AudienceKind
from cadences_app.engine.definition import DESCRIPTION_LENGTH, NAME_LENGTH, Cadence
from cadences_app.engine.reading import DefinitionError
from cadences_app.enrolling import stories
from cadences_app.enrolling.form.definition import WEEKDAYS, definition_of
from cadences_app.mail import addresses

VIEW_FIELDS = ("audience_kind", "view_user", "view_filters", "view_list_filter", "module")
FOLLOW_UP_KEY = re.compile(r"f(\d+)")
RULE_KEY = re.compile(r"r(\d+)")


def keep_state(doc: Any) -> None:
	"""Status and version change by publishing, activating and deactivating, never by saving the form."""
	before = doc.get_doc_before_save()
	if before and (doc.status != before.status or (doc.version or "") != (before.version or "")):
		frappe.throw(
			_("The status of a cadence changes by activating or deactivating it. Reload and try again.")
		)


def give_keys(doc: Any) -> None:
	"""Name the rows that have no key yet. A key that was given once is not given again: another version
	may know a follow-up under it."""
	taken = [_number(FOLLOW_UP_KEY, row.follow_up_key) for row in doc.follow_ups]
	doc.last_key = max([cint(doc.last_key), *taken])
	for row in doc.follow_ups:
		if not row.follow_up_key:
			doc.last_key += 1
			row.follow_up_key = f"f{doc.last_key}"
	last = max([0, *(_number(RULE_KEY, row.rule_key) for row in doc.unenrollment_rules)])
	for row in doc.unenrollment_rules:
		if not row.rule_key:
			last += 1
			row.rule_key = f"r{last}"


def tidy_addresses(doc: Any) -> None:
	"""Keep addresses with names as they were typed: Frappe would escape what stands in angle brackets."""
	for row in doc.follow_ups:
		for fieldname in ("reply_to", "sender_address"):
			if row.get(fieldname):
				row.set(fieldname, addresses.tidy_addresses(row.get(fieldname)))


def refuse_faults(doc: Any) -> None:
	_refuse_long_texts(doc)
	_refuse_unfit_module(doc.module)
	_refuse_equal_keys(doc.follow_ups, "follow_up_key")
	_refuse_equal_keys(doc.unenrollment_rules, "rule_key")
	_complete_view(doc)
	if not any(doc.get(f"workday_{day}") for day in WEEKDAYS):
		frappe.throw(_("Choose at least one working day."))
	read(doc)


def tell_stories(doc: Any) -> None:
	"""Say which stories don't hold any more, now that it is saved (S1.10)."""
	if not doc.stories or frappe.flags.in_patch or frappe.flags.in_migrate or frappe.flags.in_import:
		return
	told = stories.run_all(doc, definition_of(doc))
	failing = [each for each in told if not each.holds and (each.was_run or each.problem)]
	if failing:
		titles = ", ".join(escape_html(each.title) for each in failing)
		text = _("{0}: {1}").format(stories.summary(told), titles)
		frappe.msgprint(text, indicator="orange", alert=True)


def _refuse_long_texts(doc: Any) -> None:
	if len(doc.cadence_name or "") > NAME_LENGTH:
		frappe.throw(_("The name is longer than {0} characters.").format(NAME_LENGTH))
	if len(doc.description or "") > DESCRIPTION_LENGTH:
		frappe.throw(_("The description is longer than {0} characters.").format(DESCRIPTION_LENGTH))


def _refuse_unfit_module(module: str) -> None:
	meta = frappe.get_meta(module)
	if meta.istable or meta.issingle or meta.is_virtual:
		frappe.throw(_("{0} has no records of its own that a cadence could be for.").format(_(module)))


def _refuse_equal_keys(rows: list, field: str) -> None:
	seen: dict[str, int] = {}
	for row in rows:
		key = row.get(field)
		if key in seen:
			frappe.throw(_("Rows {0} and {1} have the same key {2}.").format(seen[key], row.idx, key))
		seen[key] = row.idx


def _complete_view(doc: Any) -> None:
	if doc.audience_kind != AudienceKind.VIEW:
		return
	if not doc.view_user:
		doc.view_user = frappe.session.user
	refuse_rights_of_others(doc, doc.get_doc_before_save())


def refuse_rights_of_others(doc: Any, before: Any | None) -> None:
	"""Nobody sees with somebody else's rights what is in a view, nor through a filter kept for another
	(S14.1a); whoever manages the site may set that up. `before` is the cadence as it is saved, if it is."""
	user = frappe.session.user
	if user == "Administrator" or "System Manager" in frappe.get_roles(user):
		return
	changed = [
		field
		for field in VIEW_FIELDS
		if before is None or (doc.get(field) or "") != (before.get(field) or "")
	]
	if changed and doc.view_user and doc.view_user != user:
		frappe.throw(
			_("You can only have a view evaluated for yourself, not for {0}.").format(doc.view_user),
			frappe.PermissionError,
		)
	if doc.view_list_filter and "view_list_filter" in changed:
		kept_for = frappe.db.get_value("List Filter", doc.view_list_filter, "for_user")
		if kept_for and kept_for != user:
			frappe.throw(_("This filter is kept for somebody else."), frappe.PermissionError)


def read(doc: Any) -> Cadence:
	"""What a form says, saved or not. Refuses with a ValidationError, which names the field, what can't be
	read, and conditions that look at what is not theirs (S14.1a)."""
	try:
		definition = definition_of(doc)
	except DefinitionError as error:
		frappe.throw(describe(error))
	refuse_unknown_conditions(definition)
	return definition


def describe(error: DefinitionError) -> str:
	"""Which field of the form can't be read, as a sentence."""
	match error.path:
		case ("audience", *_rest):
			return _(
				'The conditions of the view must be a list such as [["status", "=", "Open"]]. {0}'
			).format(error.problem)
		case ("policy", "window", *_rest):
			return _("The sending window opens and closes at times of day, written like 09:30.")
		case ("exit_rules", int(index), "conditions", *_rest):
			example = '[{"field": "status", "operator": "=", "value": "Closed"}]'
			return _("Un-enrollment rule {0}: the conditions must be a list such as {1}. {2}").format(
				index + 1, example, error.problem
			)
		case ("exit_rules", int(index), *_rest, "at"):
			return _("Un-enrollment rule {0}: a time of day is written like 09:30.").format(index + 1)
		case ("exit_rules", int(index), *_rest):
			return _("Un-enrollment rule {0}: {1}").format(index + 1, error.problem)
		case ("follow_ups", int(index), *_rest, "at"):
			return _("Follow-up {0}: a time of day is written like 09:30.").format(index + 1)
		case ("follow_ups", int(index), *_rest):
			return _("Follow-up {0}: {1}").format(index + 1, error.problem)
		case _:
			return _("This cadence can't be read. {0}").format(str(error))


def _number(pattern: re.Pattern[str], key: str | None) -> int:
	found = pattern.fullmatch(key or "")
	return int(found[1]) if found else 0
