"""What an activity keeps of how it was carried out, whatever becomes of it or of its definition later."""

from __future__ import annotations

import pytest

from cadences_app.engine.content import Channel
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.enrollment import Activity, Enrollment, evolve_all
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Reason
from cadences_app.engine.runs import edited_follow_ups, rechanneled_follow_ups
from cadences_app.engine.transitions import (
	FollowUpCarriedOut,
	FollowUpHandedOver,
	FollowUpScheduled,
	OutcomeRecorded,
	Transition,
)
from cadences_app.engine.triggers import channel_of
from cadences_app.tests.engine.builders import after, cadence, days, email, task, utc

NOON = utc("2026-03-02 12:00")
SCHEDULED = FollowUpScheduled("it", NOON, NOON, Reason.ENROLLED)


def after_all(*transitions: Transition) -> Activity:
	return evolve_all(Enrollment(), (SCHEDULED, *transitions)).activities["it"]


def test_one_that_is_scheduled_afresh_keeps_when_and_by_what_it_was_handed_over() -> None:
	again = after_all(FollowUpHandedOver("it", NOON, Channel.MESSAGE), SCHEDULED)
	assert (again.handed_over_at, again.sent_by) == (NOON, Channel.MESSAGE)
	first = after_all()
	assert (first.handed_over_at, first.sent_by) == (None, None)


@pytest.mark.parametrize(
	"transition, made_by, was_sent",
	[
		(FollowUpCarriedOut("it", NOON, due_on=NOON.date()), Channel.TASK, False),
		(FollowUpCarriedOut("it", NOON, starts_at=NOON), Channel.CALL, False),
		(FollowUpCarriedOut("it", NOON), None, False),
		(FollowUpHandedOver("it", NOON), Channel.EMAIL, True),
		(FollowUpHandedOver("it", NOON, Channel.MESSAGE), Channel.MESSAGE, True),
	],
)
def test_it_tells_which_channel_made_it(
	transition: Transition, made_by: Channel | None, was_sent: bool
) -> None:
	made = after_all(transition)
	assert (made.made_by, made.was_sent) == (made_by, was_sent)


SENT = FollowUpHandedOver("it", NOON, Channel.MESSAGE)
MADE = FollowUpCarriedOut("it", NOON, due_on=NOON.date())


@pytest.mark.parametrize(
	"transitions, now, channel",
	[
		((), task("it"), Channel.TASK),
		((), email("it"), Channel.EMAIL),
		((), None, None),
		((SENT,), email("it"), Channel.MESSAGE),
		((SENT, SCHEDULED), email("it"), Channel.EMAIL),
		((SENT, SCHEDULED), task("it"), Channel.MESSAGE),
		((SENT,), None, Channel.MESSAGE),
		((MADE,), email("it"), Channel.TASK),
	],
)
def test_what_was_made_keeps_its_channel_and_what_is_to_come_has_that_of_the_definition(
	transitions: tuple[Transition, ...], now: FollowUp | None, channel: Channel | None
) -> None:
	assert channel_of(after_all(*transitions), now) is channel


def test_a_click_is_an_opening_too_but_on_no_link_of_its_own() -> None:
	clicked = after_all(FollowUpHandedOver("it", NOON), OutcomeRecorded("it", Outcome.CLICKED, NOON, "a"))
	assert clicked.latest(Outcome.OPENED) == clicked.latest(Outcome.CLICKED, "a") == NOON
	assert clicked.latest(Outcome.OPENED, "a") is clicked.latest(Outcome.CLICKED, "b") is None


def test_a_mail_stands_nowhere_whatever_came_of_it() -> None:
	opened = after_all(FollowUpHandedOver("it", NOON), OutcomeRecorded("it", Outcome.OPENED, NOON))
	assert (opened.standing, opened.stands_since, opened.is_closed) == (None, None, False)


def test_a_follow_up_is_edited_when_it_reads_differently_or_is_gone() -> None:
	before = cadence(task("kept"), task("moved"), task("gone"))
	now = cadence(task("kept"), task("moved", timing=after(days(1))), task("new"))
	assert edited_follow_ups(before, now) == {"moved", "gone"}
	assert edited_follow_ups(before, before) == set()


def test_a_follow_up_has_another_channel_where_both_definitions_have_it() -> None:
	before = cadence(task("kept"), task("sent"), task("gone"))
	assert rechanneled_follow_ups(before, cadence(task("kept"), email("sent"), email("new"))) == {"sent"}
