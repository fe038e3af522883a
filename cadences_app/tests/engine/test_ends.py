"""What an end comes before and takes with it, and that it comes while nothing else does (S6.2 to S6.4)."""

from datetime import date

import pytest

from cadences_app.engine.actions import CloseActivity, SendEmail, WithdrawEmail
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import ExitKind
from cadences_app.engine.events import (
	CadenceDeactivated,
	FollowUpFailed,
	MeetingBooked,
	PauseRequested,
	RecordChanged,
	ResumeRequested,
	StopRequested,
	TimePassed,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	MONDAY,
	TWO_EMAILS,
	Story,
	assert_left,
	cadence,
	call,
	days,
	email,
	leave_for,
	leave_if,
	leave_on,
	on,
	task,
	two_emails,
	utc,
	without,
)


class TestOrder:
	"""S6.2: un-enrolment comes before a follow-up that is due at the same time."""

	@pytest.mark.parametrize(
		"rule",
		[
			leave_for(ExitKind.DATE, on=date(2026, 3, 7)),
			leave_on(without(Outcome.OPENED, days(5))),
			leave_on(without(Outcome.OPENED, days(4))),
		],
		ids=["date", "timer", "earlier timer"],
	)
	def test_at_one_instant(self, rule):
		story = Story(cadence(*TWO_EMAILS, rule), starts_at=utc("2026-03-02 00:00")).enroll()

		story.jump(5)

		assert story.status is EnrollmentStatus.STOPPED
		assert story.started("two") == []

	def test_an_outcome_and_a_follow_up_at_one_instant(self):
		story = two_emails(leave_on(on(Outcome.REPLIED)))
		story.now = story.day(5)

		story.report("one", Outcome.REPLIED)

		assert story.started("two") == []

	def test_a_record_that_changed_unnoticed(self):
		story = two_emails(leave_if("status", "Lost")).edit(status="Lost").at(5)

		assert_left(story, Reason.RULE_CONDITIONS)
		assert story.started("two") == []

	def test_what_a_follow_up_itself_brings_about(self):
		of = cadence(task("look"), leave_on(on(Outcome.NOT_STARTED)), email("mail", "look"))

		story = Story(of).enroll()

		assert_left(story, Reason.RULE_OUTCOME)
		assert story.started("mail") == []


class TestEnd:
	"""S6.4"""

	def test_what_is_scheduled_is_cancelled_and_says_why(self):
		story = two_emails().at(1).tell(StopRequested("bought elsewhere"))

		assert_left(story, Reason.STOPPED_BY_HAND, "bought elsewhere")
		two = story.activities["two"]
		assert (two.status, two.reason, two.note) == (
			ActivityStatus.CANCELLED,
			Reason.STOPPED_BY_HAND,
			"bought elsewhere",
		)
		assert story.activities["one"].status is ActivityStatus.CARRIED_OUT

	def test_what_was_not_sent_yet_is_taken_back(self):
		story = Story(cadence(*TWO_EMAILS), mail_works=False).enroll()

		story.tell(StopRequested())

		assert story.last_actions == (WithdrawEmail("one"),)
		assert story.status_of("one") is ActivityStatus.CANCELLED

	def test_a_mail_that_had_left_already_is_known_to_have(self):
		story = Story(cadence(*TWO_EMAILS), mail_works=False).enroll().tell(StopRequested())

		story.report("one", Outcome.SENT)

		assert story.status_of("one") is ActivityStatus.CARRIED_OUT
		assert story.status is EnrollmentStatus.STOPPED

	@pytest.mark.parametrize("close_open", [True, False])
	def test_open_tasks_and_calls_are_closed_if_the_cadence_says_so(self, close_open):
		of = cadence(task("look"), task("write"), call("ring"), close_open=close_open)
		story = Story(of).enroll().report("write", Outcome.COMPLETED)

		story.tell(StopRequested())

		closed = (
			(CloseActivity("look", Channel.TASK), CloseActivity("ring", Channel.CALL)) if close_open else ()
		)
		assert story.last_actions == closed

	def test_an_ended_enrollment_never_acts(self):
		"""Invariant 3"""
		of = cadence(*TWO_EMAILS, email("opened", "one", on(Outcome.OPENED)), leave_on(on(Outcome.REPLIED)))
		story = Story(of).enroll().at(1).report("one", Outcome.REPLIED)
		ended_at = story.enrollment.ended_at

		for event in (TimePassed(), RecordChanged(), ResumeRequested(), PauseRequested(), StopRequested()):
			story.jump(story.now.day)
			assert story.tell(event).reason is Reason.ENDED
			assert story.last_transitions == ()
		assert story.actions == [SendEmail("one")]
		assert story.enrollment.ended_at == ended_at

	def test_a_late_outcome_is_recorded_and_nothing_acts(self):
		of = cadence(*TWO_EMAILS, email("opened", "one", on(Outcome.OPENED)))
		story = Story(of).enroll().tell(StopRequested()).at(3)

		story.report("one", Outcome.OPENED)

		assert story.activities["one"].first(Outcome.OPENED) == story.day(3)
		assert story.status_of("opened") is None
		assert story.last_actions == ()
		assert story.reason is Reason.ENDED


