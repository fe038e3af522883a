"""Sites whose settings were saved before test messages had a cap get the one that new sites have (S11.2)."""

import frappe

SETTINGS, FIELD = "Cadence Settings", "test_messages_per_day"


def execute() -> None:
	stored = frappe.db.get_singles_dict(SETTINGS)
	if stored and FIELD not in stored:
		frappe.db.set_single_value(SETTINGS, FIELD, frappe.get_meta(SETTINGS).get_field(FIELD).default)
