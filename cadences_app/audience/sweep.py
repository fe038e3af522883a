"""Sweeping a view for records that enter and leave (S2.3): what no save tells of, and what a lost job forgot.

A sweep looks at the records that changed since the last one, by their `modified`; every hour it looks at the
whole view, since time passes and some writes leave no trace. Both are joins against the enrollments that
leave out whoever is in already, so each can be done again at any time.
"""

from collections.abc import Callable, Iterable, Iterator
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
from cadences_app.store.definitions import Published
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.live import standing_of
from cadences_app.store.rights import readable_records
from cadences_app.store.views import Filter

Earlier = Any
"""The row of an enrollment that has ended, or of one that is live."""

CHUNK = 2000
MOST_NAMED, NAMED_AT_ONCE = 5000, 500
OVERLAP = timedelta(minutes=10)
"""A change counts as of when it was made, but is seen once it is committed: so long that may take."""


@dataclass(frozen=True, slots=True)
class View:
	"""A cadence that is swept."""

	cadence: Published

	@property
	def definition(self) -> Cadence:
		return self.cadence.definition

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
	"""The records that are looked at: all, or these."""

	names: tuple[str, ...] | None = None

	def filters(self, module: str) -> list[Filter]:
		return [] if self.names is None else [[module, "name", "in", list(self.names)]]

	def condition(self) -> str:
		"""The same as SQL on the record's row `t`."""
		if self.names is None:
			return "1 = 1"
		return f"t.`name` in ({', '.join(map(compat.quoted, self.names))})"


WHOLE = Scope()


def enter_chunk(view: View, names: list[str]) -> EnrollResult:
	"""Enroll those of these records in the view that may come in or back. The caller commits."""
	result = EnrollResult()
	fresh, returning = _candidates(view, names)
	if fresh or returning:
		_enroll(view, fresh, returning, result)
	return result


def changed_since(view: View, moment: datetime) -> list[Scope]:
	"""The records that changed since then, by name: so the database goes by their keys, whatever it thinks of
	the size of a view. Of very many, the whole view, and where the module is gone, whose view tells of it."""
	if not frappe.db.table_exists(view.module):
		return [WHOLE]
	table = frappe.qb.DocType(view.module)
	query = frappe.qb.from_(table).select(table.name).where(table.modified > moment).limit(MOST_NAMED + 1)
	names = [str(name) for name in query.run(pluck=True)]
	if len(names) > MOST_NAMED:
		return [WHOLE]
	return [
		Scope(tuple(names[start : start + NAMED_AT_ONCE])) for start in range(0, len(names), NAMED_AT_ONCE)
	]


def enter(
	view: View, scope: Scope, after: str = "", tried: Callable[..., EnrollResult] = enter_chunk
) -> Iterator[tuple[str, EnrollResult]]:
	"""Enroll who is in the view and may come in or back, chunk by chunk; yields how far it went and what
	became of them. The caller commits, or `tried` does, which takes what `enter_chunk` takes. Raises
	ViewFailed."""
	for names in _chunks_of(view, scope, after):
		yield names[-1], tried(view, names)


def next_chunk(view: View, after: str) -> list[str]:
	"""The names in the view that come after this one, as many as are enrolled at once. Raises ViewFailed."""
	return next(_chunks_of(view, WHOLE, after), [])


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
	"""How many records may come in or back now. Raises ViewFailed."""
	return sum(
		len(fresh) + len(returning)
		for fresh, returning in (_candidates(view, names) for names in _chunks_of(view, WHOLE, ""))
	)


def look_at(view: View, names: Iterable[str], *, enters: bool) -> None:
	"""Look at these records alone: they have been saved. A view that fails is noted, and nobody moves."""
	scope = Scope(tuple(sorted(names)))
	with problems.noted(view.cadence.name):
		leave(view, scope)
		if enters:
			for _went_to, _result in enter(view, scope):
				pass


