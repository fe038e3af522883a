import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from cadences_app.mail import warming

MOST_GROWTH = 100  # percent a day


class CadenceMailbox(Document):
	"""How much an Email Account may send for cadences, whether it may at all, and how it fares (S13.2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		bounce_rate: DF.Percent
		complaint_rate: DF.Percent
		domain_per_day: DF.Int
		domain_per_hour: DF.Int
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
		warm_up: DF.Check
		warm_up_at: DF.Datetime | None
		warm_up_cap: DF.Int
		warm_up_first: DF.Int
		warm_up_growth: DF.Int
	# end: auto-generated types

	@property
	def warm_up_in_words(self):
		"""How its daily cap stands, in the language of whoever reads it (S13.3a)."""
		if not self.warm_up:
			return ""
		now = _("Emails a day at most: {0} now, {1} in the end.").format(cint(self.warm_up_cap), self.per_day)
		grows = _("A day on which at least half of them go out adds {0}%.").format(cint(self.warm_up_growth))
		falls = _("A day on which many bounce, or are reported as spam, halves them.")
		return " ".join([now, falls] if cint(self.warm_up_cap) >= cint(self.per_day) else [now, grows, falls])

	def validate(self):
		self.begin_to_warm_up()
		self.note_pause()

	def begin_to_warm_up(self):
		if not self.warm_up:
			self.warm_up_cap, self.warm_up_at = 0, None
			return
		if cint(self.per_day) < 1:
			frappe.throw(_("Set the emails per day that the mailbox is to reach by warming up."))
		if not 1 <= cint(self.warm_up_growth) <= MOST_GROWTH:
			frappe.throw(_("The emails per day grow by 1 to {0} percent a day.").format(MOST_GROWTH))
		if not cint(self.warm_up_cap):
			self.warm_up_cap, self.warm_up_at = cint(self.warm_up_first), now_datetime()
		self.warm_up_cap = warming.first_cap(cint(self.warm_up_cap), cint(self.per_day))

	def note_pause(self):
		if not self.has_value_changed("paused"):
			return
		if self.paused:
			self.paused_at = self.paused_at or now_datetime()
		else:
			self.paused_at, self.pause_reason, self.waits_until, self.failures = None, None, None, 0
			self.judged_since = None if self.is_new() else now_datetime()
