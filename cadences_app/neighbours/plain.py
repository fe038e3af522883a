"""Any DocType, by Frappe's own conventions."""

from collections.abc import Mapping
from typing import Any, ClassVar

import frappe


class Plain:
	"""What is asked of a module. Rows are the records' columns with their `doctype`."""

	app: ClassVar[str] = "frappe"
	modules: ClassVar[frozenset[str]] = frozenset()
	deals: ClassVar[frozenset[str]] = frozenset()
	owner_fields: ClassVar[tuple[str, ...]] = (
		"lead_owner",
		"opportunity_owner",
		"deal_owner",
		"account_manager",
	)
	email_fields: ClassVar[tuple[str, ...]] = ("email_id", "email", "contact_email")
	contact_fields: ClassVar[tuple[str, ...]] = ("contact", "contact_person")
	task_doctype: ClassVar[str] = "ToDo"
	made_of: ClassVar[Mapping[tuple[str, str], Mapping[str, str | None]]] = {}
	"""How a record of the second DocType names that of the first that it was made of; None: by its name."""
	sources_of_change: ClassVar[frozenset[str]] = frozenset()
	"""The other DocTypes for which `records_behind` may name something."""

	def is_deal(self, doctype: str) -> bool:
		return doctype in self.deals

	def owner_of(self, row: Mapping[str, Any]) -> str:
		"""The user who looks after the record: its owner field, else who made it."""
		for field in self.owner_fields:
			if row.get(field):
				return row[field]
		return row.get("owner") or ""

	def converted(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""The names of those that became what they were worked for."""
		return {name for name, row in rows.items() if row.get("status") == "Converted"}

	def settled(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""The names of those that nothing is left to be won of: converted, or a deal that was lost (S6.1)."""
		return self.converted(doctype, rows)

	def may_be_contacted(self, row: Mapping[str, Any]) -> bool:
		"""False for a record that is marked *Do Not Contact* or unsubscribed (S13.4)."""
		return row.get("status") != "Do Not Contact" and not row.get("unsubscribed")

	def email_of(self, row: Mapping[str, Any]) -> str:
		for field in self.email_fields:
			if row.get(field):
				return row[field]
		return ""

	def title_of(self, row: Mapping[str, Any]) -> str:
		meta = frappe.get_meta(row["doctype"])
		return str(row.get(meta.get_title_field()) or row["name"])

	def contact_of(self, row: Mapping[str, Any]) -> str:
		"""The linked Contact's name, or blank."""
		for field in self.contact_fields:
			if row.get(field):
				return row[field]
		return row["name"] if row["doctype"] == "Contact" else ""

	def account_of(self, row: Mapping[str, Any]) -> tuple[str, str] | None:
		"""DocType and name of the company that the record belongs to; None where there is none."""
		return None

	def records_of_account(self, doctype: str, name: str) -> list[tuple[str, str]]:
		"""The records that belong to this company."""
		return []

	def successors(self, doctype: str, name: str, module: str) -> list[str]:
		"""The records of `module` that were made of this one, the oldest first."""
		link = self.made_of.get((doctype, module))
		if not link:
			return []
		filters = {field: name if value is None else value for field, value in link.items()}
		return [str(each) for each in frappe.get_all(module, filters, pluck="name", order_by="creation asc")]

	def records_behind(self, doc: Any) -> list[tuple[str, str]]:
		"""The records whose facts a change of this other document touches: a Customer made of a Lead."""
		return []

	def watched_fields(self) -> frozenset[str]:
		"""The fields that say whose the record is, whether it is converted, and whether and where its person
		may be contacted."""
		own = {"status", "converted", "owner", "unsubscribed"}
		return frozenset({*own, *self.owner_fields, *self.email_fields})

	def further_timelines(
		self, doctype: str, rows: Mapping[str, Mapping[str, Any]]
	) -> dict[str, list[tuple[str, str]]]:
		"""The documents in whose timelines a record's emails stand as well, by the record's name."""
		return {}
