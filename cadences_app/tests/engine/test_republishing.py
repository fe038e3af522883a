"""A new version, and the records that are under way in the old one (S1.7)."""

from datetime import date, time

import pytest

from cadences_app.engine.actions import WithdrawEmail
from cadences_app.engine.events import (
	CadenceRepublished,
	ContinueRequested,
	FollowUpFailed,
	HoldRequested,
	PauseRequested,
	Republish,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import added_follow_ups, starting_follow_ups
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import VersionAdopted
from cadences_app.tests.engine.builders import (
	ASKED_TWICE,
	REPLIED,
	TWO_EMAILS,
	Story,
	after,
	after_date,
	asked_twice,
	cadence,
	days,
	email,
	on,
	task,
	two_emails,
)


def _published(story, edited, choice, before):
	"""The event as the runner completes it."""
	return CadenceRepublished(
		frozenset(edited),
		choice,
		added=added_follow_ups(before, story.cadence),
		starting=starting_follow_ups(before, story.cadence),
	)


def test_what_the_definition_knows_no_more_is_left_where_it_is_until_it_is_due():
	story = Story(cadence(email("one"), email("two", "one", timing=after(days(5))))).enroll()
	story.cadence = cadence(email("one"), REPLIED)

	story.at(1).tell(HoldRequested(story.day(3))).at(4)
	assert story.due("two") == 5

	assert story.at(5).status_of("two") is ActivityStatus.CANCELLED


def test_only_what_starts_the_new_version_alone_is_a_new_beginning():
	before, now = cadence(*ASKED_TWICE), cadence(*ASKED_TWICE, email("new"))

	assert starting_follow_ups(before, now) == {"new"}
	assert starting_follow_ups(now, before) == frozenset()


def test_what_the_definition_knows_no_more_is_not_skipped_to():
	more = (email("one"), email("three", "one", timing=after(days(9))))
	story = Story(cadence(*more, email("two", "one", timing=after(days(5))))).enroll()
	story.cadence = cadence(*more)

	story.at(1).tell(SkipRequested(SkipTarget.NEXT))

	assert (story.started("two"), story.started("three")) == ([], [1])


class TestRepublish:
	"""S1.7"""

	def republished(self, choice, edited, *new, story=None):
		story = (story or asked_twice()).at(1)
		before, story.cadence = story.cadence, cadence(*new)
		return story.tell(_published(story, edited, choice, before))

	def test_those_whose_scheduled_follow_up_was_edited_stop(self):
		story = self.republished(
			Republish.STOP_EDITED, {"two"}, email("one"), email("two", "one", timing=after(days(9)))
		)

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.REPUBLISHED)

	def test_who_has_not_begun_adopts_it_and_begins_nothing(self):
		story = Story(cadence(*TWO_EMAILS))
		self.republished(Republish.MOVE, {"two"}, email("one"), email("new"), story=story)

		assert story.last_transitions == (VersionAdopted(),)

	def test_a_mail_that_is_ready_goes_as_it_is(self):
		story = self.republished(
			Republish.STOP_EDITED, {"one"}, *TWO_EMAILS, story=two_emails(mail_works=False)
		)

		assert story.status is EnrollmentStatus.ACTIVE
		assert story.status_of("one") is ActivityStatus.HANDED_OVER

	def test_the_others_go_on_under_the_new_version(self):
		two = ASKED_TWICE[1]
		story = self.republished(Republish.STOP_EDITED, {"one"}, email("one", timing=after(days(1))), two)

		assert VersionAdopted() in story.last_transitions
		assert story.due("two") == 4

	def test_moved_ones_follow_the_new_timing(self):
		story = self.republished(
			Republish.MOVE, {"two"}, email("one"), email("two", "one", timing=after(days(2), time(15)))
		)

		assert story.due("two") == 2.25

	def test_a_pause_before_is_not_forgotten(self):
		story = asked_twice().tell(PauseRequested()).at(0.5).tell(ResumeRequested())
		self.republished(
			Republish.MOVE, {"two"}, email("one"), email("two", "one", timing=after(days(6))), story=story
		)

		assert story.due("two") == 6.5

	def test_what_is_gone_from_the_new_version_is_cancelled(self):
		story = self.republished(Republish.MOVE, {"two"}, email("one"))

		assert story.status_of("two") is ActivityStatus.CANCELLED
		assert story.status is EnrollmentStatus.COMPLETED

	def test_and_stays_so_when_the_run_is_resumed_later(self):
		new = (email("one"), email("three", "one", timing=after(days(9))))
		story = self.republished(Republish.MOVE, {"two"}, *new).at(2).tell(StopRequested())

		story.at(3).tell(ContinueRequested())

		assert story.status_of("two") is ActivityStatus.CANCELLED
		assert story.due("three") == 10

	def test_a_new_beginning_that_lies_behind_is_left_out(self):
		story = self.republished(Republish.MOVE, set(), *ASKED_TWICE, email("new"))

		assert story.status_of("new") is ActivityStatus.CANCELLED
		assert story.due("two") == 4

		self.republished(Republish.MOVE, {"answer"}, *ASKED_TWICE[:2], email("new"), story=story)
		assert story.status_of("new") is ActivityStatus.CANCELLED

	def test_so_is_one_from_which_only_what_is_new_as_well_can_be_reached(self):
		way = (email("new"), email("last", "new", timing=after(days(1))))

		story = self.republished(Republish.MOVE, set(), *ASKED_TWICE, *way)

		assert story.status_of("new") is ActivityStatus.CANCELLED
		assert story.status_of("last") is None

	def test_and_made_up_for_where_the_way_to_what_was_there_and_has_not_come_leads_over_it(self):
		way = (email("new"), email("between", "new", timing=after(days(1))))
		answer = task("answer", "between", on(Outcome.REPLIED))
		story = self.republished(Republish.MOVE, {"answer"}, *ASKED_TWICE[:2], *way, answer)

		assert story.started("new") == [1]
		assert story.due("between") == 2

	def test_what_hangs_on_another_parent_now_waits_for_that(self):
		story = self.republished(
			Republish.MOVE,
			{"two"},
			email("one"),
			email("new", "one", timing=after(days(2))),
			email("two", "new", timing=after(days(2))),
		)
		assert story.status_of("two") is None

		assert story.at(10).started("two") == [4]

	def test_what_hangs_on_a_date_now_waits_for_that(self):
		story = asked_twice(fields={"event_on": date(2026, 3, 20)})
		self.republished(
			Republish.MOVE,
			{"two"},
			email("one"),
			email("two", "one", timing=after_date("event_on")),
			story=story,
		)

		assert story.activities["two"].due_at.date() == date(2026, 3, 20)

	def test_what_hangs_on_a_date_is_placed_anew_when_its_delay_changes(self):
		story = Story(
			cadence(email("show", timing=after_date("event_on", days(2)))), fields={"event_on": "2026-03-20"}
		).enroll()

		self.republished(
			Republish.MOVE, {"show"}, email("show", timing=after_date("event_on", days(5))), story=story
		)

		assert story.activities["show"].due_at.date() == date(2026, 3, 25)

	def test_what_hung_on_a_date_counts_from_its_trigger_now(self):
		story = Story(
			cadence(email("one"), email("two", "one", timing=after_date("event_on"))),
			fields={"event_on": date(2026, 3, 20)},
		).enroll()

		self.republished(
			Republish.MOVE, {"two"}, email("one"), email("two", "one", timing=after(days(3))), story=story
		)

		assert story.due("two") == 3

	def test_when_the_first_one_is_removed_what_comes_after_it_begins(self):
		"""Nobody is completed with nothing sent."""
		story = Story(
			cadence(email("one", timing=after(days(5))), email("two", "one", timing=after(days(2))))
		).enroll()

		self.republished(Republish.MOVE, {"one", "two"}, email("two", timing=after(days(2))), story=story)

		assert story.due("two") == 2
		assert story.status is EnrollmentStatus.ACTIVE

	def test_a_first_one_that_is_replaced_is_made_up_for(self):
		story = Story(cadence(email("one", timing=after(days(5))))).enroll()

		self.republished(Republish.MOVE, {"one"}, email("new"), story=story)

		assert story.started("new") == [1]

	def test_what_is_new_and_lies_behind_is_not_made_up_for_in_a_run_that_has_begun(self):
		new_keys = frozenset({"hello", "late"})
		story = asked_twice().at(2)
		story.cadence = cadence(*ASKED_TWICE, email("hello"), email("late", timing=after(days(9))))

		story.tell(CadenceRepublished(frozenset(), Republish.MOVE, added=new_keys, starting=new_keys))

		assert story.started("hello") == []
		assert story.due("late") == 9

	@pytest.mark.parametrize("choice", [Republish.MOVE, Republish.STOP_EDITED], ids=str)
	def test_a_mail_that_waits_to_be_sent_is_taken_back_when_it_is_gone(self, choice):
		story = self.republished(
			choice, {"one"}, email("two", timing=after(days(4))), story=asked_twice(mail_works=False)
		)

		assert story.last_actions[0] == WithdrawEmail("one")
		is_moved = choice is Republish.MOVE
		assert story.status is (EnrollmentStatus.ACTIVE if is_moved else EnrollmentStatus.STOPPED)

	def test_a_mail_that_waits_to_be_sent_comes_as_a_task_where_it_is_one_now(self):
		story = self.republished(
			Republish.MOVE, {"one"}, task("one"), *ASKED_TWICE[1:2], story=asked_twice(mail_works=False)
		)

		assert [type(each).__name__ for each in story.last_actions] == ["WithdrawEmail", "AssignTask"]

	def test_an_answer_to_a_mail_whose_follow_up_is_a_task_by_now_counts(self):
		story = self.republished(Republish.MOVE, {"one"}, task("one"), *ASKED_TWICE[1:], REPLIED)

		assert story.report("one", Outcome.REPLIED).reason is Reason.RULE_OUTCOME

	def test_what_is_back_in_a_later_version_comes_after_all(self):
		story = self.republished(
			Republish.MOVE, {"two"}, email("one"), email("b", "one", timing=after(days(9)))
		)
		story.cadence = cadence(*ASKED_TWICE)

		story.tell(CadenceRepublished(frozenset({"b"}), Republish.MOVE, added=frozenset({"two"})))

		assert story.due("two") == 4

	def test_what_was_brought_on_by_hand_stays(self):
		story = (
			asked_twice(mail_works=False).at(1).tell(PauseRequested()).tell(SkipRequested(SkipTarget.LAST))
		)
		due_at = story.activities["answer"].due_at

		story.cadence = cadence(*ASKED_TWICE[:2], task("answer", "one", on(Outcome.OPENED), after(days(9))))
		story.tell(CadenceRepublished(frozenset({"answer"}), Republish.MOVE))

		assert story.activities["answer"].due_at == due_at

	def test_a_reply_to_a_mail_of_an_earlier_version_counts(self):
		story = self.republished(Republish.MOVE, {"one"}, ASKED_TWICE[1], REPLIED)

		story.report("one", Outcome.REPLIED)

		assert story.reason is Reason.RULE_OUTCOME

	def test_those_that_finish_on_their_version_are_left_alone(self):
		story = asked_twice().at(1)
		before = story.enrollment

		story.tell(CadenceRepublished(frozenset({"two"}), Republish.FINISH))

		assert story.enrollment == before
		assert story.reason is Reason.REPUBLISHED

	@pytest.mark.parametrize("choice", Republish, ids=str)
	def test_the_ended_stay_ended(self, choice):
		story = asked_twice().tell(StopRequested()).tell(CadenceRepublished(frozenset({"two"}), choice))

		assert story.reason is Reason.ENDED
		assert story.last_transitions == ()


