"""What holds in every cadence, whatever happens and in whatever order: invariant 1, invariant 3, invariant 4,
invariant 5 and invariant 6.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cadences_app.engine.actions import CloseActivity
from cadences_app.engine.calendar import Calendar, Delay, Unit, Window
from cadences_app.engine.checking.check import check
from cadences_app.engine.checking.timing_faults import longest_length
from cadences_app.engine.content import Channel
from cadences_app.engine.decision import decide
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, Timing, Trigger
from cadences_app.engine.enrollment import evolve_all
from cadences_app.engine.events import (
	ContinueRequested,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	TimePassed,
	TryAgainRequested,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy, WindowScope
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import (
	ActivityLost,
	Ended,
	FollowUpCarriedOut,
	FollowUpClosed,
	Held,
	OutcomeRecorded,
	PauseNoted,
)
from cadences_app.engine.wall_clock import first_reaching
from cadences_app.tests.engine.builders import email
from cadences_app.tests.engine.strategies import (
	CALM,
	FARTHEST_DATE,
	LONGEST_HOLD,
	Do,
	Life,
	cadences,
	lives,
	steps,
	trees,
	worlds,
)

steady = settings(
	deadline=None,
	max_examples=80,
	derandomize=True,
	suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
thorough = settings(steady, max_examples=200)


@steady
@given(cadences())
def test_the_random_cadences_could_be_activated(cadence):
	assert check(cadence, date(2026, 1, 1)) == ()
	assert Cadence.from_dict(cadence.to_dict()) == cadence


@thorough
@given(lives())
def test_every_decision_keeps_the_invariants(life):
	for turn in life.turns:
		check_that_it_is_what_its_transitions_make(turn)
		check_that_who_ended_does_not_act(turn)
		check_that_who_stands_still_starts_nothing(turn)
		check_that_nothing_goes_out_outside_its_window(life.cadence, turn)
		check_that_the_next_moment_lies_ahead(life.cadence, turn)
		check_that_telling_it_twice_is_telling_it_once(life.cadence, turn)


def check_that_it_is_what_its_transitions_make(turn):
	assert evolve_all(turn.before, turn.decision.transitions) == turn.decision.after


TAKES_UP = (ContinueRequested, RestartRequested, TryAgainRequested)


def check_that_who_ended_does_not_act(turn):
	"""Invariant 3. One that failed can still be left by its rules (S5.8), which closes open work (S6.4)."""
	if turn.before.is_live or isinstance(turn.event, TAKES_UP):
		return
	noted = (OutcomeRecorded, FollowUpCarriedOut, ActivityLost, FollowUpClosed)
	before, after = turn.before.status, turn.decision.after.status
	if before is EnrollmentStatus.FAILED:
		noted = (*noted, Held, PauseNoted, Ended)
	is_left = before is EnrollmentStatus.FAILED and after is EnrollmentStatus.STOPPED
	assert all(is_left and isinstance(each, CloseActivity) for each in turn.decision.actions)
	assert turn.decision.next_at is None
	assert all(isinstance(each, noted) for each in turn.decision.transitions)
	assert after is before or is_left


def check_that_who_stands_still_starts_nothing(turn):
	"""S5.6, S7.1, S4.2"""
	after = turn.decision.after
	for key in turn.starts():
		stood_still = turn.before.status in (EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED)
		assert not stood_still or after.resumed_at == turn.now
		is_held = after.hold_until is not None and after.hold_until > turn.now
		assert not is_held or after.activities[key].forced
		assert not turn.before.is_to_pause or isinstance(turn.event, ResumeRequested)


def check_that_nothing_goes_out_outside_its_window(cadence, turn):
	"""Invariant 6, however late it is"""
	policy = cadence.policy
	for key in turn.starts():
		is_email = cadence.by_key[key].channel in (Channel.EMAIL, Channel.MESSAGE)
		if policy.window is not None and (is_email or policy.scope is WindowScope.ALL):
			assert is_within(turn.now, policy.window, turn.facts.calendar)


def is_within(moment: datetime, window: Window, calendar: Calendar) -> bool:
	"""Written from S13.1 by the wall clock alone: opened today, or yesterday past midnight."""
	local = moment.astimezone(calendar.zone)
	today, yesterday, clock = local.date(), local.date() - timedelta(days=1), local.time()

	def opens_on(day: date) -> bool:
		return day.weekday() in window.days and day not in calendar.holidays

	if window.closes > window.opens:
		return opens_on(today) and window.opens <= clock < window.closes
	return (opens_on(today) and clock >= window.opens) or (opens_on(yesterday) and clock < window.closes)


def check_that_the_next_moment_lies_ahead(cadence, turn):
	"""No busy loop: the same instant asks for nothing twice, and nothing happens before the next moment."""
	decision = turn.decision
	assert decision.next_at is None or decision.next_at > turn.now
	again = decide(cadence, decision.after, TimePassed(), turn.facts, turn.now)
	assert (again.transitions, again.actions, again.next_at) == ((), (), decision.next_at)
	if decision.next_at is not None:
		sooner = turn.now + (decision.next_at - turn.now) / 2
		assert decide(cadence, decision.after, TimePassed(), turn.facts, sooner).transitions == ()


EVENTS_THAT_ADD_UP = (SkipRequested, ContinueRequested, RestartRequested)


def check_that_telling_it_twice_is_telling_it_once(cadence, turn):
	"""S4.4 and invariant 4"""
	if not isinstance(turn.event, EVENTS_THAT_ADD_UP):
		again = decide(cadence, turn.decision.after, turn.event, turn.facts, turn.now)
		assert again.transitions == again.actions == ()


@thorough
@given(lives())
def test_a_follow_up_is_handed_over_at_most_once_in_a_run(life):
	"""Invariant 1. Only what failed or was taken back, and so never went out, is carried out again when
	somebody resumes the run (S5.5)."""
	started = Counter()
	for turn in life.turns:
		run = turn.decision.after.run
		if isinstance(turn.event, ContinueRequested | TryAgainRequested) and not turn.before.is_live:
			for key, activity in turn.before.activities.items():
				if activity.status is ActivityStatus.FAILED or activity.carried_out_at is None:
					del started[run, key]
		started.update((run, key) for key in turn.starts())
		assert set(started.values()) <= {1}


@steady
@given(lives(), st.integers(-1, 30))
def test_who_leaves_on_a_date_gets_nothing_from_then_on(life, days):
	"""S6.2: un-enrolment comes before what is due at the same instant, or was while nobody looked."""
	leaves_on = life.world.starts_at.date() + timedelta(days=days)
	rule = ExitRule("date", ExitKind.DATE, on=leaves_on)
	again = Life(replace(life.cadence, exit_rules=(*life.cadence.exit_rules, rule)), life.world)
	midnight = first_reaching(leaves_on, time(0), again.facts.calendar.zone)

	again.move_to(midnight - timedelta(seconds=1))
	again.move_to(midnight + timedelta(days=40), asleep=True)
	again.take(TimePassed())

	assert all(turn.now < midnight for turn in again.turns for _ in turn.starts())
	assert not again.enrollment.is_live


@steady
@given(lives())
def test_every_cadence_ends_when_only_time_passes(life):
	"""Invariant 5"""
	assume(life.enrollment.status is EnrollmentStatus.ACTIVE)
	began_at, count = life.now, len(life.turns)

	while life.enrollment.is_live:
		assert life.next_at is not None, "an active enrollment that nothing wakes"
		life.move_to(life.next_at)
		assert len(life.turns) - count < 50 * (1 + len(life.cadence.follow_ups))

	assert life.now - began_at <= longest_life(life.cadence)


def longest_life(cadence: Cadence) -> timedelta:
	"""How long a cadence can take without answers: each follow-up after the other, each wait to its end."""
	week_off = timedelta(days=14)  # a window that opens once a week, on a holiday too
	total = LONGEST_HOLD + FARTHEST_DATE
	for follow_up in cadence.follow_ups:
		total += longest_length(follow_up.timing.delay, cadence.policy.business_days)
		total += 2 * cadence.policy.answer_wait + 2 * week_off
	return total


ANCHOR = email("anchor", timing=Timing(delay=Delay(200, Unit.DAYS)))
"""Keeps a run going, so that what is told last is told to a live one."""


@st.composite
def told_at_once(draw, least_days, rules=()):
	"""A life of answers only, and a bundle of outcomes that are told at its last instant."""
	follow_ups = (*draw(trees(20, least_days)), ANCHOR)
	policy = SendingPolicy(answer_wait_days=20)
	life = Life(Cadence("Random", "Lead", follow_ups, rules, policy), draw(worlds()))
	life.play(draw(st.lists(steps(CALM), max_size=5)))
	life.take(TimePassed())
	assume(life.enrollment.is_live)
	begun = [each for each in life.enrollment.activities.values() if each.status not in NOT_BEGUN]
	reports = [
		life.report_on(draw(st.sampled_from(begun)), step.pick, life.now - step.gap)
		for step in draw(st.lists(steps((Do.REPORT,)), min_size=2, max_size=6))
	]
	return life, reports


NOT_BEGUN = (ActivityStatus.SCHEDULED, ActivityStatus.SKIPPED)


def told_in_order(life, reports):
	"""The enrollment after the reports, one by one, and whether anything had to be done meanwhile."""
	enrollment, acted = life.enrollment, False
	for event in reports:
		decision = decide(life.cadence, enrollment, event, life.facts, life.now)
		# A call that is reopened after its time is overdue at once, before more can be told of it.
		clocked = [each for each in decision.transitions if getattr(each, "outcome", None) is Outcome.OVERDUE]
		acted = acted or bool(decision.actions) or (bool(clocked) and event.outcome is not Outcome.OVERDUE)
		enrollment = decision.after
	return enrollment, acted


@steady
@given(told_at_once(least_days=10), st.data())
def test_the_order_in_which_outcomes_are_told_makes_no_difference(told, data):
	"""Invariant 4: as long as nothing has to be done at once, late, double and shuffled reports lead to the
	same state as the same reports in the order in which things happened."""
	life, reports = told
	assume(not any(report.outcome is Outcome.UNSUBSCRIBED for report in reports))
	in_order, acted = told_in_order(life, sorted(reports, key=lambda report: report.at))
	doubled = [*reports, *data.draw(st.lists(st.sampled_from(reports), max_size=3))]

	shuffled, acted_too = told_in_order(life, data.draw(st.permutations(doubled)))

	assume(not acted and not acted_too)
	assert shuffled == in_order


ANSWERS_END = (
	ExitRule("replied", ExitKind.OUTCOME, trigger=Trigger(Outcome.REPLIED)),
	ExitRule("done", ExitKind.OUTCOME, trigger=Trigger(Outcome.COMPLETED)),
	ExitRule("keen", ExitKind.OUTCOME, trigger=Trigger(Outcome.CALL_RESULT, detail="Interested")),
)


@steady
@given(told_at_once(least_days=0, rules=ANSWERS_END), st.data())
def test_whether_a_record_leaves_does_not_hang_on_the_order(told, data):
	"""Whatever starts in between, who replied is out in the end, and every outcome is on record."""
	life, reports = told
	in_order, _ = told_in_order(life, sorted(reports, key=lambda report: report.at))

	shuffled, _ = told_in_order(life, data.draw(st.permutations(reports)))

	assert shuffled.status is in_order.status
	for key in {report.follow_up for report in reports}:
		assert shuffled.activities[key].marks == in_order.activities[key].marks
