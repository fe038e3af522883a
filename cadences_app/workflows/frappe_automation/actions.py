"""What flows of Frappe's automation engine can do with cadences (S9.4): enroll, un-enroll, pause, resume.

Only the engine reads this file, by the hook `automation_actions`. A flow acts with the rights of the user
that it runs as.
"""

from datetime import timedelta
from typing import Any, ClassVar

import frappe
from frappe import _
from frappe.automation_engine.actions.base import AutomationAction, AutomationParamError
from frappe.utils import cint

from cadences_app.engine.events import Event, PauseRequested, ResumeRequested, StopRequested
from cadences_app.enrolling import control
from cadences_app.enrolling.enroll import enroll
from cadences_app.enrolling.result import ACCEPTED
from cadences_app.store import clock

CADENCE = {"fieldname": "cadence", "label": "Cadence", "fieldtype": "Link", "options": "Cadence"}


class _CadenceAction(AutomationAction):
	def validate(self, params: dict[str, Any], doctype: str) -> None:
		cadence = params.get("cadence")
		if not cadence:
			return
		module = frappe.db.get_value("Cadence", cadence, "module")
		if module is None:
			raise AutomationParamError(_("There is no cadence {0}.").format(cadence), fieldname="cadence")
		if doctype and module != doctype:
			message = _("{0} is a cadence for {1}.").format(cadence, _(module))
			raise AutomationParamError(message, fieldname="cadence")

	def _expect_record(self, doc: Any) -> None:
		"""A flow that a schedule starts has none."""
		if doc is None:
			raise AutomationParamError(_("{0} needs a record.").format(_(self.label)))

	def _ask(self, doc: Any, params: dict[str, Any], event: Event) -> str:
		self._expect_record(doc)
		found = control.live_enrollments(doc.doctype, [str(doc.name)], params.get("cadence") or "")
		control.ask([name for name, _record in found], event)
		return ", ".join(name for name, _record in found)


class EnrollInCadence(_CadenceAction):
	action_type = "CadenceEnroll"
	label = "Enroll in a Cadence"
	description = "Enroll the record in a cadence of its module."
	params_schema: ClassVar[list] = [{**CADENCE, "reqd": 1}]

	def validate(self, params: dict[str, Any], doctype: str) -> None:
		if not params.get("cadence"):
			raise AutomationParamError(_("Choose the cadence."), fieldname="cadence")
		super().validate(params, doctype)

	def execute(self, doc: Any, params: dict[str, Any], context: dict[str, Any]) -> str:
		self._expect_record(doc)
		frappe.has_permission("Cadence Enrollment", "create", throw=True)
		result = enroll(params["cadence"], [doc.name])
		answer = result.answers[str(doc.name)]
		if answer not in ACCEPTED:
			message = _("{0} was not added to {1}: {2}")
			frappe.throw(message.format(doc.name, params["cadence"], _(answer.value)))
		return ", ".join(result.enrollments)


class UnenrollFromCadence(_CadenceAction):
	action_type = "CadenceUnenroll"
	label = "Take out of Cadences"
	description = "Take the record out of one cadence, or of all that it is in."
	params_schema: ClassVar[list] = [CADENCE]

	def execute(self, doc: Any, params: dict[str, Any], context: dict[str, Any]) -> str:
		return self._ask(doc, params, StopRequested(self.label))


class PauseCadence(_CadenceAction):
	action_type = "CadencePause"
	label = "Pause in Cadences"
	description = "Pause the record in one cadence or in all, for some days or until it is resumed."
	params_schema: ClassVar[list] = [
		CADENCE,
		{"fieldname": "days", "label": "Days", "fieldtype": "Int"},
	]

	def execute(self, doc: Any, params: dict[str, Any], context: dict[str, Any]) -> str:
		days = cint(params.get("days"))
		until = clock.now() + timedelta(days=days) if days > 0 else None
		return self._ask(doc, params, PauseRequested(until))


class ResumeCadence(_CadenceAction):
	action_type = "CadenceResume"
	label = "Resume in Cadences"
	description = "Let the record go on in one cadence or in all."
	params_schema: ClassVar[list] = [CADENCE]

	def execute(self, doc: Any, params: dict[str, Any], context: dict[str, Any]) -> str:
		return self._ask(doc, params, ResumeRequested())
