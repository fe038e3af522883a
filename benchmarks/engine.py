"""How long one decision takes: the median of `decide` on a cadence of 20 follow-ups, in the middle of a run.

Run it as ``python benchmarks/engine.py [--most MICROSECONDS]``; with ``--most`` a slower median is an error.

Beside the time stand rounds of `for i in range(n): s += i`, measured between the decisions: at the level of a
module, where `s` and `i` are global, and in a function, where they are local and a round takes a third.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))

from cadences_app.engine.calendar import Delay, Unit, Window
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import CallContent, Channel, EmailContent, TaskContent, Variant
from cadences_app.engine.decision import Facts, decide
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Timing, Trigger
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import Event, OutcomeReported, PauseRequested, RecordChanged, TimePassed
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy

STARTS_AT = datetime(2025, 3, 3, 9, tzinfo=timezone.utc)
ROUNDS = 2_000
LOOP = 1_000
AT_MODULE_LEVEL = compile(f"s = 0\nfor i in range({LOOP}): s += i", "loop", "exec")


def twenty_follow_ups() -> Cadence:
	"""A main line of ten, an email, a task and a call in turn, each with a branch for who does not answer."""
	follow_ups: list[FollowUp] = []
	parent = ""
	for step in range(10):
		key, trigger = f"step_{step}", Trigger(Outcome.CARRIED_OUT)
		timing = Timing(delay=Delay(2, Unit.DAYS), at=time(9, 30))
		match step % 3:
			case 0:
				channel, content = Channel.EMAIL, EmailContent("email_id", (Variant("Hello"),))
				silence = Trigger(Outcome.OPENED, absent=True, within=Delay(3, Unit.DAYS), since=Outcome.SENT)
			case 1:
				channel, content = Channel.TASK, TaskContent("Connect")
				silence = Trigger(Outcome.COMPLETED, absent=True, within=Delay(4, Unit.DAYS))
			case _:
				channel, content = Channel.CALL, CallContent("Call")
				silence = Trigger(Outcome.CALL_RESULT, detail="No Answer")
		follow_ups.append(FollowUp(key, channel, content, parent=parent, trigger=trigger, timing=timing))
		reminder = EmailContent("email_id", (Variant("Reminder"),), thread_of="step_0")
		follow_ups.append(FollowUp(f"silent_{step}", Channel.EMAIL, reminder, parent=key, trigger=silence))
		parent = key
	rules = (
		ExitRule("replied", ExitKind.OUTCOME, trigger=Trigger(Outcome.REPLIED)),
		ExitRule("wrong", ExitKind.OUTCOME, trigger=Trigger(Outcome.CALL_RESULT, detail="Wrong Number")),
		ExitRule(
			"lost", ExitKind.CONDITIONS, conditions=(Condition("status", Operator.IN, ("Lost", "Junk")),)
		),
		ExitRule("won", ExitKind.CONVERTED),
	)
	policy = SendingPolicy(window=Window(frozenset(range(5)), time(9), time(17)))
	return Cadence("Benchmark", "Lead", tuple(follow_ups), rules, policy)


def in_the_middle(cadence: Cadence) -> tuple[Enrollment, Facts, datetime]:
	"""An enrollment after twelve days, in which about half of the follow-ups have gone out."""
	record = Record("lead", {"email_id": "ada@example.com", "status": "Lead"}, ZoneInfo("Europe/Berlin"))
	answers = tuple(ScriptedOutcome(f"step_{step}", Outcome.OPENED, Delay(1, Unit.DAYS)) for step in (0, 6))
	run = simulate(cadence, record, Script(answers), STARTS_AT, timedelta(days=12))
	return run.enrollment, run.turns[-1].facts, run.turns[-1].at + timedelta(minutes=1)


def events(cadence: Cadence, enrollment: Enrollment, now: datetime) -> Iterator[tuple[str, Event, datetime]]:
	due = min(each.due_at for each in enrollment.activities.values() if each.due_at and each.due_at > now)
	yield "time passes, nothing is due", TimePassed(), now
	yield "time passes, a follow-up is due", TimePassed(), due
	yield "the record changes", RecordChanged(), now
	yield "an email is opened", OutcomeReported(enrollment.run, "step_0", Outcome.OPENED, now), now
	yield "an email is clicked", OutcomeReported(enrollment.run, "silent_1", Outcome.CLICKED, now), now
	yield "an email is answered", OutcomeReported(enrollment.run, "step_0", Outcome.REPLIED, now), now
	yield "a task is completed", OutcomeReported(enrollment.run, "step_1", Outcome.COMPLETED, now), now
	yield "a pause is asked for", PauseRequested(), now


def measure(
	cadence: Cadence, enrollment: Enrollment, event: Event, facts: Facts, now: datetime
) -> tuple[float, float, float]:
	"""Median microseconds of one decision, and of one round of either loop measured in between."""
	decisions, of_module, of_function = [], [], []
	for _ in range(ROUNDS):
		started = perf_counter_ns()
		decide(cadence, enrollment, event, facts, now)
		decided = perf_counter_ns()
		exec(AT_MODULE_LEVEL, {})
		looped = perf_counter_ns()
		add_up(LOOP)
		of_function.append((perf_counter_ns() - looped) / LOOP)
		of_module.append((looped - decided) / LOOP)
		decisions.append(decided - started)
	return median(decisions) / 1_000, median(of_module) / 1_000, median(of_function) / 1_000


def add_up(n: int) -> int:
	s = 0
	for i in range(n):
		s += i
	return s


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--most", type=float, help="the microseconds that a median may take")
	most = parser.parse_args().most
	cadence = twenty_follow_ups()
	enrollment, facts, middle = in_the_middle(cadence)
	print(f"{len(cadence.follow_ups)} follow-ups, {len(enrollment.activities)} of them under way or done")
	print(f"{'':<34} {'µs':>7} {'rounds, module':>16} {'rounds, function':>18}")
	found = []
	for label, event, now in events(cadence, enrollment, middle):
		taken, of_module, of_function = measure(cadence, enrollment, event, facts, now)
		found.append((taken, taken / of_module, taken / of_function))
		show(label, found[-1])
	show("median of all", tuple(median(column) for column in zip(*found, strict=True)))
	return int(most is not None and max(taken for taken, *_rounds in found) > most)


def show(label: str, figures: tuple[float, ...]) -> None:
	taken, of_module, of_function = figures
	print(f"{label:<34} {taken:7.1f} {of_module:16.0f} {of_function:18.0f}")


if __name__ == "__main__":
	sys.exit(main())
