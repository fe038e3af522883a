"""What a cadence uses of the site: templates, accounts, people, holidays, prints and files (S15.6).

What is renamed is followed, in the form and in every version; what is used can't be deleted; what is not
there is named on activation.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.content import (
	Assignee,
	CallContent,
	Content,
	EmailContent,
	MessageContent,
	SenderKind,
	TaskContent,
)
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up
from cadences_app.enrolling.form.columns import lines_of
from cadences_app.messages.whatsapp import TEMPLATE as WHATSAPP_TEMPLATE
from cadences_app.store import compat, definitions
from cadences_app.store.live import LIVE_STATUSES

FOLLOWED = ("Email Template", "Email Account", "User", "Holiday List", "Print Format", WHATSAPP_TEMPLATE)
"""What a cadence knows by its name; a File it knows by its address."""

IN_FIELD = {
	"Holiday List": ("Cadence", "holiday_list"),
	WHATSAPP_TEMPLATE: ("Cadence Follow-up", "whatsapp_template"),
}
"""The form's field that holds a name as text, by DocType: what another app brings can't be a Link."""
IN_LINES = {"Email Template": "more_templates", "User": "assignee_users", "File": "attachments"}
"""The field of a follow-up's row that holds names one a line, by DocType."""


@dataclass(frozen=True, slots=True)
class Use:
	doctype: str
	name: str
	follow_up: str = ""


def uses(definition: Cadence) -> Iterator[Use]:
	"""Everything that the definition names, with the key of the follow-up that names it."""
	if definition.policy.holiday_list:
		yield Use("Holiday List", definition.policy.holiday_list)
	if definition.audience.as_user:
		yield Use("User", definition.audience.as_user)
	for follow_up in definition.follow_ups:
		for doctype, name in _uses_of(follow_up.content):
			yield Use(doctype, name, follow_up.key)


def _uses_of(content: Content) -> Iterator[tuple[str, str]]:
	match content:
		case EmailContent():
			yield from (("Email Template", each.template) for each in content.variants)
			if content.sender is SenderKind.ACCOUNT and content.sender_value:
				yield "Email Account", content.sender_value
			if content.print_format:
				yield "Print Format", content.print_format
			yield from (("File", url) for url in content.attachments)
		case TaskContent(assignee=assignee) | CallContent(assignee=assignee):
			yield from (("User", user) for user in assignee.users)
		case MessageContent(whatsapp_template=template) if template:
			yield WHATSAPP_TEMPLATE, template
		case _:
			return


def missing_faults(definition: Cadence) -> list[ToldFault]:
	"""What is not on this site, or of no use there (S1.6). Templates, accounts and files are looked at
	elsewhere."""
	found = []
	for use in dict.fromkeys(uses(definition)):
		text = _missing(use)
		follow_up = definition.by_key.get(use.follow_up)
		if text:
			found.append(of_follow_up(follow_up, definition, text) if follow_up else ToldFault(text, text))
	return found


def _missing(use: Use) -> str:
	match use.doctype:
		case "Holiday List":
			is_there = frappe.db.table_exists("Holiday List") and frappe.db.exists("Holiday List", use.name)
			return "" if is_there else _("There is no Holiday List {0}.").format(use.name)
		case "User":
			return "" if frappe.db.exists("User", use.name) else _("there is no user {0}.").format(use.name)
		case "Print Format":
			is_there = use.name == "Standard" or frappe.db.exists("Print Format", use.name)
			return "" if is_there else _("there is no Print Format {0}.").format(use.name)
		case _:
			return ""


def cadences_using(doctype: str, name: str) -> list[str]:
	"""The cadences that would miss a document."""
	return cadences_that(
		lambda definition: any((each.doctype, each.name) == (doctype, name) for each in uses(definition))
	)


