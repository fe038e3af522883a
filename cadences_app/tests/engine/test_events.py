"""The stored form of every event: what goes into the inbox comes out of it the same."""

import json
from dataclasses import MISSING, fields
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.engine.events import (
	KIND_OF,
	KINDS,
	ActivityDeleted,
	CadenceDeactivated,
	CadenceRepublished,
	CallRescheduled,
	ColleagueReplied,
	ContinueRequested,
	EmailEdited,
	Enrolled,
	EventKind,
	FollowUpDeclined,
	FollowUpFailed,
	FollowUpImpossible,
	HoldRequested,
	MeetingBooked,
	Note,
	Noted,
	OutcomeReported,
	PauseRequested,
	RecordChanged,
	Republish,
	RestartRequested,
	ResumeRequested,
	SkipRequested,
	SkipTarget,
	StopRequested,
	TimePassed,
	TryAgainRequested,
	event_from_dict,
	event_to_dict,
)
from cadences_app.engine.outcomes import Outcome

MOMENT = datetime(2026, 3, 29, 1, 30, 15, 250000, tzinfo=timezone.utc)
ABROAD = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))

SAMPLES = [
	Enrolled(),
	TimePassed(),
	RecordChanged(),
	OutcomeReported(1, "hello", Outcome.REPLIED, MOMENT),
	OutcomeReported(3, "hello", Outcome.CLICKED, ABROAD, "https://example.com/a?b=c"),
	FollowUpFailed(1, "hello", "TemplateError: 'nmae' is undefined"),
	FollowUpImpossible(2, "hello", "no address"),
	FollowUpDeclined(1, "hello", "too pushy"),
	EmailEdited(1, "hello"),
	ActivityDeleted(1, "hello"),
	CallRescheduled(1, "ring", MOMENT),
	MeetingBooked(MOMENT),
	ColleagueReplied("bob@buyer.example"),
	Noted(Note.CALL_ENDED, "Call Log 1", 300),
	HoldRequested(MOMENT),
	PauseRequested(),
	PauseRequested(MOMENT),
	ResumeRequested(),
	SkipRequested(SkipTarget.NEXT),
	SkipRequested(SkipTarget.LAST),
	StopRequested(),
	StopRequested("éléphant"),
	ContinueRequested(),
	RestartRequested(),
	CadenceDeactivated(),
	CadenceRepublished(frozenset(), Republish.FINISH),
	CadenceRepublished(
		frozenset({"b", "a"}), Republish.MOVE, "CAD-0001-2", frozenset({"c"}), frozenset({"c"})
	),
	TryAgainRequested(),
]


def through_json(event):
	kind = KIND_OF[type(event)]
	return event_from_dict(EventKind(str(kind)), json.loads(json.dumps(event_to_dict(event))))


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_is_the_same_after_it_was_stored(event):
	assert through_json(event) == event


def test_the_samples_hold_every_kind():
	assert {KIND_OF[type(event)] for event in SAMPLES} == set(EventKind) == set(KINDS)


@given(st.datetimes(timezones=st.timezones()), st.text(), st.sampled_from(Outcome))
def test_moments_and_texts_survive_whatever_they_are(at, text, outcome):
	event = OutcomeReported(1, text, outcome, at, text)

	stored = through_json(event)

	assert stored.at - at == timedelta(0)
	assert (stored.follow_up, stored.outcome, stored.detail) == (text, outcome, text)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_field_without_a_value_of_its_own_is_asked_for(kind):
	required = [each.name for each in fields(KINDS[kind]) if each.default is MISSING]

	if required:
		with pytest.raises(TypeError, match=required[0]):
			event_from_dict(kind, {})
	else:
		assert event_from_dict(kind, {}) == KINDS[kind]()


@pytest.mark.parametrize(
	("kind", "values"),
	[
		(EventKind.OUTCOME, {"outcome": "Read"}),
		(EventKind.OUTCOME, {"run": "1"}),
		(EventKind.OUTCOME, {"run": True}),
		(EventKind.OUTCOME, {"at": "2026-03-29T01:30:00"}),
		(EventKind.OUTCOME, {"at": 1774747800}),
		(EventKind.OUTCOME, {"detail": None}),
		(EventKind.HOLD, {"until": "tomorrow"}),
		(EventKind.PAUSE, {"until": ""}),
		(EventKind.SKIP, {"target": "First Follow-up"}),
		(EventKind.REPUBLISHED, {"edited": "hello"}),
		(EventKind.REPUBLISHED, {"edited": [1]}),
	],
)
def test_a_value_of_another_kind_is_refused(kind, values):
	sample = next(event for event in SAMPLES if KIND_OF[type(event)] is kind)

	with pytest.raises(ValueError):
		event_from_dict(kind, event_to_dict(sample) | values)


def test_what_a_later_version_of_the_app_wrote_along_is_left_aside():
	assert event_from_dict(EventKind.STOP, {"why": "left", "colour": "red"}) == StopRequested("left")


def test_an_instant_may_be_written_with_a_z():
	assert event_from_dict(EventKind.MEETING, {"at": "2026-03-29T01:30:15.250000Z"}) == MeetingBooked(MOMENT)
