import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.workflows import rules
from cadences_app.workflows.actions import offered
from cadences_app.workflows.actions.server_script import KIND
from cadences_app.workflows.actions.set_field import FIXED
from cadences_app.workflows.conditions import check_filters
from cadences_app.workflows.kinds import TARGET_OF, ActionKind, Target, Trigger

ADMIN = "System Manager"


class CadenceWorkflow(Document):
	"""When something happens to an enrollment, do this (S9)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cadences_app.cadences_app.doctype.cadence_workflow_action.cadence_workflow_action import (
			CadenceWorkflowAction,
		)
		from cadences_app.cadences_app.doctype.cadence_workflow_cadence.cadence_workflow_cadence import (
			CadenceWorkflowCadence,
		)

		actions: DF.Table[CadenceWorkflowAction]
		cadences: DF.TableMultiSelect[CadenceWorkflowCadence]
		conditions: DF.Code | None
		enabled: DF.Check
		module: DF.Link | None
		run_as: DF.Link
		trigger: DF.Literal[
			"Enrolled",
			"Email Opened",
			"Email Clicked",
			"Email Replied",
			"Email Bounced",
			"Message Sent",
			"Message Delivered",
			"Message Failed",
			"Message Answered",
			"Unsubscribed",
			"First Automatic Follow-up Done",
			"First Manual Follow-up Done",
			"Task Created by Hand",
			"Task Skipped",
			"Incoming Call",
			"Call Longer Than",
			"Meeting Booked",
			"Owner Changed",
			"Field of the Record Changed",
			"Field of the Contact Changed",
			"Field of the Account Changed",
			"Paused",
			"Stopped by Hand",
			"Completed",
			"Converted",
		]
		trigger_field: DF.Data | None
		trigger_link: DF.Data | None
		trigger_minutes: DF.Int
		workflow_name: DF.Data
	# end: auto-generated types

	def validate(self) -> None:
		self._check_user()
		self._check_trigger()
		self._check_conditions()
		for row in self.actions:
			self._check_action(row)

	def on_update(self) -> None:
		rules.forget()

	def after_delete(self) -> None:
		rules.forget()  # not earlier: as long as the row is there it would be read again

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		rules.forget()

	def _check_user(self) -> None:
		"""A workflow can do what its user may do, so nobody makes it act as somebody else (S14.1a).

		Whoever changes what it does makes it theirs, unless they are an admin.
		"""
		if ADMIN in frappe.get_roles() or frappe.session.user == self.run_as:
			return
		frappe.throw(_("A workflow of yours acts as yourself."), frappe.PermissionError)

	def _check_trigger(self) -> None:
		target = TARGET_OF.get(Trigger(self.trigger))
		if target is None:
			return
		if not self.trigger_field:
			frappe.throw(_("Name the field whose change it waits for."))
		if missing := self._without_field(target, self.trigger_field):
			frappe.throw(missing)

	def _without_field(self, target: Target, field: str) -> str:
		"""That nothing which the workflow means by this has such a field; blank where something has it, or
		where it may be about records of any module."""
		if target is Target.RECORD and not self.module:
			return ""
		doctypes = sorted(rules.doctypes_of(target, {"module": self.module, "cadences": []}))
		if not doctypes or any(frappe.get_meta(each).has_field(field) for each in doctypes):
			return ""
		return _("{0} has no field {1}.").format(", ".join(_(each) for each in doctypes), field)

	def _check_conditions(self) -> None:
		if not self.conditions:
			return
		if not self.module:
			frappe.throw(_("Conditions need a module."))
		check_filters(self.module, self.conditions)

	def _check_action(self, row: "CadenceWorkflowAction") -> None:
		if row.kind not in offered():
			self._refuse(row, _("There is no action {0}.").format(row.kind))
		match row.kind:
			case ActionKind.CHANGE_OWNER if not row.user:
				self._refuse(row, _("Name the new owner."))
			case ActionKind.MOVE if not row.cadence:
				self._refuse(row, _("Name the cadence."))
			case ActionKind.SET_FIELD:
				self._check_field(row)
			case ActionKind.SERVER_SCRIPT:
				self._check_script(row)

	def _check_field(self, row: "CadenceWorkflowAction") -> None:
		if not row.fieldname or row.fieldname in FIXED:
			self._refuse(row, _("Name a field that can be set."))
		if missing := self._without_field(Target(row.target or Target.RECORD), row.fieldname):
			self._refuse(row, missing)

	def _check_script(self, row: "CadenceWorkflowAction") -> None:
		"""Who can't write server scripts can't have one run either, nor say when one that is there runs
		(S14.1a)."""
		if not row.server_script:
			self._refuse(row, _("Name the server script."))
		frappe.has_permission("Server Script", "write", row.server_script, throw=True)
		columns = ["script_type", "disabled"]
		kind, is_disabled = frappe.db.get_value("Server Script", row.server_script, columns) or ("", 1)
		if self.enabled and (is_disabled or kind != KIND):
			self._refuse(row, _("{0} is no enabled Server Script of the type API.").format(row.server_script))

	def _refuse(self, row: "CadenceWorkflowAction", why: str) -> None:
		frappe.throw(_("Row {0}: {1}").format(row.idx, why))
