"""To whom nothing goes out, whatever a cadence says (S13.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
import phonenumbers

from cadences_app import neighbours
from cadences_app.engine.reasons import Block
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.mail.addresses import check_address
from cadences_app.store import compat, refusals
from cadences_app.store.inbox import standard_columns

HASHED = refusals.HASHED
hashed = refusals.hashed


class Cause(StoredEnum):
	"""Why an address or a domain is on the list."""

	HARD_BOUNCE = "Hard Bounce"
	COMPLAINT = "Complaint"
	BY_HAND = "By Hand"
	OPTED_OUT = "Opted Out"


@dataclass(frozen=True, slots=True)
class Addressee:
	"""A person as one cadence writes to them."""

	address: str
	doctype: str
	name: str
	cadence: str


_BLOCK_OF = {
	Cause.HARD_BOUNCE: Block.ADDRESS_BOUNCED,
	Cause.COMPLAINT: Block.ADDRESS_COMPLAINED,
	Cause.BY_HAND: Block.ADDRESS_SUPPRESSED,
	Cause.OPTED_OUT: Block.ADDRESS_SUPPRESSED,
}


def suppress(address: str, cause: Cause, note: str = "") -> None:
	"""Put an address on the list, in this transaction; one that is there already stays as it is."""
	entry = clean_entry(address)
	row = {**standard_columns(entry), "address": entry, "cause": cause.value, "note": note[:1000]}
	compat.insert_rows("Cadence Suppression", [row], ignore_duplicates=True)
	if cause is Cause.COMPLAINT:
		refusals.tell_of([entry], f"Complaint of {entry}")


def clean_entry(text: str) -> str:
	"""The address, domain or phone number as it is stored, or what stands for an erased one. ValueError for
	all else."""
	entry = text.strip().lower()
	if entry.startswith(HASHED):
		return entry
	if entry.startswith("+"):
		return _clean_number(entry)
	if "@" in entry.lstrip("@"):
		return check_address(entry).lower()
	return check_address(f"x@{entry.lstrip('@')}").partition("@")[2].lower()


def _clean_number(entry: str) -> str:
	try:
		number = phonenumbers.parse(entry)
	except phonenumbers.NumberParseException as error:
		raise ValueError(entry) from error
	if not phonenumbers.is_possible_number(number):
		raise ValueError(entry)
	return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_blocked(address: str) -> bool:
	"""Whether nobody may write to this address, whatever the record."""
	address = address.lower()
	listed = _listed({address})
	names = (address, *_domains_of(address))
	return any(each in listed for each in names) or (address, "", "") in refusals.unsubscribed({address})


def find_blocks(
	people: Iterable[Addressee], records: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[Addressee, Block]:
	"""Those of the people who are not to be written to, in three queries, however many they are.

	`records` are the rows by DocType and name, with their `doctype`; who has none has been deleted.
	"""
	people = list(people)
	if not people:
		return {}
	listed = _listed({each.address.lower() for each in people})
	unsubscribed = refusals.unsubscribed({each.address.lower() for each in people})
	found = {}
	for person in people:
		block = _block_of(person, records.get(person.doctype, {}).get(person.name), listed, unsubscribed)
		if block:
			found[person] = block
	return found


def _block_of(
	person: Addressee,
	row: Mapping[str, Any] | None,
	listed: Mapping[str, Cause],
	unsubscribed: Mapping[refusals.Scope, Block],
) -> Block | None:
	address = person.address.lower()
	if row is None:
		return Block.RECORD_DELETED
	if not neighbours.of_row(row).may_be_contacted(row):
		return Block.DO_NOT_CONTACT
	if said := refusals.said_of(address, unsubscribed, person.cadence, (person.doctype, person.name)):
		return said
	if address in listed:
		return _BLOCK_OF[listed[address]]
	return Block.DOMAIN_SUPPRESSED if any(each in listed for each in _domains_of(address)) else None


def _domains_of(address: str) -> list[str]:
	"""The address's domain and those that it lies in."""
	labels = address.partition("@")[2].split(".")
	return [".".join(labels[start:]) for start in range(len(labels))]


def _listed(addresses: set[str]) -> dict[str, Cause]:
	entries = {each: each for each in addresses.union(*map(_domains_of, addresses))}
	entries |= {hashed(address): address for address in addresses}
	rows = frappe.get_all(
		"Cadence Suppression",
		{"name": ("in", list(entries))},
		["name", "cause"],
		as_list=True,
		limit_page_length=0,
	)
	return {entries.get(name, name.lower()): Cause(cause) for name, cause in rows}
