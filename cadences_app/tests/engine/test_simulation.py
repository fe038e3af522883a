"""A dry run over a virtual clock: scripted, random, and the same as event by event (S11.1)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadences_app.engine.actions import SendEmail
from cadences_app.engine.calendar import Delay, Unit, Window
from cadences_app.engine.conditions import Condition, Operator
from cadences_app.engine.content import (
	CallContent,
	Channel,
	EmailContent,
	MessageContent,
	TaskContent,
	Variant,
)
from cadences_app.engine.decision import decide
from cadences_app.engine.definition import Cadence, ExitKind, ExitRule, FollowUp, Timing, Trigger
from cadences_app.engine.dry_run import simulation
from cadences_app.engine.dry_run.random_answers import TYPICAL, WAKING_HOURS, Profile, random_answers
from cadences_app.engine.dry_run.script import (
	Happening,
	RecordEdit,
	Script,
	ScriptedOutcome,
	read_script,
	read_span,
)
from cadences_app.engine.dry_run.simulation import EndlessRun, Record, replay, simulate
from cadences_app.engine.enrollment import Enrollment
from cadences_app.engine.events import (
	Enrolled,
	OutcomeReported,
	PauseRequested,
	RestartRequested,
	StopRequested,
	TimePassed,
)
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.policy import SendingPolicy
from cadences_app.engine.reading import DefinitionError, Fields
from cadences_app.engine.reasons import Block, Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.engine.transitions import FollowUpCarriedOut

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2024, 3, 25, 9, tzinfo=BERLIN)
ADA = Record("ada", {"email_id": "ada@example.com", "status": "Lead"}, BERLIN)
EMAIL = EmailContent(to_field="email_id", variants=(Variant("Hello"),))


def days(amount):
	return Delay(amount, Unit.DAYS)


def email(key, parent="", trigger=None, delay=0):
	return FollowUp(
		key,
		Channel.EMAIL,
		EMAIL,
		parent=parent,
		trigger=trigger or Trigger(),
		timing=Timing(delay=days(delay)),
	)


CADENCE = Cadence(
	"Simulated",
	"Lead",
	(
		email("hello"),
		email("thanks", "hello", Trigger(Outcome.OPENED), 1),
		email("again", "hello", Trigger(Outcome.OPENED, absent=True, within=days(3), since=Outcome.SENT)),
		FollowUp(
			"connect", Channel.TASK, TaskContent("Connect"), parent="hello", timing=Timing(delay=days(2))
		),
		FollowUp(
			"phone",
			Channel.CALL,
			CallContent("Call", start=days(1), at=time(10)),
			parent="connect",
			trigger=Trigger(Outcome.COMPLETED),
		),
		email("missed", "phone", Trigger(Outcome.CALL_RESULT, detail="No Answer")),
	),
	(
		ExitRule("replied", ExitKind.OUTCOME, trigger=Trigger(Outcome.REPLIED)),
		ExitRule("lost", ExitKind.CONDITIONS, conditions=(Condition("status", Operator.EQUALS, "Lost"),)),
		ExitRule("won", ExitKind.CONVERTED),
	),
	SendingPolicy(window=Window(frozenset(range(5)), time(9), time(17)), answer_wait_days=10),
	close_open_on_exit=True,
)


def run(*entries, cadence=CADENCE, record=ADA, **options):
	answers = tuple(each for each in entries if isinstance(each, ScriptedOutcome))
	happenings = tuple(each for each in entries if isinstance(each, Happening))
	return simulate(cadence, record, Script(answers, happenings), MONDAY, **options)


def carried_out(of):
	"""When each follow-up was carried out, as wall time in Berlin."""
	return {
		step.follow_up: step.at.astimezone(BERLIN).strftime("%m-%d %H:%M")
		for step in of.steps
		if isinstance(step.what, FollowUpCarriedOut)
	}


def test_who_never_answers_gets_what_follows_silence():
	silent = run()
	# Summer time begins on 31 March: three days of silence end on Thursday, at the hour of the sending.
	assert carried_out(silent) == {"hello": "03-25 09:00", "again": "03-28 09:00", "connect": "03-27 09:00"}
	assert silent.enrollment.status is EnrollmentStatus.COMPLETED
	assert silent.enrollment.ended_at == silent.turns[-1].at


def test_who_opens_and_is_called_goes_the_other_way():
	answered = run(
		ScriptedOutcome("hello", Outcome.OPENED, days(2)),
		ScriptedOutcome("connect", Outcome.COMPLETED, timedelta(hours=5)),
		ScriptedOutcome("phone", Outcome.CALL_RESULT, days(2), detail="No Answer"),
	)
	assert carried_out(answered) == {
		"hello": "03-25 09:00",
		"thanks": "03-28 09:00",
		"connect": "03-27 09:00",
		"phone": "03-27 14:00",
		"missed": "03-29 14:00",
	}
	assert answered.activities["phone"].starts_at == datetime(2024, 3, 28, 10, tzinfo=BERLIN)


def test_what_falls_outside_the_window_says_so():
	weekend = run(ScriptedOutcome("hello", Outcome.OPENED, days(5)))
	thanks = [
		(step.at.astimezone(BERLIN).day, step.reason) for step in weekend.steps if step.follow_up == "thanks"
	]
	assert thanks[0] == (30, Reason.TRIGGERED)
	assert weekend.activities["thanks"].carried_out_at == datetime(2024, 4, 1, 9, tzinfo=BERLIN)


def test_an_event_comes_before_what_is_due_at_the_same_instant():
	at = datetime(2024, 3, 27, 9, tzinfo=BERLIN)
	left = run(Happening(RecordEdit({"status": "Lost"}), at=at))
	assert "connect" not in carried_out(left)
	assert left.activities["connect"].status is ActivityStatus.CANCELLED
	assert left.enrollment.exit_reason is Reason.RULE_CONDITIONS
	assert left.enrollment.ended_at == at


@pytest.mark.parametrize(
	("edit", "reason"),
	[
		(RecordEdit(is_converted=True), Reason.RULE_CONVERTED),
		(RecordEdit(exists=False), Reason.RECORD_DELETED),
	],
)
def test_the_record_changes_under_way(edit, reason):
	left = run(Happening(edit, days(1)))
	assert (left.enrollment.status, left.enrollment.exit_reason) == (EnrollmentStatus.STOPPED, reason)


def test_an_email_that_is_refused_was_never_sent_and_its_address_gets_no_more():
	refused = run(
		ScriptedOutcome("hello", Outcome.BOUNCED),
		ScriptedOutcome("connect", Outcome.COMPLETED),
		ScriptedOutcome("phone", Outcome.CALL_RESULT, days(1), detail="No Answer"),
	)
	hello = refused.activities["hello"]
	assert hello.first(Outcome.BOUNCED) == MONDAY
	assert hello.first(Outcome.SENT) is None
	assert refused.activities["missed"].status is ActivityStatus.SKIPPED
	assert refused.activities["missed"].note == Block.ADDRESS_BOUNCED


def test_a_late_bounce_comes_after_the_sending():
	bounced = run(ScriptedOutcome("hello", Outcome.BOUNCED, timedelta(minutes=7)))
	hello = bounced.activities["hello"]
	assert hello.first(Outcome.BOUNCED) - hello.first(Outcome.SENT) == timedelta(minutes=7)


def test_who_has_no_address_is_skipped_and_it_says_why():
	nobody = run(record=replace(ADA, fields={"email_id": "", "status": "Lead"}))
	assert nobody.activities["hello"].status is ActivityStatus.SKIPPED
	assert nobody.activities["hello"].note == Block.NO_EMAIL_ADDRESS
	assert "connect" in carried_out(nobody)


def test_nobody_answers_what_never_went_out():
	early = run(ScriptedOutcome("thanks", Outcome.REPLIED, at=MONDAY + timedelta(hours=1)))
	assert early.enrollment.status is EnrollmentStatus.COMPLETED
	assert "thanks" not in early.activities


def test_a_call_that_was_closed_with_the_run_is_not_made():
	closed = run(
		ScriptedOutcome("connect", Outcome.COMPLETED),
		ScriptedOutcome("phone", Outcome.CALL_RESULT, days(3), detail="Interested"),
		Happening(StopRequested("by hand"), at=datetime(2024, 3, 27, 12, tzinfo=BERLIN)),
	)
	assert closed.enrollment.exit_reason is Reason.STOPPED_BY_HAND
	assert closed.activities["phone"].first(Outcome.CALL_RESULT) is None


def test_a_late_opening_is_noted_after_the_end():
	ended = run(Happening(StopRequested(), days(1)), ScriptedOutcome("hello", Outcome.OPENED, days(3)))
	assert ended.activities["hello"].first(Outcome.OPENED) == MONDAY + timedelta(days=3)
	assert [step.reason for step in ended.steps][-1] is Reason.OUTCOME_RECORDED
	assert ended.enrollment.status is EnrollmentStatus.STOPPED


def test_a_pause_moves_what_waits_by_its_length():
	until = datetime(2024, 3, 28, 9, tzinfo=BERLIN)
	paused = run(Happening(PauseRequested(until), at=datetime(2024, 3, 26, 9, tzinfo=BERLIN)))
	assert carried_out(paused)["connect"] == "03-29 09:00"


def test_a_restarted_run_is_answered_again():
	twice = run(ScriptedOutcome("hello", Outcome.REPLIED, days(1)), Happening(RestartRequested(), days(2)))
	ends = [
		step.at.astimezone(BERLIN).day
		for step in twice.steps
		if step.what and step.reason is Reason.RULE_OUTCOME
	]
	assert twice.enrollment.run == 2
	assert sorted(set(ends)) == [26, 28]


def test_doing_nothing_is_a_step_with_its_reason():
	nothing = run(ScriptedOutcome("hello", Outcome.SENT, timedelta(0)))
	assert (MONDAY, "hello", None, Reason.ALREADY_KNOWN) in [
		(step.at, step.follow_up, step.what, step.reason) for step in nothing.steps
	]


def test_stops_at_the_horizon():
	short = run(horizon=timedelta(days=1))
	assert short.enrollment.status is EnrollmentStatus.ACTIVE
	assert short.turns[-1].at <= MONDAY + timedelta(days=1)


def test_holidays_of_the_record_close_the_window():
	record = replace(ADA, holidays=frozenset({date(2024, 3, 25), date(2024, 3, 26)}))
	assert carried_out(run(record=record))["hello"] == "03-27 09:00"


def test_a_run_without_end_is_an_error(monkeypatch):
	class Restless:
		def from_start(self):
			return [Happening(StopRequested())]

		def to(self, follow_up, activity):
			return [Happening(StopRequested()), Happening(RestartRequested())]

	monkeypatch.setattr(simulation, "MOST_TURNS", 200)
	with pytest.raises(EndlessRun, match="ada: more than 200 decisions"):
		simulate(CADENCE, ADA, Restless(), MONDAY)


def test_a_run_that_leads_out_of_the_calendar_is_an_error():
	late = replace(CADENCE.follow_ups[0], timing=Timing(delay=Delay(10**9, Unit.DAYS)))
	of = replace(CADENCE, follow_ups=(late, *CADENCE.follow_ups[1:]))
	with pytest.raises(EndlessRun, match="out of the calendar"):
		simulate(of, ADA, Script(), MONDAY)


def seeded(seed, profile=TYPICAL):
	answers = random_answers(CADENCE, Random(seed), ADA.calendar_under(CADENCE.policy), profile)
	return simulate(CADENCE, ADA, answers, MONDAY)


def test_the_same_seed_gives_the_same_run():
	assert seeded("ada") == seeded("ada")
	assert len({len(seeded(seed).turns) for seed in range(20)}) > 3


def test_random_answers_keep_to_their_rates():
	certain = Profile(
		opens=1,
		clicks=0,
		replies=0,
		unsubscribes=0,
		bounces=0,
		tasks_completed=1,
		calls_held=1,
		call_results={"No Answer": 1},
		conversions_elsewhere=0,
	)
	for seed in range(10):
		assert set(carried_out(seeded(seed, certain))) == {"hello", "thanks", "connect", "phone", "missed"}
	runs = [seeded(seed, Profile(opens=0.5, bounces=0)) for seed in range(400)]
	opened = sum(run.activities["hello"].first(Outcome.OPENED) is not None for run in runs)
	assert 160 <= opened <= 240


@settings(deadline=None, max_examples=60)
@given(st.integers(min_value=0, max_value=10**9), st.data())
def test_event_by_event_gives_the_same_activities_as_the_dry_run(seed, data):
	"""Invariant 7. Live, the clock ticks when nothing is due too and reports come twice: all the same."""
	dry = seeded(seed)
	assert replay(CADENCE, dry.turns) == dry.enrollment

	enrollment, before = Enrollment(), None
	for turn in dry.turns:
		if before is not None and turn.at > before.at:
			gap = data.draw(st.integers(min_value=1, max_value=3))
			for tick in range(1, gap):
				at = before.at + (turn.at - before.at) * tick / gap
				enrollment = decide(CADENCE, enrollment, TimePassed(), before.facts, at).after
		for _ in range(
			data.draw(st.integers(1, 2)) if isinstance(turn.event, OutcomeReported | Enrolled) else 1
		):
			enrollment = decide(CADENCE, enrollment, turn.event, turn.facts, turn.at).after
		before = turn
	assert enrollment == dry.enrollment


def test_who_finishes_tasks_or_passes_over_them_does_so_after_they_were_made():
	late = replace(CADENCE, follow_ups=(replace(CADENCE.follow_ups[3], parent=""),), exit_rules=())
	for done, profile in (
		(Outcome.COMPLETED, Profile(tasks_completed=1, tasks_skipped=0)),
		(Outcome.SKIPPED, Profile(tasks_completed=0, tasks_skipped=1)),
	):
		answers = random_answers(late, Random(1), ADA.calendar_under(late.policy), profile)
		made = simulate(late, ADA, answers, MONDAY).activities["connect"]
		assert made.first(done) > made.carried_out_at > made.base_at


@pytest.mark.parametrize(
	("profile", "answer"),
	[
		(Profile(numbers_refused=1), Outcome.FAILED),
		(Profile(numbers_refused=0, message_replies=1), Outcome.REPLIED),
		(Profile(numbers_refused=0, message_replies=0, stops=1), Outcome.UNSUBSCRIBED),
		(Profile(numbers_refused=0, message_replies=0, stops=0), Outcome.DELIVERED),
	],
)
def test_who_gets_a_message_has_it_and_may_answer_or_say_stop(profile, answer):
	text = FollowUp(
		"text", Channel.MESSAGE, MessageContent("mobile_no", "Hello"), timing=Timing(delay=days(2))
	)
	of = replace(CADENCE, follow_ups=(text,), exit_rules=())
	answers = random_answers(of, Random(1), ADA.calendar_under(of.policy), profile)
	sent = simulate(of, ADA, answers, MONDAY).activities["text"]
	came = {outcome for outcome, _detail in sent.marks} - {Outcome.SENT}
	assert came == ({answer} if answer is Outcome.FAILED else {Outcome.DELIVERED, answer})
	assert sent.latest(answer) >= sent.handed_over_at > sent.base_at


@pytest.mark.parametrize("text", ["soon", "2 fortnights", "days", "-1 days", "2"])
def test_a_time_that_is_none_is_told_with_an_example(text):
	with pytest.raises(ValueError, match='such as "2 days"'):
		read_span(text)


def test_who_opens_and_wants_to_replies():
	answered = seeded(1, replace(TYPICAL, opens=1, replies=1, bounces=0))
	assert answered.activities["hello"].first(Outcome.REPLIED) is not None


def test_who_clicks_clicks_a_link_that_the_cadence_names_or_just_clicks():
	profile = replace(TYPICAL, opens=1, clicks=1, bounces=0)
	linked = replace(CADENCE, follow_ups=(*CADENCE.follow_ups[:1], email("more", "hello", CLICKED)))
	for of, links in ((CADENCE, {""}), (linked, {"", CLICKED.detail})):
		answers = random_answers(of, Random(1), ADA.calendar_under(of.policy), profile)
		marks = simulate(of, ADA, answers, MONDAY).activities["hello"].marks
		assert {detail for outcome, detail in marks if outcome is Outcome.CLICKED} == links


def test_an_address_that_takes_no_mail_sends_it_back():
	profile = replace(TYPICAL, bounces=1)
	for seed in range(10):
		hello = seeded(seed, profile).activities["hello"]
		assert hello.first(Outcome.BOUNCED) is not None and hello.first(Outcome.OPENED) is None


@pytest.mark.parametrize(("consent", "goes_out"), [(1, True), (0, False), ("", False)])
def test_a_message_goes_out_where_the_record_says_that_it_may(consent, goes_out):
	"""S3.5: as the sending itself asks."""
	content = MessageContent("mobile_no", "Hello", consent_field="texts_allowed")
	of = replace(CADENCE, follow_ups=(FollowUp("text", Channel.MESSAGE, content),), exit_rules=())
	ada = replace(ADA, fields={"mobile_no": "+49 170 1234567", "texts_allowed": consent})
	assert (run(cadence=of, record=ada).activities["text"].carried_out_at is not None) is goes_out


CLICKED = Trigger(Outcome.CLICKED, detail="https://a.example")


class AtOnce(Random):
	"""Who draws from it answers without delay."""

	def expovariate(self, *_rate):
		return 0.0


def test_an_answer_in_waking_hours_comes_when_it_falls_and_at_night_after_waking():
	profile = replace(TYPICAL, opens=1, clicks=0, replies=0, unsubscribes=0, bounces=0)
	for sent_at, opened_at in ((time(9), time(9, 1)), (time(3), None)):
		at_any_hour = replace(CADENCE, policy=SendingPolicy(), follow_ups=(email("hello"),))
		answers = random_answers(at_any_hour, AtOnce(1), ADA.calendar_under(at_any_hour.policy), profile)
		starts_at = datetime.combine(MONDAY.date(), sent_at, tzinfo=BERLIN)
		opened = simulate(at_any_hour, ADA, answers, starts_at).activities["hello"].first(Outcome.OPENED)
		local = opened.astimezone(BERLIN)
		opens, closes = WAKING_HOURS.opens, WAKING_HOURS.closes
		assert local.time() == opened_at or (opened_at is None and opens < local.time() < closes)


def test_a_mail_that_was_taken_back_before_its_turn_is_not_sent():
	both = replace(
		CADENCE,
		follow_ups=(email("hello"), email("second")),
		exit_rules=(ExitRule("sent", ExitKind.OUTCOME, trigger=Trigger(Outcome.SENT)),),
	)
	assert set(carried_out(run(cadence=both))) == {"hello"}


def test_every_email_is_asked_for_once():
	for seed in range(100):
		asked = [
			each
			for turn in seeded(seed).turns
			for each in turn.decision.actions
			if isinstance(each, SendEmail)
		]
		assert len(asked) == len(set(asked))


SCRIPT = {
	"entries": [
		{"follow_up": "hello", "outcome": "Clicked", "after": "90 minutes", "detail": "https://example.com"},
		{"follow_up": "phone", "outcome": "Completed", "at": "2024-03-28T10:20:00+01:00"},
		{"change": {"status": "Lost"}, "after": "1 business day"},
		{"converted": True, "exists": True, "in_view": False, "expressions": {"odd": True}},
		{"event": "Pause", "with": {"until": "2024-03-28T10:20:00+01:00"}, "after": "2 Weeks"},
	]
}


def test_reads_a_script():
	at = datetime(2024, 3, 28, 9, 20, tzinfo=ZoneInfo("UTC"))
	script = read_script(Fields(SCRIPT), "entries")
	assert script.answers == (
		ScriptedOutcome("hello", Outcome.CLICKED, Delay(90, Unit.MINUTES), detail="https://example.com"),
		ScriptedOutcome("phone", Outcome.COMPLETED, at=at),
	)
	assert script.happenings == (
		Happening(RecordEdit({"status": "Lost"}), Delay(1, Unit.BUSINESS_DAYS)),
		Happening(RecordEdit(is_converted=True, exists=True, in_view=False, expressions={"odd": True})),
		Happening(PauseRequested(at), Delay(2, Unit.WEEKS)),
	)


@pytest.mark.parametrize(
	("entry", "field"),
	[
		({"follow_up": "hello", "outcome": "Vanished"}, "entries[0].outcome"),
		({"follow_up": "hello", "outcome": "Opened", "after": "soon"}, "entries[0].after"),
		({"follow_up": "hello", "outcome": "Opened", "at": "2024-03-28T10:20:00"}, "entries[0].at"),
		({"follow_up": "hello", "outcome": "Opened", "afer": "1 day"}, "entries[0].afer"),
		({"event": "Explode"}, "entries[0].event"),
		({"event": "Pause", "with": {"till": 3}}, "entries[0].with"),
		({"event": "Hold", "with": {}}, "entries[0].with"),
		({"change": "status"}, "entries[0].change"),
		({"after": "1 day"}, "entries[0].follow_up"),
		("hello", "entries[0]"),
	],
)
def test_a_script_that_can_t_be_read_names_the_field(entry, field):
	with pytest.raises(DefinitionError) as caught:
		read_script(Fields({"entries": [entry]}), "entries")
	assert caught.value.field == field


def test_who_may_not_be_contacted_any_more_leaves():
	"""S6.1a: a dry run shows what a live one does."""
	said = Happening(RecordEdit(refusal="do_not_contact"), days(1))

	run = simulate(CADENCE, ADA, Script(happenings=(said,)), MONDAY)

	assert run.enrollment.exit_reason is Reason.NOT_TO_BE_CONTACTED
	assert "connect" not in run.activities or not run.activities["connect"].carried_out_at
