"""Who saves a document that names records, and what it is believed of them (S14.1).

In Frappe whoever can log in, visitors of the website among them, may make an Event, a ToDo, a Contact or a
Communication, and name any record or sender there. What such a document says of a record counts where its
author may read the record.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe

from cadences_app.store.live import Record
from cadences_app.store.rights import readable_records

SITE = frozenset({"Administrator", "Guest"})
"""Who speaks for the site: its jobs, and what comes by booking pages and the webhooks of telephone systems. A
guest may create nothing, so what they saved came by code that asked for no rights."""


def speaks_for_site(doc: Any) -> bool:
	"""Whether it was saved by the site itself, or by code that asks for no rights, and not by a person.

	Of a Communication that code says nothing: by Frappe's own `make` whoever can log in files one from
	anybody. Of those, what Frappe fetched from a mailbox counts, whoever had it fetched.
	"""
	asks_for_no_rights = "in_receive" if doc.doctype == "Communication" else "ignore_permissions"
	return frappe.session.user in SITE or bool(doc.flags.get(asks_for_no_rights))


def known_to_author(doc: Any, records: Iterable[Record]) -> set[Record]:
	"""Those of the records that whoever saves this document may read; all of them where the site saves it.

	A query for each DocType among them, so ask it of records for which something is under way.
	"""
	asked = set(records)
	if speaks_for_site(doc):
		return asked
	by_doctype: dict[str, set[str]] = defaultdict(set)
	for doctype, name in asked:
		by_doctype[doctype].add(name)
	return {
		(doctype, name) for doctype, names in by_doctype.items() for name in readable_records(doctype, names)
	}
