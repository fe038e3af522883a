"""Sweeping a view for records that enter and leave (S2.3): what no save tells of, and what a lost job forgot.

A sweep looks at the records that changed since the last one, by their `modified`; every hour it looks at the
whole view, since time passes and some writes leave no trace. Both are joins against the enrollments that
leave out whoever is in already, so each can be done again at any time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe

from cadences_app.audience import bystanders, problems
from cadences_app.engine.audience import AudienceKind, ComingBack
from cadences_app.engine.definition import Cadence, ExitKind
from cadences_app.engine.events import ContinueRequested, RecordChanged, RestartRequested
from cadences_app.enrolling.newcomers import Beginning, let_in
from cadences_app.enrolling.result import EnrollResult
from cadences_app.enrolling.way_back import enroll_again
from cadences_app.store import compat, inbox, views
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.rights import readable_records
from cadences_app.store.views import Filter

CHUNK = 2000
OVERLAP = timedelta(minutes=10)
"""A change counts as of when it was made, but is seen once it is committed: so long that may take."""


@dataclass(frozen=True, slots=True)
class View:
	"""A cadence that is swept: its row (name, module, version) and its definition."""

	cadence: Any
	definition: Cadence

	@property
	def module(self) -> str:
		return self.cadence.module

	@property
	def has_leavers(self) -> bool:
		return any(rule.kind is ExitKind.LEFT_VIEW for rule in self.definition.exit_rules)

	def names(self, more: Iterable[Filter] = ()) -> str:
		"""A SELECT of the names in the view. Raises ViewFailed."""
		return views.select_names(self.definition.audience, self.module, more)


@dataclass(frozen=True, slots=True)
class Scope:
	"""The records that are looked at: all, those that changed since, or these."""

	changed_since: datetime | None = None
	names: tuple[str, ...] | None = None

	def filters(self, module: str) -> list[Filter]:
		found: list[Filter] = []
		if self.changed_since is not None:
			found.append([module, "modified", ">", str(self.changed_since)])
		if self.names is not None:
			found.append([module, "name", "in", list(self.names)])
		return found

	def condition(self) -> str:
		"""The same as SQL on the record's row `t`."""
		found = ["1 = 1"]
		if self.changed_since is not None:
			found.append(f"t.`modified` > {quoted(self.changed_since)}")
		if self.names is not None:
			found.append(f"t.`name` in ({', '.join(map(quoted, self.names))})")
		return " and ".join(found)


WHOLE = Scope()


def enter(view: View, scope: Scope, after: str = "") -> Iterator[tuple[str, EnrollResult]]:
	"""Enroll who is in the view and may come in or back, chunk by chunk; yields how far it went and what
	became of them. The caller commits. Raises ViewFailed."""
	while True:
		rows = _candidates(view, scope, after)
		if not rows:
			return
		result = EnrollResult()
		readable = _readable(view, [row[0] for row in rows])
		names = bystanders.without_held_out(view.cadence, view.definition, sorted(readable))
		_enroll(view, [row for row in rows if row[0] in names], result)
		after = rows[-1][0]
		yield after, result
		if len(rows) < CHUNK or scope.names is not None:
			return


def leave(view: View, scope: Scope) -> int:
	"""Note who is outside the view: the live ones are told, if a rule asks for it; who has left may enter
	again from now on. Returns how many were noted. Raises ViewFailed."""
	outside = _outside(view, scope)
	live = [name for name, is_live in outside if is_live]
	ended = [name for name, is_live in outside if not is_live]
	compat.update_rows("Cadence Enrollment", {name: {"left_view": 1} for name in ended})
	inbox.record(InboxEntry(name, view.cadence.name, RecordChanged()) for name in live)
	bystanders.forget_those_outside(view.cadence, view.names(scope.filters(view.module)), scope.condition())
	return len(outside)


def count_candidates(view: View) -> int:
	"""How many records would be looked at to come in now. Raises ViewFailed."""
	query = f"select count(*) from ({_candidates_query(view, WHOLE, '')}) found"
	return int(frappe.db.sql(query)[0][0])


