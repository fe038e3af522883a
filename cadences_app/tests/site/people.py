"""Many Leads at once, each with the Contact that ERPNext would make of it, written in sets."""

import frappe

from cadences_app.store.compat import insert_rows
from cadences_app.store.inbox import standard_columns


def make_people(count: int, prefix: str) -> list[str]:
	"""Leads named `prefix-00000` and so on, with an address each. Returns the names."""
	leads, contacts, addresses, links = [], [], [], []
	for number in range(count):
		name = f"{prefix}-{number:05}"
		address = f"{name.lower()}@buyer.example"
		person = {"first_name": "Ada", "last_name": f"Number {number}", "company_name": f"Company {number}"}
		leads.append(
			{**standard_columns(name), **person, "email_id": address, "status": "Lead", "city": "Berlin"}
		)
		contacts.append({**standard_columns(name), **person, "email_id": address})
		child = {**standard_columns(f"{name}-c"), "parent": name, "parenttype": "Contact", "idx": 1}
		addresses.append({**child, "parentfield": "email_ids", "email_id": address, "is_primary": 1})
		links.append({**child, "parentfield": "links", "link_doctype": "Lead", "link_name": name})
	insert_rows("Lead", leads)
	insert_rows("Contact", contacts)
	insert_rows("Contact Email", addresses)
	insert_rows("Dynamic Link", links)
	return [lead["name"] for lead in leads]


def remove_people(prefix: str) -> None:
	for doctype in ("Lead", "Contact"):
		frappe.db.delete(doctype, {"name": ("like", f"{prefix}-%")})
	for doctype in ("Contact Email", "Dynamic Link"):
		frappe.db.delete(doctype, {"parent": ("like", f"{prefix}-%"), "parenttype": "Contact"})
