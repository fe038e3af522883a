import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.store import compat
from cadences_app.store.names import unguessable_name


class CadenceActivity(Document):
	"""One follow-up in one run: the touchpoint, and for emails the outbox. Written in sets, not by saving."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		activity_doctype: DF.Link | None
		activity_name: DF.DynamicLink | None
		assigned_to: DF.Link | None
		attempts: DF.Int
		base_at: DF.Datetime | None
		bounced_at: DF.Datetime | None
		cadence: DF.Link | None
		cadence_version: DF.Link | None
		call_result: DF.Data | None
		cancelled_at: DF.Datetime | None
		carried_out_at: DF.Datetime | None
		channel: DF.Literal["Email", "Task", "Call", "Message"]
		claimed_by: DF.Data | None
		claimed_until: DF.Datetime | None
		clicked_at: DF.Datetime | None
		clicks: DF.Int
		closed_at: DF.Datetime | None
		completed_at: DF.Datetime | None
		delivered_at: DF.Datetime | None
		delivery: DF.Literal[
			"",
			"Waiting for Review",
			"Waiting for Approval",
			"Queued",
			"Sending",
			"Sent",
			"Unknown",
			"Bounced",
			"Suppressed",
			"Cancelled",
			"Failed",
			"Refused",
		]
		due_at: DF.Datetime | None
		due_on: DF.Date | None
		email_account: DF.Link | None
		email_template: DF.Link | None
		enrollment: DF.Link
		error: DF.LongText | None
		failed_at: DF.Datetime | None
		follow_up: DF.Data | None
		forced: DF.Check
		handed_over_at: DF.Datetime | None
		invite_accepted_at: DF.Datetime | None
		invite_declined_at: DF.Datetime | None
		invite_tentative_at: DF.Datetime | None
		links: DF.JSON | None
		marks: DF.JSON | None
		message_id: DF.Data | None
		message_cost: DF.Float
		message_parts: DF.Int
		message_service: DF.Literal["", "SMS", "WhatsApp"]
		note: DF.SmallText | None
		opened_at: DF.Datetime | None
		opens: DF.Int
		overdue_at: DF.Datetime | None
		reason: DF.Data | None
		recipient: DF.Data | None
		record_owner: DF.Link | None
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		replied_at: DF.Datetime | None
		reply_to: DF.Data | None
		run: DF.Int
		send_after: DF.Datetime | None
		sender: DF.Data | None
		sent_at: DF.Datetime | None
		skipped_at: DF.Datetime | None
		standing: DF.Data | None
		starts_at: DF.Datetime | None
		status: DF.Literal["Scheduled", "Handed Over", "Carried Out", "Skipped", "Cancelled", "Failed"]
		subject: DF.Data | None
		taken_at: DF.Datetime | None
		title: DF.Data | None
		unsubscribed_at: DF.Datetime | None
	# end: auto-generated types

	def autoname(self):
		self.name = unguessable_name()

	def validate(self):
		frappe.throw(_("An activity can't be edited: report its outcome instead."))

	def on_trash(self):
		# What is gone could be carried out once more.
		frappe.throw(_("An activity can't be deleted by itself. Delete its task or call, or the enrollment."))


ASKED_OF_OPEN_WORK = [
	"standing",
	"assigned_to",
	"status",
	"starts_at",
	"due_on",
	"cadence",
	"reference_doctype",
]
"""All that is asked of open work before any of it is shown: the index alone counts it and has its order."""


def on_doctype_update():
	frappe.db.add_unique("Cadence Activity", ["enrollment", "run", "follow_up"])
	compat.add_index("Cadence Activity", ["delivery", "send_after"])
	compat.add_index("Cadence Activity", ["email_account", "taken_at"])
	compat.add_index("Cadence Activity", ["activity_doctype", "activity_name"])
	compat.add_index("Cadence Activity", ["reference_doctype", "reference_name"])
	compat.add_index("Cadence Activity", ["cadence", "follow_up"])
	compat.add_index("Cadence Activity", ASKED_OF_OPEN_WORK, "open_work")
	compat.add_index("Cadence Activity", ["status", "due_at"])
	compat.index_for_lists("Cadence Activity", "channel", "assigned_to", "reference_name")
	compat.index_for_changes("Cadence Activity")
