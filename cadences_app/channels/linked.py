"""What the texts and addresses of a follow-up take from other documents than its record (S14.1a).

A cadence reads on as far as whoever published it may: the documents of a kind that they may not read stay out
of its reach, whatever its template has become since. A sample shows what whoever looks at it may read, each
document for itself.
"""

from typing import Any

import frappe
from frappe import _

from cadences_app.channels.occasion import Occasion
from cadences_app.mail.composing import recipients
from cadences_app.store.rights import reads_of_others
from cadences_app.store.templates import Row, Rows


class OutOfReach(frappe.ValidationError):
	"""A text or an address reads a document that whoever answers for it may not read."""


def contact_of(occasion: Occasion) -> Row:
	"""The record's Contact, empty where it has none. Raises OutOfReach."""
	contacts = occasion.once(("contacts", occasion.doctype), recipients.find_contacts, occasion.rows)
	found = contacts.get(occasion.name)
	expect_readable(occasion, "Contact", found["name"] if found else None)
	if not found:
		return Row("Contact", {})
	names = {each["name"] for each in contacts.values()}
	return occasion.once(("contact rows", occasion.doctype), Rows, "Contact", names).row(found)


def expect_readable_source(occasion: Occasion, path: str) -> None:
	"""Raises OutOfReach where `path`, such as `party_name.email_id`, leads to such a document."""
	sources = occasion.once(("sources", occasion.doctype, path), recipients.find_sources, occasion.rows, path)
	if occasion.name in sources:
		expect_readable(occasion, *sources[occasion.name])


def expect_readable(occasion: Occasion, doctype: str, name: str | None) -> None:
	"""Raises OutOfReach. A sample has no version: who looks at it answers for it."""
	version = occasion.current.row.get("cadence_version")
	if not version:
		if name and not frappe.has_permission(doctype, "read", name):
			raise OutOfReach(_("You may not read {0} {1}, which it is filled from.").format(_(doctype), name))
		return
	publisher = occasion.once(("publisher", version), publisher_of, version)
	if not occasion.once(("reads", doctype, publisher), reads_of_others, doctype, publisher):
		raise OutOfReach(
			_("{0}, who published the cadence, may not read {1}, which it is filled from.").format(
				publisher, _(doctype)
			)
		)


def publisher_of(version: Any) -> str:
	return frappe.db.get_value("Cadence Version", version, "published_by") or "Guest"
