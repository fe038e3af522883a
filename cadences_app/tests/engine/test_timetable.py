"""The days beside the tree, and what stands beside its main line (S3.7)."""

import pytest

from cadences_app.engine.definition import Trigger
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.timetable import earliest_days, is_boost
from cadences_app.tests.engine.builders import (
	after,
	after_date,
	cadence,
	days,
	email,
	hours,
	on,
	task,
	without,
)


@pytest.mark.parametrize(
	("parent", "trigger", "stands_beside"),
	[
		("one", on(Outcome.OPENED, times=2), True),
		("one", on(Outcome.CLICKED, "https://a.example"), True),
		("one", on(Outcome.OPENED), False),
		("one", on(Outcome.REPLIED, times=2), False),
		("one", Trigger(Outcome.OPENED, times=2, absent=True, within=days(3)), False),
		("one", Trigger(), False),
		("", on(Outcome.OPENED, times=2), False),
	],
)
def test_what_several_openings_or_one_link_set_going_stands_beside_the_line(parent, trigger, stands_beside):
	assert is_boost(email("it", parent, trigger)) is stands_beside


def test_the_waits_on_the_way_are_added_up():
	of = cadence(
		email("one", timing=after(days(1))),
		email("two", "one", timing=after(hours(12))),
		email("silent", "two", without(Outcome.OPENED, days(3)), after(days(1))),
		task("dated", "two", timing=after_date("event_on", days(9))),
		email("lost", "nobody", timing=after(days(2))),
	)
	assert earliest_days(of) == {"one": 1, "two": 1.5, "silent": 5.5, "dated": 1.5, "lost": 2}
