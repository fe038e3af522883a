"""For tests whose code commits: what they made is found out and deleted at their end."""

from typing import Any

import frappe

from cadences_app.store import definitions
from cadences_app.tests.site.base import SiteTestCase

MADE = (
	"Cadence Event",
	"Cadence Activity",
	"Cadence Enrollment",
	"Cadence Version",
	"Cadence Sweep",
	"Cadence Bystander",
	"Cadence Problem",
	"Cadence Job",
	"Cadence Job Chunk",
	"Cadence Follow-up",
	"Cadence Unenrollment Rule",
	"Cadence",
	"Cadence Mailbox",
	"Cadence Suppression",
	"Cadence Incoming Mail",
	"Cadence Visit",
	"Email Account",
	"Email Template",
	"Lead",
	"CRM Lead",
	"Contact",
	"Contact Email",
	"Contact Phone",
	"Dynamic Link",
	"ToDo",
	"CRM Task",
	"Event",
	"Event Participants",
	"Communication",
	"Communication Link",
	"Comment",
	"Version",
	"Data Import",
	"Data Import Log",
	"Notification Log",
	"Error Log",
	"DocShare",
	"Email Unsubscribe",
	"Email Queue",
	"Email Queue Recipient",
	"File",
)


class SweptTestCase(SiteTestCase):
	"""A test that may commit."""

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		frappe.db.rollback()
		self._before = {doctype: set(_names(doctype)) for doctype in MADE if frappe.db.table_exists(doctype)}

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for doctype, before in self._before.items():
			made = [name for name in _names(doctype) if name not in before]
			for start in range(0, len(made), 5000):
				frappe.db.delete(doctype, {"name": ("in", made[start : start + 5000])})
		definitions.forget_modules()
		frappe.db.commit()
		super().tearDown()


def _names(doctype: str) -> list[Any]:
	table = frappe.qb.DocType(doctype)
	return frappe.qb.from_(table).select(table.name).run(pluck=True)
