"""ERPNext: Lead, Opportunity, Customer, Quotation."""

from collections.abc import Mapping
from typing import Any, ClassVar

import frappe

from cadences_app.neighbours.plain import Plain


class ERPNext(Plain):
	app: ClassVar[str] = "erpnext"
	modules: ClassVar[frozenset[str]] = frozenset(
		{"Lead", "Opportunity", "Prospect", "Customer", "Quotation", "Sales Order"}
	)
	deals: ClassVar[frozenset[str]] = frozenset({"Opportunity"})
	sources_of_change: ClassVar[frozenset[str]] = frozenset({"Customer"})

	def converted(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""A Lead is converted once a Customer was made of it; an Opportunity by its status."""
		found = super().converted(doctype, rows)
		rest = [name for name in rows if name not in found]
		if doctype == "Lead" and rest:
			made = frappe.get_all("Customer", {"lead_name": ("in", rest)}, pluck="lead_name")
			found.update(made)
		return found

	def records_behind(self, doc: Any) -> list[tuple[str, str]]:
		if doc.doctype == "Customer" and doc.get("lead_name"):
			return [("Lead", doc.lead_name)]
		return []

	def further_timelines(
		self, doctype: str, rows: Mapping[str, Mapping[str, Any]]
	) -> dict[str, list[tuple[str, str]]]:
		"""The Prospect to which a Lead or an Opportunity belongs."""
		if doctype == "Lead":
			return _prospects("Prospect Lead", "lead", list(rows))
		if doctype != "Opportunity":
			return {}
		of_leads = [name for name, row in rows.items() if row.get("opportunity_from") == "Lead"]
		return _prospects("Prospect Opportunity", "opportunity", of_leads) | {
			name: [("Prospect", row["party_name"])]
			for name, row in rows.items()
			if row.get("opportunity_from") == "Prospect" and row.get("party_name")
		}


def _prospects(doctype: str, link: str, names: list[str]) -> dict[str, list[tuple[str, str]]]:
	if not names:
		return {}
	found = frappe.get_all(doctype, {link: ("in", names)}, [link, "parent"], limit_page_length=0)
	return {row[link]: [("Prospect", row.parent)] for row in found}
