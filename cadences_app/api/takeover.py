"""Taking over ERPNext's Email Campaigns, from Desk and over REST (S15.5)."""

from dataclasses import asdict

import frappe

from cadences_app.api.answers.cadences import Campaign, TakenOver
from cadences_app.api.calling import whitelist
from cadences_app.enrolling import takeover
from cadences_app.store.compat import tried_anew


@whitelist()
def campaigns() -> list[Campaign]:
	"""The campaigns with Email Campaigns under way. Needs *create* on Cadence; empty without ERPNext."""
	frappe.has_permission("Cadence", "create", throw=True)
	if not frappe.db.exists("DocType", takeover.OLD):
		return []
	return takeover.campaigns()


@whitelist(methods=["POST"])
@tried_anew
def take_over(campaign: str) -> TakenOver:
	"""Make a campaign a cadence; those under way go on at their place. Returns what became of them.

	Needs *create* on Cadence and Cadence Enrollment, *write* on the cadence to activate it, and *write* on
	Email Campaign: those that the caller may not change are left.
	"""
	return asdict(takeover.take_over(campaign))
