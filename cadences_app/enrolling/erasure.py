"""Erasing a person from everything that cadences keep, by their email address or phone number
(docs/security.md).

Figures stay: when something went out, that it was answered. Who it was, and every word to or from them, goes.
The rows are found by their enrollments, mails and records; of those, every text is emptied that is not known
to be a code or a key, so that a column of a later version is emptied too. Then whatever still holds the
address or the name anywhere in our tables is struck out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
from pypika.terms import Criterion

from cadences_app.engine.content import Channel, Service
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.enrolling.striking_out import StrikingOut
from cadences_app.mail import suppression
from cadences_app.mail.addresses import check_address
from cadences_app.messages import whatsapp
from cadences_app.messages.numbers import country_of, read_number
from cadences_app.neighbours.phones import phone_fields
from cadences_app.store import compat
from cadences_app.store.inbox import standard_columns
from cadences_app.store.names import new_name

AT_ONCE = 500
"""Rows whose texts are read at once."""
LONGEST_NAME = 140
"""How long the name of a record can be in Frappe."""
SHORTEST_NAME = 5
"""Of names that are struck out wherever they stand: a shorter one is part of other words. So, too, of the
names of their records."""

_TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor", "Code", "JSON")
_KEPT = frozenset(
	"follow_up title reason verdict standing event_key chain mail_key visit_key run_key entry_key problem_key"
	" claimed_by starts_with starts_field ends_field next_follow_up next_follow_up_unless exit_reason"
	" waits_for why status_code went_to trigger rule active_key person_key call_result".split()
)
"""Codes, keys and the words of the cadence itself."""
_EMPTY_JSON = {"payload": "{}", "said": "{}"}
_LINKS = ("activity_doctype", "activity_name", "communication", "event")
_BESIDE = (
	("Comment", "reference_doctype", "reference_name"),
	("Communication", "reference_doctype", "reference_name"),
	("ToDo", "reference_type", "reference_name"),
	("File", "attached_to_doctype", "attached_to_name"),
	("Tag Link", "document_type", "document_name"),
)
"""What people can hang on any row in Desk, and the columns by which it names it."""
_COPIED_BESIDE = ("_comments", "_user_tags")
"""The columns of any DocType in which Frappe keeps some of it once more."""
_NAMES = (
	"title",
	"lead_name",
	"full_name",
	"customer_name",
	"contact_person",
	"contact_display",
	"contact_name",
)


@dataclass(frozen=True, slots=True)
class Person:
	"""What is known of them: `words` are the address, the numbers and the names that are struck out."""

	address: str
	enrollments: frozenset[str]
	activities: frozenset[str]
	records: frozenset[tuple[str, str]]
	words: tuple[str, ...]
	numbers: frozenset[str] = frozenset()
	"""The phone numbers that messages went to, and those of the records, as they are dialled (E.164)."""
	entries: frozenset[str] = frozenset()
	"""The addresses and numbers under which somebody may be on the list of those who get nothing."""


def find_person(address: str) -> Person:
	"""Everything that cadences keep about the person with this address, or this phone number with its country
	code. ValueError for what is neither."""
	is_number = address.strip().startswith("+")
	address = suppression.clean_entry(address) if is_number else check_address(address).lower()
	mails = _rows(
		"Cadence Activity", "recipient", address, ("enrollment", "reference_doctype", "reference_name")
	)
	answers = [
		row
		for column in ("sender", "recipient")
		for row in _rows(
			"Cadence Incoming Mail", column, address, ("enrollment", "reference_doctype", "reference_name")
		)
	]
	enrollments = {row.enrollment for row in (*mails, *answers) if row.enrollment}
	records = {
		(row.reference_doctype, row.reference_name) for row in (*mails, *answers) if row.reference_name
	}
	if is_number:
		records |= _records_with_number(address) | _records_that_answered(address)
	else:
		records |= _records_with(address)
	for doctype, name in records:
		of_record = {"reference_doctype": doctype, "reference_name": name}
		enrollments |= set(frappe.get_all("Cadence Enrollment", of_record, pluck="name"))
	activities = _names("Cadence Activity", "enrollment", enrollments)
	numbers = _numbers_of(activities) | _numbers_in(records)
	emails = _emails_in(records) if is_number else set()
	return Person(
		address,
		frozenset(enrollments),
		frozenset(activities),
		frozenset(records),
		tuple(dict.fromkeys((*sorted(numbers | emails), *_words(address, enrollments, records)))),
		frozenset(numbers),
		frozenset({address} | numbers | emails),
	)


def erase(person: Person) -> dict[str, int]:
	"""Erase them, in this transaction. Their live enrollments have to be ended before. The number of rows
	emptied or taken away, by DocType."""
	account: dict[str, int] = {}
	made = [*_documents_made_for(person), *_whatsapp_messages_of(person)]
	for doctype in _own_doctypes():
		names = _names_of(doctype, person)
		made += _written_beside(doctype, names)
		compat.update_rows(doctype, {name: _emptied(doctype) for name in names})
		account[doctype] = len(names)
	_forget_ids_of_messages(person)
	for entry in person.entries:
		_keep_out(entry)
	made += _answers_of(person)
	for doctype, name in made:
		_take_away(doctype, name)
		account[doctype] = account.get(doctype, 0) + 1
	striking = _striking_out(person)
	_take_away_traces(person, made, striking)
	_leave_stories(person)
	for doctype in _own_doctypes():
		account[doctype] += _strike_out(doctype, person, striking)
	return {doctype: count for doctype, count in account.items() if count}


def _own_doctypes() -> list[str]:
	"""What is written by the runtime: what managers write themselves says nothing of one person."""
	return frappe.get_all(
		"DocType",
		{"module": "Cadences App", "in_create": 1, "issingle": 0, "name": ("!=", "Cadence Version")},
		pluck="name",
	)


def _names_of(doctype: str, person: Person) -> list[str]:
	table = frappe.qb.DocType(doctype)
	has = frappe.get_meta(doctype).has_field
	wanted = []
	if doctype == "Cadence Enrollment":
		wanted.append(table.name.isin([*person.enrollments, ""]))
	if has("enrollment"):
		wanted.append(table.enrollment.isin([*person.enrollments, ""]))
	if has("activity"):
		wanted.append(table.activity.isin([*person.activities, ""]))
	if has("reference_name") and has("reference_doctype"):
		wanted += [
			(table.reference_doctype == module) & (table.reference_name == name)
			for module, name in person.records
		]
	if not wanted:
		return []
	return frappe.qb.from_(table).select(table.name).where(Criterion.any(wanted)).run(pluck=True)


def _emptied(doctype: str) -> dict[str, Any]:
	columns: dict[str, Any] = {each: None for each in _COPIED_BESIDE if frappe.db.has_column(doctype, each)}
	for field in frappe.get_meta(doctype).fields:
		name = field.fieldname
		if name in _LINKS:
			columns[name] = None
		elif name == "reference_name":
			columns[name] = f"erased-{new_name()}"
		elif name == "sender" and doctype == "Cadence Activity":
			continue  # ours
		elif name == "message_id" and doctype == "Cadence Activity":
			continue  # made from the activity's name
		elif field.fieldtype == "JSON":
			columns[name] = _EMPTY_JSON.get(name, "[]")
		elif field.fieldtype in _TEXTS and name not in _KEPT and not field.unique:
			columns[name] = ""
	return columns


def _documents_made_for(person: Person) -> list[tuple[str, str]]:
	"""The Communications, tasks and calls that cadences made for them."""
	table = frappe.qb.DocType("Cadence Activity")
	query = frappe.qb.from_(table).select(table.activity_doctype, table.activity_name)
	query = query.where(table.name.isin([*person.activities, ""]) & table.activity_name.isnotnull())
	return [(doctype, name) for doctype, name in query.run() if doctype and name]


def _written_beside(doctype: str, names: list[str]) -> list[tuple[str, str]]:
	"""What people hung on these rows, which are about the person: comments, mails, tasks, files, tags."""
	return [
		(kind, name)
		for kind, of_doctype, of_name in _BESIDE
		for name in frappe.get_all(
			kind, {of_doctype: doctype, of_name: ("in", [*names, ""])}, pluck="name", limit_page_length=0
		)
	]


def _answers_of(person: Person) -> list[tuple[str, str]]:
	"""What they wrote back by SMS or WhatsApp."""
	from_them = {"phone_no": ("in", [*person.numbers, ""]), "communication_medium": ("in", ("SMS", "Chat"))}
	found = []
	for doctype, name in person.records:
		filters = {
			**from_them,
			"reference_doctype": doctype,
			"reference_name": name,
			"sent_or_received": "Received",
		}
		found += [("Communication", each) for each in frappe.get_all("Communication", filters, pluck="name")]
	return found


def _whatsapp_messages_of(person: Person) -> list[tuple[str, str]]:
	"""What frappe_whatsapp sent for cadences; what came in is its own to keep."""
	ids = {"name": ("in", [*person.activities, ""]), "message_service": Service.WHATSAPP.value}
	sent = [each for each in frappe.get_all("Cadence Activity", ids, pluck="message_id") if each]
	return [(whatsapp.MESSAGE, each) for each in whatsapp.sent_as(sent)]


def _forget_ids_of_messages(person: Person) -> None:
	"""A gateway's id of a message may hold the number that it went to; that of a mail is made by us."""
	ids = {"name": ("in", [*person.activities, ""]), "channel": Channel.MESSAGE.value}
	names = frappe.get_all("Cadence Activity", ids, pluck="name")
	compat.update_rows("Cadence Activity", {each: {"message_id": None} for each in names})


