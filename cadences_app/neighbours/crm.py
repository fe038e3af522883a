"""Frappe CRM: CRM Lead, CRM Deal, CRM Organization."""

from collections.abc import Mapping
from typing import Any, ClassVar

import frappe

from cadences_app.neighbours.plain import Plain


class FrappeCRM(Plain):
	app: ClassVar[str] = "crm"
	modules: ClassVar[frozenset[str]] = frozenset({"CRM Lead", "CRM Deal", "CRM Organization"})
	deals: ClassVar[frozenset[str]] = frozenset({"CRM Deal"})
	refusing_modules: ClassVar[frozenset[str]] = frozenset({"CRM Lead", "CRM Deal"})
	task_doctype: ClassVar[str] = "CRM Task"

	made_of: ClassVar[Mapping[tuple[str, str], Mapping[str, str | None]]] = {
		("CRM Lead", "CRM Deal"): {"lead": None}
	}

	def account_of(self, row: Mapping[str, Any]) -> tuple[str, str] | None:
		name = row["name"] if row["doctype"] == "CRM Organization" else row.get("organization")
		is_known = name and frappe.db.exists("CRM Organization", name)
		return ("CRM Organization", name) if is_known else None

	def records_of_account(self, doctype: str, name: str) -> list[tuple[str, str]]:
		if doctype != "CRM Organization":
			return []
		return [
			(doctype, name),
			*(
				(module, each)
				for module in ("CRM Lead", "CRM Deal")
				for each in frappe.get_all(module, {"organization": name}, pluck="name", limit_page_length=0)
			),
		]

	def converted(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		"""A CRM Lead is converted by its tick box; a CRM Deal once its status is of the kind Won."""
		if doctype == "CRM Lead":
			return {name for name, row in rows.items() if row.get("converted")}
		if doctype == "CRM Deal":
			won = _won_statuses()
			return {name for name, row in rows.items() if row.get("status") in won}
		return set()

	def settled(self, doctype: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
		found = self.converted(doctype, rows)
		if doctype == "CRM Deal":
			lost = _lost_statuses()
			found |= {name for name, row in rows.items() if row.get("status") in lost}
		return found

	def settled_in_sql(self, doctype: str) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
		if type(self) is not FrappeCRM:
			return None
		if doctype == "CRM Lead":
			return "t.`converted` <> 0", ()
		if doctype != "CRM Deal":
			return "1 = 0", ()
		statuses = (frappe.db.escape(each, percent=False) for each in _won_statuses() | _lost_statuses())
		return f"t.`status` in ({', '.join(statuses) or 'null'})", ()


def _lost_statuses() -> set[str]:
	if not frappe.get_meta("CRM Deal Status").has_field("type"):
		return {"Lost"}
	return set(frappe.get_all("CRM Deal Status", {"type": "Lost"}, pluck="name"))


def _won_statuses() -> set[str]:
	if not frappe.get_meta("CRM Deal Status").has_field("type"):
		return {"Won"}
	return set(frappe.get_all("CRM Deal Status", {"type": "Won"}, pluck="name"))
