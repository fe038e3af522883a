"""Documents that cadences use are renamed, or are to be deleted (S15.6)."""

from typing import Any

import frappe
from frappe import _

from cadences_app.enrolling import uses
from cadences_app.mail import mailboxes


def on_trash(doc: Any, method: str | None = None) -> None:
	"""Refuse to delete what a cadence needs, and name the cadences."""
	if frappe.flags.in_uninstall or frappe.flags.in_install or frappe.flags.in_migrate:
		return
	name = doc.name
	if doc.doctype == "File":
		name = doc.file_url
		others = {"file_url": name, "name": ("!=", doc.name)}
		if not name or frappe.db.exists("File", others):
			return
	if doc.doctype == "Custom Field":
		found = uses.cadences_reading(doc.dt, doc.fieldname)
	else:
		found = uses.cadences_using(doc.doctype, name)
	if found:
		frappe.throw(
			_("{0} {1} is used by these cadences: {2}").format(_(doc.doctype), name, ", ".join(found)),
			frappe.LinkExistsError,
		)


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Let the cadences go on under the new name."""
	uses.follow(doc.doctype, old, new)
	if doc.doctype == "Email Account":
		mailboxes.follow_account(old, new)


def on_update(doc: Any, method: str | None = None) -> None:
	"""A file that is made public or private gets another address."""
	before = doc.get_doc_before_save()
	if before and before.file_url and doc.file_url and before.file_url != doc.file_url:
		uses.follow("File", before.file_url, doc.file_url)
