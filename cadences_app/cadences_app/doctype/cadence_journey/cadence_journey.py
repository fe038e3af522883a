import re

import frappe
from frappe import _
from frappe.model.document import Document

from cadences_app.journeys import rules
from cadences_app.journeys.chains import PASSAGE
from cadences_app.journeys.noting import CHANGE
from cadences_app.store import compat
from cadences_app.store.rights import is_system_manager
from cadences_app.workflows.conditions import check_filters

KEY = re.compile(r"[a-z0-9_]{1,60}")
LINKS = ("Link", "Dynamic Link")
MOST_STAGES = 50


class CadenceJourney(Document):
	"""Stages of different modules in one map, through which people go (S9.5)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from cadences_app.cadences_app.doctype.cadence_journey_stage.cadence_journey_stage import (
			CadenceJourneyStage,
		)

		description: DF.SmallText | None
		enabled: DF.Check
		journey_name: DF.Data
		run_as: DF.Link
		stages: DF.Table[CadenceJourneyStage]
	# end: auto-generated types

	def validate(self) -> None:
		self._check_user()
		self._check_keys()
		for row in self.stages:
			self._check_stage(row)
		self._check_nobody_is_left_behind()
		if not any(row.is_first for row in self.stages):
			self.stages[0].is_first = 1

	def on_update(self) -> None:
		rules.forget()

	def on_trash(self) -> None:
		for doctype in (PASSAGE, CHANGE):
			frappe.db.delete(doctype, {"journey": self.name})

	def after_delete(self) -> None:
		rules.forget()  # not earlier: as long as the row is there it would be read again

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		rules.forget()

	def _check_user(self) -> None:
		"""A journey can do what its user may do, so nobody makes it act as somebody else (S14.1a)."""
		if not is_system_manager() and frappe.session.user != self.run_as:
			frappe.throw(_("A journey of yours acts as yourself."), frappe.PermissionError)

	def _check_keys(self) -> None:
		keys = [row.stage_key for row in self.stages]
		if len(keys) > MOST_STAGES:
			frappe.throw(_("A journey has at most {0} stages.").format(MOST_STAGES))
		for row in self.stages:
			if not KEY.fullmatch(row.stage_key or ""):
				self._refuse(row, _("A key has small letters, digits and _ only."))
			if keys.count(row.stage_key) > 1:
				self._refuse(row, _("The key {0} is used twice.").format(row.stage_key))

	def _check_stage(self, row: "CadenceJourneyStage") -> None:
		meta = frappe.get_meta(row.module)
		if meta.istable or meta.issingle:
			self._refuse(row, _("{0} has no records of its own.").format(_(row.module)))
		frappe.has_permission(row.module, "read", throw=True)
		if row.conditions:
			check_filters(row.module, row.conditions)
		if row.link_field and getattr(meta.get_field(row.link_field), "fieldtype", "") not in LINKS:
			self._refuse(row, _("{0} has no link {1}.").format(_(row.module), row.link_field))
		if row.cadence:
			self._check_cadence(row)
		known = {each.stage_key for each in self.stages}
		following = rules.keys_in(row.next_stages)
		if unknown := [key for key in following if key not in known]:
			self._refuse(row, _("There is no stage {0}.").format(unknown[0]))
		row.next_stages = "\n".join(dict.fromkeys(following))

	def _check_cadence(self, row: "CadenceJourneyStage") -> None:
		frappe.has_permission("Cadence", "read", row.cadence, throw=True)
		module = frappe.db.get_value("Cadence", row.cadence, "module")
		if module != row.module:
			self._refuse(row, _("Cadence {0} is for {1}.").format(row.cadence, _(module)))

	def _check_nobody_is_left_behind(self) -> None:
		"""A stage that somebody is in keeps its key and its module."""
		before = self.get_doc_before_save()
		kept = {(row.stage_key, row.module) for row in self.stages}
		for row in before.stages if before else ():
			here = {"journey": self.name, "stage": row.stage_key, "left_at": compat.NO_MOMENT}
			if (row.stage_key, row.module) not in kept and frappe.get_all(PASSAGE, here, limit=1):
				frappe.throw(_("There are records in the stage {0}.").format(row.title))

	def _refuse(self, row: "CadenceJourneyStage", why: str) -> None:
		frappe.throw(_("Row {0}: {1}").format(row.idx, why))
