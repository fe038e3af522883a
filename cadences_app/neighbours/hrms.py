"""Frappe HR: who is on leave, where it is installed."""

from datetime import date

import frappe


def leaves(user: str, day: date) -> list[tuple[date, date]]:
	"""The approved leaves of this user that are not over on that day: their first and last days."""
	if "hrms" not in frappe.get_installed_apps():
		return []
	employees = frappe.get_all("Employee", {"user_id": user, "status": "Active"}, pluck="name")
	if not employees:
		return []
	approved = {"employee": ("in", employees), "status": "Approved", "docstatus": 1, "to_date": (">=", day)}
	return frappe.get_all(
		"Leave Application", {**approved, "half_day": 0}, ["from_date", "to_date"], as_list=True
	)
