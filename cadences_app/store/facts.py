"""What a decision needs to know of the world, read in sets: one query a module, not one a record."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import getdate

from cadences_app import neighbours
from cadences_app.engine.audience import AudienceKind
from cadences_app.engine.calendar import Calendar
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.expressions import evaluate
from cadences_app.engine.policy import ZoneSource
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.engine.triggers import Facts
from cadences_app.neighbours.companies import company_of
from cadences_app.store import clock, compat
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.refusals import Refusals
from cadences_app.store.templates import Row, Rows
from cadences_app.store.views import ViewFailed, names_in_view

HOLIDAYS = "cadence_holidays"
SHOWN = ("record_title", "record_owner", "person", "company_key")


class Records:
	"""The records of a batch, by module and name, and what was read along with them."""

	def __init__(self, in_work: Collection[EnrollmentInWork]) -> None:
		forget_holidays()
		self.enrollments = {current.name for current in in_work}
		wanted: dict[str, set[str]] = defaultdict(set)
		for current in in_work:
			wanted[current.row["reference_doctype"]].add(current.row["reference_name"])
		self.rows = {doctype: _read(doctype, names) for doctype, names in wanted.items()}
		self._settled: dict[str, set[str]] = {}
		self._refusals = Refusals(self.rows)
		self.active = _active_cadences({current.row["cadence"] for current in in_work})
		self._in_view: dict[tuple[str, str, str], tuple[set[str], str]] = {}
		self._apps_say: dict[tuple[str, str], tuple[dict[str, str], dict[str, str]]] = {}
		self._docs: dict[tuple[str, str], frappe.model.document.Document] = {}
		self._shown: dict[str, Rows] = {}

	def row(self, current: EnrollmentInWork) -> frappe._dict | None:
		return self.rows[current.row["reference_doctype"]].get(current.row["reference_name"])

	def shown_to_texts(self, current: EnrollmentInWork) -> Row:
		"""The record as texts and expressions see it: a copy; child tables are read when one is named."""
		doctype, name = current.row["reference_doctype"], current.row["reference_name"]
		if doctype not in self._shown:
			self._shown[doctype] = Rows(doctype, self.rows[doctype])
		return self._shown[doctype].row(self.rows[doctype][name])

	def document(self, current: EnrollmentInWork) -> "frappe.model.document.Document":
		"""The record as a document, made from the row that was read anyway; its child tables are empty."""
		doctype, name = current.row["reference_doctype"], current.row["reference_name"]
		if (doctype, name) not in self._docs:
			self._docs[(doctype, name)] = frappe.get_doc({"doctype": doctype, **self.rows[doctype][name]})
		return self._docs[(doctype, name)]

	def shown(self, current: EnrollmentInWork) -> dict[str, Any]:
		"""What lists of enrollments show of the record; of one that is gone, what they showed before."""
		row = self.row(current)
		if row is None:
			return {column: current.row.get(column) for column in SHOWN}
		neighbour = neighbours.of_row(row)
		address = neighbour.email_of(row)
		return {
			"record_title": neighbour.title_of(row)[:140],
			"record_owner": neighbour.owner_of(row) or None,
			"person": address.strip().lower()[:140],
			"company_key": company_of(row, address)[:140] or None,
		}

	def facts(self, current: EnrollmentInWork) -> Facts:
		cadence, row = current.cadence, self.row(current)
		calendar = calendar_of(cadence, row)
		if row is None:
			return Facts(calendar, exists=False, is_cadence_active=current.row["cadence"] in self.active)
		doctype, name = current.row["reference_doctype"], current.row["reference_name"]
		truths, errors = self._expressions(current)
		asked_out, app_errors = self._asked_out(current)
		in_view, view_errors = self._is_in_view(cadence, doctype, name)
		return Facts(
			calendar=calendar,
			fields=row,
			in_view=in_view,
			is_converted=self._is_settled(cadence, doctype, name),
			is_cadence_active=current.row["cadence"] in self.active,
			expressions=truths,
			rule_errors=errors | app_errors | view_errors,
			asked_out=asked_out,
			refusal=self._refusals.of(current.row["cadence"], (doctype, name)),
		)

	def _expressions(self, current: EnrollmentInWork) -> tuple[dict[str, bool], dict[str, str]]:
		"""The truth of each expression rule, and the fault of each that fails: none hides another (S5.8)."""
		rules = [each for each in current.cadence.exit_rules if each.kind is ExitKind.EXPRESSION]
		truths: dict[str, bool] = {}
		errors: dict[str, str] = {}
		names = {"doc": self.shown_to_texts(current), "today": clock.today()} if rules else {}
		for rule in rules:
			try:
				truths[rule.key] = bool(evaluate(rule.expression, names))
			except Exception as error:
				if compat.is_passing_fault(error):
					raise
				errors[rule.key] = f"{rule.label}: {type(error).__name__}: {error}"[:500]
		return truths, errors

	def _asked_out(self, current: EnrollmentInWork) -> tuple[str, dict[str, str]]:
		"""Why a rule of another app takes the record out, blank where none does; and the rules that failed.

		The hook `cadence_unenroll_rules` names functions of (cadence, doctype, names) that return why, by the
		record's name, for those that are to leave. Each is asked once for all records of a cadence.
		"""
		cadence, doctype = current.row["cadence"], current.row["reference_doctype"]
		if (cadence, doctype) not in self._apps_say:
			self._apps_say[(cadence, doctype)] = _ask_apps(cadence, doctype, sorted(self.rows[doctype]))
		why, errors = self._apps_say[(cadence, doctype)]
		return why.get(current.row["reference_name"], ""), errors

	def _is_settled(self, cadence: Cadence, doctype: str, name: str) -> bool:
		"""Asked only where a rule needs it, once for all records of a module."""
		if not any(rule.kind is ExitKind.CONVERTED for rule in cadence.exit_rules):
			return False
		if doctype not in self._settled:
			self._settled[doctype] = neighbours.of(doctype).settled(doctype, self.rows[doctype])
		return name in self._settled[doctype]

	def _is_in_view(self, cadence: Cadence, doctype: str, name: str) -> tuple[bool | None, dict[str, str]]:
		"""Asked only where a rule needs it, once for all records of a view; None, and why, where it fails."""
		rules = [rule for rule in cadence.exit_rules if rule.kind is ExitKind.LEFT_VIEW]
		if cadence.audience.kind is not AudienceKind.VIEW or not rules:
			return None, {}
		key = (cadence.name, repr(cadence.audience), doctype)
		if key not in self._in_view:
			try:
				self._in_view[key] = names_in_view(cadence.audience, doctype, self.rows[doctype]), ""
			except ViewFailed as failed:
				self._in_view[key] = set(), str(failed)
		found, fault = self._in_view[key]
		return (None, {rules[0].key: fault}) if fault else (name in found, {})


def _ask_apps(cadence: str, doctype: str, names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
	found: dict[str, str] = {}
	errors: dict[str, str] = {}
	for path in frappe.get_hooks("cadence_unenroll_rules"):
		try:
			asked_out = frappe.get_attr(path)(cadence=cadence, doctype=doctype, names=names)
			found |= {str(name): str(why)[:140] or path for name, why in dict(asked_out or {}).items()}
		except Exception as error:
			if compat.is_passing_fault(error):
				raise
			errors[path] = f"{path}: {type(error).__name__}: {error}"[:500]
	return found, errors


def _active_cadences(names: set[str]) -> set[str]:
	"""Read afresh: a cadence that was deactivated a moment ago halts what is decided now (S7.1)."""
	filters = {"name": ("in", list(names)), "status": CadenceStatus.ACTIVE.value}
	return set(frappe.get_all("Cadence", filters, pluck="name"))


def calendar_of(cadence: Cadence, row: frappe._dict | None) -> Calendar:
	return Calendar(
		zone=_zone(cadence, row),
		business_days=cadence.policy.business_days,
		holidays=holidays(cadence.policy.holiday_list),
	)


def holidays(holiday_list: str) -> frozenset[date]:
	"""The days of a Holiday List, weekly days off included; none where there is no such list. Read once for
	a batch."""
	if not holiday_list or not frappe.db.table_exists("Holiday"):
		return frozenset()

	known = frappe.local.flags.setdefault(HOLIDAYS, {})
	if holiday_list not in known:
		days = frappe.get_all("Holiday", {"parent": holiday_list}, pluck="holiday_date", limit_page_length=0)
		known[holiday_list] = frozenset(getdate(each) for each in days)
	return known[holiday_list]


def forget_holidays() -> None:
	"""Read them afresh: to be called before each batch, since a job goes on for minutes."""
	frappe.local.flags.pop(HOLIDAYS, None)


def _zone(cadence: Cadence, row: frappe._dict | None) -> ZoneInfo:
	"""The zone in which the cadence's wall times are meant; what is unknown is the site's."""
	name = ""
	if row is not None and cadence.policy.zone is ZoneSource.OWNER:
		owner = neighbours.of_row(row).owner_of(row)
		name = frappe.get_cached_value("User", owner, "time_zone") if owner else ""
	elif row is not None and cadence.policy.zone is ZoneSource.PERSON:
		name = row.get("time_zone") or row.get("timezone") or ""
	try:
		return ZoneInfo(name) if name else clock.site_zone()
	except (ZoneInfoNotFoundError, ValueError):
		return clock.site_zone()


def _read(doctype: str, names: set[str]) -> dict[str, frappe._dict]:
	if not frappe.db.table_exists(doctype):
		return {}
	table = frappe.qb.DocType(doctype)
	rows = frappe.qb.from_(table).select("*").where(table.name.isin(list(names))).run(as_dict=True)
	# Where Frappe counts the names up they are numbers, but an enrollment keeps them as text.
	return {str(row["name"]): frappe._dict(row, doctype=doctype) for row in rows}
