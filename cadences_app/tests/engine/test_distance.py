"""Keeping the distance after downtime (S13.3), and what comes of a run that reached nobody (S5.4)."""

from datetime import time

import pytest

from cadences_app.engine.actions import CloseActivity
from cadences_app.engine.calendar import Lateness, LatePolicy
from cadences_app.engine.content import Channel
from cadences_app.engine.definition import ExitKind
from cadences_app.engine.events import (
	CadenceDeactivated,
	ContinueRequested,
	FollowUpFailed,
	FollowUpImpossible,
	HoldRequested,
	MeetingBooked,
	RecordChanged,
	ResumeRequested,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import Resumed
from cadences_app.tests.engine.builders import (
	BERLIN,
	OFFICE_HOURS,
	Story,
	after,
	after_date,
	assert_left,
	cadence,
	days,
	email,
	leave_for,
	leave_if,
	leave_on,
	minutes,
	on,
	task,
	without,
)

REPLIED = leave_on(on(Outcome.REPLIED))


class TestKeepingTheDistance:
	"""S13.3: nobody gets at once what was meant for three days."""

	def three(self, **policy):
		return Story(
			cadence(
				email("first", timing=after(days(3))),
				email("second", timing=after(days(5))),
				email("third", timing=after(days(7))),
				**policy,
			)
		).enroll()

	def test_the_late_one_comes_now_and_the_others_move_by_the_same_delay(self):
		story = self.three().jump(8)

		assert story.started("first") == [8]
		assert (story.due("second"), story.due("third")) == (10, 12)

		story.at(30)
		assert (story.started("second"), story.started("third")) == ([10], [12])

	def test_what_lies_ahead_moves_too(self):
		story = self.three().jump(4.5).at(30)

		assert [story.started(key) for key in ("first", "second", "third")] == [[4.5], [6.5], [8.5]]

	def test_so_does_an_absence_that_was_due_meanwhile(self):
		of = cadence(
			email("mail"),
			email("nag", "mail", without(Outcome.OPENED, days(2))),
			email("nag again", "mail", without(Outcome.OPENED, days(4))),
		)
		story = Story(of).enroll().jump(9).at(40)

		assert (story.started("nag"), story.started("nag again")) == ([9], [11])

	def test_a_date_waits_for_nobody(self):
		of = cadence(
			email("first", timing=after(days(3))), email("show", timing=after_date("event_on", days(1)))
		)
		story = Story(of, fields={"event_on": "2026-03-13"}).enroll().jump(8)

		assert story.due("show") == pytest.approx(11 + 15 / 24)

	def test_the_time_of_day_stays(self):
		of = cadence(email("a", timing=after(days(1))), email("b", timing=after(days(3), time(9, 30))))
		story = Story(of, zone=BERLIN).enroll().jump(4.3)

		assert story.activities["b"].due_at.astimezone(BERLIN).time() == time(9, 30)
		assert story.due("b") == pytest.approx(6 - 0.5 / 24)  # three days after the delay, at 9:30

	def test_some_minutes_are_not_late(self):
		of = cadence(email("a", timing=after(minutes(10))), email("b", timing=after(days(1))))
		story = Story(of).enroll().jump(13 / 24 / 60)

		assert story.due("b") == 1

	def test_another_rule_lets_everything_come_at_once(self):
		story = self.three(late=LatePolicy(Lateness.SEND_NOW)).jump(8)

		assert story.started("first") == story.started("second") == story.started("third") == [8]

	def test_a_report_that_is_told_late_puts_nothing_off(self):
		of = cadence(
			email("mail"), email("opened", "mail", on(Outcome.OPENED)), email("b", timing=after(days(9)))
		)
		story = Story(of).enroll().at(6).report("mail", Outcome.OPENED, at=1)

		assert story.started("opened") == [6]
		assert story.due("b") == 9

	def test_a_window_that_was_closed_puts_nothing_off(self):
		of = cadence(
			email("a", timing=after(days(5))), email("b", timing=after(days(8))), window=OFFICE_HOURS
		)
		story = Story(of).enroll().at(7)

		assert story.started("a") == [7]
		assert story.due("b") == 8

	def test_a_halt_that_is_noticed_late_keeps_the_distance_too(self):
		story = self.three()
		story.now = story.day(8)
		story.tell(CadenceDeactivated()).at(9).tell(ResumeRequested()).at(30)

		assert [story.started(key) for key in ("first", "second", "third")] == [[9], [11], [13]]


class TestNotReached:
	"""S5.4: a run in which nothing could be carried out ends as Stopped, never as Completed."""

	def test_who_has_no_address(self):
		story = Story(cadence(email("one"), email("two", "one")), mail_works=False).enroll()
		story.tell(FollowUpImpossible(1, "one", "no_email_address"))

		story.tell(FollowUpImpossible(1, "two", "no_email_address"))

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.NOT_REACHED)
		assert story.enrollment.exit_note == "no_email_address"

	def test_who_got_a_task_at_least_was_worked_on(self):
		story = Story(cadence(email("one"), task("look")), mail_works=False).enroll()
		story.tell(FollowUpImpossible(1, "one", "no_email_address")).report("look", Outcome.COMPLETED)

		assert story.status is EnrollmentStatus.COMPLETED


