"""Which fields of a record are watched for a cadence."""

import pytest

from cadences_app.engine.definition import ExitKind, Start, Timing
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import ZoneSource
from cadences_app.engine.watching import ANY_FIELD, watched_fields
from cadences_app.tests.engine.builders import (
	before_date,
	cadence,
	days,
	email,
	leave_for,
	leave_if,
	leave_on,
	on,
	task,
)


@pytest.mark.parametrize(
	("parts", "policy", "fields"),
	[
		([email("a")], {}, set()),
		([email("a", timing=before_date("expiry", days(3)))], {}, {"expiry"}),
		([task("a"), leave_if("status", "Closed"), leave_if("city", "Bonn")], {}, {"status", "city"}),
		(
			[task("a"), leave_for(ExitKind.DATE, timing=Timing(Start.AFTER_DATE, days(1), "expiry"))],
			{},
			{"expiry"},
		),
		([task("a"), leave_for(ExitKind.CONVERTED), leave_for(ExitKind.MEETING)], {}, set()),
		([task("a"), leave_for(ExitKind.LEFT_VIEW)], {}, {ANY_FIELD}),
		([task("a"), leave_for(ExitKind.EXPRESSION, expression="doc.city")], {}, {ANY_FIELD}),
		([task("a")], {"zone": ZoneSource.PERSON}, {"time_zone", "timezone"}),
	],
)
def test_what_a_rule_or_a_timing_reads_is_watched(parts, policy, fields):
	assert watched_fields(cadence(*parts, **policy)) == fields


def test_an_outcome_rule_watches_no_field():
	assert watched_fields(cadence(email("a"), leave_on(on(Outcome.REPLIED)))) == set()
