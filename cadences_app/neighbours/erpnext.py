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

	def sources_of_change(self) -> frozenset[str]:
		return frozenset({"Customer"})
