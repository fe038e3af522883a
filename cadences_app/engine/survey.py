"""What stands where in a run: found in one walk over its activities, for all the rules that ask."""

from __future__ import annotations

from collections.abc import Collection

from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import MarkKey
from cadences_app.engine.statuses import CARRIED_OUT, HANDED_OVER, SCHEDULED


class Survey:
	"""The activities of a run by what can become of them, each list in the order of the run."""

	__slots__ = ("calls", "scheduled", "to_come", "under_way", "with_exit_mark")

	def __init__(self, activities: Collection[Activity], exit_marks: frozenset[MarkKey]) -> None:
		"""`exit_marks` are those by which somebody may leave."""
		self.scheduled: list[Activity] = []
		self.to_come: list[Activity] = []
		"""Scheduled, or handed over to be sent."""
		self.under_way: list[Activity] = []
		"""Handed over or carried out: an answer may come."""
		self.calls: list[Activity] = []
		"""Calls that can still become overdue."""
		self.with_exit_mark: list[Activity] = []
		told: set[MarkKey] = set()
		told.update(*[each.marks for each in activities])
		if not exit_marks.isdisjoint(told):
			self.with_exit_mark += [each for each in activities if not exit_marks.isdisjoint(each.marks)]
		for each in activities:
			status = each.status
			if status is CARRIED_OUT:
				self.under_way.append(each)
				if each.starts_at is not None and each.can_become_overdue:
					self.calls.append(each)
			elif status is SCHEDULED:
				self.scheduled.append(each)
				self.to_come.append(each)
			elif status is HANDED_OVER:
				self.under_way.append(each)
				self.to_come.append(each)
