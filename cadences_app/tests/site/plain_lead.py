"""Leads on a site without ERPNext: a custom DocType, for which cadences are made as for any other.

It has what the tests use of ERPNext's Lead, and nothing of what ERPNext does when one is saved.
"""

from typing import Any

import frappe

STATUSES = ("Lead", "Open", "Replied", "Opportunity", "Quotation", "Lost Quotation", "Interested")
STATUSES += ("Converted", "Do Not Contact")
FIELDS: tuple[dict[str, Any], ...] = (
	{"fieldname": "first_name", "fieldtype": "Data"},
	{"fieldname": "middle_name", "fieldtype": "Data"},
	{"fieldname": "last_name", "fieldtype": "Data"},
	{"fieldname": "lead_name", "fieldtype": "Data"},
	{"fieldname": "job_title", "fieldtype": "Data"},
	{"fieldname": "company_name", "fieldtype": "Data"},
	{"fieldname": "company", "fieldtype": "Data", "default": "Test Company"},
	{"fieldname": "email_id", "fieldtype": "Data", "options": "Email"},
	{"fieldname": "phone", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "mobile_no", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "fax", "fieldtype": "Data", "options": "Phone"},
	{"fieldname": "website", "fieldtype": "Data"},
	{"fieldname": "industry", "fieldtype": "Data"},
	{"fieldname": "city", "fieldtype": "Data"},
	{"fieldname": "territory", "fieldtype": "Data"},
	{"fieldname": "country", "fieldtype": "Link", "options": "Country"},
	{"fieldname": "lead_owner", "fieldtype": "Link", "options": "User"},
	{
		"fieldname": "status",
		"fieldtype": "Select",
		"default": "Lead",
		"options": "\n".join(STATUSES),
	},
	{"fieldname": "unsubscribed", "fieldtype": "Check"},
	{"fieldname": "language", "fieldtype": "Link", "options": "Language"},
	{"fieldname": "qualified_by", "fieldtype": "Link", "options": "User"},
	{"fieldname": "qualified_on", "fieldtype": "Date"},
)
ROLES = ("System Manager", "Sales Manager", "Sales User")


def make_doctype() -> None:
	"""Make the DocType if there is none. It stays on the site."""
	if frappe.db.exists("DocType", "Lead"):
		return
	fields = [{"label": frappe.unscrub(field["fieldname"]), **field} for field in FIELDS]
	rights = {"read": 1, "write": 1, "create": 1, "delete": 1, "import": 1, "export": 1, "share": 1}
	values = {
		"doctype": "DocType",
		"name": "Lead",
		"module": "Core",
		"custom": 1,
		"autoname": "hash",
		"title_field": "first_name",
		"allow_import": 1,
		"fields": fields,
		"permissions": [{"role": role, **rights} for role in ROLES],
	}
	frappe.get_doc(values).insert()
	frappe.db.commit()
