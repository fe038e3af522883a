"""Definitions as JSON: read back as written, and refused with the field that is wrong."""

import json
import re
from dataclasses import replace
from datetime import date, time

import pytest

from cadences_app.engine.audience import Audience, AudienceKind, ComingBack, Entering, Exclusivity
from cadences_app.engine.calendar import Delay, Lateness, LatePolicy, Unit, Window
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import (
	Assignee,
	AssigneeKind,
	CallContent,
	Channel,
	EmailContent,
	Invite,
	Priority,
	Release,
	SenderKind,
	TaskContent,
	TaskKind,
	Variant,
)
from cadences_app.engine.definition import (
	Cadence,
	ExitKind,
	ExitRule,
	FollowUp,
	Start,
	Timing,
	Trigger,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import ColleagueReply, SendingPolicy, WindowScope, ZoneSource
from cadences_app.engine.reading import DefinitionError, describe, read_json

FULL = Cadence(
	name="Trade show",
	module="Lead",
	description="Twenty-one days after the show",
	close_open_on_exit=True,
	follow_ups=(
		FollowUp(
			"thanks",
			Channel.EMAIL,
			EmailContent(
				to_field="contact.email_id",
				variants=(Variant("Thanks A", 3), Variant("Thanks B")),
				sender=SenderKind.FIXED,
				sender_value="ada@example.com",
				reply_to="team@example.com",
				release=Release.APPROVAL,
				invite=Invite("starts_on", "ends_on", 45, "Meet us", "Hall 3", True),
				attachments=("/files/a.pdf",),
				print_format="Standard",
			),
			title="Thank you",
			timing=Timing(Start.AFTER_DATE, Delay(1, Unit.BUSINESS_DAYS), "visited_on", time(9, 30)),
		),
		FollowUp(
			"look_up",
			Channel.TASK,
			TaskContent(
				"Look up {{ doc.lead_name }}",
				"Where do they work?",
				TaskKind.LINKEDIN,
				Priority.HIGH,
				Delay(2, Unit.DAYS),
				Assignee(AssigneeKind.ROUND_ROBIN, ("ada@example.com", "bob@example.com")),
				("profile", "company"),
			),
			parent="thanks",
			trigger=Trigger(Outcome.CLICKED, times=2, detail="https://example.com"),
			keeps_owner=True,
		),
		FollowUp(
			"ring",
			Channel.CALL,
			CallContent(
				"Ring them",
				"Qualify",
				"Budget, need",
				Delay(1, Unit.HOURS),
				time(14),
				20,
				5,
				Delay(30, Unit.MINUTES),
				Assignee(AssigneeKind.FIELD, field="account_manager"),
			),
			parent="thanks",
			trigger=Trigger(Outcome.REPLIED, True, Delay(3, Unit.DAYS), Outcome.OPENED),
		),
	),
	exit_rules=(
		ExitRule("replied", ExitKind.OUTCOME, follow_up="thanks", trigger=Trigger(Outcome.REPLIED)),
		ExitRule(
			"lost",
			ExitKind.CONDITIONS,
			"Lost to us",
			conditions=(
				Condition("status", Operator.IN, ("Lost", "Junk")),
				Condition("amount", Operator.AT_MOST, 0),
				Condition("email_id", Operator.IS_NOT_SET),
			),
		),
		ExitRule("end", ExitKind.DATE, on=date(2026, 12, 24)),
		ExitRule("show", ExitKind.DATE, timing=Timing(Start.BEFORE_DATE, Delay(1, Unit.WEEKS), "next_show")),
		ExitRule("won", ExitKind.CONVERTED),
		ExitRule("gone", ExitKind.LEFT_VIEW),
		ExitRule("met", ExitKind.MEETING),
		ExitRule("odd", ExitKind.EXPRESSION, expression="doc.amount > 5"),
	),
	policy=SendingPolicy(
		Window(frozenset({0, 2}), time(8, 30), time(17)),
		WindowScope.ALL,
		ZoneSource.PERSON,
		frozenset({0, 1, 2, 3}),
		LatePolicy(Lateness.SKIP, Delay(2, Unit.DAYS)),
		14,
		"Bavaria 2026",
	),
	audience=Audience(
		AudienceKind.VIEW,
		(("status", "=", "Open"), ("source", "in", ["Fair", "Web"])),
		"ada@example.com",
		Entering.AT_INTERVALS,
		Delay(6, Unit.HOURS),
		ComingBack.NEVER,
		10,
	),
	exclusivity=Exclusivity(True, 2, 7, 3, 50, 10, 5),
)

PLAIN = Cadence("Plain", "Lead", (FollowUp("one", Channel.EMAIL, EmailContent()),))

SOURCE = FULL.to_dict()


@pytest.mark.parametrize("cadence", [FULL, PLAIN], ids=lambda each: each.name)
def test_a_definition_reads_what_it_wrote(cadence):
	assert Cadence.from_dict(json.loads(json.dumps(cadence.to_dict()))) == cadence


@pytest.mark.parametrize(
	("kind", "entering", "by_itself"),
	[
		(AudienceKind.VIEW, Entering.AT_ONCE, True),
		(AudienceKind.VIEW, Entering.NOT_BY_ITSELF, False),
		(AudienceKind.MANUAL, Entering.AT_ONCE, False),
	],
)
def test_only_a_view_enrolls_by_itself_and_not_every_one(kind, entering, by_itself):
	assert Audience(kind, entering=entering).enrolls_by_itself is by_itself


@pytest.mark.parametrize(
	("kind", "users", "takers"),
	[
		(AssigneeKind.USER, ("bob",), ("bob",)),
		(AssigneeKind.ROUND_ROBIN, ("bob", "eve"), ("bob", "eve")),
		(AssigneeKind.ROUND_ROBIN, (), ("ada",)),
		(AssigneeKind.OWNER, ("bob",), ("ada",)),
	],
)
def test_tasks_are_shared_out_among_who_is_named_or_go_to_the_owner(kind, users, takers):
	assert Assignee(kind, users).takers("ada") == takers


@pytest.mark.parametrize(
	("found", "said"),
	[
		(None, "nothing"),
		("é", "'\\xe9'"),
		("x" * 58, f"'{'x' * 58}'"),
		("x" * 59, f"'{'x' * 56}..."),
		(10**30, "a very large number"),
	],
)
def test_a_fault_says_what_it_found_on_one_short_line(found, said):
	assert describe(found) == said


@pytest.mark.parametrize("choice", ColleagueReply)
def test_what_a_colleagues_reply_does_is_kept(choice):
	cadence = replace(PLAIN, policy=SendingPolicy(colleague_reply=choice))
	assert Cadence.from_dict(cadence.to_dict()) == cadence
	assert ("colleague_reply" in str(cadence.to_dict())) is (choice is not ColleagueReply.PAUSE)


def test_what_is_left_out_is_the_default():
	source = {
		"name": "Plain",
		"module": "Lead",
		"follow_ups": [{"key": "one", "channel": "Email"}],
	}

	assert Cadence.from_dict(source) == PLAIN


def test_days_off_only_are_kept_for_the_check_to_name():
	idle = Cadence("Idle", "Lead", (), policy=SendingPolicy(business_days=frozenset()))

	assert Cadence.from_dict(idle.to_dict()).policy.business_days == frozenset()


def test_the_tree_is_looked_up_by_key_and_parent():
	assert FULL.by_key["ring"] is FULL.follow_ups[2]
	assert [each.key for each in FULL.starters] == ["thanks"]
	assert [each.key for each in FULL.children["thanks"]] == ["look_up", "ring"]
	assert FULL.follow_ups[0].label == "Thank you"
	assert FULL.follow_ups[1].label == "look_up"


def test_a_text_may_be_as_long_as_its_column():
	read = Cadence.from_dict({**FULL.to_dict(), "name": "x" * 100, "description": "y" * 500})
	assert (len(read.name), len(read.description)) == (100, 500)


def test_which_follow_ups_hang_on_a_date():
	one = PLAIN.follow_ups[0]
	assert (PLAIN.dated, PLAIN.exit_timers) == (frozenset(), {})
	dated = replace(one, key="dated", timing=Timing(Start.BEFORE_DATE, date_field="event_on"))
	assert replace(PLAIN, follow_ups=(one, dated)).dated == {"dated"}


WRONG = [
	("name", "", "missing"),
	("name", "x" * 101, "longer than 100"),
	("name", 5, "expected text"),
	("module", None, "missing"),
	("description", "x" * 501, "longer than 500"),
	("close_open_on_exit", "yes", "true or false"),
	("follow_ups", "one", "expected a list"),
	("follow_ups", 7, "expected a list"),
	("exit_rules", {"key": "one"}, "expected a list"),
	("follow_ups[1].content.checklist", 7, "expected a list"),
	("follow_ups[0]", "one", "expected an object"),
	("follow_ups[1].key", " ", "missing"),
	("follow_ups[1].keeps_owner", "yes", "true or false"),
	("follow_ups[1].channel", "Fax", "Email, Task, Call, Message"),
	("follow_ups[1].trigger.outcome", "Read", "Opened"),
	("follow_ups[1].trigger.times", "2", "whole number"),
	("follow_ups[2].trigger.absent", 1, "true or false"),
	("follow_ups[2].trigger.within", "3 days", "object"),
	("follow_ups[0].timing.at", "nine", "can't be read"),
	("follow_ups[0].timing.at", "09:00+02:00", "time zone"),
	("follow_ups[0].timing.start", "Now", "is none of"),
	("follow_ups[0].content.variants[1].weight", 0.5, "whole number"),
	("follow_ups[0].content.invite.starts_field", "", "missing"),
	("follow_ups[1].content.checklist[0]", 1, "text"),
	("follow_ups[1].content.assignee.kind", "Boss", "User"),
	("exit_rules[0].kind", "Bored", "is none of"),
	("exit_rules[1].conditions[1].operator", "~", "is none of"),
	("exit_rules[1].conditions[0].value", 5, "list"),
	("exit_rules[1].conditions[0].field", "", "missing"),
	("exit_rules[2].on", "24.12.2026", "can't be read"),
	("policy.business_days", [True], "weekdays"),
	("policy.answer_wait_days", 1.5, "whole number"),
	("audience.filters[0]", "status", "expected a list"),
	("audience.kind", "All", "Custom View"),
]

WRONG_WITHIN = [
	("follow_ups[2].trigger.within.unit", "Years", "follow_ups[2].trigger.within", "unit"),
	("policy.window.days", [7], "policy.window", "0 (Monday) to 6"),
	("policy.late.rule", "Panic", "policy.late", "rule"),
]


def broken(place, value):
	"""The full definition with another value in one place, such as ``follow_ups[1].key``."""
	source = json.loads(json.dumps(SOURCE))
	*way, last = (int(part) if part.isdigit() else part for part in re.findall(r"\w+", place))
	holder = source
	for part in way:
		holder = holder[part]
	holder[last] = value
	return source


@pytest.mark.parametrize(("place", "value", "problem"), WRONG, ids=lambda each: str(each)[:60])
def test_a_fault_names_its_field(place, value, problem):
	with pytest.raises(DefinitionError) as caught:
		Cadence.from_dict(broken(place, value))

	assert caught.value.field == place
	assert problem in caught.value.problem
	assert str(caught.value).startswith(place)


@pytest.mark.parametrize(("place", "value", "field", "problem"), WRONG_WITHIN)
def test_a_fault_in_a_delay_or_window_names_both(place, value, field, problem):
	with pytest.raises(DefinitionError) as caught:
		Cadence.from_dict(broken(place, value))

	assert caught.value.field == field
	assert problem in caught.value.problem


def objects_of(source, path=()):
	"""Every object inside a definition, with the path to it."""
	if isinstance(source, dict):
		yield path
		for name, each in source.items():
			yield from objects_of(each, (*path, name))
	elif isinstance(source, list):
		for position, each in enumerate(source):
			yield from objects_of(each, (*path, position))


@pytest.mark.parametrize("path", list(objects_of(SOURCE)), ids=lambda path: ".".join(map(str, path)) or "top")
def test_an_unknown_field_is_refused_wherever_it_stands(path):
	source = json.loads(json.dumps(SOURCE))
	holder = source
	for part in path:
		holder = holder[part]
	holder["colour"] = "red"

	with pytest.raises(DefinitionError, match="colour"):
		Cadence.from_dict(source)


@pytest.mark.parametrize("source", [None, [], "cadence", 5], ids=repr)
def test_what_is_no_object_is_no_definition(source):
	with pytest.raises(DefinitionError) as caught:
		Cadence.from_dict(source)

	assert caught.value.field == "definition"


@pytest.mark.parametrize(
	"text", ["[NaN]", '{"a": -Infinity}', "1e999", "-1e999", "[" * 200_000, "[1"], ids=len
)
def test_what_no_database_keeps_is_no_json(text):
	with pytest.raises(ValueError):
		read_json(text)


def test_json_is_read_as_it_is_written():
	assert read_json('{"a": [1, 2.5, -1e-9, true, null, "NaN"]}') == {"a": [1, 2.5, -1e-9, True, None, "NaN"]}
