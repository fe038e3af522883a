"""When things go out: date fields, the sending window, lateness (S3.2, S13.1, S13.3)."""

from datetime import date, time

import pytest

from cadences_app.engine.calendar import Lateness, LatePolicy
from cadences_app.engine.events import (
	PauseRequested,
	RecordChanged,
	ResumeRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import WindowScope
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	BERLIN,
	OFFICE_HOURS,
	Story,
	after,
	after_date,
	before_date,
	cadence,
	days,
	email,
	hours,
	on,
	task,
	utc,
	without,
)


class TestDates:
	"""S3.2: on a date field of the record, or so long before or after it."""

	def reminder(self, **fields):
		of = cadence(
			email("before", timing=before_date("event_on", days(2), time(8))),
			email("after", timing=after_date("event_on", days(1))),
		)
		return Story(of, fields=fields, zone=BERLIN).enroll()

	def test_before_and_after_it(self):
		story = self.reminder(event_on=date(2026, 3, 12)).at(30)

		assert story.start_times("before") == [utc("2026-03-10 07:00")]
		assert story.start_times("after") == [utc("2026-03-12 23:00")]

	def test_a_changed_date_moves_it(self):
		story = self.reminder(event_on="2026-03-12")

		story.edit(event_on="2026-04-12").tell(RecordChanged())
		assert story.reason is Reason.DATE_CHANGED

		story.at(60)
		assert story.start_times("before") == [utc("2026-04-10 06:00")]

	def test_a_changed_date_is_noticed_when_it_was_due(self):
		story = self.reminder(event_on="2026-03-12").edit(event_on="2026-04-12").at(30)

		assert story.started("before") == []

	def test_an_empty_date_waits_and_then_is_skipped(self):
		story = self.reminder()
		assert story.due("before") is None
		assert story.activities["before"].reason is Reason.DATE_MISSING

		story.at(30)

		assert story.status_of("before") is story.status_of("after") is ActivityStatus.SKIPPED
		assert (story.status, story.reason) == (EnrollmentStatus.STOPPED, Reason.NOT_REACHED)

	def test_a_date_that_comes_while_it_is_waited_for(self):
		story = self.reminder().at(20).edit(event_on=date(2026, 4, 12)).tell(RecordChanged()).at(60)

		assert story.start_times("before") == [utc("2026-04-10 06:00")]

	def test_a_date_that_is_emptied_is_waited_for_from_then_on(self):
		story = self.reminder(event_on=date(2026, 5, 12)).at(20).edit(event_on=None).tell(RecordChanged())
		assert story.due("before") is None

		story.at(49)
		assert story.status_of("before") is ActivityStatus.SCHEDULED
		story.at(50)
		assert story.status_of("before") is ActivityStatus.SKIPPED

	def test_what_was_to_come_before_a_day_that_is_over_is_skipped(self):
		"""Whoever is enrolled after the appointment is not reminded of it."""
		story = self.reminder(event_on=date(2026, 3, 1))

		assert story.status_of("before") is ActivityStatus.SKIPPED
		assert story.activities["before"].reason is Reason.LATE
		assert story.started("after") == [0]

	def test_what_was_to_come_before_today_still_comes(self):
		story = self.reminder(event_on=date(2026, 3, 2))

		assert story.started("before") == [0]

	def test_what_reads_like_no_date_is_none(self):
		assert self.reminder(event_on="soon").due("before") is None


class TestWindow:
	"""S13.1"""

	def test_what_falls_outside_moves_to_the_next_opening(self):
		story = Story(
			cadence(email("mail", timing=after(hours(10))), window=OFFICE_HOURS), zone=BERLIN
		).enroll()

		assert story.activities["mail"].due_at == utc("2026-03-03 08:00")

	def test_holidays_and_weekends_are_passed_over(self):
		story = Story(
			cadence(email("mail", timing=after(days(4), time(16))), window=OFFICE_HOURS),
			holidays=frozenset({date(2026, 3, 6), date(2026, 3, 9)}),
		).enroll()

		assert story.activities["mail"].due_at == utc("2026-03-10 09:00")

	def test_a_window_for_emails_leaves_tasks_and_calls_alone(self):
		story = Story(cadence(task("look", timing=after(hours(10))), window=OFFICE_HOURS)).enroll()

		assert story.activities["look"].due_at == utc("2026-03-02 19:00")

	def test_a_window_for_all_does_not(self):
		story = Story(
			cadence(task("look", timing=after(hours(10))), window=OFFICE_HOURS, scope=WindowScope.ALL)
		).enroll()

		assert story.activities["look"].due_at == utc("2026-03-03 09:00")

	def test_a_late_email_waits_for_the_window_too(self):
		story = Story(cadence(email("mail", timing=after(days(1))), window=OFFICE_HOURS)).enroll()

		story.jump(1.5)  # nine in the evening
		assert story.reason is Reason.OUTSIDE_WINDOW

		story.at(5)
		assert story.started("mail") == [2]

	def test_a_new_holiday_is_respected_when_it_is_due(self):
		story = Story(cadence(email("mail", timing=after(days(1))), window=OFFICE_HOURS)).enroll()

		calendar = story.facts.calendar
		story.learn(calendar=type(calendar)(calendar.zone, holidays=frozenset({date(2026, 3, 3)}))).at(5)

		assert story.started("mail") == [2]


class TestLateness:
	"""S13.3: a server was down."""

	def late(self, rule, down_until, **policy):
		of = cadence(
			email("mail", timing=after(days(1))),
			email("next", "mail", timing=after(days(2))),
			late=LatePolicy(rule, hours(24)),
			**policy,
		)
		return Story(of).enroll().jump(down_until)

	def test_send_now(self):
		story = self.late(Lateness.SEND_NOW, 4.1)

		assert story.started("mail") == [4.1]

	def test_what_follows_counts_from_when_it_went_out(self):
		assert self.late(Lateness.SEND_NOW, 4.1).due("next") == pytest.approx(6.1)

	def test_at_the_next_opening(self):
		story = self.late(Lateness.NEXT_OPENING, 3.1, window=OFFICE_HOURS)
		assert story.reason is Reason.LATE

		assert story.at(10).started("mail") == [4]

	def test_skip(self):
		story = self.late(Lateness.SKIP, 4.1)

		assert story.status_of("mail") is ActivityStatus.SKIPPED
		assert story.activities["mail"].reason is Reason.LATE
		assert story.due("next") == pytest.approx(6.1)

	@pytest.mark.parametrize("rule", Lateness, ids=str)
	def test_a_little_late_is_not_late(self, rule):
		assert self.late(rule, 1.9).started("mail") == [1.9]

	def test_who_was_paused_is_not_late(self):
		of = cadence(email("mail", timing=after(days(1))), late=LatePolicy(Lateness.SKIP, hours(24)))
		story = Story(of).enroll().tell(PauseRequested()).at(10).tell(ResumeRequested()).at(20)

		assert story.started("mail") == [11]

	def test_what_was_triggered_in_a_pause_is_not_late(self):
		of = cadence(
			email("mail"),
			email("opened", "mail", on(Outcome.OPENED), after(days(1))),
			email("unclicked", "mail", without(Outcome.CLICKED, days(3))),
			late=LatePolicy(Lateness.SKIP, hours(24)),
		)
		story = Story(of).enroll().at(1).tell(PauseRequested()).at(2).report("mail", Outcome.OPENED)

		story.at(10).tell(ResumeRequested()).at(20)

		assert story.started("unclicked") == [12]
		assert story.started("opened") == [11]
