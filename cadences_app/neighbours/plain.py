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
	refusals: ClassVar[Mapping[str, Any]] = {"status": "Do Not Contact", "unsubscribed": 1}
	"""The fields by which a record says that its person may not be contacted, and what they hold then."""
	refusing_modules: ClassVar[frozenset[str]] = frozenset()
	"""The modules whose records can say so of people who have other records too; those for which there are
	cadences are looked at in any case."""
	task_doctype: ClassVar[str] = "ToDo"
	made_of: ClassVar[Mapping[tuple[str, str], Mapping[str, str | None]]] = {}
	"""How a record of the second DocType names that of the first that it was made of; None: by its name."""
	rows_made_of: ClassVar[Mapping[tuple[str, str], tuple[str, str]]] = {}
	"""As `made_of`, where the rows of a record name what they were made of: the rows' DocType and field."""
	joined_by_account: ClassVar[Mapping[str, str]] = {}
	"""The DocTypes whose records belong to their company only, and the field that names it (S9.5)."""
	account_fields: ClassVar[Mapping[str, str]] = {}
	"""The field of each DocType that names that company."""
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

	def settled_in_sql(self, doctype: str) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
		"""The same as SQL, for counting very many: a condition on the record `t`, and the documents that
		settle the record which they name: DocType, field, and a condition on them, `d`. A few too many do no
		harm, for each is asked about. None where this neighbour is another app's, which may see it
		differently."""
		if type(self) is not Plain:
			return None
		return ("t.`status` = 'Converted'" if frappe.get_meta(doctype).has_field("status") else "1 = 0"), ()

	def may_be_contacted(self, row: Mapping[str, Any]) -> bool:
		"""False for a record that is marked *Do Not Contact* or unsubscribed (S13.4)."""
		return all(row.get(field) != value for field, value in self.refusals.items())

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
		filters: dict[str, Any] = {}
		if link := self.made_of.get((doctype, module)):
			filters = {field: name if value is None else value for field, value in link.items()}
		elif rows := self.rows_made_of.get((doctype, module)):
			table, field = rows
			parents = {field: name, "parenttype": module}
			filters = {"name": ("in", frappe.get_all(table, parents, pluck="parent", distinct=True) or [""])}
		if not filters:
			return []
		return [str(each) for each in frappe.get_all(module, filters, pluck="name", order_by="creation asc")]

	def predecessors(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
		"""The records that this one was made of, companies last."""
		found = [
			(first, str(row[named]))
			for (first, second), link in self.made_of.items()
			if second == row["doctype"] and (named := _naming(link, row))
		]
		for (first, second), (table, field) in self.rows_made_of.items():
			if second == row["doctype"]:
				rows = {"parent": row["name"], "parenttype": second, field: ("is", "set")}
				found += [(first, each) for each in frappe.get_all(table, rows, pluck=field, distinct=True)]
		return found

	def records_behind(self, doc: Any) -> list[tuple[str, str]]:
		"""The records whose facts a change of this other document touches: a Customer made of a Lead."""
		return []

	def watched_fields(self) -> frozenset[str]:
		"""The fields that say whose the record is, whether it is converted, and whether and where its person
		may be contacted."""
		own = {"status", "converted", "owner"}
		return frozenset({*own, *self.refusals, *self.owner_fields, *self.email_fields})

	def further_timelines(
		self, doctype: str, rows: Mapping[str, Mapping[str, Any]]
	) -> dict[str, list[tuple[str, str]]]:
		"""The documents in whose timelines a record's emails stand as well, by the record's name."""
		return {}


def _naming(link: Mapping[str, str | None], row: Mapping[str, Any]) -> str:
	"""The field by which the record names what it was made of; blank where it was made of nothing."""
	if any(row.get(field) != value for field, value in link.items() if value is not None):
		return ""
	return next((field for field, value in link.items() if value is None and row.get(field)), "")
