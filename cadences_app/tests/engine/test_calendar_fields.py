"""Delays, windows and lateness policies as plain values, and faults that name their field."""

from datetime import time

import pytest

from cadences_app.engine.calendar import Delay, Lateness, LatePolicy, Unit, Window


@pytest.mark.parametrize("member", [*Unit, *Lateness])
def test_a_stored_choice_is_its_text(member: Unit | Lateness) -> None:
	assert str(member) == f"{member}" == member == member.value


def test_writes_plain_values() -> None:
	assert Delay(3, Unit.BUSINESS_DAYS).to_dict() == {"amount": 3, "unit": "Business Days"}
	window = Window(frozenset({4, 0}), time(9), time(17, 30))
	assert window.to_dict() == {"days": [0, 4], "opens": "09:00:00", "closes": "17:30:00"}
	policy = LatePolicy(Lateness.SKIP, Delay(2, Unit.DAYS))
	assert policy.to_dict() == {"rule": "Skip", "after": {"amount": 2, "unit": "Days"}}


def test_reads_what_people_write() -> None:
	window = Window.from_dict({"days": [], "opens": "09:00", "closes": "17:30"})
	assert window == Window(frozenset(), time(9), time(17, 30))
	assert Delay.from_dict({"amount": -2, "unit": "Hours"}) == Delay(-2, Unit.HOURS)
	assert LatePolicy.from_dict({}) == LatePolicy(Lateness.KEEP_DISTANCE, Delay(24, Unit.HOURS))
	assert LatePolicy.from_dict({"rule": "Skip"}) == LatePolicy(Lateness.SKIP, Delay(24, Unit.HOURS))


@pytest.mark.parametrize(
	("kind", "source", "message"),
	[
		(Delay, {"unit": "Days"}, "amount is missing"),
		(Delay, {"amount": 1}, "unit is missing"),
		(Delay, {"amount": "1", "unit": "Days"}, "amount must be a whole number, not '1'"),
		(Delay, {"amount": 1.5, "unit": "Days"}, "amount must be a whole number"),
		(Delay, {"amount": True, "unit": "Days"}, "amount must be a whole number"),
		(Delay, {"amount": 1, "unit": "Fortnights"}, "unit must be one of Minutes, .*, not 'Fortnights'"),
		(Delay, {"amount": 1, "unit": ["Days"]}, "unit must be one of"),
		(Delay, {"amount": 1, "unit": "Days", "at": "9"}, "at is not known"),
		(Delay, "1 Days", "expected an object"),
		(Window, {"opens": "09:00"}, "closes, days is missing"),
		(Window, {"days": [7], "opens": "09:00", "closes": "17:00"}, "days must be a list of weekdays"),
		(Window, {"days": [True], "opens": "09:00", "closes": "17:00"}, "days must be a list of weekdays"),
		(Window, {"days": "Monday", "opens": "09:00", "closes": "17:00"}, "days must be a list of weekdays"),
		(Window, {"days": [0], "opens": "9 am", "closes": "17:00"}, "opens must be a time of day"),
		(Window, {"days": [0], "opens": "09:00+02:00", "closes": "17:00"}, "opens must be a time of day"),
		(Window, {"days": [0], "opens": "09:00", "closes": 17}, "closes must be a time of day"),
		(LatePolicy, {"rule": "Never"}, "rule must be one of"),
		(LatePolicy, {"rule": "Skip", "aftr": {}}, "aftr is not known"),
		(LatePolicy, {"after": 3}, "after: expected an object"),
		(LatePolicy, {"after": {"amount": None, "unit": "Days"}}, "after: amount must be a whole number"),
	],
)
def test_names_the_field_that_cannot_be_read(
	kind: type[Delay] | type[Window] | type[LatePolicy], source: dict[str, object], message: str
) -> None:
	with pytest.raises(ValueError, match=message):
		kind.from_dict(source)