class TestARuleThatFails:
	"""S5.8: a rule that fails hides neither the other rules nor the event."""

	def story(self):
		of = cadence(
			email("one"),
			email("two", "one", timing=after(days(2))),
			REPLIED,
		)
		return Story(of).enroll().learn(rule_errors={"odd": "TypeError: None > 5"})

	def test_an_answer_that_comes_meanwhile_counts(self):
		story = self.story().at(1).report("one", Outcome.REPLIED)

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.RULE_OUTCOME)

	def test_nothing_goes_on_until_it_is_mended(self):
		story = self.story().at(3)
		assert (story.reason, story.next_at) == (Reason.RULE_FAILED, None)
		assert story.started("two") == []

		story.learn(rule_errors={}).tell(TryAgainRequested())
		assert story.started("two") == [3]

	def test_what_is_told_meanwhile_is_on_record(self):
		story = self.story().at(1).report("one", Outcome.OPENED)

		assert story.activities["one"].first(Outcome.OPENED) == story.day(1)


class TestTryAgain:
	"""S5.8"""

	def test_what_failed_is_done_once_more(self):
		story = Story(cadence(task("look"))).enroll()
		story.tell(FollowUpFailed(1, "look", "broken template"))
		assert story.status is EnrollmentStatus.FAILED

		story.at(1).tell(TryAgainRequested())

		assert story.status is EnrollmentStatus.ACTIVE
		assert story.status_of("look") is ActivityStatus.CARRIED_OUT

	def test_who_was_stopped_stays_so(self):
		story = Story(cadence(task("look"))).enroll().report("look", Outcome.COMPLETED)

		assert story.tell(TryAgainRequested()).reason is Reason.ENDED


class TestWhatComesWhileItHasFailed:
	"""S5.8: it counts as if nothing had failed."""

	def failed(self, *rules):
		of = cadence(
			email("one"), task("look", timing=after(days(1))), email("two", timing=after(days(5))), *rules
		)
		return Story(of).enroll().at(1).tell(FollowUpFailed(1, "look", "broken template")).at(2)

	def test_an_answer_takes_the_record_out(self):
		story = self.failed(REPLIED).report("one", Outcome.REPLIED)
		assert_left(story, Reason.RULE_OUTCOME)

		assert story.at(3).tell(TryAgainRequested()).at(30).started("two") == []

	def test_an_answer_from_before_it_failed_that_is_heard_of_late(self):
		assert_left(self.failed(REPLIED).report("one", Outcome.REPLIED, at=0.9), Reason.RULE_OUTCOME)

	def test_an_unsubscribe_does(self):
		assert_left(self.failed().report("one", Outcome.UNSUBSCRIBED), Reason.UNSUBSCRIBED)

	def test_a_meeting_does(self):
		story = self.failed(leave_for(ExitKind.MEETING))
		assert_left(story.tell(MeetingBooked(story.now)), Reason.RULE_MEETING)

		assert story.tell(TryAgainRequested()).at(30).started("two") == []

	def test_open_work_is_closed_with_it_where_the_cadence_says_so(self):
		of = cadence(
			email("one"), task("look"), task("broken", timing=after(days(1))), REPLIED, close_open=True
		)
		story = Story(of).enroll().at(1).tell(FollowUpFailed(1, "broken", "no assignee"))

		story.report("one", Outcome.REPLIED)

		assert story.last_actions == (CloseActivity("look", Channel.TASK),)

	def test_an_absence_holds_it_back_once_it_is_taken_up(self):
		story = self.failed()
		story.tell(HoldRequested(story.day(9))).tell(TryAgainRequested()).at(30)

		assert [story.started(key) for key in ("look", "two")] == [[1, 9], [13]]

	def test_an_answer_that_no_rule_asks_for_starts_what_waits_for_it(self):
		story = Story(
			cadence(email("one"), task("look"), task("answer", "one", on(Outcome.REPLIED)))
		).enroll()
		story.tell(FollowUpFailed(1, "look", "broken template")).at(1).report("one", Outcome.REPLIED)
		assert story.status is EnrollmentStatus.FAILED

		assert story.at(2).tell(TryAgainRequested()).started("answer") == [2]

	@pytest.mark.parametrize(
		"asked", [TryAgainRequested(), ContinueRequested()], ids=lambda each: type(each).__name__
	)
	def test_what_was_changed_on_the_record_takes_it_out_before_anything_is_done(self, asked):
		story = self.failed(leave_if("status", "Lost")).edit(status="Lost").tell(asked)

		assert_left(story, Reason.RULE_CONDITIONS)
		assert Resumed not in map(type, story.last_transitions)


