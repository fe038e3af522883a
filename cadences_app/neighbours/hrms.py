"""Frappe HR: who is on leave, where a site has its DocTypes."""

from datetime import date

import frappe

EMPLOYEE, LEAVE = "Employee", "Leave Application"


def leaves(user: str, day: date) -> list[tuple[date, date]]:
	"""The approved leaves of this user that are not over on that day: their first and last days."""
	if not all(frappe.db.exists("DocType", each) for each in (EMPLOYEE, LEAVE)):
		return []
	employees = frappe.get_all(EMPLOYEE, {"user_id": user, "status": "Active"}, pluck="name")
	if not employees:
		return []
	approved = {"employee": ("in", employees), "status": "Approved", "docstatus": 1, "to_date": (">=", day)}
	return frappe.get_all(LEAVE, {**approved, "half_day": 0}, ["from_date", "to_date"], as_list=True)
