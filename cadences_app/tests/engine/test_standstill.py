"""Pauses, holds and skips (S4.2, S5.6)."""

from datetime import date, time, timedelta

import pytest

from cadences_app.engine.actions import SendEmail, WithdrawEmail
from cadences_app.engine.events import (
	HoldRequested,
	PauseRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	TimePassed,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	BERLIN,
	MONDAY,
	OFFICE_HOURS,
	Story,
	after,
	after_date,
	cadence,
	days,
	email,
	leave_on,
	on,
	utc,
	without,
)


class TestPause:
	"""S5.6"""

	def plain(self, at=None):
		of = cadence(email("one"), email("two", "one", timing=after(days(4), at)))
		return Story(of, zone=BERLIN).enroll()

	def test_for_some_days(self):
		story = self.plain().at(1).tell(PauseRequested(utc("2026-03-06 09:00")))
		assert (story.status, story.reason) == (EnrollmentStatus.PAUSED, Reason.PAUSED)

		story.at(20)

		assert story.started("two") == [7]

	def test_until_resumed_nothing_goes_out(self):
		story = self.plain().at(1).tell(PauseRequested()).at(100)
		assert story.started("two") == []
		assert story.next_at is None

		story.tell(ResumeRequested())
		assert story.reason is Reason.RESUMED
		assert story.due("two") == 103

	def test_the_time_of_day_stays(self):
		story = self.plain(at=time(9, 30)).at(1).tell(PauseRequested()).at(1.3).tell(ResumeRequested())

		assert story.activities["two"].due_at.astimezone(BERLIN).time() == time(9, 30)

	def test_two_pauses_add_up(self):
		story = self.plain().at(1).tell(PauseRequested()).at(2).tell(ResumeRequested())

		story.at(3).tell(PauseRequested()).at(6).tell(ResumeRequested())

		assert story.due("two") == 8

	def test_a_pause_may_be_prolonged(self):
		story = self.plain().at(1).tell(PauseRequested(utc("2026-03-05 09:00")))

		story.at(2).tell(PauseRequested(utc("2026-03-12 09:00"))).at(20)

		assert story.started("two") == [13]

	def test_an_absence_waits_for_its_end(self):
		"""S3.3b"""
		of = cadence(email("one"), email("nag", "one", without(Outcome.OPENED, days(3))))
		story = Story(of).enroll().at(1).tell(PauseRequested()).at(6).tell(ResumeRequested()).at(30)

		assert story.started("nag") == [8]

	def test_an_unmoved_pause_is_known(self):
		story = self.plain().tell(PauseRequested()).at(1).tell(PauseRequested())

		assert story.reason is Reason.IS_PAUSED
		assert story.last_transitions == ()

	def test_a_date_field_waits_for_nobody(self):
		of = cadence(email("mail", timing=after_date("event_on", days(1))))
		story = Story(of, fields={"event_on": date(2026, 3, 12)}).enroll()

		story.tell(PauseRequested()).at(5).tell(ResumeRequested()).at(30)

		assert story.start_times("mail") == [utc("2026-03-13 00:00")]

	def test_a_missing_date_is_not_waited_for_in_a_pause(self):
		of = cadence(email("mail", timing=after_date("event_on")))
		story = Story(of).enroll().at(1).tell(PauseRequested()).at(60).tell(ResumeRequested())

		assert story.at(88).status_of("mail") is ActivityStatus.SCHEDULED
		assert story.at(89).status_of("mail") is ActivityStatus.SKIPPED

	def test_a_pause_that_is_over_already_is_none(self):
		story = self.plain().at(1).tell(PauseRequested(utc("2026-03-03 09:00")))

		assert story.reason is Reason.NOT_PAUSED
		assert story.last_transitions == ()

	def test_a_pause_may_be_cut_short(self):
		story = self.plain().at(1).tell(PauseRequested()).at(2).tell(PauseRequested(utc("2026-03-04 09:00")))

		assert story.reason is Reason.RESUMED
		assert story.due("two") == 5

	def test_answers_are_waited_for_anew_afterwards(self):
		of = cadence(email("one"), email("two", "one", on(Outcome.OPENED)), answer_wait_days=10)
		story = Story(of).enroll().at(1).tell(PauseRequested()).at(20).tell(ResumeRequested())

		assert story.at(29).report("one", Outcome.OPENED).started("two") == [29]

	def test_outcomes_are_recorded_and_act_afterwards(self):
		of = cadence(email("one"), email("two", "one", on(Outcome.OPENED)))
		story = Story(of).enroll().tell(PauseRequested()).at(1).report("one", Outcome.OPENED)
		assert story.reason is Reason.OUTCOME_RECORDED
		assert story.started("two") == []

		assert story.at(3).tell(ResumeRequested()).started("two") == [3]

	def test_time_alone_says_that_it_is_paused(self):
		assert self.plain().tell(PauseRequested()).at(1).tell(TimePassed()).reason is Reason.IS_PAUSED

	def test_who_is_not_paused_cannot_be_resumed(self):
		assert self.plain().tell(ResumeRequested()).reason is Reason.NOT_PAUSED


