"""Answers drawn from a seed, for demonstrations and for seeing how a cadence behaves over many records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from cadences_app.engine.calendar import Calendar, Window, next_opening
from cadences_app.engine.content import ADDED, Channel
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.dry_run.script import Happening, RecordEdit, ScriptedOutcome
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import Outcome

WORKING_HOURS = Window(frozenset(range(5)), time(9), time(17))
WAKING_HOURS = Window(frozenset(range(7)), time(7), time(22))

CONVERSION = RecordEdit({"status": "Converted"}, is_converted=True)

MEANWHILE = (2 * 24 * 60, 15 * 24 * 60)
"""Between how many minutes after enrollment others convert a record."""

CALL_RESULTS: Mapping[str, float] = {
	"No Answer": 0.34,
	"Left Message": 0.18,
	"Interested": 0.16,
	"Not Interested": 0.12,
	"Call Back Later": 0.10,
	"Busy": 0.07,
	"Wrong Number": 0.03,
}


@dataclass(frozen=True, slots=True)
class Profile:
	"""How people answer, as probabilities. The defaults are those of mail to people who were met before,
	in the middle of what is usually reported for it.

	`opens` is per email; `clicks`, `replies` and `unsubscribes` are among those who open; `bounces` is per
	address, which then takes no email at all. `numbers_refused`, `message_replies` and `stops` are per
	message. `tasks_*` are per task and `calls_*` per call, the rest is
	left lying; `call_results` are weights among the calls held. `conversions` is the chance that a person
	who replies or is interested on the phone is converted within days; `refusals` that the rep notes
	`refused` in the record of who is not interested; `conversions_elsewhere` that others convert the
	record meanwhile.
	"""

	opens: float = 0.48
	clicks: float = 0.22
	replies: float = 0.13
	unsubscribes: float = 0.015
	bounces: float = 0.04
	numbers_refused: float = 0.03
	message_replies: float = 0.18
	stops: float = 0.02
	tasks_completed: float = 0.80
	tasks_skipped: float = 0.12
	calls_held: float = 0.82
	calls_cancelled: float = 0.05
	call_results: Mapping[str, float] = field(default_factory=lambda: CALL_RESULTS)
	conversions: float = 0.30
	refusals: float = 0.75
	conversions_elsewhere: float = 0.04
	refused: Mapping[str, str] = field(default_factory=lambda: {"status": "Do Not Contact"})


TYPICAL = Profile()


def random_answers(
	cadence: Cadence, rng: Random, calendar: Calendar, profile: Profile = TYPICAL
) -> RandomAnswers:
	"""Answers for one record, drawn when its follow-ups go out: the same seed gives the same run.

	`calendar` says when people are awake and reps at work. A clicked link is one that a trigger of the
	cadence names, where there is one.
	"""
	triggers = [each.trigger for each in cadence.follow_ups]
	triggers += [rule.trigger for rule in cadence.exit_rules]
	links = sorted({each.detail for each in triggers if each.outcome is Outcome.CLICKED and each.detail})
	return RandomAnswers(rng, calendar, profile, tuple(links), rng.random() < profile.bounces)


@dataclass(frozen=True, slots=True)
class RandomAnswers:
	rng: Random
	calendar: Calendar
	profile: Profile
	links: tuple[str, ...]
	bounces: bool

	def from_start(self) -> Iterable[ScriptedOutcome | Happening]:
		if self.rng.random() >= self.profile.conversions_elsewhere:
			return []
		return [Happening(CONVERSION, timedelta(minutes=self.rng.randint(*MEANWHILE)))]

	def to(self, follow_up: FollowUp, activity: Activity) -> Iterable[ScriptedOutcome | Happening]:
		if follow_up.channel.value in ADDED:
			return []  # only the app that added the channel knows how people answer
		match follow_up.channel:
			case Channel.EMAIL:
				return self._to_email(follow_up.key, activity.handed_over_at or activity.base_at)
			case Channel.TASK:
				return self._to_task(follow_up.key, activity.carried_out_at or activity.base_at)
			case Channel.CALL:
				return self._to_call(follow_up.key, activity.starts_at or activity.base_at)
			case Channel.MESSAGE:
				return self._to_message(follow_up.key, activity.handed_over_at or activity.base_at)

	def _to_email(self, key: str, sent_at: datetime) -> Iterable[ScriptedOutcome | Happening]:
		chance, profile = self.rng.random, self.profile
		if self.bounces:
			# Half are refused at the door, half come back as a delivery report a little later.
			late = timedelta(minutes=self.rng.randint(2, 90)) if chance() < 0.5 else timedelta()
			return [
				ScriptedOutcome(key, Outcome.BOUNCED, at=sent_at + late)
				if late
				else ScriptedOutcome(key, Outcome.BOUNCED)
			]
		if chance() >= profile.opens:
			return []
		opened_at = self._later(sent_at, hours=14, within=WAKING_HOURS)
		answers: list[ScriptedOutcome | Happening] = [ScriptedOutcome(key, Outcome.OPENED, at=opened_at)]
		if chance() < profile.clicks:
			link = self.rng.choice(self.links) if self.links else ""
			answers.append(ScriptedOutcome(key, Outcome.CLICKED, at=self._soon(opened_at), detail=link))
		if chance() < profile.replies:
			replied_at = self._later(opened_at, hours=5, within=WORKING_HOURS)
			answers.append(ScriptedOutcome(key, Outcome.REPLIED, at=replied_at))
			answers += self._conversion(replied_at)
		elif chance() < profile.unsubscribes:
			answers.append(ScriptedOutcome(key, Outcome.UNSUBSCRIBED, at=self._soon(opened_at)))
		return answers

	def _to_message(self, key: str, sent_at: datetime) -> Iterable[ScriptedOutcome | Happening]:
		"""Read where it arrives: whoever has it may answer."""
		chance, profile = self.rng.random, self.profile
		if chance() < profile.numbers_refused:
			return [ScriptedOutcome(key, Outcome.FAILED)]
		delivered_at = sent_at + timedelta(seconds=self.rng.randint(2, 90))
		answers: list[ScriptedOutcome | Happening] = [
			ScriptedOutcome(key, Outcome.DELIVERED, at=delivered_at)
		]
		if chance() < profile.message_replies:
			replied_at = self._later(delivered_at, hours=2, within=WAKING_HOURS)
			answers.append(ScriptedOutcome(key, Outcome.REPLIED, at=replied_at))
			answers += self._conversion(replied_at)
		elif chance() < profile.stops:
			answers.append(ScriptedOutcome(key, Outcome.UNSUBSCRIBED, at=self._soon(delivered_at)))
		return answers

	def _to_task(self, key: str, made_at: datetime) -> Iterable[ScriptedOutcome | Happening]:
		drawn, profile = self.rng.random(), self.profile
		closed_at = self._later(made_at, hours=9, within=WORKING_HOURS)
		if drawn < profile.tasks_completed:
			return [ScriptedOutcome(key, Outcome.COMPLETED, at=closed_at)]
		if drawn < profile.tasks_completed + profile.tasks_skipped:
			return [ScriptedOutcome(key, Outcome.SKIPPED, at=closed_at)]
		return []

	def _to_call(self, key: str, starts_at: datetime) -> Iterable[ScriptedOutcome | Happening]:
		drawn, profile = self.rng.random(), self.profile
		if drawn < profile.calls_held:
			held_at = starts_at + timedelta(minutes=self.rng.randint(2, 40))
			results = profile.call_results
			(result,) = self.rng.choices(list(results), weights=list(results.values()))
			return [
				ScriptedOutcome(key, Outcome.CALL_RESULT, at=held_at, detail=result),
				*self._follow(result, held_at),
			]
		if drawn < profile.calls_held + profile.calls_cancelled:
			return [ScriptedOutcome(key, Outcome.CANCELLED, at=starts_at)]
		return []

	def _follow(self, result: str, held_at: datetime) -> Iterable[Happening]:
		"""What a rep does in the record after a call."""
		if result == "Interested":
			return self._conversion(held_at)
		if result == "Not Interested" and self.rng.random() < self.profile.refusals:
			return [Happening(RecordEdit(self.profile.refused), at=self._soon(held_at))]
		return []

	def _conversion(self, since: datetime) -> list[Happening]:
		if self.rng.random() >= self.profile.conversions:
			return []
		return [Happening(CONVERSION, at=self._later(since, hours=40, within=WORKING_HOURS))]

	def _later(self, since: datetime, hours: float, within: Window) -> datetime:
		"""A moment about so many hours later, when people are there, to the minute."""
		minutes = round(self.rng.expovariate(1 / (hours * 60))) + 1
		reached = since + timedelta(minutes=minutes)
		opening = next_opening(reached, within, self.calendar)
		return opening if opening == reached else self._soon(opening)

	def _soon(self, since: datetime) -> datetime:
		return since + timedelta(minutes=self.rng.randint(1, 50))