def _take_away(doctype: str, name: str) -> None:
	"""For good: Frappe keeps what was deleted otherwise."""
	if doctype == "Communication":
		_take_away_queued(frappe.get_all("Email Queue", {"communication": name}, pluck="name"))
	frappe.delete_doc(
		doctype, name, force=True, ignore_permissions=True, ignore_missing=True, delete_permanently=True
	)


def _take_away_queued(names: Iterable[str]) -> None:
	frappe.db.delete("Email Queue Recipient", {"parent": ("in", [*names, ""])})
	frappe.db.delete("Email Queue", {"name": ("in", [*names, ""])})


def _take_away_mailed_notices(person: Person) -> None:
	"""What Frappe has mailed to colleagues of what was made: such a mail has no Communication. A name that is
	a single word can stand in a mail about anybody."""
	names = {*person.words, *(name for _doctype, name in person.records)}
	told = {each for each in names if len(each.split()) > 1 or any(map(str.isdigit, each))}
	striking = StrikingOut(person.entries, told - person.entries, ())
	queue, user = frappe.qb.DocType("Email Queue"), frappe.qb.DocType("User")
	recipient = frappe.qb.DocType("Email Queue Recipient")
	to_colleagues = frappe.qb.from_(recipient).join(user).on(user.email == recipient.recipient)
	to_colleagues = to_colleagues.select(recipient.parent).where(user.user_type == "System User")
	is_notice = (queue.communication.isnull() | (queue.communication == "")) & queue.name.isin(to_colleagues)
	is_gone = queue.status.notin(("Not Sent", "Sending"))
	for found in _telling("Email Queue", "message", person, striking, is_notice & is_gone):
		_take_away_queued(found)