def look_at(view: View, names: Iterable[str], *, enters: bool) -> None:
	"""Look at these records alone: they have been saved. A view that fails is noted, and nobody moves."""
	scope = Scope(names=tuple(sorted(names)))
	with problems.noted(view.cadence.name):
		leave(view, scope)
		if enters:
			for _went_to, _result in enter(view, scope):
				pass


def _candidates(view: View, scope: Scope, after: str) -> list[tuple[str, str | None, int]]:
	query = f"{_candidates_query(view, scope, after)} order by t.`name` limit {CHUNK}"
	return [(str(name), earlier, run) for name, earlier, run in frappe.db.sql(query)]


def _readable(view: View, names: list[str]) -> set[str]:
	"""Those that the view's user may read: some apps decide that by the document, which no SQL tells of."""
	user = view.definition.audience.as_user or "Administrator"
	return set(names) if user == "Administrator" else readable_records(view.module, names, user)


def _candidates_query(view: View, scope: Scope, after: str) -> str:
	"""Who is in the view and was never in the cadence, or left it before the end and was outside since."""
	module, cadence = view.module, quoted(view.cadence.name)
	name = compat.name_as_text(module, "t")
	filters = scope.filters(module) + ([[module, "name", ">", after]] if after else [])
	again = "1 = 0"
	if view.definition.audience.coming_back is not ComingBack.NEVER:
		again = "e.`active_key` is null and e.`left_view` = 1 and e.`status` in ('Stopped', 'Failed')"
	if view.definition.audience.coming_back is ComingBack.RESUME:
		again = f"{again} and e.`has_lost_activity` = 0"
	return f"""
		select t.`name`, e.`name` as earlier, coalesce(e.`run`, 0) as run
		from `tab{module}` t left join `tabCadence Enrollment` e on e.`cadence` = {cadence}
			and e.`reference_doctype` = {quoted(module)} and e.`reference_name` = {name}
		where t.`name` in ({view.names(filters)}) and {scope.condition()}
			and {f"t.`name` > {quoted(after)}" if after else "1 = 1"}
			and (e.`name` is null or ({again}))
			and not exists (select 1 from `tabCadence Bystander` b
				where b.`cadence` = {cadence} and b.`reference_name` = {name})"""


def _enroll(view: View, rows: list[tuple[str, str | None, int]], result: EnrollResult) -> None:
	beginning = Beginning(by=view.definition.audience.as_user)
	let_in(view.cadence, [name for name, earlier, _run in rows if not earlier], result, beginning)
	restarts = view.definition.audience.coming_back is ComingBack.RESTART
	returning = [
		(
			frappe._dict(name=earlier, reference_name=name),
			RestartRequested(view.cadence.version) if restarts or not run else ContinueRequested(),
		)
		for name, earlier, run in rows
		if earlier
	]
	enroll_again(view.cadence, returning, result)
	compat.update_rows(
		"Cadence Enrollment", {earlier.name: {"left_view": 0} for earlier, _event in returning}
	)


def _outside(view: View, scope: Scope) -> list[tuple[str, bool]]:
	"""Enrollments whose record is there but not in the view, and whether they are live; those that nothing
	follows for are left aside."""
	module = view.module
	wanted = "e.`active_key` is null and e.`left_view` = 0 and e.`status` in ('Stopped', 'Failed')"
	if view.has_leavers:
		wanted = f"e.`active_key` is not null or ({wanted})"
	query = f"""
		select e.`name`, e.`active_key` is not null
		from `tab{module}` t join `tabCadence Enrollment` e on e.`reference_doctype` = {quoted(module)}
			and e.`reference_name` = {compat.name_as_text(module, "t")}
		where e.`cadence` = {quoted(view.cadence.name)} and {scope.condition()} and ({wanted})
			and t.`name` not in ({view.names(scope.filters(module))})"""
	return [(name, bool(is_live)) for name, is_live in frappe.db.sql(query)]


def is_view(definition: Cadence) -> bool:
	return definition.audience.kind is AudienceKind.VIEW


def quoted(value: Any) -> str:
	return str(frappe.db.escape(str(value), percent=False))
