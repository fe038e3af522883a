"""The checks of a trigger against the channels that have to produce its outcome (S3.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cadences_app.engine.channels import traits_of
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.checking.timing_faults import check_delay
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import FollowUp, Trigger
from cadences_app.engine.outcomes import INVITE_OUTCOMES, REPEATABLE, TAKE_DETAIL, Outcome
from cadences_app.engine.reading import Path


def check_trigger(
	trigger: Trigger, heard: Collection[FollowUp], path: Path, follow_up: str = "", rule: str = ""
) -> Iterator[Fault]:
	"""`heard` are the follow-ups that the trigger listens to: one of them must do."""

	def fault(code: FaultCode, field: str, detail: object) -> Fault:
		return Fault(code, follow_up, rule, str(detail), (*path, field))

	if not any(_produces(each, trigger.outcome) for each in heard):
		yield fault(FaultCode.OUTCOME_IMPOSSIBLE, "outcome", trigger.outcome)
	elif trigger.absent and not any(trigger.outcome in traits_of(each.channel).awaited for each in heard):
		yield fault(FaultCode.NEVER_AWAITED, "outcome", trigger.outcome)
	if trigger.absent and trigger.within is None:
		yield fault(FaultCode.WITHIN_MISSING, "within", "")
	if trigger.absent and not any(_can_count_from(trigger, each) for each in heard):
		yield fault(FaultCode.SINCE_IMPOSSIBLE, "since", trigger.since)
	if trigger.times < 1:
		yield fault(FaultCode.TIMES_BELOW_ONE, "times", trigger.times)
	elif trigger.times > 1 and trigger.outcome not in REPEATABLE:
		yield fault(FaultCode.TIMES_NOT_TAKEN, "times", trigger.outcome)
	if trigger.detail and trigger.outcome not in TAKE_DETAIL:
		yield fault(FaultCode.DETAIL_NOT_TAKEN, "detail", trigger.detail)
	yield from check_delay(trigger.within, (*path, "within"), follow_up, rule)


def _produces(follow_up: FollowUp, outcome: Outcome) -> bool:
	if outcome in INVITE_OUTCOMES:
		return isinstance(follow_up.content, EmailContent) and follow_up.content.invite is not None
	return outcome is Outcome.CARRIED_OUT or outcome in traits_of(follow_up.channel).produces


def _can_count_from(trigger: Trigger, follow_up: FollowUp) -> bool:
	"""Nothing can be missing since it came, unless it has to come again."""
	came_already = trigger.since is trigger.outcome and trigger.times <= 1 and not trigger.detail
	return _produces(follow_up, trigger.since) and not came_already
