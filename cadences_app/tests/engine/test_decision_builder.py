"""What a decision keeps on the way, for who asks again, is what would be found anew."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings

from cadences_app.engine.decision_builder import DecisionBuilder
from cadences_app.engine.enrollment import Activity
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.statuses import ActivityStatus
from cadences_app.engine.waiting import earliest_wait, soonest_for
from cadences_app.engine.wall_clock import sooner
from cadences_app.tests.engine.strategies import lives

NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=1)

steady = settings(
	deadline=None,
	max_examples=80,
	derandomize=True,
	suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@steady
@given(lives())
def test_what_is_kept_holds_after_each_transition(life):
	for turn in life.turns:
		builder = DecisionBuilder(life.cadence, turn.before, turn.facts, turn.now)
		asked(builder)
		for transition in turn.decision.transitions:
			builder.apply(transition)
			anew = DecisionBuilder(life.cadence, builder.enrollment, turn.facts, turn.now)
			assert asked(builder) == asked(anew)


def asked(builder: DecisionBuilder) -> tuple[object, ...]:
	survey, cadence = builder.survey, builder.cadence
	found = [getattr(survey, name) for name in survey.__slots__]
	soonest = {each.key: soonest_for(builder, each) for each in cadence.follow_ups if each.silence_of}
	return [each.key for each in builder.to_start], found, soonest, earliest_wait(builder)


@steady
@given(lives())
def test_what_is_waited_for_is_no_later_for_what_is_known_of_other_things(life):
	for turn in life.turns:
		after, facts = turn.decision.after, turn.facts
		wait = earliest_wait(DecisionBuilder(life.cadence, after, facts, turn.now))
		for known in (turn.now + timedelta(hours=1), turn.now + timedelta(days=9)):
			for asks_before in (False, True):
				builder = DecisionBuilder(life.cadence, after, facts, turn.now)
				if asks_before:
					earliest_wait(builder)
				assert earliest_wait(builder, known) == sooner(wait, known)
				assert earliest_wait(builder) == wait


@pytest.mark.parametrize(
	("one", "other", "earlier"),
	[(None, None, None), (NOW, None, NOW), (None, NOW, NOW), (NOW, LATER, NOW), (LATER, NOW, NOW)],
)
def test_the_sooner_of_two_instants(one, other, earlier):
	assert sooner(one, other) == earlier


@pytest.mark.parametrize(
	("marks", "can"),
	[
		({}, True),
		({Outcome.OVERDUE: NOW - timedelta(hours=1)}, True),  # it was moved since
		({Outcome.OVERDUE: NOW}, False),
		({Outcome.COMPLETED: NOW}, False),
	],
)
def test_a_call_can_become_overdue_once_for_each_time_it_is_to_start(marks, can):
	"""S4.3"""
	held = {(outcome, ""): (at,) for outcome, at in marks.items()}
	call = Activity(
		"ring", ActivityStatus.CARRIED_OUT, NOW, NOW, carried_out_at=NOW, starts_at=NOW, marks=held
	)
	assert call.can_become_overdue is can
