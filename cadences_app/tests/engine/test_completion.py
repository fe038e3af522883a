"""When a run is over, and what late and double reports change: nothing (S4.4)."""

from datetime import timedelta

import pytest

from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import (
	ActivityDeleted,
	CallRescheduled,
	EmailEdited,
	Enrolled,
	FollowUpDeclined,
	FollowUpFailed,
	FollowUpImpossible,
	OutcomeReported,
	TimePassed,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	MONDAY,
	Story,
	after,
	cadence,
	call,
	days,
	email,
	leave_on,
	on,
	task,
	without,
)


class TestCompletion:
	def test_only_when_nothing_is_scheduled(self):
		story = Story(cadence(email("one"), email("two", "one", timing=after(days(100))))).enroll()

		assert story.at(99).status is EnrollmentStatus.ACTIVE
		assert story.at(100).status is EnrollmentStatus.COMPLETED

	def test_only_when_nothing_waited_for_can_come_and_no_longer_than_answers_are_waited_for(self):
		story = Story(
			cadence(email("one"), email("two", "one", on(Outcome.OPENED)), answer_wait_days=10)
		).enroll()

		assert story.at(9.9).status is EnrollmentStatus.ACTIVE
		assert story.at(10).status is EnrollmentStatus.COMPLETED
		assert story.enrollment.ended_at == story.day(10)

	@pytest.mark.parametrize(("answered", "starts"), [(10, [10]), (10.01, [])])
	def test_an_answer_at_the_last_moment_of_the_wait_starts_what_it_is_waited_for(self, answered, starts):
		of = cadence(
			email("one"),
			email("opened", "one", on(Outcome.OPENED)),
			email("later", "one", timing=after(days(50))),
			answer_wait_days=10,
		)
		story = Story(of).enroll().at(answered).report("one", Outcome.OPENED).at(20)

		assert story.started("opened") == starts

	def test_an_absence_that_counts_from_the_last_moment_of_the_wait_is_waited_for(self):
		of = cadence(
			email("one"),
			email("nag", "one", without(Outcome.CLICKED, days(3), since=Outcome.OPENED)),
			email("later", "one", timing=after(days(50))),
			answer_wait_days=10,
		)
		story = Story(of).enroll().at(10).report("one", Outcome.OPENED).at(60)

		assert story.started("nag") == [13]

	def test_an_outcome_after_the_wait_is_recorded_and_starts_nothing(self):
		of = cadence(
			email("one"),
			email("opened", "one", on(Outcome.OPENED)),
			email("later", "one", timing=after(days(50))),
			answer_wait_days=10,
		)
		story = Story(of).enroll().at(11).report("one", Outcome.OPENED).at(20)

		assert story.started("opened") == []
		assert story.activities["one"].first(Outcome.OPENED) == story.day(11)

	def test_at_once_when_what_was_waited_for_is_out_of_the_question(self):
		story = Story(cadence(email("one"), email("two", "one", on(Outcome.OPENED)))).enroll()

		story.at(1).report("one", Outcome.BOUNCED)

		assert story.status is EnrollmentStatus.COMPLETED

	def test_nobody_waits_for_what_has_come_already(self):
		story = Story(cadence(email("one"), email("two", "one", on(Outcome.OPENED)))).enroll()

		story.at(1).report("one", Outcome.OPENED)

		assert story.status is EnrollmentStatus.COMPLETED

	def test_an_open_task_is_waited_for(self):
		story = Story(cadence(task("look"))).enroll()
		assert story.at(5).status is EnrollmentStatus.ACTIVE

		assert story.report("look", Outcome.COMPLETED).status is EnrollmentStatus.COMPLETED

	def test_a_reply_that_would_end_it_is_waited_for(self):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		assert story.at(29).status is EnrollmentStatus.ACTIVE
		assert story.at(30).status is EnrollmentStatus.COMPLETED

	def test_a_timer_that_would_end_it_is_waited_for(self):
		story = Story(cadence(email("one"), leave_on(without(Outcome.OPENED, days(7))))).enroll()

		assert story.next_at == story.day(7)
		assert story.at(6).status is EnrollmentStatus.ACTIVE
		assert story.at(7).status is EnrollmentStatus.STOPPED

	def test_a_mail_that_never_went_out_is_taken_back(self):
		story = Story(cadence(email("one")), mail_works=False).enroll()

		story.at(30)

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.NOT_REACHED)
		assert story.status_of("one") is ActivityStatus.CANCELLED
		assert [type(each).__name__ for each in story.last_actions] == ["WithdrawEmail"]

	def test_completion_leaves_open_tasks_to_the_rep(self):
		story = Story(cadence(task("look"), close_open=True)).enroll().at(40)

		assert story.status is EnrollmentStatus.COMPLETED
		assert story.last_actions == ()


