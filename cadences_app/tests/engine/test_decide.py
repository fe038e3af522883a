"""What a cadence does as people answer (S3.1, S3.3, S3.7, S4.3)."""

from datetime import date, time

import pytest

from cadences_app.engine.actions import AssignTask, PlaceCall, SendEmail, WithdrawEmail
from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.events import (
	FollowUpDeclined,
	FollowUpImpossible,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.tests.engine.builders import (
	BERLIN,
	Story,
	after,
	cadence,
	call,
	days,
	email,
	hours,
	minutes,
	on,
	task,
	utc,
	without,
)


class TestTree:
	def test_several_follow_ups_start_a_cadence(self):
		"""S3.1: a day can hold an email and a task."""
		story = Story(cadence(email("mail"), task("look"), call("ring", timing=after(days(2)))))

		story.enroll()

		assert story.started("mail") == story.started("look") == [0]
		assert story.due("ring") == 2
		assert story.decisions[0][2].reason is Reason.DUE

	def test_the_plain_cadence_counts_from_follow_up_to_follow_up(self):
		story = Story(
			cadence(
				email("one"),
				email("two", "one", timing=after(days(2))),
				email("three", "two", timing=after(days(2))),
			)
		).enroll()

		story.at(10)

		assert [story.started(key) for key in ("one", "two", "three")] == [[0], [2], [4]]

	def test_children_fire_on_different_outcomes_each_once(self):
		"""S3.1: several children of one parent may fire, each once per run."""
		story = Story(
			cadence(
				email("mail"),
				email("opened", "mail", on(Outcome.OPENED)),
				task("clicked", "mail", on(Outcome.CLICKED)),
				call("replied", "mail", on(Outcome.REPLIED)),
			)
		).enroll()

		for day in (1, 2, 3):
			story.at(day).report("mail", Outcome.OPENED)
			story.at(day + 0.25).report("mail", Outcome.CLICKED)
		story.at(4)

		assert story.started("opened") == [1]
		assert story.started("clicked") == [1.25]
		assert story.started("replied") == []

	def test_a_click_shows_that_the_email_was_opened(self):
		story = Story(cadence(email("mail"), email("opened", "mail", on(Outcome.OPENED)))).enroll()

		story.at(1).report("mail", Outcome.CLICKED, "https://example.com")

		assert story.started("opened") == [1]

	@pytest.mark.parametrize(
		"answer", [Outcome.INVITE_ACCEPTED, Outcome.INVITE_TENTATIVE, Outcome.INVITE_DECLINED]
	)
	def test_an_answer_to_an_invite_starts_what_waits_for_it(self, answer):
		"""S3.3c."""
		answers = (Outcome.INVITE_ACCEPTED, Outcome.INVITE_TENTATIVE, Outcome.INVITE_DECLINED)
		children = [task(each.name, "mail", on(each)) for each in answers]
		story = Story(cadence(email("mail"), *children)).enroll()

		story.at(2).report("mail", answer)
		story.at(3).report("mail", answer)

		assert [story.started(each.name) for each in answers] == [
			[2] if each is answer else [] for each in answers
		]

	@pytest.mark.parametrize(
		("parent", "outcome"),
		[
			(email("parent"), Outcome.OPENED),
			(email("parent"), Outcome.BOUNCED),
			(task("parent"), Outcome.SKIPPED),
			(task("parent"), Outcome.DEFERRED),
			(call("parent"), Outcome.CANCELLED),
		],
		ids=lambda each: str(getattr(each, "channel", each)),
	)
	def test_carried_out_fires_whatever_the_outcome(self, parent, outcome):
		"""S3.3: the plain "day 1, day 3" cadence."""
		story = Story(cadence(parent, email("next", "parent", timing=after(days(3))))).enroll()

		story.at(1).report("parent", outcome).at(5)

		assert story.started("next") == [3]

	def test_carried_out_fires_after_a_skip_too_counted_from_the_skip(self):
		story = Story(
			cadence(email("mail"), email("next", "mail", timing=after(days(3)))), mail_works=False
		).enroll()

		story.at(1).tell(FollowUpImpossible(1, "mail", "no address"))

		assert story.status_of("mail") is ActivityStatus.SKIPPED
		assert story.activities["mail"].note == "no address"
		assert story.due("next") == 4

	def test_a_mail_that_somebody_declines_is_taken_back_and_the_next_counts_from_there(self):
		"""S3.9: it is skipped, with the reason; one that went out can't be declined any more."""
		of = cadence(email("mail"), email("next", "mail", timing=after(days(3))))
		story = Story(of, mail_works=False).enroll()

		story.at(1).tell(FollowUpDeclined(1, "mail", "too pushy"))

		assert WithdrawEmail("mail") in story.last_actions
		assert story.status_of("mail") is ActivityStatus.SKIPPED
		assert story.activities["mail"].note == "too pushy"
		assert story.due("next") == 4
		sent = Story(of).enroll().tell(FollowUpDeclined(1, "mail"))
		assert sent.last_actions == ()
		assert sent.status_of("mail") is ActivityStatus.CARRIED_OUT

	def test_an_email_is_carried_out_when_it_was_sent(self):
		story = Story(
			cadence(email("mail"), email("next", "mail", timing=after(days(3)))), mail_works=False
		).enroll()

		story.at(2)
		assert story.status_of("mail") is ActivityStatus.HANDED_OVER
		assert story.status_of("next") is None

		story.report("mail", Outcome.SENT)
		assert story.due("next") == 5

	def test_what_a_follow_up_asks_of_its_channel(self):
		story = Story(
			cadence(
				email("mail"),
				task("look", due=Delay(2, Unit.BUSINESS_DAYS)),
				call("ring", start=days(1), at=time(14, 30)),
			),
			zone=BERLIN,
			starts_at=utc("2026-03-05 10:00"),  # a Thursday
		)

		story.enroll()

		assert set(story.actions) == {
			SendEmail("mail"),
			AssignTask("look", date(2026, 3, 9)),
			PlaceCall("ring", utc("2026-03-06 13:30")),
		}
		assert story.activities["look"].standing is Outcome.NOT_STARTED
		assert story.activities["ring"].standing is Outcome.SCHEDULED


class TestBoosts:
	"""S3.7"""

	def test_opened_twice(self):
		story = Story(cadence(email("mail"), task("boost", "mail", on(Outcome.OPENED, times=2)))).enroll()

		story.at(1).report("mail", Outcome.OPENED)
		assert story.status_of("boost") is None

		story.report("mail", Outcome.OPENED)  # the same pixel, told twice
		assert story.status_of("boost") is None

		story.at(2).report("mail", Outcome.OPENED)
		assert story.started("boost") == [2]

	def test_a_given_link(self):
		pricing, blog = "https://example.com/pricing", "https://example.com/blog"
		story = Story(cadence(email("mail"), call("boost", "mail", on(Outcome.CLICKED, pricing)))).enroll()

		story.at(1).report("mail", Outcome.CLICKED, blog)
		assert story.status_of("boost") is None

		story.at(2).report("mail", Outcome.CLICKED, pricing)
		assert story.started("boost") == [2]

	def test_a_given_call_result(self):
		story = Story(
			cadence(
				call("ring"),
				email("sorry", "ring", on(Outcome.CALL_RESULT, "No Answer")),
				email("thanks", "ring", on(Outcome.CALL_RESULT, "Interested")),
			)
		).enroll()

		story.at(0.1).report("ring", Outcome.CALL_RESULT, "No Answer")

		assert story.started("sorry") == [0.1]
		assert story.started("thanks") == []
		assert story.activities["ring"].is_closed


class TestNot:
	"""S3.3: not opened, clicked, replied or completed within N days."""

	def unopened(self):
		return Story(
			cadence(
				email("mail"),
				email("again", "mail", without(Outcome.OPENED, days(3)), after(days(1))),
			)
		).enroll()

	def test_the_timer_runs_out(self):
		assert self.unopened().at(10).started("again") == [4]

	def test_the_outcome_cancels_the_timer(self):
		story = self.unopened().at(2.9).report("mail", Outcome.OPENED).at(40)

		assert story.started("again") == []
		assert story.status is EnrollmentStatus.COMPLETED

	def test_an_outcome_in_time_that_is_told_late_takes_back_what_was_scheduled(self):
		story = self.unopened().at(3.5)
		assert story.due("again") == 4

		story.report("mail", Outcome.OPENED, at=2.9)

		assert story.status_of("again") is None
		assert story.reason is Reason.COMPLETED  # nothing else is waited for

	def test_an_outcome_after_the_timer_takes_back_what_waits_to_be_carried_out(self):
		"""S3.3b"""
		story = self.unopened().at(3.5).report("mail", Outcome.OPENED).at(10)

		assert story.started("again") == []
		assert story.status_of("again") is None

	def test_an_outcome_after_it_was_carried_out_changes_nothing(self):
		story = self.unopened().at(4.5).report("mail", Outcome.OPENED)

		assert story.status_of("again") is ActivityStatus.CARRIED_OUT

	def test_an_outcome_before_the_next_mail_is_sent_takes_that_mail_back(self):
		"""S3.3b: it waits for review, or for its mailbox's cap."""
		story = self.unopened()
		story.mail_works = False
		story.at(4.5).report("mail", Outcome.OPENED)

		assert story.last_actions == (WithdrawEmail("again"),)
		assert story.status_of("again") is ActivityStatus.CANCELLED
		assert story.activities["again"].reason is Reason.ANSWERED

		story.report("again", Outcome.SENT)  # it had left already
		assert story.status_of("again") is ActivityStatus.CARRIED_OUT

	def test_counted_from_another_outcome(self):
		story = Story(
			cadence(
				email("mail"), call("ring", "mail", without(Outcome.REPLIED, days(2), since=Outcome.OPENED))
			)
		).enroll()

		story.at(20)
		assert story.started("ring") == []

		story.report("mail", Outcome.OPENED).at(25)
		assert story.started("ring") == [22]

	def test_it_is_not_waited_for_where_nothing_went_out(self):
		story = Story(
			cadence(email("mail"), email("again", "mail", without(Outcome.OPENED, days(3)))), mail_works=False
		).enroll()

		story.tell(FollowUpImpossible(1, "mail", "no address"))

		assert story.status is EnrollmentStatus.STOPPED
		assert story.status_of("again") is None

	def test_a_task_that_could_not_be_made_is_not_awaited_in_vain(self):
		story = Story(
			cadence(
				task("look"),
				email("nag", "look", without(Outcome.COMPLETED, days(3))),
				email("still", "look", on(Outcome.NOT_STARTED), after(days(1))),
				email("later", timing=after(days(20))),
			)
		).enroll()

		story.tell(FollowUpImpossible(1, "look", "nobody to assign it to")).at(20)

		assert story.started("nag") == story.started("still") == []
		assert story.status is EnrollmentStatus.COMPLETED


class TestStandings:
	"""A follow-up that started from where a task or call stands goes when it moves on."""

	def deferred(self):
		return Story(
			cadence(
				task("look"),
				email("idle", "look", on(Outcome.NOT_STARTED), after(days(2))),
				email("later", "look", on(Outcome.DEFERRED), after(days(3))),
			)
		).enroll()

	def test_not_started_is_withdrawn_when_somebody_starts(self):
		story = self.deferred()
		assert story.due("idle") == 2

		story.at(1).report("look", Outcome.IN_PROGRESS)

		assert story.status_of("idle") is None
		assert story.reason is Reason.TRIGGER_GONE

	def test_not_started_fires_when_nobody_does(self):
		assert self.deferred().at(5).started("idle") == [2]

	def test_a_standing_counts_from_when_it_was_last_entered(self):
		story = self.deferred()
		story.at(0.5).report("look", Outcome.DEFERRED)
		story.at(1).report("look", Outcome.IN_PROGRESS)

		story.at(4).report("look", Outcome.DEFERRED)

		assert story.due("later") == 7

	def test_a_standing_that_is_told_again_goes_on(self):
		story = self.deferred()
		story.at(0.5).report("look", Outcome.DEFERRED)

		story.at(2).report("look", Outcome.DEFERRED)

		assert story.due("later") == 3.5

	def test_a_standing_that_was_interrupted_as_is_told_late_moves(self):
		story = self.deferred()
		story.at(0.5).report("look", Outcome.DEFERRED)
		story.at(2).report("look", Outcome.DEFERRED)
		assert story.due("later") == 3.5

		story.report("look", Outcome.IN_PROGRESS, at=1)

		assert story.due("later") == 5

	def test_somebody_who_starts_at_once_has_started(self):
		story = self.deferred().report("look", Outcome.IN_PROGRESS)

		assert story.activities["look"].standing is Outcome.IN_PROGRESS


class TestOverdue:
	"""S4.3"""

	def ring(self):
		return Story(
			cadence(
				call("ring", start=hours(1), grace=hours(2)),
				task("overdue", "ring", on(Outcome.OVERDUE), after(hours(1))),
				email("done", "ring", on(Outcome.COMPLETED)),
			)
		).enroll()

	def test_an_open_call_is_overdue_after_its_start_and_grace(self):
		story = self.ring().until(utc("2026-03-02 12:00"))

		assert story.activities["ring"].standing is Outcome.OVERDUE
		assert story.activities["ring"].first(Outcome.OVERDUE) == utc("2026-03-02 12:00")
		assert story.due("overdue") == 4 / 24

	def test_a_call_that_was_made_is_not(self):
		story = self.ring().at(0.1).report("ring", Outcome.COMPLETED).at(3)

		assert story.activities["ring"].first(Outcome.OVERDUE) is None

	def test_a_call_that_was_made_in_time_but_told_late_is_done(self):
		story = self.ring().until(utc("2026-03-02 12:30"))

		story.report("ring", Outcome.COMPLETED, at=0.1)

		assert story.activities["ring"].standing is Outcome.COMPLETED
		assert story.status_of("overdue") is None
		assert story.started("done") == [3.5 / 24]

	def test_one_without_grace_is_overdue_in_the_decision_that_places_it(self):
		story = Story(cadence(call("ring", grace=minutes(0)))).enroll()

		assert story.activities["ring"].standing is Outcome.OVERDUE

	def test_a_call_that_could_not_be_placed_never_is(self):
		story = self.ring().tell(FollowUpImpossible(1, "ring", "nobody to call them")).at(3)

		assert story.activities["ring"].first(Outcome.OVERDUE) is None
