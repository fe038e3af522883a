"""What became of the follow-ups of many enrollments: counts, rates and paths (S8.1, S8.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cadences_app.engine.channels import traits_of
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus

VariantOf = Mapping[str, str]
"""The template that a run's email follow-ups use, by follow-up."""

START = ""
"""Where a path begins that enrollment itself starts."""


@dataclass
class Counts:
	"""How a follow-up went: runs in which it had each status, outcome and call result at least once.

	`reached` counts the runs in which it was scheduled at all, whatever became of it.
	"""

	reached: int = 0
	statuses: Counter[ActivityStatus] = field(default_factory=Counter)
	outcomes: Counter[Outcome] = field(default_factory=Counter)
	results: Counter[str] = field(default_factory=Counter)

	@property
	def carried_out(self) -> int:
		return self.statuses[ActivityStatus.CARRIED_OUT]

	def rate(self, outcome: Outcome) -> float | None:
		"""The share of the follow-ups carried out that had `outcome`; None where none was.

		What was carried out is an email that went out, or a task or call that was there to be done.
		"""
		return self.outcomes[outcome] / self.carried_out if self.carried_out else None

	def add(self, activity: Activity, channel: Channel) -> None:
		self.reached += 1
		self.statuses[activity.status] += 1
		for outcome in traits_of(channel).produces:
			if activity.first(outcome) is not None:
				self.outcomes[outcome] += 1
		for outcome, detail in activity.marks:
			if outcome is Outcome.CALL_RESULT and detail:
				self.results[detail] += 1

	def include(self, other: Counts) -> None:
		"""Count in what `other` has counted."""
		self.reached += other.reached
		self.statuses += other.statuses
		self.outcomes += other.outcomes
		self.results += other.results


@dataclass(frozen=True)
class FollowUpFunnel:
	"""One follow-up's counts, over all and by the template that was used (A/B variants)."""

	follow_up: FollowUp
	counts: Counts = field(default_factory=Counts)
	variants: dict[str, Counts] = field(default_factory=dict)


@dataclass
class Funnel:
	"""All enrollments of a cadence together.

	`paths` counts the runs that went from one follow-up to another (from START to the first ones); `ends`
	how runs ended, by status and reason; `live` are those that have not.
	"""

	follow_ups: Mapping[str, FollowUpFunnel]
	enrolled: int = 0
	live: int = 0
	paths: Counter[tuple[str, str]] = field(default_factory=Counter)
	ends: Counter[tuple[EnrollmentStatus, Reason, str]] = field(default_factory=Counter)

	def add(self, other: Funnel) -> None:
		"""Take in the figures of other enrollments of the same cadence."""
		self.enrolled += other.enrolled
		self.live += other.live
		self.paths += other.paths
		self.ends += other.ends
		for key, found in other.follow_ups.items():
			mine = self.follow_ups[key]
			mine.counts.include(found.counts)
			for template, counts in found.variants.items():
				mine.variants.setdefault(template, Counts()).include(counts)

	def total(self, channel: Channel, outcome: Outcome) -> int:
		"""How often the follow-ups of a channel had an outcome."""
		found = (each for each in self.follow_ups.values() if each.follow_up.channel is channel)
		return sum(each.counts.outcomes[outcome] for each in found)

	def carried_out(self, channel: Channel) -> int:
		found = (each for each in self.follow_ups.values() if each.follow_up.channel is channel)
		return sum(each.counts.carried_out for each in found)

	def ended_as(self, status: EnrollmentStatus) -> int:
		return sum(number for (ended, _, _), number in self.ends.items() if ended is status)


def funnel(
	cadence: Cadence, runs: Iterable[Enrollment], variants: Iterable[VariantOf] | None = None
) -> Funnel:
	"""The funnel of these enrollments, each in its latest run.

	`variants`, where given, goes along with `runs`. What the cadence does not know (any more) is left out.
	"""
	follow_ups = {key: FollowUpFunnel(follow_up) for key, follow_up in cadence.by_key.items()}
	paths: Counter[tuple[str, str]] = Counter()
	ends: Counter[tuple[EnrollmentStatus, Reason, str]] = Counter()
	enrolled = live = 0
	templates = iter(variants) if variants is not None else None
	for run in runs:
		enrolled += 1
		live += run.is_live
		if run.exit_reason is not None:
			ends[(run.status, run.exit_reason, run.exit_note)] += 1
		template_of = next(templates, {}) if templates is not None else {}
		_count_run(cadence, run, template_of, follow_ups, paths)
	return Funnel(follow_ups, enrolled, live, paths, ends)


def _count_run(
	cadence: Cadence,
	run: Enrollment,
	template_of: VariantOf,
	follow_ups: Mapping[str, FollowUpFunnel],
	paths: Counter[tuple[str, str]],
) -> None:
	for key, activity in run.activities.items():
		follow_up = cadence.by_key.get(key)
		if follow_up is None:
			continue
		follow_ups[key].counts.add(activity, follow_up.channel)
		template = template_of.get(key)
		if template:
			follow_ups[key].variants.setdefault(template, Counts()).add(activity, follow_up.channel)
		paths[(follow_up.parent or START, key)] += 1