class TestWhoMayNotBeContacted:
	"""S6.1a, S2.8: every channel ends."""

	def test_at_the_beginning(self):
		story = Story(cadence(task("look"))).learn(refusal="do_not_contact").enroll()

		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.NOT_TO_BE_CONTACTED)
		assert story.enrollment.exit_note == "do_not_contact"
		assert story.actions == []

	def test_later(self):
		story = Story(cadence(task("look"), task("again", "look", timing=after(days(2))))).enroll()

		story.at(1).learn(refusal="unsubscribed").tell(RecordChanged())

		assert story.status is EnrollmentStatus.STOPPED
		assert story.at(9).started("again") == []


class TestTriggersOfEarlierFollowUps:
	"""S3.3a: a trigger can be the outcome of any earlier follow-up of the run."""

	def plan(self, trigger):
		return Story(
			cadence(
				email("one"),
				task("look", "one", timing=after(days(1))),
				email("next", "look", trigger, after(days(1))),
			)
		).enroll()

	def test_of_a_named_one(self):
		story = self.plan(on(Outcome.OPENED, of="one")).at(2).report("one", Outcome.OPENED).at(9)

		assert story.started("next") == [3]

	def test_not_before_its_place(self):
		"""The outcome came before the previous follow-up: it counts from that one."""
		story = self.plan(on(Outcome.OPENED, of="one")).at(0.5).report("one", Outcome.OPENED).at(9)

		assert story.started("next") == [2]

	def test_of_any_earlier_one(self):
		of = cadence(
			email("one"),
			email("two", "one", timing=after(days(1))),
			task("thank", "two", on(Outcome.CLICKED, of="*")),
		)
		for clicked in ("one", "two"):
			story = Story(of).enroll().at(2).report(clicked, Outcome.CLICKED)
			assert story.started("thank") == [2]

	def test_none_of_the_earlier_ones_within(self):
		of = cadence(
			email("one"),
			email("two", "one", timing=after(days(1))),
			task("ring", "two", without(Outcome.OPENED, days(3), of="*")),
		)
		assert Story(of).enroll().at(30).started("ring") == [4]
		assert Story(of).enroll().at(0.5).report("one", Outcome.OPENED).at(30).started("ring") == []

	def test_it_is_waited_for(self):
		story = self.plan(on(Outcome.OPENED, of="one")).at(1.5).report("look", Outcome.COMPLETED)

		assert story.status is EnrollmentStatus.ACTIVE
		assert story.at(29.5).report("one", Outcome.OPENED).at(40).started("next") == [30.5]

	def test_no_longer_than_any_answer(self):
		story = self.plan(on(Outcome.OPENED, of="one")).at(1.5).report("look", Outcome.COMPLETED).at(30)

		assert story.status is EnrollmentStatus.COMPLETED
		assert story.enrollment.ended_at == story.day(30)
