"""The enrollment and the record on which a workflow acts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.contacts.doctype.contact.contact import get_default_contact

from cadences_app import neighbours
from cadences_app.workflows.kinds import Target


@dataclass
class Occasion:
	"""One action of one run; `action` is its row, `run` that of the Cadence Workflow Run."""

	action: dict[str, Any]
	run: dict[str, Any]

	@property
	def doctype(self) -> str:
		return str(self.run["reference_doctype"])

	@property
	def name(self) -> str:
		return str(self.run["reference_name"])

	@property
	def enrollment(self) -> str:
		return str(self.run["enrollment"])

	@property
	def workflow(self) -> str:
		return str(self.run["workflow"])

	@cached_property
	def record(self) -> Any:
		"""The record, which the session's user may read. Raises PermissionError and DoesNotExistError."""
		doc = frappe.get_doc(self.doctype, self.name)
		doc.check_permission("read")
		return doc

	@property
	def neighbour(self) -> neighbours.Plain:
		return neighbours.of(self.doctype)

	@property
	def owner(self) -> str:
		return self.neighbour.owner_of(self.record.as_dict())

	def document(self, target: Target) -> Any:
		"""The record itself, its contact or its account, for a change by the session's user."""
		match target:
			case Target.RECORD:
				doc = self.record
			case Target.CONTACT:
				name = self.neighbour.contact_of(self.record.as_dict())
				name = name or get_default_contact(self.doctype, self.name)
				doc = self._linked("Contact", name, _("{0} has no contact."))
			case Target.ACCOUNT:
				doctype, name = self.neighbour.account_of(self.record.as_dict()) or ("", "")
				doc = self._linked(doctype, name, _("{0} has no account."))
		doc.check_permission("write")
		return doc

	def _linked(self, doctype: str, name: str | None, missing: str) -> Any:
		if not doctype or not name:
			frappe.throw(missing.format(self.name))
		return frappe.get_doc(doctype, name)
