"""Channels by their traits: the built-in ones, and one that another app adds (S3.3)."""

import pytest

from cadences_app.engine import scheduling
from cadences_app.engine.actions import HandOver, WithdrawEmail
from cadences_app.engine.channels import Traits, add_channel, all_channels, traits_of
from cadences_app.engine.content import ADDED, Channel, OtherContent, empty_content
from cadences_app.engine.decision import EndlessDecision
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.events import StopRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import BERLIN, MONDAY, Story, cadence, task

SENT_BY_POST = Traits(
	produces=frozenset({Outcome.SENT, Outcome.REPLIED}),
	awaited=frozenset({Outcome.REPLIED}),
	has_outbox=True,
)
DEFINITION = {
	"name": "Reach by post",
	"module": "Lead",
	"follow_ups": [
		{"key": "card", "channel": "Postcard", "content": {"picture": "harbour.jpg", "lines": ["Hello"]}},
		{"key": "look", "channel": "Task", "parent": "card", "trigger": {"outcome": "Replied"}}
		| {"content": {"subject": "Look"}},
	],
}


@pytest.fixture
def postcards():
	channel = add_channel("Postcard", SENT_BY_POST)
	yield Cadence.from_dict(DEFINITION)
	from cadences_app.engine import channels

	del channels._TRAITS[channel], ADDED["Postcard"]


def test_every_built_in_channel_has_its_traits_and_its_content():
	"""A channel that was put into the enum alone is named here."""
	for channel in Channel:
		assert traits_of(channel).produces
		assert not isinstance(empty_content(channel), OtherContent)


def test_every_outcome_can_be_produced_by_a_channel_or_by_all():
	produced = frozenset().union(*(traits_of(each).produces for each in Channel))
	assert produced | {Outcome.CARRIED_OUT} == set(Outcome)


def test_what_is_awaited_or_shown_can_be_produced():
	for channel in Channel:
		traits = traits_of(channel)
		assert {*traits.awaited, *traits.shown, traits.wanted} <= traits.produces


def test_a_channel_that_is_not_known_is_no_channel():
	with pytest.raises(ValueError):
		Channel("Postcard")


def test_an_added_channel_is_read_and_written_like_the_others(postcards):
	assert postcards.follow_ups[0].channel is Channel("Postcard")
	assert postcards.follow_ups[0].content == OtherContent({"picture": "harbour.jpg", "lines": ["Hello"]})
	assert Cadence.from_dict(postcards.to_dict()) == postcards
	assert [str(each) for each in all_channels()] == ["Email", "Task", "Call", "Message", "Postcard"]


def test_a_follow_up_of_an_added_channel_is_handed_over_and_its_outcome_starts_the_next(postcards):
	story = Story(postcards, mail_works=False).enroll()
	assert story.actions == [HandOver("card")]
	assert story.status_of("card") is ActivityStatus.HANDED_OVER

	story.at(1).report("card", Outcome.SENT).at(4).report("card", Outcome.REPLIED)

	assert story.started("look") == [4]


def test_what_is_made_for_a_rep_stands_at_its_beginning():
	channel = add_channel(
		"Visit",
		Traits(
			produces=frozenset({Outcome.NOT_STARTED, Outcome.COMPLETED}),
			awaited=frozenset({Outcome.COMPLETED}),
			begins_at=Outcome.NOT_STARTED,
		),
	)
	try:
		of = Cadence.from_dict(
			{**DEFINITION, "follow_ups": [{"key": "visit", "channel": "Visit", "content": {}}]}
		)
		story = Story(of).enroll()
		assert story.actions == [HandOver("visit")]
		assert story.activities["visit"].standing is Outcome.NOT_STARTED
		assert story.at(1).report("visit", Outcome.COMPLETED).status is EnrollmentStatus.COMPLETED
	finally:
		from cadences_app.engine import channels

		del channels._TRAITS[channel], ADDED["Visit"]


def test_a_dry_run_sends_it_too(postcards):
	record = Record("ada", {}, BERLIN)
	run = simulate(postcards, record, Script((ScriptedOutcome("card", Outcome.REPLIED),)), MONDAY)
	assert run.activities["look"].carried_out_at is not None


def test_who_leaves_has_the_postcard_withdrawn(postcards):
	story = Story(postcards, mail_works=False).enroll().tell(StopRequested())
	assert story.actions[-1] == WithdrawEmail("card")


def test_an_outcome_that_the_channel_does_not_have_changes_nothing(postcards):
	story = Story(postcards, mail_works=False).enroll().report("card", Outcome.CLICKED)
	assert story.activities["card"].marks == {}


@pytest.mark.parametrize(
	("name", "traits"), [("Email", SENT_BY_POST), (" ", SENT_BY_POST), ("Postcard", Traits(frozenset()))]
)
def test_what_could_not_work_is_refused(name, traits):
	with pytest.raises(ValueError):
		add_channel(name, traits)


def test_a_follow_up_that_nobody_carries_out_ends_in_an_error_instead_of_never(monkeypatch):
	"""As when a content is forgotten where follow-ups are started."""
	monkeypatch.setattr(scheduling, "_start", lambda builder, follow_up: None)
	with pytest.raises(EndlessDecision, match="again and again"):
		Story(cadence(task("look"))).enroll()


def test_a_long_chain_in_one_moment_is_no_endless_one():
	chain = [task("f0"), *(task(f"f{n}", f"f{n - 1}") for n in range(1, 40))]
	story = Story(cadence(*chain)).enroll()
	assert story.status is EnrollmentStatus.ACTIVE
	assert len(story.activities) == 40
