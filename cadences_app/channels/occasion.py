"""One follow-up that a channel is to carry out, with everything it may need for it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.enrollment import Activity
from cadences_app.store import compat
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.templates import Row


class CannotReach(Exception):
	"""There is no way to carry the follow-up out for this record; it is skipped, with this reason (S2.6)."""


@dataclass
class PendingRows:
	"""Rows that the channels of one batch write together, after its enrollments and activities."""

	rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
	looked_up: dict[Any, Any] = field(default_factory=dict)
	"""What the channels have read for the whole batch at once, by a key of their choice."""
	writers: dict[str, Callable[[list[dict[str, Any]]], None]] = field(default_factory=dict)
	"""How rows are written that are more than inserted, by the name under which they are put."""

	makers: dict[str, Callable[[list[dict[str, Any]]], None]] = field(default_factory=dict)
	"""How what an activity names is made, such as its task: before the enrollments and activities."""

	def put(self, doctype: str, row: dict[str, Any]) -> None:
		self.rows[doctype].append(row)

	def take_out(self, doctype: str, activity: str) -> bool:
		"""Take out what was put for this activity. Returns whether there was anything."""
		rows = self.rows.get(doctype, [])
		left = [row for row in rows if row["activity"] != activity]
		found, rows[:] = len(left) < len(rows), left
		return found

	def make(self) -> None:
		"""Make what activities name; each puts what it is called into its row's `noted` columns."""
		for doctype, make in self.makers.items():
			if rows := self.rows.pop(doctype, None):
				make(rows)

	def write(self) -> None:
		for doctype, rows in self.rows.items():
			if doctype in self.writers:
				self.writers[doctype](rows)
				continue
			groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
			for row in rows:
				groups.setdefault(tuple(row), []).append(row)
			for group in groups.values():
				compat.insert_rows(doctype, group)


@dataclass
class Occasion:
	current: EnrollmentInWork
	key: str
	records: Records
	pending: PendingRows
	now: datetime
	begin_writing: Callable[[], None] = lambda: None
	"""To be called before anything is written at once, not with the batch: what fails then is undone."""

	@property
	def follow_up(self) -> FollowUp:
		return self.current.cadence.by_key[self.key]

	@property
	def state(self) -> Activity:
		return self.current.state.activities[self.key]

	@property
	def activity(self) -> str:
		"""The name of the Cadence Activity, also before its row is written."""
		return self.current.activity_name(self.key)

	@property
	def record(self) -> "frappe.model.document.Document":
		return self.records.document(self.current)

	@property
	def shown(self) -> Row:
		"""The record as templates see it."""
		return self.records.shown_to_texts(self.current)

	@property
	def row(self) -> frappe._dict:
		"""The record's columns, with its `doctype`."""
		return self.records.row(self.current)

	@property
	def doctype(self) -> str:
		return self.current.row["reference_doctype"]

	@property
	def name(self) -> str:
		return self.current.row["reference_name"]

	@property
	def neighbour(self) -> neighbours.Plain:
		return neighbours.of(self.doctype)

	@property
	def rows(self) -> dict[str, Any]:
		"""The rows of all records of this module in the batch, by name."""
		return self.records.rows[self.doctype]

	def once(self, key: Any, find: Callable[..., Any], *arguments: Any) -> Any:
		"""What `find` gives, asked once for all that this batch hands over."""
		known = self.pending.looked_up
		if key not in known:
			known[key] = find(*arguments)
		return known[key]

	@property
	def stamp(self) -> str:
		"""When the rows of this batch are written, in site time."""
		return self.once("stamp", frappe.utils.now)

	def note(self, columns: Mapping[str, Any]) -> None:
		"""Columns to be written on the Cadence Activity together with its new state."""
		self.current.columns.setdefault(self.key, {}).update(columns)

	def make_with_batch(
		self, doctype: str, make: Callable[[list[dict[str, Any]]], None], plan: Mapping[str, Any]
	) -> None:
		"""Have the document that this activity names made together with all of its kind in the batch: `make`
		gets the plans of all, and notes under `noted` what it made."""
		self.note({"activity_doctype": doctype})
		self.pending.makers[doctype] = make
		noted = self.current.columns[self.key]
		self.pending.put(doctype, {**plan, "activity": self.activity, "noted": noted})

	def noted(self, column: str) -> Any:
		"""A column of the Cadence Activity: noted in this batch, or as it is stored."""
		columns = self.current.columns.get(self.key, {})
		if column in columns:
			return columns[column]
		return frappe.db.get_value("Cadence Activity", self.activity, column)
