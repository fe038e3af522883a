from frappe.model.document import Document
from frappe.utils import now_datetime


class CadenceMailbox(Document):
	"""How much an Email Account may send for cadences, whether it may at all, and how it fares (S13.2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		bounce_rate: DF.Percent
		complaint_rate: DF.Percent
		email_account: DF.Link
		failures: DF.Int
		judged_since: DF.Datetime | None
		measured_at: DF.Datetime | None
		minimum_gap: DF.Int
		pause_reason: DF.SmallText | None
		paused: DF.Check
		paused_at: DF.Datetime | None
		per_day: DF.Int
		per_hour: DF.Int
		sent_week: DF.Int
		sessions: DF.Int
		sessions_taken: DF.Int
		unsubscribe_rate: DF.Percent
		waits_until: DF.Datetime | None
	# end: auto-generated types

	def validate(self):
		if not self.has_value_changed("paused"):
			return
		if self.paused:
			self.paused_at = self.paused_at or now_datetime()
		else:
			self.paused_at, self.pause_reason, self.waits_until, self.failures = None, None, None, 0
			self.judged_since = None if self.is_new() else now_datetime()