def _take_away_traces(person: Person, made: list[tuple[str, str]], striking: StrikingOut) -> None:
	"""What Frappe wrote about what was made: versions, notices, comments of assignments, errors."""
	for doctype, name in made:
		frappe.db.delete("Version", {"ref_doctype": doctype, "docname": name})
		frappe.db.delete("Notification Log", {"document_type": doctype, "document_name": name})
	kinds = {"Communication", "ToDo", "Event", "CRM Task", *(doctype for doctype, _name in made)}
	# what is deleted along with a task or a call is kept by Frappe
	log, errors = frappe.qb.DocType("Notification Log"), frappe.qb.DocType("Error Log")
	deleted = frappe.qb.DocType("Deleted Document")
	ours = errors.method.like("%adence%") | errors.reference_doctype.like("Cadence%")
	for doctype, column, among in (
		("Deleted Document", "data", deleted.deleted_doctype.isin([*kinds])),
		("Error Log", "error", ours),
		("Notification Log", "subject", log.type == "Alert"),
	):
		for found in _telling(doctype, column, person, striking, among):
			frappe.db.delete(doctype, {"name": ("in", [*found])})
	_strike_out_of_column("Notification Log", "email_content", person, striking)
	_take_away_mailed_notices(person)
	for doctype, name in person.records:
		of_record = {"reference_doctype": doctype, "reference_name": name}
		frappe.db.delete("Notification Log", {"document_type": doctype, "document_name": name})
		frappe.db.delete(
			"Comment", {**of_record, "comment_type": ("in", ("Assigned", "Assignment Completed"))}
		)