def cadences_that(would_miss_it: Callable[[Cadence], bool]) -> list[str]:
	"""Of which this is true, by the version that new records get and by those that records are under."""
	rows = frappe.get_all(
		"Cadence",
		{"status": ("in", (CadenceStatus.ACTIVE.value, CadenceStatus.INACTIVE.value))},
		["name", "version"],
	)
	versions = {row.version: row.name for row in rows if row.version}
	live = frappe.get_all(
		"Cadence Enrollment",
		{"status": ("in", LIVE_STATUSES), "cadence_version": ("not in", [*versions, ""])},
		["cadence", "cadence_version"],
		group_by="cadence, cadence_version",
	)
	versions |= {row.cadence_version: row.cadence for row in live if row.cadence_version}
	found = definitions.load_many(set(versions))
	return sorted({versions[version] for version, definition in found.items() if would_miss_it(definition)})


def follow(doctype: str, old: str, new: str) -> None:
	"""Have every cadence call it by its new name: forms where a text holds it, and versions."""
	_follow_in_forms(doctype, old, new)
	pattern = f"%{_as_json(old)}%"
	rows = frappe.get_all(
		"Cadence Version", {"definition": ("like", pattern)}, ["name", "definition"], limit_page_length=0
	)
	changed = {}
	for row in rows:
		definition = definitions.read(row.definition)
		followed = renamed(definition, doctype, old, new)
		if followed != definition:
			changed[row.name] = {"definition": definitions.dump(followed)}
	compat.update_rows("Cadence Version", changed)
	definitions.forget(changed)


def renamed(definition: Cadence, doctype: str, old: str, new: str) -> Cadence:
	"""The definition with that name in the place of the old one."""

	def called(name: str, of: str) -> str:
		return new if of == doctype and name == old else name

	return replace(
		definition,
		policy=replace(
			definition.policy, holiday_list=called(definition.policy.holiday_list, "Holiday List")
		),
		audience=replace(definition.audience, as_user=called(definition.audience.as_user, "User")),
		follow_ups=tuple(_renamed(each, called) for each in definition.follow_ups),
	)


def _renamed(follow_up: FollowUp, called: Any) -> FollowUp:
	match follow_up.content:
		case EmailContent() as email:
			is_account = email.sender is SenderKind.ACCOUNT
			content: Content = replace(
				email,
				variants=tuple(
					replace(each, template=called(each.template, "Email Template")) for each in email.variants
				),
				sender_value=called(email.sender_value, "Email Account" if is_account else ""),
				print_format=called(email.print_format, "Print Format"),
				attachments=tuple(called(each, "File") for each in email.attachments),
			)
		case TaskContent() | CallContent() as work:
			content = replace(work, assignee=_reassigned(work.assignee, called))
		case MessageContent() as message:
			template = called(message.whatsapp_template, WHATSAPP_TEMPLATE)
			content = replace(message, whatsapp_template=template)
		case other:
			content = other
	return replace(follow_up, content=content)


def _reassigned(assignee: Assignee, called: Any) -> Assignee:
	return replace(assignee, users=tuple(called(each, "User") for each in assignee.users))


def _follow_in_forms(doctype: str, old: str, new: str) -> None:
	"""Links are followed by Frappe; these fields hold names as text, some one a line."""
	if doctype in IN_FIELD:
		form, field = IN_FIELD[doctype]
		frappe.db.set_value(form, {field: old}, field, new, update_modified=False)
	column = IN_LINES.get(doctype)
	if not column:
		return
	rows = frappe.get_all(
		"Cadence Follow-up", {column: ("like", f"%{old}%")}, ["name", column], limit_page_length=0
	)
	changed = {row.name: {column: "\n".join(_lines(row[column], old, new))} for row in rows}
	compat.update_rows("Cadence Follow-up", changed)


def _lines(text: str, old: str, new: str) -> Iterable[str]:
	for line in lines_of(text):
		name, bar, weight = line.rpartition("|")
		if line == old:
			yield new
		elif bar and name.strip() == old:
			yield f"{new} |{weight}"
		else:
			yield line


def _as_json(text: str) -> str:
	"""The name as it stands within a definition's JSON, for a search."""
	return frappe.as_json(text, indent=None)[1:-1].replace("\\", "\\\\").replace("%", "\\%")
