"""The faults of S1.6 as sentences for the people who edit cadences."""

from dataclasses import dataclass

from frappe import _

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.definition import Cadence, ExitRule, FollowUp
from cadences_app.enrolling.words import length, name_of
from cadences_app.sentences.faults import FAULTS

WORTH_ONE_SENTENCE = 3
"""So many follow-ups with one fault are named together."""


@dataclass(frozen=True, slots=True)
class ToldFault:
	"""A fault in words. `sentence` names what is at fault, `text` leaves that to where it is shown; the keys
	are blank where it is the cadence."""

	sentence: str
	text: str
	follow_up: str = ""
	rule: str = ""
	name: str = ""
	"""What people call the follow-up."""


def tell(fault: Fault, cadence: Cadence) -> ToldFault:
	"""One fault, with the follow-up or rule it is in."""
	text = _(FAULTS[fault.code]).format(_detail(fault, cadence))
	follow_up = cadence.by_key.get(fault.follow_up)
	if follow_up is not None:
		return of_follow_up(follow_up, cadence, text)
	rule = next((each for each in cadence.exit_rules if each.key == fault.rule), None)
	return of_rule(rule, text) if rule is not None else ToldFault(text, text)


def sentences(faults: list[ToldFault]) -> list[str]:
	"""All of them, what many follow-ups have in common in one sentence."""
	alike: dict[str, list[str]] = {}
	for each in faults:
		alike.setdefault(each.text if each.follow_up else each.sentence, []).append(each.sentence)
	names = {each.sentence: each.name for each in faults}
	told: list[str] = []
	for text, found in alike.items():
		if len(found) < WORTH_ONE_SENTENCE:
			told += found
		else:
			called = ", ".join(f'"{names[each]}"' for each in found)
			told.append(_("Follow-ups {0}: {1}").format(called, text))
	return told


def of_follow_up(follow_up: FollowUp, cadence: Cadence, text: str) -> ToldFault:
	name = name_of(follow_up, cadence)
	sentence = _("Follow-up {0}: {1}").format(f'"{name}"', text)
	return ToldFault(sentence, text, follow_up=follow_up.key, name=name)


def of_rule(rule: ExitRule, text: str) -> ToldFault:
	sentence = _("Un-enrollment rule {0}: {1}").format(f'"{rule.title or _(rule.kind.value)}"', text)
	return ToldFault(sentence, text, rule=rule.key)


def _detail(fault: Fault, cadence: Cadence) -> str:
	"""What is wrong as people know it: follow-ups by their names, outcomes and lengths in their language."""
	if fault.code in _NAMES_FOLLOW_UPS:
		names = {key: name_of(each, cadence) for key, each in cadence.by_key.items()}
		return " → ".join(names.get(key, key) for key in fault.detail.split(" → "))
	if fault.code in _NAMES_LENGTHS:
		amount, _space, unit = fault.detail.partition(" ")
		return length(Delay(int(amount), Unit(unit)))
	return _(fault.detail) if fault.code in _NAMES_OUTCOMES else fault.detail


_NAMES_FOLLOW_UPS = (FaultCode.CIRCLE, FaultCode.THREAD_UNKNOWN, FaultCode.NOT_EARLIER)
_NAMES_LENGTHS = (FaultCode.WITHIN_TOO_LONG, FaultCode.DELAY_BELOW_ZERO, FaultCode.DELAY_TOO_LONG)
_NAMES_OUTCOMES = (
	FaultCode.OUTCOME_IMPOSSIBLE,
	FaultCode.NEVER_AWAITED,
	FaultCode.SINCE_IMPOSSIBLE,
	FaultCode.TIMES_NOT_TAKEN,
)