def _keep_out(address: str) -> None:
	"""Who asked not to be written to is not, also when nobody can read any more who that was."""
	cause = frappe.db.get_value("Cadence Suppression", address, "cause")
	left = frappe.db.exists("Email Unsubscribe", {"email": address})
	if cause or left:
		entry = suppression.hashed(address)
		row = {**standard_columns(entry), "address": entry, "cause": cause or suppression.Cause.BY_HAND.value}
		compat.insert_rows("Cadence Suppression", [row], ignore_duplicates=True)
	frappe.db.delete("Cadence Suppression", {"name": address})
	frappe.db.delete("Version", {"ref_doctype": "Cadence Suppression", "docname": address})
	frappe.db.delete("Email Unsubscribe", {"email": address})


def _numbers_of(activities: Iterable[str]) -> set[str]:
	sent = {"name": ("in", [*activities, ""]), "channel": Channel.MESSAGE.value, "recipient": ("is", "set")}
	found = frappe.get_all("Cadence Activity", sent, pluck="recipient", distinct=True)
	return {each for each in found if each.startswith("+")}


def _leave_stories(person: Person) -> None:
	"""No story of a cadence is told of them any more (S1.10)."""
	story, cadence = frappe.qb.DocType("Cadence Story"), frappe.qb.DocType("Cadence")
	for doctype, name in person.records:
		of_module = frappe.qb.from_(cadence).select(cadence.name).where(cadence.module == doctype)
		told = (story.record == name) & (story.parenttype == "Cadence") & story.parent.isin(of_module)
		frappe.qb.update(story).set(story.record, "").where(told).run()


def _numbers_in(records: Iterable[tuple[str, str]]) -> set[str]:
	"""The numbers in the phone fields of these records, whatever way they are written."""
	found = set()
	for doctype, name in records:
		fields = _phone_fields(doctype)
		row = fields and frappe.db.get_value(doctype, name, fields, as_dict=True)
		for written in (row or {}).values():
			try:
				found.add(read_number(written or "", country_of(frappe.get_doc(doctype, name).as_dict())))
			except ValueError:
				continue
	return found


def _phone_fields(doctype: str) -> list[str]:
	if not frappe.db.exists("DocType", doctype):
		return []
	return phone_fields(doctype)


def _records_that_answered(number: str) -> set[tuple[str, str]]:
	"""Records in whose timeline this number wrote something."""
	columns = ["reference_doctype", "reference_name"]
	from_them = {"phone_no": number, "communication_medium": ("in", ("SMS", "Chat"))}
	rows = frappe.get_all("Communication", from_them, columns, as_list=True)
	return {(doctype, name) for doctype, name in rows if doctype and name}


def _striking_out(person: Person) -> StrikingOut:
	names = {name for _doctype, name in person.records if len(name) >= SHORTEST_NAME}
	return StrikingOut(person.entries, {*person.words, *names} - person.entries, _own_words(person))


def _own_words(person: Person) -> set[str]:
	"""What the app and its cadences call things, and other records' names: anybody may call themselves so."""
	words = {member.value for kind in StoredEnum.__subclasses__() for member in kind}
	settings = frappe.get_cached_doc("Cadence Settings")
	words |= {*(settings.call_results or "").splitlines(), *(settings.dispositions or "").splitlines()}
	for definition in frappe.get_all("Cadence Version", pluck="definition", limit_page_length=0):
		for follow_up in frappe.parse_json(definition or "{}").get("follow_ups", ()):
			words |= {follow_up.get("key"), follow_up.get("title")}
	for doctype in ("Cadence", "Email Template"):
		words |= set(frappe.get_all(doctype, pluck="name", limit_page_length=0))
	modules = frappe.get_all("Cadence", pluck="module", distinct=True)
	names = [each for each in person.words if len(each.split()) == 1 and len(each) <= LONGEST_NAME]
	for module in filter(frappe.db.table_exists, modules):
		named = frappe.get_all(module, {"name": ("in", [*names, ""])}, pluck="name", limit_page_length=0)
		words |= {str(name) for name in named if (module, str(name)) not in person.records}
	return {each.strip() for each in words if each}


def _strike_out(doctype: str, person: Person, striking: StrikingOut) -> int:
	"""Strike the person's words, and the names of their records, out of every text of this DocType; how many
	rows."""
	changed: set[str] = set()
	for column in _text_columns(doctype):
		changed |= _strike_out_of_column(doctype, column, person, striking)
	return len(changed)


def _strike_out_of_column(doctype: str, column: str, person: Person, striking: StrikingOut) -> set[str]:
	"""The names of the rows that were changed."""
	changed: set[str] = set()
	for found in _telling(doctype, column, person, striking):
		compat.update_rows(doctype, {name: {column: text} for name, text in found.items()})
		changed |= found.keys()
	return changed


