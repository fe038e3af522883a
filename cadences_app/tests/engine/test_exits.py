"""Un-enrolment: each way in which a record leaves by itself (S6.1)."""

from datetime import date, time, timedelta

import pytest

from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.definition import ExitKind
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import (
	CadenceDeactivated,
	ColleagueReplied,
	ContinueRequested,
	Enrolled,
	Event,
	FollowUpFailed,
	MeetingBooked,
	PauseRequested,
	RecordChanged,
	RestartRequested,
	ResumeRequested,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import ColleagueReply
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	BERLIN,
	MONDAY,
	TWO_EMAILS,
	Story,
	after,
	after_date,
	assert_left,
	before_date,
	cadence,
	call,
	days,
	email,
	hours,
	leave_for,
	leave_if,
	leave_on,
	on,
	task,
	two_emails,
	utc,
	without,
)


class TestOutcomes:
	def test_a_reply_to_any_follow_up(self):
		story = two_emails(leave_on(on(Outcome.REPLIED))).at(6).report("one", Outcome.REPLIED)

		assert_left(story, Reason.RULE_OUTCOME, "Outcome of a Follow-up")

	def test_a_reply_to_a_given_follow_up_only(self):
		story = two_emails(leave_on(on(Outcome.REPLIED), "two")).at(6)

		assert story.report("one", Outcome.REPLIED).status is EnrollmentStatus.ACTIVE
		assert_left(story.report("two", Outcome.REPLIED), Reason.RULE_OUTCOME)

	def test_opened_but_not_replied_within_days(self):
		rule = leave_on(without(Outcome.REPLIED, days(2), since=Outcome.OPENED))
		story = two_emails(rule).at(1).report("one", Outcome.OPENED)

		assert story.at(2.9).status is EnrollmentStatus.ACTIVE
		assert_left(story.at(3), Reason.RULE_OUTCOME)

	@pytest.mark.parametrize("result", ["Wrong Number", "Busy"])
	def test_a_call_result(self, result):
		story = Story(
			cadence(call("ring"), leave_on(on(Outcome.CALL_RESULT, "Wrong Number")), email("next", "ring"))
		).enroll()

		story.report("ring", Outcome.CALL_RESULT, result)

		assert (story.status is EnrollmentStatus.STOPPED) == (result == "Wrong Number")

	def test_where_a_task_stands(self):
		story = Story(cadence(task("look"), leave_on(on(Outcome.DEFERRED)))).enroll()

		assert_left(story.at(1).report("look", Outcome.DEFERRED), Reason.RULE_OUTCOME)

	def test_an_overdue_call_by_the_clock(self):
		story = Story(cadence(call("ring", grace=hours(2)), leave_on(on(Outcome.OVERDUE)))).enroll()

		assert_left(story.at(1 / 12), Reason.RULE_OUTCOME)

	def test_whatever_the_outcome(self):
		story = two_emails(leave_on(on(Outcome.CARRIED_OUT), "two"))

		assert_left(story.at(5), Reason.RULE_OUTCOME)

	def test_a_reply_that_is_told_after_the_next_mail_went_out_still_counts(self):
		story = two_emails(leave_on(on(Outcome.REPLIED))).at(6).report("one", Outcome.REPLIED, at=4)

		assert_left(story, Reason.RULE_OUTCOME)


class TestUnsubscribed:
	def test_who_unsubscribes_leaves_without_a_rule(self):
		story = two_emails().at(1).report("one", Outcome.UNSUBSCRIBED)

		assert_left(story, Reason.UNSUBSCRIBED)
		assert story.status_of("two") is ActivityStatus.CANCELLED

	def test_unless_a_follow_up_waits_for_just_that(self):
		story = Story(cadence(*TWO_EMAILS, task("ask_why", "one", on(Outcome.UNSUBSCRIBED)))).enroll()

		story.at(1).report("one", Outcome.UNSUBSCRIBED)

		assert story.status is EnrollmentStatus.ACTIVE
		assert story.started("ask_why") == [1]


