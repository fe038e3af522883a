"""What a simulation tells: each record's timeline in words, and the figures of all together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cadences_app.cli.text import tell_day, tell_moment, tell_reason, tell_start
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp
from cadences_app.engine.dry_run.simulation import Run, Turn
from cadences_app.engine.events import (
	KIND_OF,
	ContinueRequested,
	PauseRequested,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	StopRequested,
	TryAgainRequested,
)
from cadences_app.engine.funnel import Funnel
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.engine.transitions import (
	CallMoved,
	Delayed,
	Ended,
	FollowUpCarriedOut,
	FollowUpClosed,
	FollowUpMoved,
	FollowUpScheduled,
	FollowUpWithdrawn,
	Halted,
	Held,
	OutcomeRecorded,
	Paused,
	PauseNoted,
	Resumed,
	RunStarted,
	Transition,
)
from cadences_app.engine.variants import pick_variant

SELF_EVIDENT = frozenset({Outcome.NOT_STARTED, Outcome.SCHEDULED})
"""The outcomes that a task or call has by being there."""

GOOD = frozenset(
	{
		Outcome.DELIVERED,
		Outcome.OPENED,
		Outcome.CLICKED,
		Outcome.REPLIED,
		Outcome.INVITE_ACCEPTED,
		Outcome.COMPLETED,
		Outcome.CALL_RESULT,
	}
)
BAD = frozenset(
	{
		Outcome.FAILED,
		Outcome.BOUNCED,
		Outcome.UNSUBSCRIBED,
		Outcome.INVITE_DECLINED,
		Outcome.OVERDUE,
		Outcome.CANCELLED,
		Outcome.SKIPPED,
	}
)


ASKED_FOR = (
	ContinueRequested,
	PauseRequested,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	StopRequested,
	TryAgainRequested,
)
"""What people ask for: that it came to nothing is told, and why."""


class Tone(StoredEnum):
	"""How an entry is meant to look."""

	DONE = "done"
	GOOD = "good"
	BAD = "bad"
	QUIET = "quiet"
	END = "end"


@dataclass(frozen=True)
class Entry:
	"""One line of a timeline: when, which follow-up (blank: the enrollment), what, and why."""

	at: datetime
	follow_up: str
	what: str
	why: str
	tone: Tone


@dataclass(frozen=True)
class Account:
	"""The runs of one cadence over some records, and the figures of all."""

	cadence: Cadence
	runs: tuple[Run, ...]
	starts_at: datetime
	played_by: str
	"""Where the answers come from: a script's name, or a seed."""
	funnel: Funnel
	"""The figures of all records; `runs` are those of which the story is told."""

	def is_evaluated(self, rule: ExitRule) -> bool:
		"""Whether a rule of which a simulation knows nothing by itself was told of in one of the stories."""
		if rule.kind is ExitKind.LEFT_VIEW:
			return any(turn.facts.in_view is not None for run in self.runs for turn in run.turns)
		return any(rule.key in turn.facts.expressions for run in self.runs for turn in run.turns)

	@property
	def untold(self) -> int:
		"""How many records are counted only."""
		return self.funnel.enrolled - len(self.runs)

	def timeline(self, run: Run) -> list[Entry]:
		return [
			entry for turn, before in _with_one_before(run) for entry in self._tell_turn(run, turn, before)
		]

	def _tell_turn(self, run: Run, turn: Turn, before: Turn | None) -> Iterator[Entry]:
		if before is not None and turn.facts is not before.facts:
			yield Entry(turn.at, "", "Record changed", _tell_changes(before, turn), Tone.QUIET)
		if isinstance(turn.event, ASKED_FOR) and not turn.decision.transitions:
			what = f"Asked: {KIND_OF[type(turn.event)]}"
			yield Entry(turn.at, "", what, tell_reason(turn.decision.reason), Tone.QUIET)
		for transition in turn.decision.transitions:
			entry = self._tell(run, turn, transition)
			if entry is not None:
				yield entry

	def _tell(self, run: Run, turn: Turn, transition: Transition) -> Entry | None:
		zone = run.record.zone
		match transition:
			case OutcomeRecorded(key, outcome, at, detail):
				return self._tell_outcome(run, turn, key, outcome, at, detail)
			case FollowUpCarriedOut(key, at, starts_at, due_on):
				if starts_at is None and due_on is None:
					return None  # an email, which is told by having been sent
				what = (
					f"Call on {tell_moment(starts_at, zone)}" if starts_at else f"Task due {due_on:%a %d %b}"
				)
				return self._entry(
					at, key, what, tell_start(self.cadence, self.cadence.by_key[key]), Tone.DONE
				)
			case FollowUpClosed(key, status, at, reason, note):
				tone = Tone.QUIET if status is ActivityStatus.CANCELLED else Tone.BAD
				return self._entry(at, key, status.value, tell_reason(reason, note), tone)
			case FollowUpMoved(key, due_at, reason):
				what = f"Moved to {tell_moment(due_at, zone)}" if due_at else "Waits for its date"
				return self._entry(turn.at, key, what, tell_reason(reason), Tone.QUIET)
			case CallMoved(key, starts_at):
				what = f"Moved to {tell_moment(starts_at, zone)}"
				return self._entry(turn.at, key, what, tell_reason(Reason.CALL_MOVED), Tone.QUIET)
			case FollowUpWithdrawn(key, reason):
				return self._entry(turn.at, key, "Withdrawn", tell_reason(reason), Tone.QUIET)
			case _:
				return _tell_enrollment(run, turn, transition)

	def _tell_outcome(
		self, run: Run, turn: Turn, key: str, outcome: Outcome, at: datetime, detail: str
	) -> Entry | None:
		if outcome in SELF_EVIDENT and at == run.activities[key].carried_out_at:
			return None
		follow_up = self.cadence.by_key[key]
		if outcome is Outcome.SENT:
			why = tell_start(self.cadence, follow_up)
			return self._entry(at, key, "Sent", f"{why} · {template_of(self.cadence, run, key)}", Tone.DONE)
		what = f"{outcome}: {detail}" if detail else str(outcome)
		tone = Tone.GOOD if outcome in GOOD else Tone.BAD if outcome in BAD else Tone.QUIET
		return self._entry(at, key, what, self._tell_what_follows(run, turn, follow_up), tone)

	def _tell_what_follows(self, run: Run, turn: Turn, parent: FollowUp) -> str:
		started = [
			f"{self.cadence.by_key[each.follow_up].label} on {tell_day(each.due_at, run.record.zone)}"
			for each in turn.decision.transitions
			if isinstance(each, FollowUpScheduled)
			and each.due_at is not None
			and self.cadence.by_key[each.follow_up].parent == parent.key
		]
		return f"starts {', '.join(started)}" if started else ""

	def _entry(self, at: datetime, key: str, what: str, why: str, tone: Tone) -> Entry:
		return Entry(at, self.cadence.by_key[key].label, what, why, tone)


