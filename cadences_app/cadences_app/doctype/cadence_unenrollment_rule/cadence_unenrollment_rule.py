from frappe.model.document import Document


class CadenceUnenrollmentRule(Document):
	"""One reason to leave a cadence: a row of its form (S6.1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		at_time: DF.Data | None
		conditions: DF.Code | None
		date_field: DF.Autocomplete | None
		delay_amount: DF.Int
		delay_unit: DF.Literal["Minutes", "Hours", "Days", "Business Days", "Weeks", "Months"]
		expression: DF.Code | None
		follow_up: DF.Autocomplete | None
		kind: DF.Literal[
			"Outcome of a Follow-up",
			"Record Conditions",
			"Converted",
			"Left the View",
			"Date",
			"Meeting Booked",
			"Expression",
		]
		on_date: DF.Date | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		rule_key: DF.Data | None
		start: DF.Literal["After a Date Field", "Before a Date Field"]
		title: DF.Data | None
		trigger_absent: DF.Check
		trigger_detail: DF.Data | None
		trigger_outcome: DF.Literal[
			"Carried Out",
			"Sent",
			"Opened",
			"Clicked",
			"Replied",
			"Bounced",
			"Unsubscribed",
			"Invite Accepted",
			"Invite Tentative",
			"Invite Declined",
			"Not Started",
			"In Progress",
			"Waiting for Input",
			"Deferred",
			"Completed",
			"Skipped",
			"Scheduled",
			"Overdue",
			"Cancelled",
			"Call Result",
			"Delivered",
			"Failed",
		]
		trigger_since: DF.Literal[
			"Carried Out",
			"Sent",
			"Opened",
			"Clicked",
			"Replied",
			"Bounced",
			"Unsubscribed",
			"Invite Accepted",
			"Invite Tentative",
			"Invite Declined",
			"Not Started",
			"In Progress",
			"Waiting for Input",
			"Deferred",
			"Completed",
			"Skipped",
			"Scheduled",
			"Overdue",
			"Cancelled",
			"Call Result",
			"Delivered",
			"Failed",
		]
		trigger_times: DF.Int
		trigger_within_amount: DF.Int
		trigger_within_unit: DF.Literal["Minutes", "Hours", "Days", "Business Days", "Weeks", "Months"]
	# end: auto-generated types