def _chunks_of(view: View, scope: Scope, after: str) -> Iterator[list[str]]:
	"""The names in the view, in order and each once, a chunk at a time. Raises ViewFailed."""
	module = view.module
	while True:
		beyond = [[module, "name", ">", after]] if after else []
		found = view.names([*scope.filters(module), *beyond])
		query = f"select v.`name` from ({found}) v order by v.`name` limit {CHUNK}"
		names = list(dict.fromkeys(str(name) for name in frappe.db.sql(query, pluck=True)))
		if names:
			yield names
		if len(names) < CHUNK // 2:  # a record may stand there several times, once for each row of a table
			return
		after = names[-1]


def _candidates(view: View, names: list[str]) -> tuple[list[str], list[Earlier]]:
	"""Those of them that were never in the cadence, and the enrollments of those who left it before the end,
	were outside the view since, and may come back."""
	cadence = view.cadence.name
	enrollments = _enrollments_of(view, names)
	left_out = bystanders.among(cadence, names)
	wanted = [name for name in names if name not in left_out]
	readable = _readable(view, wanted)
	fresh = [name for name in wanted if name in readable and name not in enrollments]
	may_come = bystanders.without_held_out(view.cadence, view.definition, fresh)
	returning = [enrollments[name] for name in wanted if name in readable and name in enrollments]
	return (
		[name for name in fresh if name in may_come],
		[each for each in returning if _may_come_back(view, each)],
	)


def _enrollments_of(view: View, names: list[str]) -> dict[str, Earlier]:
	columns = ("name", "reference_name", "status", "run", "active_key", "left_view", "has_lost_activity")
	columns += ("ended_at",)
	of_cadence = {"reference_doctype": view.module, "cadence": view.cadence.name}
	by_record = "reference_doctype_reference_name_index"
	rows = compat.find_in("Cadence Enrollment", columns, "reference_name", names, of_cadence, index=by_record)
	return standing_of(frappe._dict(zip(columns, row, strict=True)) for row in rows)


def _may_come_back(view: View, earlier: Earlier) -> bool:
	"""S2.5: who left before the end and was outside since; without a deleted task only by a restart."""
	if earlier.active_key or not earlier.left_view or earlier.status not in ("Stopped", "Failed"):
		return False
	match view.definition.audience.coming_back:
		case ComingBack.RESUME:
			return not earlier.has_lost_activity
		case ComingBack.RESTART:
			return True
		case ComingBack.NEVER:
			return False


def _readable(view: View, names: list[str]) -> set[str]:
	"""Those that the view's user may read: some apps decide that by the document, which no SQL tells of."""
	user = view.definition.audience.as_user or "Administrator"
	return set(names) if user == "Administrator" else readable_records(view.module, names, user)


def _enroll(view: View, fresh: list[str], returning: list[Earlier], result: EnrollResult) -> None:
	let_in(view.cadence, fresh, result, Beginning(by=view.definition.audience.as_user))
	if not returning:
		return
	restarts = view.definition.audience.coming_back is ComingBack.RESTART
	events = [
		(each, RestartRequested(view.cadence.version) if restarts or not each.run else ContinueRequested())
		for each in returning
	]
	enroll_again(view.cadence, events, result)
	compat.update_rows("Cadence Enrollment", {each.name: {"left_view": 0} for each in returning})


def _outside(view: View, scope: Scope) -> list[tuple[str, bool]]:
	"""Enrollments whose record is there but not in the view, and whether they are live; those that nothing
	follows for are left aside."""
	module, in_view = view.module, view.names(scope.filters(view.module))
	wanted = "e.`active_key` is null and e.`left_view` = 0 and e.`status` in ('Stopped', 'Failed')"
	if view.has_leavers:
		wanted = f"e.`active_key` is not null or ({wanted})"
	by_record = compat.by_index("reference_doctype_reference_name_index") if scope.names else ""
	name = compat.name_as_text(module, "t")
	query = f"""
		select e.`name`, e.`active_key` is not null
		from `tab{module}` t join `tabCadence Enrollment` e {by_record}
			on e.`reference_doctype` = {compat.quoted(module)} and e.`reference_name` = {name}
		where e.`cadence` = {compat.quoted(view.cadence.name)} and {scope.condition()} and ({wanted})
			and {compat.listed_name(module, "t")} not in ({in_view})"""
	return [(name, bool(is_live)) for name, is_live in frappe.db.sql(query)]


def is_view(definition: Cadence) -> bool:
	return definition.audience.kind is AudienceKind.VIEW
