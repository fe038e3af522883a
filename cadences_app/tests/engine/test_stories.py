"""Stories: what a cadence is expected to do with given answers, and in what it differs (S1.10)."""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from cadences_app.engine.calendar import Delay, Unit
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.dry_run.stories import Difference, Differs, Expected, differences
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reading import DefinitionError, Fields
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.tests.engine.builders import after, cadence, days, email, task

BERLIN = ZoneInfo("Europe/Berlin")
STARTS = datetime(2025, 3, 28, 22, 30, tzinfo=timezone.utc)  # 23:30 in Berlin, before the clocks change
OPENED = Script((ScriptedOutcome("hello", Outcome.OPENED, Delay(1, Unit.DAYS)),))


def run(of, script=OPENED):
	ada = Record("Ada", {"email_id": "a@b.example"}, BERLIN)
	return Expected.of(simulate(of, ada, script, STARTS), BERLIN)


def of(delay=3):
	return cadence(email("hello"), task("look", "hello", timing=after(days(delay))))


def test_days_are_those_of_the_records_calendar():
	found = run(of())
	assert (found.status, found.days) == (EnrollmentStatus.COMPLETED, {"hello": 0, "look": 3})


def test_it_is_read_as_it_was_written():
	found = run(of())
	assert Expected.read(Fields(json.loads(json.dumps(found.to_dict())))) == found


def test_what_holds_differs_in_nothing():
	assert list(differences(run(of()), run(of()))) == []


@pytest.mark.parametrize(
	("after_edit", "told"),
	[
		(of(4), [Difference(Differs.DAY, "look", "3", "4")]),
		(cadence(email("hello")), [Difference(Differs.MISSING, "look", "3")]),
		(
			cadence(email("hello"), task("look", "hello", timing=after(days(3))), task("more", "hello")),
			[Difference(Differs.ADDED, "more", found="0")],
		),
	],
)
def test_what_an_edit_changes_is_named(after_edit, told):
	assert list(differences(run(of()), run(after_edit))) == told


def test_another_end_is_named_last():
	bounced = Script((ScriptedOutcome("hello", Outcome.UNSUBSCRIBED, Delay(1, Unit.DAYS)),))
	found = list(differences(run(of()), run(of(), bounced)))
	assert [each.kind for each in found] == [Differs.MISSING, Differs.END]
	assert found[-1].found.startswith("Stopped")


@pytest.mark.parametrize(
	"hostile",
	[{}, {"status": "Gone"}, {"status": "Completed", "days": {"a": "1"}}, {"status": "Active", "days": []}],
)
def test_what_is_no_expectation_is_refused(hostile):
	with pytest.raises(DefinitionError):
		Expected.read(Fields(hostile))


def test_a_year_is_not_too_long_to_count():
	late = cadence(email("hello"), task("look", "hello", timing=after(days(300))))
	assert run(late).days["look"] == timedelta(days=300).days