def template_of(cadence: Cadence, run: Run, follow_up: str) -> str:
	"""The Email Template that this record gets; blank for what is no email."""
	content = cadence.by_key[follow_up].content
	if not isinstance(content, EmailContent):
		return ""
	weights = [variant.weight for variant in content.variants]
	return content.variants[pick_variant(weights, f"{follow_up}:{run.record.name}")].template


def _with_one_before(run: Run) -> Iterator[tuple[Turn, Turn | None]]:
	before = None
	for turn in run.turns:
		yield turn, before
		before = turn


def _tell_changes(before: Turn, turn: Turn) -> str:
	old, new = before.facts, turn.facts
	told = [f"{name} = {value}" for name, value in new.fields.items() if old.fields.get(name) != value]
	told += ["converted"] if new.is_converted and not old.is_converted else []
	told += ["left the view"] if new.in_view is False and old.in_view is not False else []
	told += ["entered the view"] if new.in_view and not old.in_view else []
	told += ["deleted"] if not new.exists and old.exists else []
	return ", ".join(told)


def _tell_enrollment(run: Run, turn: Turn, transition: Transition) -> Entry | None:
	zone = run.record.zone
	match transition:
		case RunStarted(number, at, reason):
			what = "Enrolled" if number == 1 else f"Enrolled, run {number}"
			return Entry(at, "", what, "" if number == 1 else tell_reason(reason), Tone.QUIET)
		case Ended(status, at, reason, note):
			return Entry(at, "", status.value, tell_reason(reason, note), Tone.END)
		case Paused(at, until):
			return Entry(at, "", "Paused", f"until {tell_moment(until, zone)}" if until else "", Tone.QUIET)
		case PauseNoted(at):
			return Entry(at, "", "To be paused", "once it goes on", Tone.QUIET)
		case Halted(at):
			return Entry(at, "", "Halted", "the cadence was deactivated", Tone.QUIET)
		case Resumed(at, reason):
			why = "" if reason is Reason.RESUMED else tell_reason(reason)
			return Entry(at, "", "Resumed", why, Tone.QUIET)
		case Held(until, _):
			return Entry(turn.at, "", "Held back", f"until {tell_moment(until, zone)}", Tone.QUIET)
		case Delayed(since, until):
			stood = f"from {tell_moment(since, zone)} to {tell_moment(until, zone)}"
			return Entry(turn.at, "", "Put off", stood, Tone.QUIET)
		case _:
			return None
