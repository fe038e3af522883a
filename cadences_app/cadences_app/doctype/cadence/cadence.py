import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.cadences_app.doctype.cadence import drafts, limits
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling import stories
from cadences_app.reports import figures
from cadences_app.store import definitions

KEPT_WITH_IT = (
	"Cadence Version",
	"Cadence Sweep",
	"Cadence Bystander",
	"Cadence Problem",
	"Cadence Job Chunk",
	"Cadence Job",
	"Cadence Figure",
)
"""What belongs to a cadence alone and goes when it is deleted."""


class Cadence(Document):
	"""What people edit (S1.1). What runs is its published Cadence Version."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cadences_app.cadences_app.doctype.cadence_follow_up.cadence_follow_up import CadenceFollowup
		from cadences_app.cadences_app.doctype.cadence_story.cadence_story import CadenceStory
		from cadences_app.cadences_app.doctype.cadence_unenrollment_rule.cadence_unenrollment_rule import (
			CadenceUnenrollmentRule,
		)

		alone: DF.Check
		answer_wait_days: DF.Int
		audience_kind: DF.Literal["Manual Enrollment", "Custom View"]
		cadence_name: DF.Data
		close_open_on_exit: DF.Check
		colleague_reply: DF.Literal["Pause and Tell the Owner", "End", "Nothing"]
		coming_back: DF.Literal["Resume", "Restart", "Never"]
		description: DF.SmallText | None
		enrolled: DF.Int
		entering: DF.Literal["At Once", "At Intervals", "Not by Itself"]
		every_amount: DF.Int
		every_unit: DF.Literal["Hours", "Days"]
		follow_ups: DF.Table[CadenceFollowup]
		holdout: DF.Int
		holiday_list: DF.Autocomplete | None
		last_key: DF.Int
		late_after_amount: DF.Int
		late_after_unit: DF.Literal["Minutes", "Hours", "Days", "Business Days", "Weeks", "Months"]
		late_rule: DF.Literal["Keep the Distance", "Carry Out Now", "At the Next Opening", "Skip"]
		live_per_company: DF.Int
		live_per_owner: DF.Int
		live_per_record: DF.Int
		module: DF.Link
		new_per_day: DF.Int
		new_per_owner: DF.Int
		one_per_person: DF.Check
		priority: DF.Int
		rest_days: DF.Int
		status: DF.Literal["Draft", "Active", "Inactive"]
		stories: DF.Table[CadenceStory]
		track_clicks: DF.Check
		track_opens: DF.Check
		unenrollment_rules: DF.Table[CadenceUnenrollmentRule]
		use_window: DF.Check
		version: DF.Link | None
		view_filters: DF.Code | None
		view_list_filter: DF.Link | None
		view_user: DF.Link | None
		window_closes: DF.Data | None
		window_friday: DF.Check
		window_monday: DF.Check
		window_opens: DF.Data | None
		window_saturday: DF.Check
		window_scope: DF.Literal["Emails", "All Follow-ups"]
		window_sunday: DF.Check
		window_thursday: DF.Check
		window_tuesday: DF.Check
		window_wednesday: DF.Check
		workday_friday: DF.Check
		workday_monday: DF.Check
		workday_saturday: DF.Check
		workday_sunday: DF.Check
		workday_thursday: DF.Check
		workday_tuesday: DF.Check
		workday_wednesday: DF.Check
		zone_source: DF.Literal["Site", "Owner", "Person"]
	# end: auto-generated types

	def before_insert(self):
		self.status = CadenceStatus.DRAFT.value
		self.version = None

	def validate(self):
		self.__dict__.pop("enrolled", None)  # counted, not kept: the history shows no change of it
		drafts.keep_state(self)
		drafts.give_keys(self)
		drafts.tidy_addresses(self)
		drafts.refuse_faults(self)
		stories.refuse_unreadable(self)
		limits.refuse_excess(self)
		limits.refuse_calls_for_deals(self)

	def on_update(self):
		drafts.tell_stories(self)

	def on_trash(self):
		"""Without enrollments the versions go too; with them, what happened must stay readable."""
		if frappe.db.exists("Cadence Enrollment", {"cadence": self.name}):
			frappe.throw(
				_("Records were enrolled in {0}. Deactivate it instead of deleting it.").format(self.name),
				frappe.LinkExistsError,
			)
		for doctype in KEPT_WITH_IT:
			frappe.db.delete(doctype, {"cadence": self.name})

	def after_delete(self):
		definitions.forget_modules()

	@property
	def enrolled(self) -> int:
		return 0 if self.is_new() else figures.enrolled([self.name])[self.name].total()
