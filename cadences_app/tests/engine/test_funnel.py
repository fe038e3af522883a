"""S8.1, S8.2: many enrollments as counts, rates and paths."""

from datetime import datetime, timedelta, timezone

import pytest

from cadences_app.engine.content import CallContent, Channel, EmailContent, TaskContent
from cadences_app.engine.definition import Cadence, FollowUp, Trigger
from cadences_app.engine.enrollment import Activity, Enrollment
from cadences_app.engine.funnel import START, funnel
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus

AT = datetime(2024, 5, 6, 9, tzinfo=timezone.utc)
CADENCE = Cadence(
	"Counted",
	"Lead",
	(
		FollowUp("hello", Channel.EMAIL, EmailContent()),
		FollowUp("connect", Channel.TASK, TaskContent(), parent="hello"),
		FollowUp("phone", Channel.CALL, CallContent(), parent="hello", trigger=Trigger(Outcome.OPENED)),
	),
)


def activity(key, status=ActivityStatus.CARRIED_OUT, *outcomes, result=""):
	marks = {(outcome, ""): (AT + timedelta(hours=hour),) for hour, outcome in enumerate(outcomes)}
	if result:
		marks |= {(Outcome.CALL_RESULT, ""): (AT,), (Outcome.CALL_RESULT, result): (AT,)}
	return Activity(key, status, AT, AT, marks=marks)


def enrollment(*activities, status=EnrollmentStatus.ACTIVE, reason=None, note=""):
	return Enrollment(
		status=status,
		run=1,
		activities={each.follow_up: each for each in activities},
		exit_reason=reason,
		exit_note=note,
	)


SENT = (ActivityStatus.CARRIED_OUT, Outcome.SENT)
RUNS = (
	enrollment(activity("hello", *SENT)),
	enrollment(
		activity("hello", *SENT, Outcome.OPENED, Outcome.REPLIED),
		activity("connect", ActivityStatus.CANCELLED),
		status=EnrollmentStatus.STOPPED,
		reason=Reason.RULE_OUTCOME,
		note="Replied",
	),
	enrollment(
		activity("hello", *SENT, Outcome.CLICKED),
		activity("connect", ActivityStatus.CARRIED_OUT, Outcome.NOT_STARTED, Outcome.COMPLETED),
		activity("phone", ActivityStatus.CARRIED_OUT, Outcome.SCHEDULED, result="No Answer"),
		status=EnrollmentStatus.COMPLETED,
		reason=Reason.COMPLETED,
	),
	enrollment(
		activity("hello", ActivityStatus.SKIPPED),
		activity("forgotten", *SENT),
		status=EnrollmentStatus.STOPPED,
		reason=Reason.RULE_OUTCOME,
		note="Replied",
	),
)


def test_counts_each_follow_up():
	counted = funnel(CADENCE, RUNS)
	hello = counted.follow_ups["hello"].counts
	assert (hello.reached, hello.carried_out, hello.statuses[ActivityStatus.SKIPPED]) == (4, 3, 1)
	assert {outcome.value: number for outcome, number in hello.outcomes.items()} == {
		"Sent": 3,
		"Opened": 2,  # whoever clicked has opened
		"Clicked": 1,
		"Replied": 1,
	}
	phone = counted.follow_ups["phone"].counts
	assert phone.results == {"No Answer": 1}
	assert (phone.outcomes[Outcome.COMPLETED], phone.outcomes[Outcome.OVERDUE]) == (1, 0)
	assert counted.follow_ups["connect"].counts.statuses[ActivityStatus.CANCELLED] == 1


def test_rates_are_shares_of_what_was_carried_out():
	counted = funnel(CADENCE, RUNS)
	assert counted.follow_ups["hello"].counts.rate(Outcome.OPENED) == pytest.approx(2 / 3)
	assert funnel(CADENCE, ()).follow_ups["hello"].counts.rate(Outcome.OPENED) is None


def test_counts_paths_and_ends():
	counted = funnel(CADENCE, RUNS)
	assert counted.paths == {(START, "hello"): 4, ("hello", "connect"): 2, ("hello", "phone"): 1}
	assert (counted.enrolled, counted.live) == (4, 1)
	assert counted.ends == {
		(EnrollmentStatus.STOPPED, Reason.RULE_OUTCOME, "Replied"): 2,
		(EnrollmentStatus.COMPLETED, Reason.COMPLETED, ""): 1,
	}
	assert counted.ended_as(EnrollmentStatus.STOPPED) == 2


def test_totals_are_of_one_channel():
	counted = funnel(CADENCE, RUNS)
	assert counted.carried_out(Channel.EMAIL) == 3
	assert counted.total(Channel.EMAIL, Outcome.REPLIED) == 1
	assert (
		counted.total(Channel.TASK, Outcome.COMPLETED),
		counted.total(Channel.CALL, Outcome.COMPLETED),
	) == (1, 1)


def test_compares_variants():
	templates = ({"hello": "Short"}, {"hello": "Long"}, {"hello": "Long"}, {})
	variants = funnel(CADENCE, RUNS, templates).follow_ups["hello"].variants
	assert {name: (counts.reached, counts.outcomes[Outcome.OPENED]) for name, counts in variants.items()} == {
		"Short": (1, 0),
		"Long": (2, 2),
	}