class TestRecord:
	def test_conditions(self):
		story = two_emails(leave_if("status", "Not Interested"), fields={"status": "Open"})

		assert story.tell(RecordChanged()).status is EnrollmentStatus.ACTIVE
		assert_left(story.edit(status="not interested").tell(RecordChanged()), Reason.RULE_CONDITIONS)

	def test_all_conditions_of_a_rule_have_to_hold(self):
		conditions = (
			Condition("status", Operator.IN, ("Lost", "Junk")),
			Condition("amount", Operator.BELOW, 100),
		)
		story = two_emails(leave_for(ExitKind.CONDITIONS, conditions=conditions), fields={"amount": 500})

		assert story.edit(status="Lost").tell(RecordChanged()).status is EnrollmentStatus.ACTIVE
		assert_left(story.edit(amount=50).tell(RecordChanged()), Reason.RULE_CONDITIONS)

	def test_a_rule_without_conditions_takes_nobody_out(self):
		assert two_emails(leave_for(ExitKind.CONDITIONS)).at(6).started("two") == [5]

	def test_any_of_several_rules_will_do_and_the_first_is_named(self):
		story = two_emails(
			leave_for(ExitKind.CONVERTED, title="Sold"), leave_if("status", "Lost"), fields={"status": "Open"}
		)

		assert_left(story.edit(status="Lost").learn(is_converted=True).at(5), Reason.RULE_CONVERTED, "Sold")

	def test_converted(self):
		assert_left(
			two_emails(leave_for(ExitKind.CONVERTED)).learn(is_converted=True).at(5), Reason.RULE_CONVERTED
		)

	def test_left_the_view(self):
		story = two_emails(leave_for(ExitKind.LEFT_VIEW)).learn(in_view=True).at(1).tell(RecordChanged())
		assert story.status is EnrollmentStatus.ACTIVE

		assert_left(story.learn(in_view=False).tell(RecordChanged()), Reason.RULE_LEFT_VIEW)

	def test_who_has_no_view_cannot_leave_it(self):
		assert two_emails(leave_for(ExitKind.LEFT_VIEW)).learn(in_view=None).at(6).started("two") == [5]

	def test_an_expression(self):
		rules = (leave_for(ExitKind.EXPRESSION, "big"), leave_for(ExitKind.EXPRESSION, "small"))
		story = two_emails(*rules).learn(expressions={"big": False}).tell(RecordChanged())
		assert story.status is EnrollmentStatus.ACTIVE

		assert_left(story.learn(expressions={"small": True}).tell(RecordChanged()), Reason.RULE_EXPRESSION)

	def test_a_record_that_is_gone_leaves_every_cadence(self):
		assert_left(two_emails().learn(exists=False).at(5), Reason.RECORD_DELETED)

	def test_who_is_to_leave_is_not_begun_with(self):
		"""S2.4: an email that is due at once does not go out either."""
		story = Story(cadence(*TWO_EMAILS, leave_if("status", "Lost")), fields={"status": "Lost"}).enroll()

		assert_left(story, Reason.RULE_CONDITIONS)
		assert story.activities == {}
		assert story.actions == []


class TestDates:
	def test_a_fixed_date_begins_at_midnight_where_the_cadence_is(self):
		story = two_emails(leave_for(ExitKind.DATE, on=date(2026, 3, 5)), zone=BERLIN)

		story.until(utc("2026-03-04 22:59"))
		assert story.status is EnrollmentStatus.ACTIVE

		story.until(utc("2026-03-04 23:00"))
		assert_left(story, Reason.RULE_DATE)

	def test_a_date_field_with_its_timing(self):
		rule = leave_for(ExitKind.DATE, timing=before_date("event_on", days(2), time(12)))
		story = two_emails(rule, fields={"event_on": "2026-03-07"})

		story.at(20)

		assert story.enrollment.ended_at == utc("2026-03-05 12:00")

	def test_a_date_that_changes(self):
		rule = leave_for(ExitKind.DATE, timing=after_date("event_on"))
		story = two_emails(rule, fields={"event_on": date(2026, 3, 4)})
		story.edit(event_on=date(2026, 3, 6)).tell(RecordChanged())
		assert story.next_at == utc("2026-03-06 00:00")

		story.edit(event_on=None).tell(RecordChanged()).at(10)

		assert story.started("two") == [5]


class TestMeeting:
	def test_a_meeting_takes_the_record_out_if_a_rule_says_so(self):
		story = two_emails(leave_for(ExitKind.MEETING, title="They want to talk")).at(1)

		assert_left(story.tell(MeetingBooked(MONDAY)), Reason.RULE_MEETING, "They want to talk")

	def test_and_changes_nothing_if_none_does(self):
		story = two_emails().tell(MeetingBooked(MONDAY))

		assert story.reason is Reason.NO_RULE
		assert story.last_transitions == ()