class TestHold:
	"""S4.2: an out-of-office answer holds the enrollment back until a date."""

	def held(self):
		of = cadence(
			email("one"),
			email("two", "one", timing=after(days(2))),
			email("three", "two", timing=after(days(2))),
		)
		return Story(of).enroll().at(1).tell(HoldRequested(utc("2026-03-12 00:00")))

	def test_waiting_times_stand_still(self):
		"""S3.3b: a day was left to wait when the hold began."""
		story = self.held()
		assert story.reason is Reason.HELD

		story.at(20)

		assert story.start_times("two") == [utc("2026-03-13 00:00")]
		assert story.start_times("three") == [utc("2026-03-15 00:00")]

	def test_what_is_triggered_meanwhile_waits_too(self):
		of = cadence(email("one"), email("two", "one", on(Outcome.OPENED)))
		story = Story(of).enroll().tell(HoldRequested(utc("2026-03-12 00:00")))

		story.at(3).report("one", Outcome.OPENED)
		assert story.started("two") == []

		assert story.at(20).start_times("two") == [utc("2026-03-12 00:00")]

	def test_a_shorter_or_past_hold_changes_nothing(self):
		story = self.held()

		for until in ("2026-03-11 00:00", "2026-03-12 00:00", "2026-03-01 00:00"):
			assert story.tell(HoldRequested(utc(until))).reason is Reason.ALREADY_KNOWN

	def test_then_the_window_counts(self):
		of = cadence(email("mail", timing=after(days(1))), window=OFFICE_HOURS)
		story = Story(of).enroll().tell(HoldRequested(utc("2026-03-07 00:00"))).at(20)

		assert story.start_times("mail") == [utc("2026-03-09 09:00")]

	def test_a_pause_within_a_hold_does_not_prolong_it(self):
		story = self.held().at(2).tell(PauseRequested()).at(4).tell(ResumeRequested()).at(20)

		assert story.start_times("two") == [utc("2026-03-13 00:00")]

	def test_what_hangs_on_a_date_moves_to_the_end_of_it(self):
		story = Story(
			cadence(email("mail", timing=after_date("event_on"))), fields={"event_on": "2026-03-05"}
		)

		story.enroll().tell(HoldRequested(utc("2026-03-12 00:00")))
		assert story.activities["mail"].due_at == utc("2026-03-12 00:00")

		assert story.at(30).start_times("mail") == [utc("2026-03-12 00:00")]

	def test_an_absence_that_was_certain_as_the_pause_began_counts(self):
		"""S3.3b"""
		story = Story(cadence(email("one"), leave_on(without(Outcome.OPENED, days(3))))).enroll()
		story.now = story.day(3)

		story.tell(PauseRequested())

		assert story.status is EnrollmentStatus.STOPPED

	def test_an_absence_is_not_certain_before_its_time_has_run(self):
		"""S3.3b"""
		of = cadence(email("one"), email("nag", "one", without(Outcome.OPENED, days(3))))
		story = Story(of).enroll().at(1).tell(HoldRequested(story_day(6))).at(30)

		assert story.started("nag") == [8]


def story_day(day: int):
	return MONDAY + timedelta(days=day)


