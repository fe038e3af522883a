"""Resuming and restarting what has ended, failures and deletions (S5.5)."""

from cadences_app.engine.actions import SendEmail
from cadences_app.engine.calendar import Lateness, LatePolicy
from cadences_app.engine.events import (
	ActivityDeleted,
	ContinueRequested,
	FollowUpFailed,
	PauseRequested,
	RecordChanged,
	RestartRequested,
	StopRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	ASKED_TWICE,
	OFFICE_HOURS,
	REPLIED,
	Story,
	after,
	asked_twice,
	cadence,
	call,
	days,
	email,
	hours,
	leave_if,
	leave_on,
	task,
	without,
)


class TestContinue:
	def test_what_was_cancelled_goes_on_where_it_stood(self):
		story = asked_twice().at(1).tell(StopRequested()).at(10).tell(ContinueRequested())

		assert (story.status, story.reason) == (EnrollmentStatus.ACTIVE, Reason.CONTINUED)
		assert story.due("two") == 13
		assert story.enrollment.run == 1
		assert story.enrollment.ended_at is story.enrollment.exit_reason is None

	def test_the_last_response_is_gone_on_from(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(ContinueRequested())

		assert story.due("answer") == 11

	def test_the_reply_that_ended_it_does_not_end_it_again(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(ContinueRequested())
		assert story.status is EnrollmentStatus.ACTIVE

		story.at(10.5).tell(RecordChanged()).report("one", Outcome.REPLIED, at=1)

		assert story.status is EnrollmentStatus.ACTIVE

	def test_nor_does_one_in_whose_very_moment_it_is_resumed(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).tell(ContinueRequested())

		assert story.status is EnrollmentStatus.ACTIVE

	def test_another_reply_to_the_same_mail_does(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(ContinueRequested())

		assert story.at(11).report("one", Outcome.REPLIED).status is EnrollmentStatus.STOPPED

	def test_a_reply_that_was_not_heard_of_when_it_was_resumed_does(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(ContinueRequested())

		story.at(10.1).report("one", Outcome.REPLIED, at=9.9)

		assert story.status is EnrollmentStatus.STOPPED

	def test_another_unsubscription_does(self):
		story = asked_twice().at(1).report("one", Outcome.UNSUBSCRIBED).at(10).tell(ContinueRequested())
		assert story.status is EnrollmentStatus.ACTIVE

		assert story.at(11).report("one", Outcome.UNSUBSCRIBED).reason is Reason.UNSUBSCRIBED

	def test_a_timer_that_ended_it_does_not_end_it_again(self):
		story = asked_twice(leave_on(without(Outcome.OPENED, days(3)), "one")).at(3)
		assert story.status is EnrollmentStatus.STOPPED

		assert story.at(10).tell(ContinueRequested()).at(20).started("two") == [11]

	def test_what_still_holds_of_the_record_does(self):
		story = asked_twice(leave_if("status", "Lost")).edit(status="Lost").tell(RecordChanged())

		story.at(10).tell(ContinueRequested())

		assert story.reason is Reason.RULE_CONDITIONS

	def test_a_run_that_ended_before_it_began_begins(self):
		story = asked_twice(leave_if("status", "Lost"), fields={"status": "Lost"})
		assert story.status is EnrollmentStatus.STOPPED

		story.edit(status="Open").at(2).tell(ContinueRequested())

		assert story.started("one") == [2]

	def test_a_mail_that_was_taken_back_is_handed_over_again(self):
		story = asked_twice(mail_works=False).tell(StopRequested()).at(3).tell(ContinueRequested())

		assert story.last_actions == (SendEmail("one"),)

	def test_a_mail_that_turns_out_to_have_left_is_not(self):
		story = asked_twice(mail_works=False).tell(StopRequested()).report("one", Outcome.SENT)

		story.at(3).tell(ContinueRequested())

		assert story.last_actions == ()
		assert story.due("two") == 7

	def test_who_was_paused_when_it_ended_stood_since_the_pause(self):
		story = asked_twice().at(1).tell(PauseRequested()).at(3).tell(StopRequested())

		assert story.at(10).tell(ContinueRequested()).due("two") == 13

	def test_the_live_are_not_resumed_like_this(self):
		for event in (ContinueRequested(), RestartRequested()):
			assert asked_twice().tell(event).reason is Reason.STILL_RUNNING


class TestRestart:
	def test_from_the_beginning_as_another_run(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(RestartRequested())

		assert story.enrollment.run == 2
		assert story.started("one") == [0, 10]
		assert story.due("two") == 14

	def test_an_outcome_of_the_first_run_is_not_one_of_the_second(self):
		story = asked_twice(REPLIED).at(1).report("one", Outcome.REPLIED).at(10).tell(RestartRequested())

		assert story.report("one", Outcome.REPLIED, run=1).reason is Reason.OTHER_RUN
		assert story.status is EnrollmentStatus.ACTIVE

	def test_who_completed_can_only_be_restarted(self):
		story = asked_twice().at(40)
		assert story.status is EnrollmentStatus.COMPLETED

		assert story.tell(ContinueRequested()).reason is Reason.ONLY_RESTART
		assert story.tell(RestartRequested()).status is EnrollmentStatus.ACTIVE

	def test_who_is_to_leave_is_not_begun_with_again(self):
		story = asked_twice(leave_if("status", "Lost")).tell(StopRequested()).edit(status="Lost").at(2)

		assert story.tell(RestartRequested()).reason is Reason.RULE_CONDITIONS
		assert story.started("one") == [0]


class TestFailure:
	def failed(self):
		story = asked_twice(mail_works=False)
		return story.at(1).tell(FollowUpFailed(1, "one", "'nmae' is undefined"))

	def test_a_follow_up_that_fails_ends_the_enrollment_and_says_why(self):
		story = self.failed()

		assert (story.status, story.reason) == (EnrollmentStatus.FAILED, Reason.FAILED)
		assert story.enrollment.exit_note == "'nmae' is undefined"
		assert story.status_of("one") is ActivityStatus.FAILED

	def test_resuming_carries_it_out_again(self):
		story = self.failed().at(5).tell(ContinueRequested())

		assert story.started("one") == [0, 5]
		assert story.status is EnrollmentStatus.ACTIVE

	def test_unless_it_went_out_after_all(self):
		story = self.failed().report("one", Outcome.REPLIED).at(5).tell(ContinueRequested())

		assert story.started("one") == [0]

	def test_even_if_that_is_heard_only_before_it_goes_out_again(self):
		story = Story(cadence(*ASKED_TWICE, window=OFFICE_HOURS), mail_works=False).enroll()
		story.tell(FollowUpFailed(1, "one", "timeout")).at(1.5).tell(ContinueRequested())
		assert story.due("one") == 2

		story.report("one", Outcome.SENT, at=0).at(3)

		assert story.started("one") == [0]
		assert story.status_of("one") is ActivityStatus.CARRIED_OUT

	def test_what_failed_is_not_late_when_it_is_carried_out_again(self):
		of = cadence(email("mail", timing=after(days(1))), late=LatePolicy(Lateness.SKIP, hours(24)))
		story = Story(of, mail_works=False).enroll().at(4).tell(FollowUpFailed(1, "mail", "timeout"))

		assert story.at(10).tell(ContinueRequested()).started("mail") == [1, 10]

	def test_a_task_that_could_not_be_made_is_made_again(self):
		story = Story(cadence(task("look"), call("ring"))).enroll().tell(FollowUpFailed(1, "look", "no user"))
		assert story.status is EnrollmentStatus.FAILED

		assert story.at(1).tell(ContinueRequested()).started("look") == [0, 1]
		assert story.started("ring") == [0]

	def test_a_failure_of_another_run_or_of_nothing_is_left_aside(self):
		story = asked_twice(mail_works=False)

		assert story.tell(FollowUpFailed(2, "one", "")).reason is Reason.OTHER_RUN
		assert story.tell(FollowUpFailed(1, "nobody", "")).reason is Reason.NO_SUCH_FOLLOW_UP


class TestDeletion:
	def test_a_deleted_activity_allows_only_a_restart(self):
		story = asked_twice().at(1).tell(ActivityDeleted(1, "two"))
		assert story.reason is Reason.ACTIVITY_DELETED
		assert story.status_of("two") is ActivityStatus.CANCELLED

		story.tell(StopRequested())

		assert story.tell(ContinueRequested()).reason is Reason.ONLY_RESTART
		assert story.tell(RestartRequested()).enrollment.run == 2
		assert not story.enrollment.has_lost_activity

	def test_one_that_is_deleted_after_the_end_does_too(self):
		story = asked_twice().at(1).tell(StopRequested()).tell(ActivityDeleted(1, "one"))

		assert story.tell(ContinueRequested()).reason is Reason.ONLY_RESTART

	def test_a_scheduled_one_is_not_carried_out(self):
		story = asked_twice().at(1).tell(ActivityDeleted(1, "two")).at(40)

		assert story.started("two") == []
		assert story.status is EnrollmentStatus.COMPLETED

	def test_nobody_waits_for_a_task_that_is_gone(self):
		of = cadence(
			task("look"),
			email("nag", "look", without(Outcome.COMPLETED, days(3))),
			email("done", "look"),
			email("later", timing=after(days(20))),
		)
		story = Story(of).enroll().tell(ActivityDeleted(1, "look")).at(20)

		assert story.started("nag") == []
		assert story.started("done") == [0]

	def test_what_was_answered_before_it_was_deleted_counts(self):
		story = asked_twice(REPLIED).at(1).tell(ActivityDeleted(1, "one")).report("one", Outcome.REPLIED)

		assert story.status is EnrollmentStatus.STOPPED

	def test_deleting_twice_changes_nothing(self):
		story = asked_twice().at(1).tell(ActivityDeleted(1, "two")).at(2).tell(ActivityDeleted(1, "two"))

		assert story.reason is Reason.ALREADY_KNOWN
		assert story.tell(ActivityDeleted(2, "two")).reason is Reason.OTHER_RUN
		assert story.tell(ActivityDeleted(1, "nobody")).reason is Reason.NO_SUCH_FOLLOW_UP
