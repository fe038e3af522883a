"""What stands where in a run: found in one walk over its activities, for all the rules that ask."""

from __future__ import annotations

from collections.abc import Iterable

from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import MarkKey
from cadences_app.engine.statuses import CARRIED_OUT, HANDED_OVER, SCHEDULED


class Survey:
	"""The activities of a run by what can become of them, each list in the order of the run."""

	__slots__ = ("calls", "marked", "scheduled", "to_come", "told", "under_way")

	def __init__(self, activities: Iterable[Activity]) -> None:
		self.scheduled: list[Activity] = []
		self.to_come: list[Activity] = []
		"""Scheduled, or handed over to be sent."""
		self.under_way: list[Activity] = []
		"""Handed over or carried out: an answer may come."""
		self.calls: list[Activity] = []
		"""Calls that were placed, open or not."""
		self.marked: list[Activity] = []
		"""Those of which an outcome was told."""
		self.told: set[MarkKey] = set()
		"""What was told of any of them."""
		for each in activities:
			if each.status is CARRIED_OUT:
				self.under_way.append(each)
				if each.starts_at is not None:
					self.calls.append(each)
			elif each.status is SCHEDULED:
				self.scheduled.append(each)
				self.to_come.append(each)
			elif each.status is HANDED_OVER:
				self.under_way.append(each)
				self.to_come.append(each)
			if each.marks:
				self.marked.append(each)
				self.told.update(each.marks)