class TestHalted:
	"""S6.3 and S7.1: a halted enrollment does nothing, but leaves when a rule says so."""

	def halted(self, *rules, **more):
		return two_emails(*rules, **more).at(1).tell(CadenceDeactivated())

	def test_nothing_goes_out(self):
		story = self.halted()
		assert (story.status, story.reason) == (EnrollmentStatus.HALTED, Reason.HALTED)

		story.jump(50)

		assert story.started("two") == []
		assert story.reason is Reason.IS_HALTED
		assert story.next_at is None

	def test_it_goes_on_from_where_it_stood(self):
		story = self.halted().at(50).tell(ResumeRequested())

		assert story.due("two") == 54

	@pytest.mark.parametrize(
		("rule", "change"),
		[
			(leave_for(ExitKind.CONVERTED), {"is_converted": True}),
			(leave_for(ExitKind.LEFT_VIEW), {"in_view": False}),
			(leave_if("status", "Lost"), {"fields": {"status": "Lost"}}),
		],
		ids=["converted", "left view", "conditions"],
	)
	def test_the_record_leaves(self, rule, change):
		story = self.halted(rule).at(2).learn(**change).tell(RecordChanged())

		assert story.status is EnrollmentStatus.STOPPED

	def test_a_reply_and_a_date_do_too(self):
		assert self.halted(leave_on(on(Outcome.REPLIED))).report("one", Outcome.REPLIED).enrollment.ended_at
		assert self.halted(leave_for(ExitKind.DATE, on=date(2026, 3, 20))).at(30).enrollment.ended_at

	def test_a_meeting_and_a_person_do_too(self):
		assert_left(self.halted(leave_for(ExitKind.MEETING)).tell(MeetingBooked(MONDAY)), Reason.RULE_MEETING)
		assert_left(self.halted().tell(StopRequested()), Reason.STOPPED_BY_HAND)

	def test_a_timer_stands_still(self):
		"""S3.3b, invariant 13"""
		story = self.halted(leave_on(without(Outcome.OPENED, days(4)))).at(6).tell(ResumeRequested())

		assert story.at(8.9).status is EnrollmentStatus.ACTIVE
		assert_left(story.at(9), Reason.RULE_OUTCOME)

	def test_a_timer_that_ran_out_before_that_still_counts(self):
		story = self.halted(leave_on(without(Outcome.OPENED, days(1))))

		assert story.enrollment.ended_at == story.day(1)

	def test_deactivating_twice_halts_once(self):
		story = self.halted().at(2).tell(CadenceDeactivated())

		assert story.reason is Reason.IS_HALTED
		assert story.enrollment.halted_at == story.day(1)

	def test_who_was_paused_before_is_paused_afterwards(self):
		story = two_emails().at(1).tell(PauseRequested()).at(2).tell(CadenceDeactivated()).at(5)

		story.tell(ResumeRequested())
		assert (story.status, story.reason) == (EnrollmentStatus.PAUSED, Reason.IS_PAUSED)

		assert story.at(8).tell(ResumeRequested()).due("two") == 12

	def test_unless_the_pause_is_over_by_then(self):
		story = (
			two_emails().at(1).tell(PauseRequested(utc("2026-03-05 09:00"))).at(2).tell(CadenceDeactivated())
		)

		assert story.at(5).tell(ResumeRequested()).due("two") == 9


class TestPaused:
	def test_a_reply_in_a_pause_takes_the_record_out(self):
		story = two_emails(leave_on(on(Outcome.REPLIED))).tell(PauseRequested()).at(1)

		assert_left(story.report("one", Outcome.REPLIED), Reason.RULE_OUTCOME)

	def test_a_reply_in_a_pause_that_is_told_afterwards_does_too(self):
		story = (
			two_emails(leave_on(on(Outcome.REPLIED)))
			.at(1)
			.tell(PauseRequested())
			.at(3)
			.tell(ResumeRequested())
		)

		assert_left(story.at(3.1).report("one", Outcome.REPLIED, at=2.9), Reason.RULE_OUTCOME)


def test_a_task_that_could_not_be_made_was_never_carried_out():
	"""A channel fails after the decision: what the decision took for done is undone."""
	story = Story(cadence(task("look"))).enroll()

	story.tell(FollowUpFailed(1, "look", "no such user"))

	failed = story.activities["look"]
	assert failed.status is ActivityStatus.FAILED
	assert failed.carried_out_at is None and failed.due_on is None and not failed.marks


def test_who_unsubscribes_elsewhere_gets_no_mail_that_waits_to_be_sent():
	"""It proves nothing about the mail: it is taken back, not taken for sent."""
	story = Story(cadence(email("one")), mail_works=False).enroll()

	story.report("one", Outcome.UNSUBSCRIBED)

	assert story.activities["one"].status is ActivityStatus.CANCELLED
	assert story.activities["one"].carried_out_at is None
	assert WithdrawEmail("one") in story.last_actions
