"""What is wrong with a cadence that can't work (S1.6), by fault code; {0} is the fault's detail.

A sentence in lower case goes on after the follow-up or rule that it is about.
"""

from cadences_app.engine.checking.faults import FaultCode
from cadences_app.sentences.marking import _

FAULTS: dict[FaultCode, str] = {
	FaultCode.NO_FOLLOW_UP: _("It has no follow-up."),
	FaultCode.NO_STARTER: _("No follow-up starts with the enrollment: each one has a previous follow-up."),
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
	FaultCode.TIMES_TOO_MANY: _("more than 20 times can't be told apart, here it is {0}."),
	FaultCode.NOT_EARLIER: _("it listens to {0}, which comes after it."),
	FaultCode.TIMES_NOT_TAKEN: _("{0} comes once at most, so it can't be waited for several times."),
	FaultCode.DETAIL_NOT_TAKEN: _("only a click has a link and only a call has a result, here is {0}."),
	FaultCode.DELAY_BELOW_ZERO: _("a delay can't be below zero: {0}."),
	FaultCode.DELAY_TOO_LONG: _("a delay of {0} is too long."),
	FaultCode.DATE_FIELD_MISSING: _("it counts from a date field, but names none."),
	FaultCode.WINDOW_NEVER_OPENS: _("The sending window never opens."),
	FaultCode.NO_BUSINESS_DAYS: _("No day of the week is a business day."),
	FaultCode.ANSWER_WAIT_TOO_SHORT: _("The cadence must wait at least one day for an answer, not {0}."),
	FaultCode.NUMBER_BELOW_ZERO: _("A number can't be below zero here: {0}."),
	FaultCode.TEMPLATE_MISSING: _("it has no email template."),
	FaultCode.TEMPLATE_UNKNOWN: _("there is no email template {0}."),
	FaultCode.NO_WEIGHT: _("none of its email templates has a weight above zero."),
	FaultCode.RECIPIENT_MISSING: _("it does not say in which field the email address is."),
	FaultCode.NUMBER_MISSING: _("it does not say in which field the phone number is."),
	FaultCode.TEXT_MISSING: _("it has no text."),
	FaultCode.TEXT_TOO_LONG: _("its text has more than {0} characters."),
	FaultCode.SENDER_MISSING: _("it does not say who sends the email."),
	FaultCode.THREAD_UNKNOWN: _("{0} is no earlier email in whose thread it could go."),
	FaultCode.THREAD_OF_ITSELF: _("it can't go in its own thread."),
	FaultCode.INVITE_WITHOUT_START: _("its calendar invite has no start."),
	FaultCode.INVITE_TOO_SHORT: _("its calendar invite must last at least a minute, not {0}."),
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