def _telling(
	doctype: str, column: str, person: Person, striking: StrikingOut, among: Criterion | None = None
) -> Iterator[dict[str, str]]:
	"""The texts of this column that tell of the person, by row, without what tells of them; some rows at a
	time, since anybody may be called like a word that stands everywhere."""
	table = frappe.qb.DocType(doctype)
	words = {*person.words, *(name for _doctype, name in person.records if len(name) >= SHORTEST_NAME)}
	text = compat.as_text(table[column])
	holds = [compat.any_case(text).like(f"%{_escaped(each.lower())}%") for each in sorted(words)]
	query = frappe.qb.from_(table).select(table.name, text).where(Criterion.any(holds))
	query = query.where(among) if among is not None else query
	rows = query.orderby(table.name).limit(AT_ONCE).run()
	while rows:
		last = rows[-1][0]
		found = {name: (told, striking.out_of(told, column)) for name, told in rows}
		if changed := {name: left for name, (told, left) in found.items() if left != told}:
			yield changed
		rows = query.where(table.name > last).orderby(table.name).limit(AT_ONCE).run()


def _text_columns(doctype: str) -> Iterator[str]:
	for field in frappe.get_meta(doctype).fields:
		if field.fieldtype in _TEXTS and not field.unique and not field.is_virtual:
			yield field.fieldname


def _words(address: str, enrollments: set[str], records: set[tuple[str, str]]) -> tuple[str, ...]:
	names = set(
		frappe.get_all("Cadence Enrollment", {"name": ("in", [*enrollments, ""])}, pluck="record_title")
	)
	for doctype, name in records:
		names |= _names_in(doctype, name)
	long = {each.strip() for each in names if each and len(each.strip()) >= SHORTEST_NAME}
	return (address, *sorted(long, key=len, reverse=True))


def _names_in(doctype: str, name: str) -> set[str]:
	if not frappe.db.exists("DocType", doctype) or not frappe.db.exists(doctype, name):
		return set()
	meta = frappe.get_meta(doctype)
	fields = [
		each
		for each in (*_NAMES, "first_name", "last_name", meta.title_field)
		if each and meta.has_field(each)
	]
	row = frappe.db.get_value(doctype, name, ["name", *fields], as_dict=True)
	whole = " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
	return {row.get(each) for each in fields if each not in ("first_name", "last_name")} | {whole}


def _records_with(address: str) -> set[tuple[str, str]]:
	"""Records of modules with cadences that have this address, also if they were never mailed."""
	found = set()
	for module in frappe.get_all("Cadence", pluck="module", distinct=True):
		if not frappe.db.exists("DocType", module):
			continue
		for field in frappe.get_meta(module).fields:
			if _is_email_field(field):
				found |= {
					(module, str(each))
					for each in frappe.get_all(module, {field.fieldname: address}, pluck="name")
				}
	return found


def _records_with_number(number: str) -> set[tuple[str, str]]:
	"""The same by a phone number, whatever way it is written there: by its last digits first."""
	found = set()
	for module in frappe.get_all("Cadence", pluck="module", distinct=True):
		for field in _phone_fields(module):
			holds = {field: ("like", f"%{number[-4:]}")}
			for name in frappe.get_all(module, holds, pluck="name", limit_page_length=0):
				if number in _numbers_in([(module, name)]):
					found.add((module, str(name)))
	return found


def _emails_in(records: Iterable[tuple[str, str]]) -> set[str]:
	found = set()
	for doctype, name in records:
		known = frappe.get_meta(doctype).fields if frappe.db.exists("DocType", doctype) else []
		fields = [each.fieldname for each in known if _is_email_field(each)]
		row = fields and frappe.db.get_value(doctype, name, fields, as_dict=True)
		found |= {each.strip().lower() for each in (row or {}).values() if each}
	return found


def _is_email_field(field: Any) -> bool:
	return bool(field.fieldtype == "Data" and field.options == "Email")


def _rows(doctype: str, column: str, address: str, columns: tuple[str, ...]) -> list[Any]:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(*(table[each] for each in columns))
	return query.where(compat.any_case(table[column]) == address).run(as_dict=True)


def _names(doctype: str, column: str, values: Iterable[str]) -> list[str]:
	return frappe.get_all(doctype, {column: ("in", [*values, ""])}, pluck="name")


def _escaped(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
