"""S1.6: a cadence that can't work is refused, each fault named with its place."""

from dataclasses import replace
from datetime import date, time

import pytest

from cadences_app.engine.calendar import Delay, LatePolicy, Unit, Window
from cadences_app.engine.checking.check import Fault, FaultCode, check
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import (
	Assignee,
	AssigneeKind,
	CallContent,
	Channel,
	EmailContent,
	Invite,
	MessageContent,
	SenderKind,
	TaskContent,
	Variant,
)
from cadences_app.engine.definition import (
	WITHOUT_SETTINGS,
	Cadence,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy

TODAY = date(2024, 5, 6)
TEMPLATES = {"Welcome", "Reminder"}
FIELDS = {"email_id", "status", "expected_on", "rep", "contact"}

EMAIL = EmailContent(to_field="email_id", variants=(Variant("Welcome"),))
TASK = TaskContent(subject="Connect")
CALL = CallContent(subject="First call")
NOT_OPENED = Trigger(Outcome.OPENED, absent=True, within=Delay(3, Unit.DAYS), since=Outcome.SENT)

WELCOME = FollowUp("welcome", Channel.EMAIL, EMAIL)
REMIND = FollowUp(
	"remind", Channel.EMAIL, replace(EMAIL, thread_of="welcome"), parent="welcome", trigger=NOT_OPENED
)
CONNECT = FollowUp("connect", Channel.TASK, TASK, parent="welcome", trigger=Trigger(Outcome.CLICKED, times=2))
PHONE = FollowUp("phone", Channel.CALL, CALL, parent="connect", trigger=Trigger(Outcome.COMPLETED))
RULES = (
	ExitRule("replied", ExitKind.OUTCOME, trigger=Trigger(Outcome.REPLIED)),
	ExitRule("lost", ExitKind.CONDITIONS, conditions=(Condition("status", Operator.EQUALS, "Lost"),)),
	ExitRule("late", ExitKind.DATE, on=date(2024, 5, 7)),
	ExitRule("expected", ExitKind.DATE, timing=Timing(Start.AFTER_DATE, date_field="expected_on")),
	ExitRule("odd", ExitKind.EXPRESSION, expression="doc.amount > 5"),
	ExitRule("won", ExitKind.CONVERTED),
)
GOOD = Cadence("Good", "Lead", (WELCOME, REMIND, CONNECT, PHONE), RULES)


def faults_of(cadence, **options):
	return check(cadence, TODAY, **({"templates": TEMPLATES, "fields": FIELDS} | options))


def with_follow_up(**changes):
	"""The good cadence with its first email changed."""
	return replace(GOOD, follow_ups=(replace(WELCOME, **changes), REMIND, CONNECT, PHONE))


def with_email(**changes):
	return with_follow_up(content=replace(EMAIL, **changes))


def with_last(content, channel=Channel.TASK):
	last = FollowUp("last", channel, content, parent="welcome")
	return replace(GOOD, follow_ups=(*GOOD.follow_ups, last))


def with_trigger(trigger, parent="welcome"):
	last = FollowUp("last", Channel.TASK, TASK, parent=parent, trigger=trigger)
	return replace(GOOD, follow_ups=(*GOOD.follow_ups, last))


def with_rule(kind, **values):
	return replace(GOOD, exit_rules=(ExitRule("rule", kind, **values),))


def with_policy(**values):
	return replace(GOOD, policy=SendingPolicy(**values))


def absent(outcome=Outcome.OPENED, days=3, **values):
	return Trigger(outcome, absent=True, within=Delay(days, Unit.DAYS), **values)


def delayed(amount, unit=Unit.DAYS):
	return Timing(delay=Delay(amount, unit))


F = FaultCode
CIRCLE = (replace(WELCOME, parent="connect"), REMIND, CONNECT, PHONE)

# code, cadence, path to the place, the value that is wrong
CASES = [
	(F.NO_FOLLOW_UP, Cadence("Empty", "Lead", ()), "follow_ups", ""),
	(F.NO_STARTER, replace(GOOD, follow_ups=CIRCLE), "follow_ups", ""),
	(F.CIRCLE, replace(GOOD, follow_ups=CIRCLE), "follow_ups.0.parent", "welcome → connect → welcome"),
	(
		F.CIRCLE,
		Cadence("Own", "Lead", (WELCOME, FollowUp("own", Channel.TASK, TASK, parent="own"))),
		"follow_ups.1.parent",
		"own → own",
	),
	(
		F.KEY_MISSING,
		replace(GOOD, follow_ups=(*GOOD.follow_ups, FollowUp(" ", Channel.TASK, TASK, "Blank"))),
		"follow_ups.4.key",
		"Blank",
	),
	(F.KEY_TWICE, replace(GOOD, follow_ups=(*GOOD.follow_ups, PHONE)), "follow_ups.4.key", "phone"),
	(F.PARENT_UNKNOWN, with_trigger(Trigger(), "nobody"), "follow_ups.4.parent", "nobody"),
	(
		F.OUTCOME_IMPOSSIBLE,
		with_trigger(Trigger(Outcome.COMPLETED)),
		"follow_ups.4.trigger.outcome",
		"Completed",
	),
	(
		F.OUTCOME_IMPOSSIBLE,
		with_trigger(Trigger(Outcome.SCHEDULED), "connect"),
		"follow_ups.4.trigger.outcome",
		"Scheduled",
	),
	(
		F.OUTCOME_IMPOSSIBLE,
		with_trigger(Trigger(Outcome.INVITE_DECLINED), "remind"),
		"follow_ups.4.trigger.outcome",
		"Invite Declined",
	),
	(F.NEVER_AWAITED, with_trigger(absent(Outcome.BOUNCED)), "follow_ups.4.trigger.outcome", "Bounced"),
	(
		F.NEVER_AWAITED,
		with_trigger(absent(Outcome.CARRIED_OUT)),
		"follow_ups.4.trigger.outcome",
		"Carried Out",
	),
	(F.WITHIN_MISSING, with_trigger(Trigger(Outcome.OPENED, absent=True)), "follow_ups.4.trigger.within", ""),
	(F.WITHIN_TOO_LONG, with_trigger(absent(days=31)), "follow_ups.4.trigger.within", "31 Days"),
	(
		F.SINCE_IMPOSSIBLE,
		with_trigger(absent(since=Outcome.IN_PROGRESS)),
		"follow_ups.4.trigger.since",
		"In Progress",
	),
	(F.SINCE_IMPOSSIBLE, with_trigger(absent(since=Outcome.OPENED)), "follow_ups.4.trigger.since", "Opened"),
	(F.TIMES_BELOW_ONE, with_trigger(Trigger(Outcome.OPENED, times=0)), "follow_ups.4.trigger.times", "0"),
	(F.TIMES_TOO_MANY, with_trigger(Trigger(Outcome.OPENED, times=21)), "follow_ups.4.trigger.times", "21"),
	(
		F.FOLLOW_UP_UNKNOWN,
		with_trigger(Trigger(Outcome.OPENED, of="nobody")),
		"follow_ups.4.trigger.of",
		"nobody",
	),
	(
		F.NOT_EARLIER,
		with_follow_up(parent="phone", trigger=Trigger(Outcome.CLICKED, of="remind")),
		"follow_ups.0.trigger.of",
		"remind",
	),
	(
		F.OUTCOME_IMPOSSIBLE,
		with_trigger(Trigger(Outcome.REPLIED, of="connect")),
		"follow_ups.4.trigger.outcome",
		"Replied",
	),
	(F.TIMES_NOT_TAKEN, with_trigger(Trigger(Outcome.SENT, times=2)), "follow_ups.4.trigger.times", "Sent"),
	(
		F.DETAIL_NOT_TAKEN,
		with_trigger(Trigger(Outcome.OPENED, detail="https://example.com")),
		"follow_ups.4.trigger.detail",
		"https://example.com",
	),
	(F.DELAY_BELOW_ZERO, with_follow_up(timing=delayed(-1)), "follow_ups.0.timing.delay", "-1 Days"),
	(F.DELAY_BELOW_ZERO, with_trigger(absent(days=-2)), "follow_ups.4.trigger.within", "-2 Days"),
	(
		F.DELAY_BELOW_ZERO,
		with_last(replace(TASK, due=Delay(-1, Unit.WEEKS))),
		"follow_ups.4.content.due",
		"-1 Weeks",
	),
	(
		F.DELAY_BELOW_ZERO,
		with_last(replace(CALL, start=Delay(-1, Unit.HOURS)), Channel.CALL),
		"follow_ups.4.content.start",
		"-1 Hours",
	),
	(
		F.DELAY_BELOW_ZERO,
		with_last(replace(CALL, grace=Delay(-1, Unit.HOURS)), Channel.CALL),
		"follow_ups.4.content.grace",
		"-1 Hours",
	),
	(
		F.DELAY_BELOW_ZERO,
		with_policy(late=LatePolicy(after=Delay(-3, Unit.HOURS))),
		"policy.late.after",
		"-3 Hours",
	),
	(
		F.DELAY_BELOW_ZERO,
		with_rule(ExitKind.DATE, timing=Timing(Start.AFTER_DATE, Delay(-3, Unit.DAYS), "expected_on")),
		"exit_rules.0.timing.delay",
		"-3 Days",
	),
	(
		F.DELAY_TOO_LONG,
		with_follow_up(timing=delayed(10**18, Unit.MONTHS)),
		"follow_ups.0.timing.delay",
		"1000000000000000000 Months",
	),
	(
		F.DATE_FIELD_MISSING,
		with_follow_up(timing=Timing(Start.BEFORE_DATE)),
		"follow_ups.0.timing.date_field",
		"",
	),
	(
		F.FIELD_UNKNOWN,
		with_follow_up(timing=Timing(Start.BEFORE_DATE, date_field="born_on")),
		"follow_ups.0.timing.date_field",
		"born_on",
	),
	(F.WINDOW_NEVER_OPENS, with_policy(window=Window(frozenset(), time(9), time(17))), "policy.window", ""),
	(F.NO_BUSINESS_DAYS, with_policy(business_days=frozenset()), "policy.business_days", ""),
	(F.ANSWER_WAIT_TOO_SHORT, with_policy(answer_wait_days=0), "policy.answer_wait_days", "0"),
	(F.TEMPLATE_MISSING, with_email(variants=()), "follow_ups.0.content.variants", ""),
	(
		F.TEMPLATE_MISSING,
		with_email(variants=(Variant(" "),)),
		"follow_ups.0.content.variants.0.template",
		"",
	),
	(
		F.TEMPLATE_UNKNOWN,
		with_email(variants=(Variant("Welcome"), Variant("Farewell"))),
		"follow_ups.0.content.variants.1.template",
		"Farewell",
	),
	(
		F.NO_WEIGHT,
		with_email(variants=(Variant("Welcome", 0), Variant("Reminder", 0))),
		"follow_ups.0.content.variants",
		"0",
	),
	(
		F.NO_WEIGHT,
		with_email(variants=(Variant("Welcome", 3), Variant("Reminder", -2))),
		"follow_ups.0.content.variants.1.weight",
		"-2",
	),
	(F.RECIPIENT_MISSING, with_email(to_field=""), "follow_ups.0.content.to_field", ""),
	(
		F.FIELD_UNKNOWN,
		with_email(to_field="partner.email_id"),
		"follow_ups.0.content.to_field",
		"partner.email_id",
	),
	(F.SENDER_MISSING, with_email(sender=SenderKind.FIXED), "follow_ups.0.content.sender_value", ""),
	(
		F.NUMBER_BELOW_ZERO,
		with_last(replace(CALL, remind_minutes=-5), Channel.CALL),
		"follow_ups.4.content.remind_minutes",
		"-5",
	),
	(
		F.NUMBER_BELOW_ZERO,
		replace(GOOD, policy=replace(GOOD.policy, new_per_day=-1)),
		"policy.new_per_day",
		"-1",
	),
	(F.THREAD_UNKNOWN, with_email(thread_of="connect"), "follow_ups.0.content.thread_of", "connect"),
	(F.THREAD_OF_ITSELF, with_email(thread_of="welcome"), "follow_ups.0.content.thread_of", "welcome"),
	(
		F.INVITE_TOO_SHORT,
		with_email(invite=Invite("expected_on", minutes=0)),
		"follow_ups.0.content.invite.minutes",
		"0",
	),
	(F.INVITE_WITHOUT_START, with_email(invite=Invite("")), "follow_ups.0.content.invite.starts_field", ""),
	(
		F.FIELD_UNKNOWN,
		with_email(invite=Invite("expected_on", "over_on")),
		"follow_ups.0.content.invite.ends_field",
		"over_on",
	),
	(
		F.NUMBER_MISSING,
		with_last(MessageContent(text="Hi"), Channel.MESSAGE),
		"follow_ups.4.content.to_field",
		"",
	),
	(
		F.TEXT_MISSING,
		with_last(MessageContent("email_id", " "), Channel.MESSAGE),
		"follow_ups.4.content.text",
		"",
	),
	(
		F.TEXT_TOO_LONG,
		with_last(MessageContent("email_id", "x" * 4001), Channel.MESSAGE),
		"follow_ups.4.content.text",
		"4000",
	),
	(
		F.FIELD_UNKNOWN,
		with_last(MessageContent("email_id", "Hi", consent_field="may_i"), Channel.MESSAGE),
		"follow_ups.4.content.consent_field",
		"may_i",
	),
	(F.SUBJECT_MISSING, with_last(TaskContent(subject=" ")), "follow_ups.4.content.subject", ""),
	(F.SUBJECT_MISSING, with_last(CallContent(), Channel.CALL), "follow_ups.4.content.subject", ""),
	(
		F.ASSIGNEE_MISSING,
		with_last(replace(TASK, assignee=Assignee(AssigneeKind.ROUND_ROBIN))),
		"follow_ups.4.content.assignee.users",
		"Round Robin",
	),
	(
		F.ASSIGNEE_MISSING,
		with_last(replace(CALL, assignee=Assignee(AssigneeKind.FIELD)), Channel.CALL),
		"follow_ups.4.content.assignee.field",
		"User Field",
	),
	(
		F.FIELD_UNKNOWN,
		with_last(replace(TASK, assignee=Assignee(AssigneeKind.FIELD, field="boss"))),
		"follow_ups.4.content.assignee.field",
		"boss",
	),
	(
		F.FOLLOW_UP_UNKNOWN,
		with_rule(ExitKind.OUTCOME, follow_up="nobody", trigger=Trigger(Outcome.REPLIED)),
		"exit_rules.0.follow_up",
		"nobody",
	),
	(
		F.OUTCOME_IMPOSSIBLE,
		with_rule(ExitKind.OUTCOME, follow_up="connect", trigger=Trigger(Outcome.REPLIED)),
		"exit_rules.0.trigger.outcome",
		"Replied",
	),
	(F.CONDITIONS_MISSING, with_rule(ExitKind.CONDITIONS), "exit_rules.0.conditions", ""),
	(
		F.FIELD_UNKNOWN,
		with_rule(ExitKind.CONDITIONS, conditions=(Condition("mood", Operator.IS_SET),)),
		"exit_rules.0.conditions.0.field",
		"mood",
	),
	(
		F.FIELD_UNKNOWN,
		with_rule(ExitKind.CONDITIONS, conditions=(Condition("status.colour", Operator.IS_SET),)),
		"exit_rules.0.conditions.0.field",
		"status.colour",
	),
	(F.EXIT_DATE_MISSING, with_rule(ExitKind.DATE), "exit_rules.0.on", ""),
	(F.EXIT_DATE_PASSED, with_rule(ExitKind.DATE, on=TODAY), "exit_rules.0.on", "2024-05-06"),
	(F.EXPRESSION_MISSING, with_rule(ExitKind.EXPRESSION, expression=" "), "exit_rules.0.expression", ""),
	(F.KEY_TWICE, replace(GOOD, exit_rules=(*RULES, RULES[0])), "exit_rules.6.key", "replied"),
]


def test_a_good_cadence_has_no_fault():
	assert faults_of(GOOD) == ()


@pytest.mark.parametrize(
	("code", "cadence", "place", "detail"), CASES, ids=[f"{case[0]} {case[2]}" for case in CASES]
)
def test_names_the_fault_and_its_place(code, cadence, place, detail):
	path = tuple(int(part) if part.isdigit() else part for part in place.split("."))
	follow_up = cadence.follow_ups[path[1]].key.strip() if path[0] == "follow_ups" and path[1:] else ""
	rule = cadence.exit_rules[path[1]].key if path[0] == "exit_rules" else ""
	assert Fault(code, follow_up, rule, detail, path) in faults_of(cadence)


def test_every_fault_is_tried_here():
	elsewhere = {FaultCode.CALLS_NOT_ALLOWED, FaultCode.EXPRESSION_UNREADABLE}
	assert {case[0] for case in CASES} | elsewhere == set(FaultCode)


def test_calls_are_refused_where_they_are_not_allowed():
	assert faults_of(GOOD, allow_calls=False) == (
		Fault(FaultCode.CALLS_NOT_ALLOWED, "phone", path=("follow_ups", 3, "channel")),
	)


@pytest.mark.parametrize("expression", ["doc.amount >", "x = 5", "import os", "a\x00b"])
def test_refuses_what_is_no_expression(expression):
	(fault,) = faults_of(with_rule(ExitKind.EXPRESSION, expression=expression))
	assert (fault.code, fault.rule) == (FaultCode.EXPRESSION_UNREADABLE, "rule")
	assert fault.detail


def test_names_are_not_looked_up_where_they_are_not_known():
	strange = with_email(to_field="anything", variants=(Variant("Anything"),))
	assert faults_of(strange, templates=None, fields=None) == ()


def test_names_every_fault_at_once():
	cadence = replace(with_email(to_field="", variants=()), policy=SendingPolicy(answer_wait_days=-1))
	assert [fault.code for fault in faults_of(cadence)] == [
		FaultCode.TEMPLATE_MISSING,
		FaultCode.RECIPIENT_MISSING,
		FaultCode.ANSWER_WAIT_TOO_SHORT,
	]


@pytest.mark.parametrize(
	("within", "wait_days", "rings"),
	[
		(Delay(29, Unit.DAYS), 30, True),
		(Delay(30, Unit.DAYS), 30, False),  # an hour too long in the week the clocks go back
		(Delay(720, Unit.HOURS), 30, True),
		(Delay(721, Unit.HOURS), 30, False),
		(Delay(5, Unit.BUSINESS_DAYS), 8, True),
		(Delay(5, Unit.BUSINESS_DAYS), 7, False),
		(Delay(1, Unit.BUSINESS_DAYS), 3, False),  # from Friday to Monday
		(Delay(1, Unit.MONTHS), 31, False),
		(Delay(1, Unit.MONTHS), 32, True),
	],
)
def test_a_timer_rings_while_answers_are_waited_for(within, wait_days, rings):
	cadence = replace(
		with_trigger(Trigger(Outcome.OPENED, absent=True, within=within)),
		policy=SendingPolicy(answer_wait_days=wait_days),
	)
	codes = [fault.code for fault in faults_of(cadence) if fault.follow_up == "last"]
	assert codes == ([] if rings else [FaultCode.WITHIN_TOO_LONG])


def test_a_rule_for_any_follow_up_needs_one_that_can_have_the_outcome():
	rule = ExitRule("wrong", ExitKind.OUTCOME, trigger=Trigger(Outcome.CALL_RESULT, detail="Wrong Number"))
	assert faults_of(replace(GOOD, exit_rules=(rule,))) == ()
	without_call = replace(GOOD, follow_ups=(WELCOME,), exit_rules=(rule,))
	assert [fault.code for fault in faults_of(without_call)] == [FaultCode.OUTCOME_IMPOSSIBLE]


@pytest.mark.parametrize(("amount", "days", "is_too_long"), [(0, 3, False), (0, 2, True), (1, 4, False)])
def test_no_business_day_at_all_may_still_be_two_days_off(amount, days, is_too_long):
	"""S3.3: who opens on a Saturday has until Monday."""
	trigger = Trigger(Outcome.OPENED, absent=True, within=Delay(amount, Unit.BUSINESS_DAYS))
	waiting = replace(GOOD, follow_ups=(WELCOME, replace(REMIND, trigger=trigger)), exit_rules=())
	found = faults_of(replace(waiting, policy=replace(GOOD.policy, answer_wait_days=days)))
	assert (FaultCode.WITHIN_TOO_LONG in [fault.code for fault in found]) is is_too_long


def test_weekdays_without_one_survive_being_stored():
	cadence = with_policy(business_days=frozenset())
	assert Cadence.from_dict(cadence.to_dict()) == cadence


def test_an_invite_makes_its_answers_possible():
	"""S3.3c."""
	accepted = FollowUp(
		"last", Channel.TASK, TASK, parent="welcome", trigger=Trigger(Outcome.INVITE_ACCEPTED)
	)
	invited = replace(WELCOME, content=replace(EMAIL, invite=Invite("expected_on")))
	follow_ups = (REMIND, CONNECT, PHONE, accepted)
	without = replace(GOOD, follow_ups=(WELCOME, *follow_ups))
	assert [fault.code for fault in faults_of(without)] == [FaultCode.OUTCOME_IMPOSSIBLE]
	assert faults_of(replace(GOOD, follow_ups=(invited, *follow_ups))) == ()


@pytest.mark.parametrize("kind", ExitKind)
def test_the_settings_of_every_kind_of_rule_are_looked_at(kind):
	"""S6.1: a kind that was forgotten here raises."""
	rule = ExitRule("bare", kind)
	faults = check(replace(GOOD, exit_rules=(rule,)), TODAY)
	assert kind in (*WITHOUT_SETTINGS, ExitKind.OUTCOME) or [each.rule for each in faults] == ["bare"]
