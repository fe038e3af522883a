import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.gates import rules
from cadences_app.gates.evidence import find_link_field
from cadences_app.gates.kinds import Guards, RequirementKind
from cadences_app.store.rights import holds_of_others, is_system_manager, reads_of_others


class CadenceGate(Document):
	"""What must have happened before records of a module take a status or are submitted (S10)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cadences_app.cadences_app.doctype.cadence_gate_requirement.cadence_gate_requirement import (
			CadenceGateRequirement,
		)

		enabled: DF.Check
		gate_name: DF.Data
		guards: DF.Literal["A Status", "Submitting"]
		message: DF.SmallText | None
		module: DF.Link
		overrule_role: DF.Link | None
		requirements: DF.Table[CadenceGateRequirement]
		status_field: DF.Autocomplete | None
		target_values: DF.SmallText | None
	# end: auto-generated types

	def validate(self) -> None:
		meta = frappe.get_meta(self.module)
		if meta.istable or meta.issingle or meta.get("is_virtual"):
			frappe.throw(_("{0} has no records of its own that a gate could keep.").format(_(self.module)))
		if self.guards == Guards.SUBMITTING:
			if not meta.is_submittable:
				frappe.throw(
					_("{0} can't be submitted, so there is nothing to guard.").format(_(self.module))
				)
			self.status_field = self.target_values = None
		else:
			self._check_status(meta)
		self._check_rights()
		for row in self.requirements:
			self._check_requirement(row, meta)

	def on_update(self) -> None:
		rules.forget()

	def after_delete(self) -> None:
		rules.forget()  # not earlier: as long as the row is there it would be read again

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		rules.forget()

	def _check_rights(self) -> None:
		"""A gate holds up everybody's records, so whoever sets one up may change or submit such records
		themselves (S14.1a). One that is switched off holds nothing."""
		rights = ("write", "submit") if self.guards == Guards.SUBMITTING else ("write",)
		if not self._needs_rights() or all(holds_of_others(self.module, each) for each in rights):
			return
		if self.guards == Guards.SUBMITTING:
			text = _("Only who may change and submit {0} of others can put a gate before it.")
		else:
			text = _("Only who may change {0} of others can put a gate before it.")
		frappe.throw(text.format(_(self.module)), frappe.PermissionError)

	def _needs_rights(self) -> bool:
		return bool(self.enabled) and not is_system_manager()

	def _check_status(self, meta: "frappe.model.meta.Meta") -> None:
		field = meta.get_field(self.status_field or "")
		if field is None:
			frappe.throw(_("{0} has no field {1}.").format(_(self.module), self.status_field))
		if not rules.lines_of(self.target_values):
			frappe.throw(_("Name at least one value that the gate keeps."))
		if field.fieldtype == "Select":
			offered = rules.lines_of(field.options)
			if unknown := [each for each in rules.lines_of(self.target_values) if each not in offered]:
				frappe.throw(
					_("{0} is none of the values of {1}: {2}").format(
						", ".join(unknown), _(field.label), ", ".join(offered)
					)
				)

	def _check_requirement(self, row: "CadenceGateRequirement", meta: "frappe.model.meta.Meta") -> None:
		match RequirementKind(row.kind):
			case RequirementKind.FIELDS_SET:
				fields = rules.lines_of(row.fieldnames)
				unknown = [each for each in fields if not meta.has_field(each)]
				if unknown or not fields:
					self._refuse(row, _("{0} has no field {1}.").format(_(self.module), ", ".join(unknown)))
			case RequirementKind.CHECKLIST_DONE if not rules.lines_of(row.points):
				self._refuse(row, _("The checklist has no points."))
			case RequirementKind.FOLLOW_UP_COMPLETED:
				known = {"parent": row.cadence, "follow_up_key": row.follow_up}
				if not row.cadence or not frappe.db.exists("Cadence Follow-up", known):
					self._refuse(row, _("{0} has no follow-up {1}.").format(row.cadence, row.follow_up))
			case RequirementKind.APPROVAL if not row.approver_role:
				self._refuse(row, _("Name the role that approves."))
			case RequirementKind.LINKED_SUBMITTED:
				self._check_link(row)

	def _check_link(self, row: "CadenceGateRequirement") -> None:
		if self._needs_rights() and row.link_doctype and not reads_of_others(row.link_doctype):
			told = _("Only who may read {0} of others can have a gate count it.").format(_(row.link_doctype))
			frappe.throw(_("Row {0}: {1}").format(row.idx, told), frappe.PermissionError)
		linked = row.link_doctype and frappe.get_meta(row.link_doctype)
		if not linked or not linked.is_submittable:
			self._refuse(row, _("{0} can't be submitted.").format(_(row.link_doctype)))
		tables = [linked, *(frappe.get_meta(each.options) for each in linked.get_table_fields())]
		if row.link_field and not any(each.has_field(row.link_field) for each in tables):
			self._refuse(row, _("{0} has no field {1}.").format(_(row.link_doctype), row.link_field))
		if not row.link_field and not find_link_field(self.module, row.link_doctype):
			self._refuse(row, _("{0} has no link to {1}.").format(_(row.link_doctype), _(self.module)))

	def _refuse(self, row: "CadenceGateRequirement", why: str) -> None:
		frappe.throw(_("Row {0}: {1}").format(row.idx, why))
