"""Notices of Amazon SES by SNS (S4.1)."""

# Each case stands on one line.

import json

import pytest

from cadences_app.mail.understanding.references import read_references
from cadences_app.mail.understanding.refusals import Cause
from cadences_app.mail.understanding.verdict import MailKind
from cadences_app.tests.mail.letters import judge, letter

SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>"
FOOT = (
	"\n\n--\nIf you wish to stop receiving notifications from this topic, please visit https://sns.example\n"
)
SENT = {
	"messageId": "0100018c-made-up",
	"source": "rep@sales.example",
	"destination": ["gone@buyer.example"],
	"headers": [
		{"name": "From", "value": "rep@sales.example"},
		{"name": "Message-ID", "value": "<act-1@sales.example>"},
		{"name": "X-Cadence-Activity", "value": "act-1.sig"},
	],
	"commonHeaders": {"subject": "A question", "messageId": "<act-1@sales.example>"},
}


def bounce(kind="Permanent", said="smtp; 550 5.1.1 user unknown", status="5.1.1", **more):
	person = {
		"emailAddress": "gone@buyer.example",
		"action": "failed",
		"status": status,
		"diagnosticCode": said,
	}
	return {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [person], **more}


def mailed(notice, *, enveloped=False, subject="AWS Notification Message", **headers):
	text = json.dumps(notice)
	if enveloped:
		text = json.dumps(
			{"Type": "Notification", "MessageId": "x", "TopicArn": "arn", "Message": text, "Signature": "y"}
		)
	return letter(text + FOOT, From=SENDER, Subject=subject, **headers)


@pytest.mark.parametrize("enveloped", [False, True])
@pytest.mark.parametrize("name", ["notificationType", "eventType"])
def test_a_bounce(enveloped, name):
	raw = mailed({name: "Bounce", "bounce": bounce(), "mail": SENT}, enveloped=enveloped)
	found = judge(raw)
	assert (found.kind, found.reason, found.recipients) == (
		MailKind.HARD_BOUNCE,
		"ses",
		("gone@buyer.example",),
	)
	assert (found.status, found.cause) == ("5.1.1", Cause.PERSON)
	references = read_references(raw)
	assert references.returned_message_ids == ("<act-1@sales.example>",)
	assert references.headers_tokens == ("act-1.sig",)


@pytest.mark.parametrize(
	("notice", "kind"),
	[
		({"bounce": bounce("Transient", "smtp; 552 mailbox full", "5.2.2")}, MailKind.SOFT_BOUNCE),
		({"bounce": bounce("Transient")}, MailKind.SOFT_BOUNCE),
		({"bounce": bounce("Undetermined", "", "")}, MailKind.SOFT_BOUNCE),
		({"bounce": bounce(said="", status="")}, MailKind.HARD_BOUNCE),
		(
			{"bounce": bounce(said="smtp; 554 5.7.1 blocked by spamhaus", status="5.7.1")},
			MailKind.SOFT_BOUNCE,
		),
		({"bounce": {"bounceType": "Permanent", "bouncedRecipients": "nobody"}}, MailKind.SOFT_BOUNCE),
		({"bounce": None}, MailKind.SOFT_BOUNCE),
	],
)
def test_kinds_of_bounces(notice, kind):
	assert judge(mailed({"notificationType": "Bounce", "mail": SENT, **notice})).kind is kind


def test_two_recipients_of_one_bounce_have_their_own_fates():
	full = {
		"emailAddress": "full@buyer.example",
		"status": "5.2.2",
		"diagnosticCode": "smtp; 552 mailbox full",
	}
	notice = bounce()
	notice["bouncedRecipients"].append(full)
	found = judge(mailed({"notificationType": "Bounce", "bounce": notice, "mail": SENT}))
	assert found.recipients == ("gone@buyer.example",)
	assert found.about("full@buyer.example").kind is MailKind.SOFT_BOUNCE


def test_a_complaint():
	complained = {
		"complainedRecipients": [{"emailAddress": "Angry <angry@buyer.example>"}, {"emailAddress": "hidden"}],
		"complaintFeedbackType": "abuse",
	}
	found = judge(mailed({"notificationType": "Complaint", "complaint": complained, "mail": SENT}))
	assert (found.kind, found.recipients) == (MailKind.COMPLAINT, ("angry@buyer.example",))
	complained["complaintFeedbackType"] = "not-spam"
	assert (
		judge(mailed({"notificationType": "Complaint", "complaint": complained, "mail": SENT})).kind
		is MailKind.AUTO_REPLY
	)


@pytest.mark.parametrize(
	"event", ["Delivery", "Send", "Open", "Click", "Subscription", "AmazonSnsSubscriptionSucceeded"]
)
def test_other_notices_are_no_bounces(event):
	assert judge(mailed({"eventType": event, "mail": SENT})).kind is MailKind.AUTO_REPLY


def test_a_delay():
	late = [{"emailAddress": "hidden"}, {"emailAddress": "late@buyer.example"}]
	delay = {"delayType": "MailboxFull", "delayedRecipients": late}
	found = judge(mailed({"eventType": "DeliveryDelay", "deliveryDelay": delay, "mail": SENT}))
	assert (found.kind, found.recipients) == (MailKind.SOFT_BOUNCE, ("late@buyer.example",))


def test_a_person_who_quotes_a_notice_is_a_person():
	notice = json.dumps({"notificationType": "Bounce", "bounce": bounce(), "mail": SENT})
	for text, headers in (
		(f"What is this?\n{notice}", {}),
		(notice, {"In_Reply_To": "<act-1@sales.example>"}),
	):
		found = judge(letter(text, From="ada@buyer.example", Subject="Your notice", **headers))
		assert found.kind is MailKind.HUMAN_REPLY


@pytest.mark.parametrize(
	"text",
	[
		"{" * 20000,
		'{"a":' * 20000,
		'{"notificationType": 7, "mail": []}',
		'{"mail": {}, "notificationType": ["x"]}',
		"{}",
		'{"Type": "Notification", "Message": 7}',
		'{"Type": "Notification", "Message": "{"}',
		'{"mail": {"headers": 7}}',
	],
)
def test_broken_notices_are_none(text):
	raw = letter(text, From=SENDER, Subject="AWS")
	assert judge(raw).kind in (MailKind.NOT_UNDERSTOOD, MailKind.AUTO_REPLY)
	read_references(raw)


def test_a_line_that_was_too_long_for_a_mail_server():
	text = json.dumps({"notificationType": "Bounce", "bounce": bounce(), "mail": SENT})
	for where in (text.index("gone@"), text.index('"mail"')):
		for broken in ("!\n ", "!\r\n "):
			raw = letter(text[: where + 2] + broken + text[where + 2 :] + FOOT, From=SENDER, Subject="Notice")
			assert judge(raw).recipients == ("gone@buyer.example",)
			assert read_references(raw).headers_tokens == ("act-1.sig",)