class TestLateAndDoubleReports:
	"""S4.4 and invariant 4"""

	def test_a_double_report_changes_nothing(self):
		story = Story(cadence(email("one"), email("two", "one", on(Outcome.OPENED), after(days(1))))).enroll()
		before = story.at(1).report("one", Outcome.OPENED).enrollment

		story.at(1.5).report("one", Outcome.OPENED, at=1)

		assert story.enrollment == before
		assert story.reason is Reason.ALREADY_KNOWN

	def test_an_earlier_outcome_that_is_told_later_moves_what_it_triggered(self):
		story = Story(cadence(email("one"), email("two", "one", on(Outcome.OPENED), after(days(3))))).enroll()
		story.at(2).report("one", Outcome.OPENED)
		assert story.due("two") == 5

		story.report("one", Outcome.OPENED, at=1)

		assert story.due("two") == 4

	def test_an_email_went_out_no_later_than_it_was_opened(self):
		of = cadence(email("one"), email("two", "one", timing=after(days(3))))
		story = Story(of, mail_works=False).enroll().at(1)

		story.report("one", Outcome.OPENED, at=0.5).report("one", Outcome.SENT, at=0.25)

		assert story.activities["one"].carried_out_at == story.day(0.25)
		assert story.due("two") == 3.25

	def test_an_outcome_of_another_run_is_left_aside(self):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		for run in (0, 2):
			story.report("one", Outcome.REPLIED, run=run)
			assert story.reason is Reason.OTHER_RUN
		assert story.status is EnrollmentStatus.ACTIVE

	@pytest.mark.parametrize(
		("key", "outcome"),
		[("nobody", Outcome.OPENED), ("one", Outcome.COMPLETED), ("one", Outcome.CARRIED_OUT)],
	)
	def test_an_outcome_that_cannot_be_is_left_aside(self, key, outcome):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		assert story.report(key, outcome).reason is Reason.NO_SUCH_FOLLOW_UP
		assert story.last_transitions == ()

	@pytest.mark.parametrize(
		"told",
		[
			lambda run, key: OutcomeReported(run, key, Outcome.OPENED, MONDAY),
			lambda run, key: FollowUpFailed(run, key, "timeout"),
			lambda run, key: FollowUpImpossible(run, key, "no address"),
			lambda run, key: FollowUpDeclined(run, key, "not now"),
			lambda run, key: EmailEdited(run, key),
			lambda run, key: ActivityDeleted(run, key),
			lambda run, key: CallRescheduled(run, key, MONDAY),
		],
	)
	def test_what_is_told_of_another_run_or_of_no_follow_up_is_left_aside(self, told):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		for run, key, reason in (
			(2, "one", Reason.OTHER_RUN),
			(2, "nobody", Reason.OTHER_RUN),
			(1, "nobody", Reason.NO_SUCH_FOLLOW_UP),
		):
			assert story.tell(told(run, key)).reason is reason
			assert story.last_transitions == ()

	def test_a_late_failure_does_not_undo_what_went_out(self):
		of = cadence(email("one"), leave_on(on(Outcome.REPLIED)))
		story = Story(of).enroll()

		for event in (FollowUpFailed(1, "one", "timeout"), FollowUpImpossible(1, "one", "no address")):
			assert story.tell(event).reason is Reason.ALREADY_KNOWN
		assert story.status_of("one") is ActivityStatus.CARRIED_OUT

	def test_a_second_impossible_does_not_move_what_follows(self):
		of = cadence(email("one"), email("two", "one", timing=after(days(3))))
		story = Story(of, mail_works=False).enroll().tell(FollowUpImpossible(1, "one", "no address"))

		story.at(1).tell(FollowUpImpossible(1, "one", "no address"))

		assert story.due("two") == 3

	def test_enrolled_twice_is_enrolled_once(self):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		assert story.tell(Enrolled()).reason is Reason.ALREADY_ENROLLED
		assert story.started("one") == [0]


class TestReasons:
	def test_nothing_due_says_so(self):
		story = Story(cadence(email("one", timing=after(days(3))))).enroll()

		assert story.at(1).tell(TimePassed()).reason is Reason.NOTHING_DUE

	def test_who_was_never_enrolled_is_left_alone(self):
		story = Story(cadence(email("one")))

		story.tell(TimePassed()).report("one", Outcome.OPENED)

		assert story.enrollment == Enrollment()

	def test_the_next_moment_is_the_next_that_matters(self):
		story = Story(
			cadence(
				email("one"),
				email("two", "one", timing=after(days(5))),
				call("three", "one", without(Outcome.OPENED, days(3))),
			)
		).enroll()

		assert story.next_at == story.day(3)
		assert story.at(1).report("one", Outcome.OPENED).next_at == story.day(5)
		assert story.day(5) - story.starts_at == timedelta(days=5)
