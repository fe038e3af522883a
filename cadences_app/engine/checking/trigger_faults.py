"""The checks of a trigger against the channels that have to produce its outcome (S3.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cadences_app.engine.channels import traits_of
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.checking.timing_faults import check_delay
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import ANY_EARLIER, Cadence, FollowUp, Trigger
from cadences_app.engine.enrollment import MOST_TIMES
from cadences_app.engine.outcomes import INVITE_OUTCOMES, REPEATABLE, TAKE_DETAIL, Outcome
from cadences_app.engine.reading import Path


def heard_by(cadence: Cadence, follow_up: FollowUp) -> tuple[FollowUp, ...]:
	"""The follow-ups whose outcome can start this one (S3.3a)."""
	return tuple(each for each in cadence.follow_ups if follow_up.listens_to(each.key))


def check_listening(cadence: Cadence, follow_up: FollowUp, path: Path) -> Iterator[Fault]:
	"""A trigger can only listen to what can have come before."""
	of = follow_up.trigger.of
	if not of or of == ANY_EARLIER:
		return
	if of not in cadence.by_key:
		yield Fault(FaultCode.FOLLOW_UP_UNKNOWN, follow_up.key, detail=of, path=(*path, "of"))
	elif _comes_after(cadence, of, follow_up.key):
		yield Fault(FaultCode.NOT_EARLIER, follow_up.key, detail=of, path=(*path, "of"))


def _comes_after(cadence: Cadence, key: str, earlier: str) -> bool:
	seen: set[str] = set()
	while key not in seen and key in cadence.by_key:
		if key == earlier:
			return True
		seen.add(key)
		key = cadence.by_key[key].parent
	return False


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
	elif trigger.times > MOST_TIMES:
		yield fault(FaultCode.TIMES_TOO_MANY, "times", trigger.times)
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
