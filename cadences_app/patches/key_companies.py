"""The company of those that are in a cadence, by the domain of their address (S6.1b)."""

import frappe

from cadences_app.neighbours.companies import company_of
from cadences_app.store import compat
from cadences_app.store.live import LIVE_STATUSES

CHUNK = 5000


def execute() -> None:
	"""Of those whose address is nobody's own, the organization is noted when they are next worked on."""
	after = ""
	while True:
		rows = frappe.get_all(
			"Cadence Enrollment",
			{
				"status": ("in", LIVE_STATUSES),
				"person": ("is", "set"),
				"company_key": ("is", "not set"),
				"name": (">", after),
			},
			["name", "person"],
			order_by="name",
			limit=CHUNK,
		)
		if not rows:
			return
		after = rows[-1].name
		companies = {row.name: company_of({}, row.person)[:140] for row in rows}
		compat.update_rows(
			"Cadence Enrollment", {name: {"company_key": key} for name, key in companies.items() if key}
		)
