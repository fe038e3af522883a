"""The keys that let each person into a cadence once, for those that are in it (S2.7)."""

import frappe

from cadences_app.store import definitions, enrollment_rows
from cadences_app.store.live import LIVE_STATUSES

CHUNK = 5000


def execute() -> None:
	"""Of two records of one person that are in by now, the one that came first has the key."""
	after = ""
	while True:
		rows = frappe.get_all(
			"Cadence Enrollment",
			{
				"status": ("in", LIVE_STATUSES),
				"person": ("is", "set"),
				"person_key": ("is", "not set"),
				"name": (">", after),
			},
			["name", "cadence", "cadence_version", "person"],
			order_by="name",
			limit=CHUNK,
		)
		if not rows:
			return
		after = rows[-1].name
		loaded = definitions.load_many({row.cadence_version for row in rows})
		keys = {
			row.name: enrollment_rows.person_key(row.cadence, row.person, loaded[row.cadence_version])
			for row in rows
			if row.cadence_version in loaded
		}
		enrollment_rows.claim_people({name: key for name, key in keys.items() if key})
