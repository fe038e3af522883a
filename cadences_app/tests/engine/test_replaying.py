"""A run once more under another definition, with the answers that really came (S11.4)."""

from datetime import timedelta

from cadences_app.engine.dry_run.replaying import answers_of, replay_run
from cadences_app.engine.dry_run.script import ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record
from cadences_app.engine.outcomes import Outcome
from cadences_app.tests.engine.builders import (
	GREENWICH,
	Story,
	after,
	cadence,
	call,
	days,
	email,
	leave_on,
	on,
	task,
)

MAIL = email("mail", timing=after(days(1)))
LOOK = task("look", "mail", on(Outcome.OPENED), after(days(2)))
ADA = Record("ada", {}, GREENWICH)


def lived() -> Story:
	"""Mailed on day 1, opened on day 3, looked up on day 5, and done on day 6."""
	story = Story(cadence(MAIL, LOOK)).enroll().at(3).report("mail", Outcome.OPENED)
	return story.at(6).report("look", Outcome.COMPLETED)


def again(story, *parts):
	return replay_run(cadence(*parts), ADA, story.enrollment, (), story.now)


def test_under_its_own_definition_it_is_as_it_was():
	assert again(lived(), MAIL, LOOK).is_alike


def test_an_answer_comes_as_long_after_its_follow_up_wherever_that_would_have_been():
	earlier = again(lived(), email("mail"), LOOK)
	assert not earlier.is_alike and earlier.leaves_earlier
	assert (earlier.ended_on, earlier.would_have_ended_on) == (6, 5)


def test_a_rule_that_would_have_taken_it_out_is_seen():
	left = again(lived(), MAIL, LOOK, leave_on(on(Outcome.OPENED)))
	assert (left.leaves_earlier, left.would_have_ended_on) == (True, 3)
	assert [each.follow_up for each in left.differences] == ["look", ""]  # the end comes last


def test_what_was_answered_at_once_is_so_again():
	story = Story(cadence(task("look"))).enroll().report("look", Outcome.COMPLETED)
	assert [each.after for each in answers_of(story.enrollment)] == [timedelta()]
	assert again(story, task("look")).is_alike


def test_a_run_that_goes_on_has_no_end_to_compare():
	story = Story(cadence(MAIL, LOOK)).enroll().at(2)
	still = again(story, MAIL, LOOK)
	assert still.is_alike and not still.leaves_earlier
	assert still.ended_on is still.would_have_ended_on is None
	assert not again(story, email("mail"), LOOK).is_alike


def test_what_came_back_is_told_once_with_its_detail_and_nothing_that_the_engine_says_itself():
	of = cadence(call("ring", start=days(1)), leave_on(on(Outcome.CALL_RESULT, "Interested")))
	story = Story(of).enroll().at(2).report("ring", Outcome.CALL_RESULT, "Not Reached")
	assert list(answers_of(story.enrollment)) == [
		ScriptedOutcome("ring", Outcome.CALL_RESULT, timedelta(days=2), detail="Not Reached")
	]
