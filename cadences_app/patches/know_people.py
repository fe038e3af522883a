"""Whose address the record has, for who was enrolled before that was kept, and the keys of it (S2.7)."""

import frappe

from cadences_app import neighbours
from cadences_app.patches import key_companies, key_people
from cadences_app.store import compat
from cadences_app.store.live import LIVE_STATUSES

CHUNK = 5000


def execute() -> None:
	"""Of those that nobody has worked on since: whatever is worked on notes it by itself."""
	unknown = {"status": ("in", LIVE_STATUSES), "person": ("is", "not set")}
	for module in frappe.get_all("Cadence Enrollment", unknown, pluck="reference_doctype", distinct=True):
		if frappe.db.table_exists(module):
			_note_people(module, {**unknown, "reference_doctype": module})
	key_people.execute()
	key_companies.execute()


def _note_people(module: str, unknown: dict) -> None:
	neighbour, after = neighbours.of(module), ""
	while True:
		rows = frappe.get_all(
			"Cadence Enrollment",
			{**unknown, "name": (">", after)},
			["name", "reference_name"],
			order_by="name",
			limit=CHUNK,
		)
		if not rows:
			return
		after = rows[-1].name
		names = list({row.reference_name for row in rows})
		records = frappe.get_all(module, {"name": ("in", names)}, ["*"], limit_page_length=0)
		addresses = {str(each.name): neighbour.email_of(each) for each in records}
		people = {row.name: addresses.get(row.reference_name, "").strip().lower()[:140] for row in rows}
		compat.update_rows(
			"Cadence Enrollment", {name: {"person": person} for name, person in people.items() if person}
		)
