import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app import custom_fields
from cadences_app.enrolling import enroll
from cadences_app.reports import figures
from cadences_app.store import compat
from cadences_app.store.names import new_name


class CadenceEnrollment(Document):
	"""One record enrolled in one cadence (S5.4). The runtime writes it in sets, without this class."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		active_key: DF.Data | None
		cadence: DF.Link
		cadence_version: DF.Link | None
		comes_back: DF.Data | None
		company_key: DF.Data | None
		disposition: DF.Data | None
		ended_at: DF.Datetime | None
		enrolled_by: DF.Link | None
		error: DF.LongText | None
		exit_note: DF.SmallText | None
		exit_reason: DF.Data | None
		halted_at: DF.Datetime | None
		has_lost_activity: DF.Check
		hold_until: DF.Datetime | None
		left_view: DF.Check
		let_in_at: DF.Datetime | None
		next_due_at: DF.Datetime | None
		next_follow_up: DF.Data | None
		next_follow_up_at: DF.Datetime | None
		next_follow_up_unless: DF.Data | None
		paused_at: DF.Datetime | None
		paused_until: DF.Datetime | None
		person: DF.Data | None
		person_key: DF.Data | None
		record_owner: DF.Link | None
		record_title: DF.Data | None
		reference_doctype: DF.Link
		reference_name: DF.DynamicLink
		resumed_at: DF.Datetime | None
		run: DF.Int
		standstills: DF.SmallText | None
		started_at: DF.Datetime | None
		starts_with: DF.Data | None
		status: DF.Literal["Waiting", "Active", "Paused", "Halted", "Completed", "Stopped", "Failed"]
		still: DF.Data | None
		still_on: DF.Date | None
		stuck: DF.Check
		waits_for: DF.Data | None
		waits_key: DF.Data | None
		waits_rank: DF.Datetime | None
		waits_until: DF.Datetime | None
	# end: auto-generated types

	def autoname(self):
		self.name = new_name()

	def before_insert(self):
		"""Inserting one enrolls its record: by import or as a REST resource (S5.3)."""
		enroll.fill_new(self)

	def after_insert(self):
		enroll.wake_new(self)

	def validate(self):
		if self.is_new():
			return
		frappe.throw(_("An enrollment can't be edited: enroll, pause, skip or un-enroll the record instead."))

	def on_trash(self):
		"""Its activities and what was noted of them go with it; the tasks and calls that they made stay."""
		if self.active_key:
			frappe.throw(_("Un-enroll the record first: this enrollment is still live."))
		figures.forget(self.name)
		activities = frappe.get_all("Cadence Activity", {"enrollment": self.name}, pluck="name")
		custom_fields.unlink(activities)
		for doctype in ("Cadence Visit", "Cadence Invite", "Cadence Edited Mail"):
			frappe.db.delete(doctype, {"activity": ("in", activities or [""])})
		for doctype in ("Cadence Activity", "Cadence Event", "Cadence Incoming Mail"):
			frappe.db.delete(doctype, {"enrollment": self.name})


LISTED_BY = ["cadence", "status", "record_owner", "reference_name", "exit_reason", "disposition", "stuck"]
"""What their list is narrowed by: few of a million may have the value."""


def on_doctype_update():
	compat.add_index("Cadence Enrollment", ["reference_doctype", "reference_name"])
	compat.add_index("Cadence Enrollment", ["cadence", "status", "stuck", "next_due_at"])
	compat.add_index("Cadence Enrollment", ["waits_key", "waits_rank"])
	compat.add_index("Cadence Enrollment", ["cadence", "let_in_at"])
	compat.add_index("Cadence Enrollment", ["cadence", "company_key"])
	compat.add_index("Cadence Enrollment", ["company_key"])
	compat.index_for_lists("Cadence Enrollment", *LISTED_BY)