class TestMended:
	"""S5.8: what failed is tried again under the version that mends it."""

	def mended(self, *new, edited=(), story=None):
		story = story or Story(cadence(email("one"), task("look", "one", timing=after(days(1))))).enroll()
		story.at(1).tell(FollowUpFailed(1, "look", "broken template")).at(2)
		before, story.cadence = story.cadence, cadence(*new)
		return story.tell(
			TryAgainRequested(
				"Mended",
				frozenset(edited),
				added=added_follow_ups(before, story.cadence),
				starting=starting_follow_ups(before, story.cadence),
			)
		)

	def test_it_is_done_as_the_new_version_has_it(self):
		story = self.mended(email("one"), task("look", "one", timing=after(days(4))), edited={"look"})

		assert VersionAdopted() in story.last_transitions
		assert story.due("look") == 5  # the day in which it had failed counts for nothing

	def test_what_failed_and_is_gone_makes_way_for_what_comes_instead(self):
		story = self.mended(email("one"), email("write", "one", timing=after(days(4))), edited={"look"})

		assert story.status_of("look") is ActivityStatus.CANCELLED
		assert story.due("write") == 5

	def test_the_rules_of_the_new_version_count(self):
		story = Story(cadence(email("one"), task("look", "one", timing=after(days(1))))).enroll()
		story.at(0.5).report("one", Outcome.REPLIED)

		self.mended(email("one"), task("look", "one"), REPLIED, edited={"look"}, story=story)

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.RULE_OUTCOME)
