"""What comes if nobody answers, seen before its wait is over (S3.3, S8.3a)."""

from cadences_app.engine.awaited import awaited
from cadences_app.engine.definition import Trigger
from cadences_app.engine.events import PauseRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.tests.engine.builders import Story, after, cadence, days, email

UNOPENED = Trigger(Outcome.OPENED, absent=True, within=days(3))
UNCLICKED = Trigger(Outcome.CLICKED, absent=True, within=days(2))
TWO = cadence(email("mail"), email("second", "mail", UNOPENED, after(days(1))))


def foreseen(story):
	"""The key, and the day on which it would come."""
	found = awaited(story.cadence, story.enrollment, story.facts, story.now)
	return found and (found[0].key, (found[1] - story.starts_at).days)


def test_it_is_seen_with_its_date_while_the_answer_is_waited_for():
	story = Story(TWO).enroll()
	assert "second" not in story.activities
	assert foreseen(story) == ("second", 4)
	assert foreseen(story.at(2)) == ("second", 4)


def test_it_comes_on_the_day_that_was_foreseen():
	story = Story(TWO).enroll()
	assert foreseen(story) == ("second", 4)
	assert story.at(3.5).due("second") == 4
	assert foreseen(story) is None


def test_the_first_of_several_is_told():
	both = cadence(email("mail"), email("late", "mail", UNOPENED), email("soon", "mail", UNCLICKED))
	assert foreseen(Story(both).enroll()) == ("soon", 2)


def test_what_was_answered_is_not_waited_for():
	story = Story(TWO).enroll().at(1).report("mail", Outcome.OPENED)
	assert foreseen(story) is None


def test_while_it_stands_still_nobody_knows_when():
	assert foreseen(Story(TWO).enroll().at(1).tell(PauseRequested())) is None


def test_what_hangs_on_an_answer_that_comes_is_not_foreseen():
	opened = cadence(email("mail"), email("next", "mail", Trigger(Outcome.OPENED)))
	assert foreseen(Story(opened).enroll()) is None


def test_before_the_mail_has_gone_out_nobody_knows_when():
	later = cadence(email("mail", timing=after(days(5))), email("second", "mail", UNOPENED))
	assert foreseen(Story(later).enroll()) is None