class TestColleague:
	"""S6.1b: somebody else of the same company answers."""

	def told(self, reply: ColleagueReply | None = None) -> Story:
		policy = {"colleague_reply": reply} if reply else {}
		story = Story(cadence(*TWO_EMAILS, **policy)).enroll().at(1)
		return story.tell(ColleagueReplied("bob@buyer.example"))

	def test_stands_still_until_somebody_resumes_it(self):
		story = self.told()
		assert (story.reason, story.enrollment.status) == (Reason.COLLEAGUE_REPLIED, EnrollmentStatus.PAUSED)
		assert story.at(30).started("two") == []
		assert story.tell(ResumeRequested()).at(40).started("two") != []

	def test_leaves_where_the_cadence_says_so(self):
		assert_left(self.told(ColleagueReply.END), Reason.COLLEAGUE_REPLIED, "bob@buyer.example")

	def test_goes_on_where_the_cadence_says_so(self):
		story = self.told(ColleagueReply.NOTHING)
		assert story.last_transitions == ()
		assert story.at(30).started("two") != []

	def test_a_pause_for_a_time_has_no_end_any_more(self):
		story = two_emails().at(1).tell(PauseRequested(MONDAY + timedelta(days=3)))
		story.tell(ColleagueReplied("bob@buyer.example"))
		assert story.at(30).enrollment.status is EnrollmentStatus.PAUSED

	def failed(self, reply: ColleagueReply | None = None) -> Story:
		"""It failed at once; a colleague answers on the next day."""
		policy = {"colleague_reply": reply} if reply else {}
		parts = (task("look"), email("mail", "look", timing=after(days(2))))
		story = Story(cadence(*parts, **policy)).enroll()
		story.tell(FollowUpFailed(1, "look", "no assignee")).at(1)
		return story.tell(ColleagueReplied("bob@buyer.example"))

	@pytest.mark.parametrize("taken_up", [TryAgainRequested(), ContinueRequested(), RestartRequested()])
	def test_one_that_failed_stands_still_once_it_is_taken_up(self, taken_up: Event):
		"""S5.8"""
		story = self.failed()
		assert (story.reason, story.status) == (Reason.COLLEAGUE_REPLIED, EnrollmentStatus.FAILED)
		assert story.tell(ColleagueReplied("eve@buyer.example")).reason is Reason.ALREADY_KNOWN
		story.at(8).tell(taken_up)
		assert (story.at(20).status, story.started("look")) == (EnrollmentStatus.PAUSED, [0])
		assert story.tell(ResumeRequested()).started("look") == [0, 20]
		assert story.due("mail") == 22

	def test_one_that_failed_leaves_where_the_cadence_says_so(self):
		"""S5.8"""
		assert_left(self.failed(ColleagueReply.END), Reason.COLLEAGUE_REPLIED, "bob@buyer.example")

	def test_one_that_failed_goes_on_where_the_cadence_says_so(self):
		story = self.failed(ColleagueReply.NOTHING).at(8).tell(TryAgainRequested())
		assert story.status is EnrollmentStatus.ACTIVE

	def test_a_pause_of_before_it_failed_holds_nothing_back(self):
		"""Whoever tries again asks to go on."""
		story = Story(cadence(task("look"), email("mail", "look", timing=after(days(2))))).enroll()
		story.tell(PauseRequested()).at(1).tell(FollowUpFailed(1, "look", "no assignee"))
		assert story.at(8).tell(TryAgainRequested()).status is EnrollmentStatus.ACTIVE

	def test_one_that_is_halted_stands_still_once_it_is_resumed(self):
		story = two_emails().at(1).tell(CadenceDeactivated()).at(2)
		story.tell(ColleagueReplied("bob@buyer.example"))
		assert (story.reason, story.status) == (Reason.COLLEAGUE_REPLIED, EnrollmentStatus.HALTED)
		story.at(3).tell(ResumeRequested())
		assert (story.reason, story.status) == (Reason.IS_PAUSED, EnrollmentStatus.PAUSED)
		story.at(10).tell(ResumeRequested())
		assert story.due("two") == 5 + 9  # nine days of its waiting time stood still

	def test_a_pause_for_a_time_of_one_that_is_halted_has_no_end_any_more(self):
		story = two_emails().at(1).tell(PauseRequested(MONDAY + timedelta(days=3))).at(2)
		story.tell(CadenceDeactivated()).at(2.5).tell(ColleagueReplied("bob@buyer.example"))
		assert story.at(9).tell(ResumeRequested()).status is EnrollmentStatus.PAUSED
		story.at(10).tell(ResumeRequested())
		assert story.due("two") == 5 + 9

	def test_one_that_waits_begins_standing_still(self):
		story = Story(cadence(*TWO_EMAILS))
		story.enrollment = Enrollment(EnrollmentStatus.WAITING)
		story.tell(ColleagueReplied("bob@buyer.example"))
		assert (story.reason, story.status) == (Reason.COLLEAGUE_REPLIED, EnrollmentStatus.WAITING)
		story.at(3).tell(Enrolled())
		assert (story.status, story.started("one")) == (EnrollmentStatus.PAUSED, [])
		assert story.at(4).tell(ResumeRequested()).started("one") == [4]
