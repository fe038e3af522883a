"""A call that the rep moves in the calendar: it is overdue by its new time (S4.3)."""

from cadences_app.engine.events import CallRescheduled
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.engine.transitions import CallMoved
from cadences_app.tests.engine.builders import Story, cadence, call, days, hours, on, task

RING = call("ring", start=days(1), grace=hours(1))


def ringing(*more):
	return Story(cadence(RING, *more)).enroll()


def move(story, day, run=1, key="ring"):
	return story.tell(CallRescheduled(run, key, story.day(day)))


def test_a_call_that_was_moved_on_is_overdue_after_its_new_start():
	story = move(ringing(), day=3)

	assert story.reason is Reason.CALL_MOVED
	assert story.activities["ring"].starts_at == story.day(3)
	assert story.at(3).activities["ring"].standing is Outcome.SCHEDULED
	assert story.at(3.1).activities["ring"].standing is Outcome.OVERDUE


def test_an_overdue_call_that_is_moved_on_is_scheduled_again_and_can_be_overdue_again():
	story = ringing().at(2)
	assert story.activities["ring"].standing is Outcome.OVERDUE

	move(story, day=4)

	assert story.activities["ring"].standing is Outcome.SCHEDULED
	assert story.at(5).activities["ring"].standing is Outcome.OVERDUE


def test_what_waits_for_an_overdue_call_is_taken_back_when_the_call_is_moved_on():
	story = ringing(task("remind", "ring", on(Outcome.OVERDUE), timing=None)).at(1)

	move(story, day=5)

	assert story.at(4).started("remind") == []
	assert len(story.at(6).started("remind")) == 1


def test_a_call_moved_back_into_the_past_is_overdue_at_once():
	story = move(ringing().at(0.5), day=0.25)

	assert story.activities["ring"].standing is Outcome.OVERDUE


def test_an_overdue_call_that_is_moved_within_the_past_stays_overdue():
	story = move(ringing().at(2), day=1.5)

	assert story.activities["ring"].standing is Outcome.OVERDUE
	assert story.next_at is None or story.next_at > story.now


def test_moving_it_to_where_it_is_changes_nothing():
	story = move(ringing(), day=1)

	assert story.reason is Reason.ALREADY_KNOWN
	assert story.decisions[-1][2].transitions == ()


def test_a_call_that_was_made_is_not_moved():
	story = ringing().at(1).report("ring", Outcome.COMPLETED)

	before = story.activities["ring"].starts_at
	move(story, day=9)

	assert story.activities["ring"].starts_at == before


def test_only_calls_of_this_run_can_be_moved():
	story = ringing(task("look"))

	assert move(story, day=2, run=7).reason is Reason.OTHER_RUN
	assert move(story, day=2, key="look").reason is Reason.NO_SUCH_FOLLOW_UP
	assert move(story, day=2, key="gone").reason is Reason.NO_SUCH_FOLLOW_UP
	assert not any(
		isinstance(each, CallMoved) for _, _, decision in story.decisions for each in decision.transitions
	)
	assert story.status is EnrollmentStatus.ACTIVE
