"""Who may not be contacted at all, by whatever channel (S2.8, S6.1a).

That is whoever is marked *Do Not Contact* in any of their records (`refusing.py`), has unsubscribed from
everything, from this cadence or from their record's mails, or has complained. It is read with every decision,
so that it counts whenever and wherever it was said.
"""

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

import frappe
from frappe.utils.password import get_encryption_key

from cadences_app import neighbours
from cadences_app.engine.events import RecordChanged
from cadences_app.engine.reasons import Block
from cadences_app.store import compat, inbox, refusing
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import LIVE_STATUSES, Record

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""The columns of records, by DocType and name."""
Scope = tuple[str, str, str]
"""An address, and the DocType and name of what it left; blanks where it left all."""

HASHED = "sha256:"
COMPLAINT = "Complaint"
"""The cause of a suppression that ends every channel; the others only end mail."""


class Refusals:
	"""Why the people behind these records may not be contacted, read for all of them at once."""

	def __init__(self, rows: Rows) -> None:
		self._rows = rows
		self._neighbours = {doctype: neighbours.of(doctype) for doctype in rows}
		self._addresses = _addresses_of(rows)
		everybody = {each for addresses in self._addresses.values() for each in addresses}
		self._left = unsubscribed(everybody)
		self._complained = _complained(everybody)

	def of(self, cadence: str, record: Record) -> str:
		"""The reason as a code; blank for a person who may be contacted."""
		doctype, name = record
		row = self._rows[doctype][name]
		if not self._neighbours[doctype].may_be_contacted(row):
			return Block.DO_NOT_CONTACT.value
		for address in self._addresses[record]:
			if said := said_of(address, self._left, cadence, record):
				return said.value
			if address in self._complained:
				return Block.ADDRESS_COMPLAINED.value
		return ""


def hashed(address: str) -> str:
	"""What stays on the list of an address that was erased: nobody can read it, and it still holds."""
	key = get_encryption_key().encode()
	return HASHED + hmac.new(key, address.strip().lower().encode(), sha256).hexdigest()


def unsubscribed(addresses: Collection[str]) -> dict[Scope, Block]:
	"""What these addresses, in lower case, left, and by which word: all, where one of their records says that
	they may not be contacted."""
	if not addresses:
		return {}
	columns = ("email", "global_unsubscribe", "reference_doctype", "reference_name")
	left = [
		(email.lower(), "", "") if is_global else (email.lower(), doctype or "", name or "")
		for email, is_global, doctype, name in compat.find_in(
			"Email Unsubscribe", columns, "email", addresses, is_any_case=True
		)
	]
	records = _said_by_records(addresses)
	visitors = _visitors({saved_by for _address, _block, saved_by in records})
	said = {
		(address, "", ""): block
		for address, block, saved_by in records
		if saved_by not in visitors or saved_by == address
	}
	return said | dict.fromkeys(left, Block.UNSUBSCRIBED)


def _visitors(users: Collection[str]) -> set[str]:
	"""Those of the users who are visitors of the website. One may make a Contact of anybody, so what it says
	counts for themselves alone. Users that are gone or disabled are none: a lost opt-out is worse."""
	if not users:
		return set()
	of_website = {"name": ("in", sorted(users)), "user_type": "Website User", "enabled": 1}
	found = frappe.get_all("User", of_website, pluck="name", limit_page_length=0)
	return set(found) - {"Guest"}  # who may make nothing: it was code that asks for no rights


def said_of(address: str, left: Mapping[Scope, Block], cadence: str, record: Record) -> Block | None:
	"""Why whoever has this address may not be contacted by a cadence about a record; `left` as `unsubscribed`
	tells it."""
	scopes = ((address, "", ""), (address, *record), (address, "Cadence", cadence))
	return next((left[each] for each in scopes if each in left), None)


def _said_by_records(addresses: Collection[str]) -> list[tuple[str, Block, str]]:
	"""Those of the addresses of whom a record says that they may not be contacted; what; and who saved that
	record last. One query."""
	places, given = compat.listed(list(addresses))
	parts = [each.found_among(places) for each in refusing.sayings()]
	found = frappe.db.sql(" union all ".join(parts), given * len(parts))
	return [(address.lower(), Block(block), saved_by) for address, block, saved_by in found]


def tell_of(
	addresses: Iterable[str], source: str, cadence: str = "", apart_from: Record | None = None
) -> None:
	"""Have the live enrollments of these people looked at, in one cadence or in all: something was said that
	may end them. Those of the record `apart_from` are looked at anyway."""
	wanted = sorted({each.strip().lower() for each in addresses if each})
	if not wanted:
		return
	wanted = sorted({*wanted, *_other_addresses(wanted)})
	filters = {"person": ("in", wanted), "status": ("in", LIVE_STATUSES)}
	if cadence:
		filters["cadence"] = cadence
	columns = ["name", "cadence", "reference_doctype", "reference_name"]
	inbox.record(
		InboxEntry(row.name, row.cadence, RecordChanged(), source=source[:140])
		for row in frappe.get_all("Cadence Enrollment", filters, columns, order_by="name")
		if (row.reference_doctype, row.reference_name) != apart_from
	)


def _addresses_of(rows: Rows) -> dict[Record, set[str]]:
	"""Every address by which a record's person is known: those of the record, and all of its contact."""
	found: dict[Record, set[str]] = defaultdict(set)
	contacts: dict[str, list[Record]] = defaultdict(list)
	for doctype, by_name in rows.items():
		neighbour = neighbours.of(doctype)
		for name, row in by_name.items():
			record = (doctype, name)
			found[record] = {
				str(row[each]).strip().lower() for each in neighbour.email_fields if row.get(each)
			}
			if contact := neighbour.contact_of(row):
				contacts[contact].append(record)
	for contact, address in _addresses_of_contacts(list(contacts)):
		for record in contacts[contact]:
			found[record].add(address.strip().lower())
	return found


def _addresses_of_contacts(names: list[str]) -> list[tuple[str, str]]:
	"""Each address of these Contacts, with its Contact. One query."""
	if not names:
		return []
	places, given = compat.listed(names)
	found: list[tuple[str, str]] = frappe.db.sql(
		f"""select `name`, `email_id` from `tabContact` where `name` in ({places}) and `email_id` <> ''
		union all select `parent`, `email_id` from `tabContact Email`
		where `parent` in ({places}) and `email_id` <> ''""",
		given * 2,
	)
	return found


def _other_addresses(addresses: list[str]) -> list[str]:
	"""By which the enrollments of those Contacts go that have one of these addresses, in lower case, beside
	others."""
	places, given = compat.listed(addresses)
	further = compat.in_lower_case("e.`email_id`")
	found = frappe.db.sql(
		f"""select distinct c.`email_id` from `tabContact Email` e
		join `tabContact` c on c.`name` = e.`parent`
		where {further} in ({places}) and c.`email_id` <> ''""",
		given,
	)
	return [address.strip().lower() for (address,) in found]


def _complained(addresses: Collection[str]) -> set[str]:
	if not addresses:
		return set()
	entries = {each: each for each in addresses}
	if frappe.db.exists("Cadence Suppression", {"cause": COMPLAINT, "name": ("like", f"{HASHED}%")}):
		entries |= {hashed(each): each for each in addresses}
	listed = compat.find_in("Cadence Suppression", ["name"], "name", entries, {"cause": COMPLAINT})
	return {entries[name] for (name,) in listed}
