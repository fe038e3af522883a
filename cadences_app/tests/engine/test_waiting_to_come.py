"""Who is Waiting has not begun (S2.9): nothing goes on, but it can be let in and taken out, and leaves."""

import pytest

from cadences_app.engine.calendar import Calendar
from cadences_app.engine.decision import Facts, decide
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import (
	CadenceDeactivated,
	CadenceRepublished,
	Enrolled,
	HoldRequested,
	PauseRequested,
	RecordChanged,
	Republish,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TimePassed,
)
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.tests.engine.builders import GREENWICH, MONDAY, after, cadence, days, email, leave_if, task

LINE = cadence(email("one"), task("two", "one", timing=after(days(2))), leave_if("status", "Lost"))
WAITING = Enrollment(EnrollmentStatus.WAITING)


def told(event, facts=None, before=WAITING):
	return decide(LINE, before, event, facts or facts_of(), MONDAY)


def facts_of(**more):
	return Facts(Calendar(GREENWICH, frozenset(range(5)), frozenset()), **more)


@pytest.mark.parametrize(
	"event",
	[
		PauseRequested(),
		ResumeRequested(),
		SkipRequested(SkipTarget.NEXT),
		HoldRequested(MONDAY.replace(year=2030)),
		CadenceDeactivated(),
	],
	ids=lambda each: type(each).__name__,
)
def test_it_has_nothing_that_could_be_steered(event):
	decision = told(event)

	assert (decision.after, decision.reason, decision.actions) == (WAITING, Reason.IS_WAITING, ())


def test_time_and_a_cadence_at_rest_leave_it_waiting():
	assert told(TimePassed()).after == WAITING
	assert told(RecordChanged(), facts_of(is_cadence_active=False)).after == WAITING


def test_it_is_let_in_by_being_enrolled():
	decision = told(Enrolled())

	assert (decision.after.status, decision.after.run) == (EnrollmentStatus.ACTIVE, 1)
	assert list(decision.after.activities) == ["one"]


def test_it_starts_with_the_follow_up_that_was_chosen():
	"""S2.10: an unknown one, of a version that is gone, starts from the beginning."""
	assert list(told(Enrolled("two")).after.activities) == ["two"]
	assert list(told(Enrolled("nine")).after.activities) == ["one"]


def test_it_leaves_by_a_rule_and_by_hand():
	by_rule = told(RecordChanged(), facts_of(fields={"status": "Lost"}))
	assert (by_rule.after.status, by_rule.reason) == (EnrollmentStatus.STOPPED, Reason.RULE_CONDITIONS)

	by_hand = told(StopRequested("not now"))
	assert (by_hand.after.status, by_hand.reason) == (EnrollmentStatus.STOPPED, Reason.STOPPED_BY_HAND)


def test_it_begins_under_the_version_of_the_day_on_which_it_comes():
	assert told(CadenceRepublished(frozenset({"one"}), Republish.STOP_EDITED)).after == WAITING
