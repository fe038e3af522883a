"""The faults of S1.6 as sentences for the people who edit cadences."""

from dataclasses import dataclass

from frappe import _

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.checking.faults import Fault, FaultCode
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.enrolling.words import length, name_of


@dataclass(frozen=True, slots=True)
class ToldFault:
	"""A fault in words. `sentence` names what is at fault, `text` leaves that to where it is shown; the keys
	are blank where it is the cadence."""

	sentence: str
	text: str
	follow_up: str = ""
	rule: str = ""


def tell(fault: Fault, cadence: Cadence) -> ToldFault:
	"""One fault, with the follow-up or rule it is in."""
	text = _texts()[fault.code].format(_detail(fault, cadence))
	follow_up = cadence.by_key.get(fault.follow_up)
	if follow_up is not None:
		return of_follow_up(follow_up, cadence, text)
	rule = next((each for each in cadence.exit_rules if each.key == fault.rule), None)
	if rule is not None:
		sentence = _("Un-enrollment rule {0}: {1}").format(f'"{rule.title or _(rule.kind.value)}"', text)
		return ToldFault(sentence, text, rule=rule.key)
	return ToldFault(text, text)


def of_follow_up(follow_up: FollowUp, cadence: Cadence, text: str) -> ToldFault:
	sentence = _("Follow-up {0}: {1}").format(f'"{name_of(follow_up, cadence)}"', text)
	return ToldFault(sentence, text, follow_up=follow_up.key)


def _detail(fault: Fault, cadence: Cadence) -> str:
	"""What is wrong as people know it: follow-ups by their names, outcomes and lengths in their language."""
	if fault.code in _NAMES_FOLLOW_UPS:
		names = {key: name_of(each, cadence) for key, each in cadence.by_key.items()}
		return " → ".join(names.get(key, key) for key in fault.detail.split(" → "))
	if fault.code in _NAMES_LENGTHS:
		amount, _space, unit = fault.detail.partition(" ")
		return length(Delay(int(amount), Unit(unit)))
	return _(fault.detail) if fault.code in _NAMES_OUTCOMES else fault.detail


_NAMES_FOLLOW_UPS = (FaultCode.CIRCLE, FaultCode.THREAD_UNKNOWN)
_NAMES_LENGTHS = (FaultCode.WITHIN_TOO_LONG, FaultCode.DELAY_BELOW_ZERO, FaultCode.DELAY_TOO_LONG)
_NAMES_OUTCOMES = (FaultCode.OUTCOME_IMPOSSIBLE, FaultCode.NEVER_AWAITED, FaultCode.SINCE_IMPOSSIBLE)


def _texts() -> dict[FaultCode, str]:
	return {
		FaultCode.NO_FOLLOW_UP: _("It has no follow-up."),
		FaultCode.NO_STARTER: _(
			"No follow-up starts with the enrollment: each one has a previous follow-up."
		),
		FaultCode.KEY_MISSING: _("A follow-up has no key."),
		FaultCode.KEY_TWICE: _("The key {0} is there twice."),
		FaultCode.PARENT_UNKNOWN: _("its previous follow-up {0} is not in this cadence."),
		FaultCode.CIRCLE: _("it comes after itself: {0}."),
		FaultCode.OUTCOME_IMPOSSIBLE: _("the previous follow-up can never be {0}."),
		FaultCode.NEVER_AWAITED: _('"not {0} within" can\'t be waited for here.'),
		FaultCode.WITHIN_MISSING: _("it does not say within how many days the outcome must not come."),
		FaultCode.WITHIN_TOO_LONG: _(
			"it waits {0} for an outcome not to come; that is longer than the cadence waits for answers."
		),
		FaultCode.SINCE_IMPOSSIBLE: _("the time can't be counted from {0} here."),
		FaultCode.TIMES_BELOW_ONE: _("the outcome must come at least once, not {0} times."),
		FaultCode.DETAIL_NOT_TAKEN: _("only a click has a link and only a call has a result, here is {0}."),
		FaultCode.DELAY_BELOW_ZERO: _("a delay can't be below zero: {0}."),
		FaultCode.DELAY_TOO_LONG: _("a delay of {0} is too long."),
		FaultCode.DATE_FIELD_MISSING: _("it counts from a date field, but names none."),
		FaultCode.WINDOW_NEVER_OPENS: _("The sending window never opens."),
		FaultCode.NO_BUSINESS_DAYS: _("No day of the week is a business day."),
		FaultCode.ANSWER_WAIT_TOO_SHORT: _("The cadence must wait at least one day for an answer, not {0}."),
		FaultCode.TEMPLATE_MISSING: _("it has no email template."),
		FaultCode.TEMPLATE_UNKNOWN: _("there is no email template {0}."),
		FaultCode.NO_WEIGHT: _("none of its email templates has a weight above zero."),
		FaultCode.RECIPIENT_MISSING: _("it does not say in which field the email address is."),
		FaultCode.SENDER_MISSING: _("it does not say who sends the email."),
		FaultCode.THREAD_UNKNOWN: _("{0} is no earlier email in whose thread it could go."),
		FaultCode.THREAD_OF_ITSELF: _("it can't go in its own thread."),
		FaultCode.INVITE_WITHOUT_START: _("its calendar invite has no start."),
		FaultCode.SUBJECT_MISSING: _("it has no subject."),
		FaultCode.ASSIGNEE_MISSING: _("it does not say whom it is assigned to."),
		FaultCode.CALLS_NOT_ALLOWED: _("calls are not allowed in cadences for deals (Cadence Settings)."),
		FaultCode.FIELD_UNKNOWN: _("the records have no field {0}."),
		FaultCode.FOLLOW_UP_UNKNOWN: _("there is no follow-up {0}."),
		FaultCode.CONDITIONS_MISSING: _("it has no condition."),
		FaultCode.EXIT_DATE_MISSING: _("it has no date."),
		FaultCode.EXIT_DATE_PASSED: _("its date {0} has passed: every record would leave at once."),
		FaultCode.EXPRESSION_MISSING: _("it has no expression."),
		FaultCode.EXPRESSION_UNREADABLE: _("its expression can't be read: {0}."),
	}
