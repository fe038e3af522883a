"""ERPNext: from Lead to Sales Invoice, and Issue."""

from collections.abc import Mapping
from typing import Any, ClassVar

import frappe

from cadences_app.neighbours.plain import Plain


class ERPNext(Plain):
	app: ClassVar[str] = "erpnext"
	modules: ClassVar[frozenset[str]] = frozenset(
		{
			"Lead",
			"Opportunity",
			"Prospect",
			"Customer",
			"Quotation",
			"Sales Order",
			"Delivery Note",
			"Sales Invoice",
			"Issue",
		}
	)
	deals: ClassVar[frozenset[str]] = frozenset({"Opportunity"})
	refusing_modules: ClassVar[frozenset[str]] = frozenset({"Lead"})
	sources_of_change: ClassVar[frozenset[str]] = frozenset({"Customer", "Opportunity", "Prospect"})
	made_of: ClassVar[Mapping[tuple[str, str], Mapping[str, str | None]]] = {
		("Lead", "Opportunity"): {"opportunity_from": "Lead", "party_name": None},
		("Lead", "Quotation"): {"quotation_to": "Lead", "party_name": None},
		("Lead", "Customer"): {"lead_name": None},
		("Prospect", "Opportunity"): {"opportunity_from": "Prospect", "party_name": None},
		("Prospect", "Customer"): {"prospect_name": None},
		("Opportunity", "Quotation"): {"opportunity": None},
		("Opportunity", "Customer"): {"opportunity_name": None},
		("Customer", "Opportunity"): {"opportunity_from": "Customer", "party_name": None},
		("Customer", "Quotation"): {"quotation_to": "Customer", "party_name": None},
		("Customer", "Sales Order"): {"customer": None},
		("Lead", "Issue"): {"lead": None},
		("Delivery Note", "Delivery Note"): {"return_against": None},
		("Sales Invoice", "Sales Invoice"): {"return_against": None},
	}
	rows_made_of: ClassVar[Mapping[tuple[str, str], tuple[str, str]]] = {
		("Quotation", "Sales Order"): ("Sales Order Item", "prevdoc_docname"),
		("Sales Order", "Delivery Note"): ("Delivery Note Item", "against_sales_order"),
		("Sales Invoice", "Delivery Note"): ("Delivery Note Item", "against_sales_invoice"),
		("Sales Order", "Sales Invoice"): ("Sales Invoice Item", "sales_order"),
		("Delivery Note", "Sales Invoice"): ("Sales Invoice Item", "delivery_note"),
	}
	joined_by_account: ClassVar[Mapping[str, str]] = {"Issue": "customer"}
	account_fields: ClassVar[Mapping[str, str]] = dict.fromkeys(
		("Sales Order", "Delivery Note", "Sales Invoice"), "customer"
	)

	def converted(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""A Lead is converted once a Customer, an Opportunity or a Prospect was made of it; an Opportunity by
		its status."""
		found = super().converted(doctype, rows)
		rest = [name for name in rows if name not in found]
		if doctype == "Lead" and rest:
			found.update(frappe.get_all("Customer", {"lead_name": ("in", rest)}, pluck="lead_name"))
			of_leads = {"opportunity_from": "Lead", "party_name": ("in", rest)}
			found.update(frappe.get_all("Opportunity", of_leads, pluck="party_name"))
			found.update(frappe.get_all("Prospect Lead", {"lead": ("in", rest)}, pluck="lead"))
		return found

	def settled(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		found = self.converted(doctype, rows)
		if doctype == "Opportunity":
			found |= {name for name, row in rows.items() if row.get("status") == "Lost"}
		return found

	def settled_in_sql(self, doctype: str) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
		if type(self) is not ERPNext:
			return None
		has_status = frappe.get_meta(doctype).has_field("status")
		condition = "t.`status` in ('Converted', 'Lost')" if has_status else "1 = 0"
		if doctype != "Lead":
			return condition, ()
		of_leads = "d.`opportunity_from` = 'Lead'"
		made = (("Customer", "lead_name", ""), ("Opportunity", "party_name", of_leads))
		return condition, (*made, ("Prospect Lead", "lead", ""))

	def account_of(self, row: Mapping[str, Any]) -> tuple[str, str] | None:
		"""The Customer or Prospect of an Opportunity, Quotation or order; of a Lead, what was made of it."""
		match row["doctype"]:
			case "Customer" | "Prospect":
				return row["doctype"], row["name"]
			case "Opportunity" if row.get("opportunity_from") in ("Customer", "Prospect"):
				return row["opportunity_from"], row["party_name"]
			case "Quotation" if row.get("quotation_to") in ("Customer", "Prospect"):
				return row["quotation_to"], row["party_name"]
			case "Lead":
				return _account_of_lead(row["name"])
		return ("Customer", row["customer"]) if row.get("customer") else None

	def records_of_account(self, doctype: str, name: str) -> list[tuple[str, str]]:
		found = [(doctype, name)] if doctype in ("Customer", "Prospect") else []
		if doctype == "Customer":
			lead = frappe.db.get_value("Customer", name, "lead_name")
			found += [("Lead", lead)] if lead else []
			found += [("Sales Order", each) for each in _named("Sales Order", {"customer": name})]
		if doctype == "Prospect":
			leads = frappe.get_all("Prospect Lead", {"parent": name}, pluck="lead")
			found += [("Lead", each) for each in leads]
		if found:
			party = {"party_name": name}
			found += [
				("Opportunity", each) for each in _named("Opportunity", party | {"opportunity_from": doctype})
			]
			found += [("Quotation", each) for each in _named("Quotation", party | {"quotation_to": doctype})]
		return found

	def records_behind(self, doc: Any) -> list[tuple[str, str]]:
		if doc.doctype == "Customer" and doc.get("lead_name"):
			return [("Lead", doc.lead_name)]
		if doc.doctype == "Opportunity" and doc.get("opportunity_from") == "Lead" and doc.get("party_name"):
			return [("Lead", doc.party_name)]
		if doc.doctype == "Prospect":
			return [("Lead", each.lead) for each in doc.get("leads") or () if each.lead]
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


def _account_of_lead(lead: str) -> tuple[str, str] | None:
	customer = frappe.db.get_value("Customer", {"lead_name": lead})
	if customer:
		return "Customer", customer
	prospect = frappe.db.get_value("Prospect Lead", {"lead": lead}, "parent")
	return ("Prospect", prospect) if prospect else None


def _named(doctype: str, filters: dict[str, str]) -> list[str]:
	return frappe.get_all(doctype, filters, pluck="name", limit_page_length=0)
