"""Conditions over a record's fields: text, numbers, dates, times, empty fields."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.reading import DefinitionError, Fields

HOLDS = [
	# text, as the database compares it
	("Not Interested", "=", "not interested"),
	("Open", "!=", "Closed"),
	("Straße", "=", "STRASSE"),
	("b", ">", "A"),
	("Lead", "in", ("Open", "lead")),
	("Lead", "not in", ("Open", "Closed")),
	# patterns
	("Acme Ltd.", "like", "acme%"),
	("Acme Ltd.", "like", "%LTD_"),
	("a[1]*?", "like", "a[1]*?"),
	("two\nlines", "like", "two%"),
	("abc", "not like", "a*c"),
	("ab", "not like", "b"),
	(0, "like", "0"),
	(None, "not like", "%x%"),
	# numbers, which a filter may hold as text
	(10, ">", "9"),
	("10", ">", 9),
	(1, "=", "1.0"),
	(Decimal("10.50"), "=", 10.5),
	(Decimal("10"), ">", "9"),
	(True, "=", 1),
	(1, "=", True),
	(0, "!=", 1),
	(3, "in", ("1", "3")),
	(5, "<=", 5),
	("10", "<", "word"),
	("word", ">", "10"),
	# dates and moments
	(date(2026, 2, 1), ">", "2026-01-31"),
	("2026-02-01", ">", date(2026, 1, 31)),
	(datetime(2026, 2, 1, 8), ">", date(2026, 2, 1)),
	(date(2026, 2, 1), "=", "2026-02-01 00:00:00"),
	(datetime(2026, 2, 1, 8, tzinfo=timezone.utc), "=", "2026-02-01T08:00:00"),
	# times of day, which Frappe reads as timedeltas
	(timedelta(hours=9), "<", "10:00:00"),
	(timedelta(hours=10), "=", "10:00:00"),
	(timedelta(hours=9, minutes=30), ">=", time(9, 30)),
	(timedelta(hours=9), ">", "8:30:00"),
	# set or not
	("x", "is set", None),
	(0, "is set", None),
	(False, "is set", None),
	(None, "is not set", None),
	("", "is not set", None),
	# an empty field is empty, and differs from all that is something
	(None, "=", ""),
	("", "=", None),
	(None, "!=", "Open"),
	(None, "not in", ("Open",)),
	(None, "in", ("", "Open")),
]

FAILS = [
	("Open", "=", "Opened"),
	("Open", "!=", "OPEN"),
	("Open", "in", ()),
	("ab", "like", "b"),
	("acme", "like", "a*"),
	# nothing is above or below an empty field
	(None, "<", 5),
	("", ">=", 0),
	(5, ">", None),
	("", "<", "b"),
	("b", ">", ""),
	(None, "=", 0),
	(None, "in", ("Open",)),
	(None, "like", "%x%"),
	(None, "like", "n%"),
	# kinds without an order
	("word", ">", 5),
	(5, "<", "word"),
	("soon", "<", date(2026, 1, 1)),
	(date(2026, 1, 1), ">", 5),
	(timedelta(hours=9), "<", "noon"),
	("word", "=", 5),
	(10**400, ">", 1),
	(float("nan"), "=", float("nan")),
]


def condition(operator, value):
	return Condition("field", Operator(operator), value)


@pytest.mark.parametrize(("found", "operator", "value"), HOLDS, ids=repr)
def test_it_holds(found, operator, value):
	assert condition(operator, value).holds({"field": found})


@pytest.mark.parametrize(("found", "operator", "value"), FAILS, ids=repr)
def test_it_does_not_hold(found, operator, value):
	assert not condition(operator, value).holds({"field": found})


def test_a_field_that_the_record_does_not_have_is_empty():
	assert condition("is not set", None).holds({})
	assert not condition("=", "x").holds({})


VALUES = st.one_of(
	st.none(),
	st.text(max_size=5),
	st.integers(),
	st.floats(),
	st.booleans(),
	st.dates(),
	st.datetimes(timezones=st.none() | st.just(timezone.utc)),
	st.timedeltas(),
	st.decimals(),
)


@given(VALUES, VALUES)
def test_no_pair_of_values_is_too_odd_to_compare(found, wanted):
	def holds(operator):
		return condition(operator, wanted).holds({"field": found})

	assert holds("=") != holds("!=")
	assert condition("in", (wanted,)).holds({"field": found}) == holds("=")
	assert condition("not in", (wanted,)).holds({"field": found}) == holds("!=")
	assert holds("like") != holds("not like")
	assert not (holds(">") and holds("<"))
	if holds(">="):
		assert holds(">") or holds("=")


@given(st.text(max_size=8))
def test_a_text_without_wildcards_is_like_itself_only(text):
	plain = text.replace("%", "").replace("_", "")

	assert condition("like", plain).holds({"field": plain})
	assert condition("like", "%" + plain).holds({"field": "before " + plain})
	assert not condition("like", plain).holds({"field": plain + "!"})


SAMPLES = [
	Condition("status", Operator.EQUALS, "Open"),
	Condition("status", Operator.IN, ("Open", "Lead")),
	Condition("amount", Operator.AT_LEAST, 0),
	Condition("do_not_call", Operator.EQUALS, False),
	Condition("email", Operator.IS_SET),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_it_reads_what_it_wrote(sample):
	fields = Fields(sample.to_dict())

	assert Condition.read(fields) == sample
	fields.close()


def test_a_list_may_be_written_with_commas():
	fields = Fields({"field": "status", "operator": "in", "value": "Open, Lead"})

	assert Condition.read(fields).value == ("Open", "Lead")


@pytest.mark.parametrize(
	("source", "at_fault"),
	[
		({"operator": "=", "value": 1}, "field"),
		({"field": "status", "value": 1}, "operator"),
		({"field": "status", "operator": "~"}, "operator"),
		({"field": "status", "operator": "in"}, "value"),
		({"field": "status", "operator": "in", "value": 5}, "value"),
		({"field": "status", "operator": "=", "value": ["a"]}, "value"),
	],
)
def test_a_fault_names_its_field(source, at_fault):
	with pytest.raises(DefinitionError) as caught:
		Condition.read(Fields(source))

	assert caught.value.path == (at_fault,)


def test_numbers_that_are_text_on_both_sides_have_the_order_of_numbers():
	assert Condition("amount", Operator.ABOVE, "9").holds({"amount": "10"})
	assert not Condition("amount", Operator.BELOW, "9").holds({"amount": "10.5"})
	assert Condition("code", Operator.DIFFERS, "7").holds({"code": "007"})