class TestSkip:
	"""S5.6: skip to the next or the last follow-up."""

	def long(self, **policy):
		of = cadence(
			email("one"),
			email("two", "one", timing=after(days(5))),
			email("three", "two", on(Outcome.OPENED)),
			email("last", "three", timing=after(days(5))),
			**policy,
		)
		return Story(of).enroll()

	def test_to_the_next(self):
		story = self.long().at(1).tell(SkipRequested(SkipTarget.NEXT))

		assert story.started("two") == [1]

	def test_to_the_next_is_to_what_is_due_first_whatever_was_scheduled_first(self):
		of = cadence(
			email("one"),
			email("late", "one", timing=after(days(9))),
			email("soon", "one", on(Outcome.OPENED), after(days(2))),
		)
		story = Story(of).enroll().at(1).report("one", Outcome.OPENED)

		assert story.at(2).tell(SkipRequested(SkipTarget.NEXT)).started("soon") == [2]

	def test_to_the_next_that_waits_for_an_outcome(self):
		story = self.long().at(6).tell(SkipRequested(SkipTarget.NEXT))

		assert story.started("three") == [6]
		assert story.due("last") == 11

	def test_it_is_not_carried_out_again_by_its_trigger(self):
		story = self.long().at(6).tell(SkipRequested(SkipTarget.NEXT)).report("two", Outcome.OPENED).at(10)

		assert story.started("three") == [6]

	def test_to_the_last(self):
		story = self.long().at(1).tell(SkipRequested(SkipTarget.LAST))

		assert story.started("last") == [1]
		assert story.status_of("two") is story.status_of("three") is ActivityStatus.SKIPPED

		story.report("two", Outcome.OPENED).at(60)
		assert story.status is EnrollmentStatus.COMPLETED
		assert story.started("three") == []

	def test_to_the_last_of_its_own_branch(self):
		of = cadence(
			email("one"),
			email("opened", "one", on(Outcome.OPENED)),
			email("opened last", "opened", timing=after(days(5))),
			email("silent", "one", without(Outcome.OPENED, days(3))),
			email("silent last", "silent", timing=after(days(5))),
		)
		story = Story(of).enroll().at(1).report("one", Outcome.OPENED).at(2)

		story.tell(SkipRequested(SkipTarget.LAST)).at(60)

		assert story.started("opened last") == [2]
		assert story.started("silent") == story.started("silent last") == []

	@pytest.mark.parametrize(("target", "comes"), [(SkipTarget.NEXT, "two"), (SkipTarget.LAST, "last")])
	def test_what_waits_to_be_sent_is_taken_back(self, target, comes):
		story = self.long()
		waiting = Story(story.cadence, mail_works=False).enroll()

		waiting.at(1).tell(SkipRequested(target))

		assert waiting.last_actions == (WithdrawEmail("one"), SendEmail(comes))
		assert waiting.status_of("one") is ActivityStatus.SKIPPED

	def test_nothing_is_left(self):
		story = Story(cadence(email("one"), leave_on(on(Outcome.REPLIED)))).enroll()

		for target in SkipTarget:
			assert story.tell(SkipRequested(target)).reason is Reason.NOTHING_TO_SKIP_TO

	def test_it_waits_for_the_window(self):
		story = self.long(window=OFFICE_HOURS).at(1.5).tell(SkipRequested(SkipTarget.NEXT))
		assert story.started("two") == []

		assert story.at(4).started("two") == [2]

	def test_it_passes_over_a_hold(self):
		"""Whoever brings it on by hand knows of the out-of-office answer."""
		story = self.long().at(1).tell(HoldRequested(utc("2026-03-12 00:00")))

		assert story.tell(SkipRequested(SkipTarget.NEXT)).started("two") == [1]

	def test_a_missing_date_is_passed_over(self):
		story = Story(cadence(email("mail", timing=after_date("event_on")))).enroll()

		assert story.at(1).tell(SkipRequested(SkipTarget.NEXT)).started("mail") == [1]

	def test_in_a_pause_it_comes_when_that_is_over(self):
		story = self.long().at(1).tell(PauseRequested()).at(3).tell(SkipRequested(SkipTarget.NEXT))
		assert story.started("two") == []

		assert story.at(8).tell(ResumeRequested()).started("two") == [8]


class TestInactiveCadence:
	def test_what_is_due_is_halted_whenever_that_is_noticed(self):
		"""S7.1: deactivating holds at once, also for an enrollment that nobody has told yet."""
		story = Story(cadence(email("one"), email("two", "one", timing=after(days(1))))).enroll()

		story.learn(is_cadence_active=False).at(1)

		assert story.status is EnrollmentStatus.HALTED
		assert story.started("two") == []

	def test_resuming_in_it_does_not_set_anything_going(self):
		story = Story(cadence(email("one"), email("two", "one", timing=after(days(1))))).enroll()
		story.learn(is_cadence_active=False).at(3)

		story.tell(ResumeRequested()).at(5)

		assert story.status is EnrollmentStatus.HALTED
		assert story.started("two") == []
