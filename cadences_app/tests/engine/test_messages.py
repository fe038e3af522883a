"""Messages in the rules (S3.10): a fourth channel, which is told what it needs by its traits alone."""

from dataclasses import replace

import pytest

from cadences_app.engine.actions import SendMessage, WithdrawEmail
from cadences_app.engine.content import Channel, MessageContent, Service
from cadences_app.engine.definition import Cadence
from cadences_app.engine.dry_run.script import Script, ScriptedOutcome
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.engine.events import StopRequested
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block, Reason
from cadences_app.engine.statuses import ActivityStatus, EnrollmentStatus
from cadences_app.messages.parts import Alphabet, Parts, count_parts
from cadences_app.tests.engine.builders import GREENWICH, MONDAY, Story, days, email
from cadences_app.tests.engine.builders import after as later

HELLO = {"key": "sms", "channel": "Message", "content": {"to_field": "mobile_no", "text": "Hello"}}


def cadence(*more: dict) -> Cadence:
	return Cadence.from_dict({"name": "Messages", "module": "Lead", "follow_ups": [HELLO, *more]})


def after(key: str, outcome: str, **more: object) -> dict:
	trigger = {"outcome": outcome, **more}
	return {"key": key, "channel": "Task", "parent": "sms", "trigger": trigger, "content": {"subject": key}}


def run(definition: Cadence, *answers: ScriptedOutcome, **fields: object):
	person = Record("Ada", {"mobile_no": "+4915112345678", **fields}, GREENWICH)
	return simulate(definition, person, Script(answers), MONDAY)


def test_a_message_is_read_and_written_like_the_others():
	content = MessageContent("contact.mobile_no", "Hi", Service.WHATSAPP, "contact.sms_consent", "hello_1")
	follow_up = replace(cadence().follow_ups[0], content=content)
	written = replace(cadence(), follow_ups=(follow_up,)).to_dict()
	assert Cadence.from_dict(written).follow_ups[0].content == content


def test_each_of_its_outcomes_starts_what_listens_to_it():
	definition = cadence(
		*(after(each, each) for each in ("Sent", "Delivered", "Failed", "Replied", "Unsubscribed"))
	)
	found = run(
		definition,
		ScriptedOutcome("sms", Outcome.DELIVERED, days(1)),
		ScriptedOutcome("sms", Outcome.REPLIED, days(2)),
	)
	assert {"Sent", "Delivered", "Replied"} <= found.enrollment.activities.keys()
	assert {"Failed", "Unsubscribed"}.isdisjoint(found.enrollment.activities)
	refused = run(definition, ScriptedOutcome("sms", Outcome.FAILED))
	assert {"sms", "Failed"} == refused.enrollment.activities.keys()


def test_who_answered_has_it_and_has_opened_nothing():
	found = run(cadence(after("look", "Replied")), ScriptedOutcome("sms", Outcome.REPLIED, days(1)))
	message = found.enrollment.activities["sms"]
	assert message.first(Outcome.DELIVERED) == message.first(Outcome.REPLIED)
	assert message.first(Outcome.OPENED) is None


def test_stop_ends_the_enrollment():
	found = run(cadence(after("look", "Replied")), ScriptedOutcome("sms", Outcome.UNSUBSCRIBED, days(1)))
	assert found.enrollment.status is EnrollmentStatus.STOPPED
	assert found.enrollment.exit_reason is Reason.UNSUBSCRIBED


@pytest.mark.parametrize(
	("fields", "content", "why"),
	[
		({"mobile_no": ""}, {}, Block.NO_PHONE_NUMBER),
		({"may_i": 0}, {"consent_field": "may_i"}, Block.NO_CONSENT),
	],
)
def test_a_dry_run_skips_what_could_not_go_out(fields, content, why):
	definition = Cadence.from_dict(
		{"name": "M", "module": "Lead", "follow_ups": [{**HELLO, "content": {**HELLO["content"], **content}}]}
	)
	found = run(definition, **fields).enrollment.activities["sms"]
	assert (found.status, found.note) == (ActivityStatus.SKIPPED, why)


def test_nothing_goes_to_a_number_after_stop():
	listens = {"key": "sorry", "channel": "Message", "parent": "sms", "trigger": {"outcome": "Unsubscribed"}}
	definition = cadence({**listens, "content": HELLO["content"]})
	found = run(definition, ScriptedOutcome("sms", Outcome.UNSUBSCRIBED, days(1))).enrollment.activities
	assert (found["sorry"].status, found["sorry"].note) == (ActivityStatus.SKIPPED, Block.NUMBER_OPTED_OUT)


def test_what_waits_in_the_outbox_is_taken_back():
	story = Story(cadence(), mail_works=False).enroll()
	assert SendMessage("sms") in story.last_actions
	assert WithdrawEmail("sms") in story.tell(StopRequested("by hand")).last_actions


def test_what_was_sent_as_an_email_stays_one_when_the_cadence_says_message_by_now():
	"""S1.7: the channel that carried it out decides which outcomes it can have."""
	story = Story(
		Cadence("Was an email", "Lead", (email("sms"), email("later", "sms", timing=later(days(9)))))
	).enroll()

	story.cadence = cadence()
	story.report("sms", Outcome.OPENED)
	assert story.activities["sms"].sent_by is Channel.EMAIL
	assert story.activities["sms"].first(Outcome.OPENED) is not None


@pytest.mark.parametrize(
	("text", "parts"),
	[
		("", Parts(0, 0, Alphabet.GSM_7)),
		("x" * 160, Parts(1, 160, Alphabet.GSM_7)),
		("x" * 161, Parts(2, 161, Alphabet.GSM_7)),
		("x" * 306, Parts(2, 306, Alphabet.GSM_7)),
		("x" * 307, Parts(3, 307, Alphabet.GSM_7)),
		("€" * 80, Parts(1, 160, Alphabet.GSM_7)),
		("x" * 152 + "€" + "x" * 152, Parts(3, 306, Alphabet.GSM_7)),
		("ж" * 70, Parts(1, 70, Alphabet.UCS_2)),
		("ж" * 71, Parts(2, 71, Alphabet.UCS_2)),
		("x" * 69 + "😀", Parts(2, 71, Alphabet.UCS_2)),
		("é à ü Ä ß ñ ¿", Parts(1, 13, Alphabet.GSM_7)),
		("ç", Parts(1, 1, Alphabet.UCS_2)),
	],
)
def test_in_how_many_parts_a_text_goes_out(text, parts):
	"""No character lies across two parts: an escaped one and a surrogate pair go into the next."""
	assert count_parts(text) == parts
