"""Refusals as real servers word them, and what follows (S4.1, S15.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.sending.smtp_replies import Refusal, classify_refusal, retry_delay

REPLIES = [
	# not now
	(421, "4.7.0 Try again later, closing connection", Refusal.RETRY),
	(450, "4.2.0 <a@b.example>: Recipient address rejected: Greylisted", Refusal.RETRY),
	(451, "4.3.0 Temporary server error", Refusal.RETRY),
	(452, "4.2.2 The recipient's inbox is out of storage space", Refusal.RETRY),
	(454, "4.7.0 Temporary authentication failure", Refusal.RETRY),
	(450, "5.1.1 a permanent status under a temporary code", Refusal.RETRY),
	(432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Refusal.RETRY),
	# a full mailbox
	(552, "5.2.2 The email account that you tried to reach is over quota", Refusal.RETRY),
	(550, "Mailbox is full", Refusal.RETRY),
	(552, "Requested mail action aborted: exceeded storage allocation", Refusal.RETRY),
	(
		550,
		"5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
		Refusal.RETRY,
	),
	# the person
	(
		550,
		"5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table",
		Refusal.BOUNCED,
	),
	(550, "5.1.1 The email account that you tried to reach does not exist", Refusal.BOUNCED),
	(550, "5.2.1 The email account that you tried to reach is disabled", Refusal.BOUNCED),
	(550, "5.4.1 Recipient address rejected: Access denied. [AM6EUR05]", Refusal.BOUNCED),
	(550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", Refusal.BOUNCED),
	(556, "5.1.10 Recipient address has null MX", Refusal.BOUNCED),
	(550, "5.7.1 <a@b.example>: Recipient address rejected: user unknown", Refusal.BOUNCED),
	(550, "No such user here", Refusal.BOUNCED),
	(550, "sorry, no mailbox here by that name (#5.1.1)", Refusal.BOUNCED),
	(554, "delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [0]", Refusal.BOUNCED),
	(550, "Unrouteable address", Refusal.BOUNCED),
	(551, "User not local; please try <other@c.example>", Refusal.BOUNCED),
	(553, "5.1.3 Invalid mailbox syntax", Refusal.BOUNCED),
	(553, "Requested action not taken: mailbox name not allowed", Refusal.BOUNCED),
	(550, "", Refusal.BOUNCED),
	# the mailbox
	(530, "5.7.0 Authentication Required", Refusal.MAILBOX_PAUSED),
	(530, "5.7.57 Client not authenticated to send mail", Refusal.MAILBOX_PAUSED),
	(534, "5.7.9 Application-specific password required", Refusal.MAILBOX_PAUSED),
	(535, "5.7.8 Username and Password not accepted", Refusal.MAILBOX_PAUSED),
	(535, "5.7.139 Authentication unsuccessful, basic authentication is disabled", Refusal.MAILBOX_PAUSED),
	(535, "", Refusal.MAILBOX_PAUSED),
	(521, "this host accepts no mail", Refusal.MAILBOX_PAUSED),
	(550, "5.4.5 Daily user sending limit exceeded", Refusal.MAILBOX_PAUSED),
	(550, "Hourly sending quota exceeded", Refusal.MAILBOX_PAUSED),
	(554, "Too many messages sent from this account today", Refusal.MAILBOX_PAUSED),
	(550, "5.1.8 Access denied, bad outbound sender", Refusal.MAILBOX_PAUSED),
	(550, "5.7.1 Unable to relay", Refusal.MAILBOX_PAUSED),
	(554, "5.7.1 <a@b.example>: Relay access denied", Refusal.MAILBOX_PAUSED),
	(550, "5.7.60 SMTP; Client does not have permissions to send as this sender", Refusal.MAILBOX_PAUSED),
	(553, "5.7.1 <x@y.example>: Sender address rejected: not owned by user z", Refusal.MAILBOX_PAUSED),
	(553, "sorry, your envelope sender is invalid: bad sender", Refusal.MAILBOX_PAUSED),
	(554, "Message rejected: Email address is not verified", Refusal.MAILBOX_PAUSED),
	(550, "5.7.26 This mail has been blocked because the sender is unauthenticated", Refusal.MAILBOX_PAUSED),
	(
		554,
		"5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example",
		Refusal.MAILBOX_PAUSED,
	),
	# this mail
	(552, "5.3.4 Message size exceeds fixed limit", Refusal.TOO_LARGE),
	(552, "5.2.3 Your message exceeded the size limits", Refusal.TOO_LARGE),
	(552, "Message size limit exceeded", Refusal.TOO_LARGE),
	(552, "message too large", Refusal.TOO_LARGE),
	(552, "5.7.0 This message was blocked because its content presents a security issue", Refusal.REJECTED),
	(550, "5.7.1 Message rejected as spam by content scanning", Refusal.REJECTED),
	(554, "5.7.1 The message contains a virus", Refusal.REJECTED),
	(550, "5.7.1 Delivery not authorized", Refusal.REJECTED),
	(554, "5.6.0 Headers violate RFC 5322", Refusal.REJECTED),
	(554, "Transaction failed", Refusal.REJECTED),
	(500, "Command unrecognized", Refusal.REJECTED),
]


@pytest.mark.parametrize(("code", "text", "refusal"), REPLIES)
def test_a_reply_is_understood(code: int, text: str, refusal: Refusal) -> None:
	assert classify_refusal(code, text) is refusal
	assert classify_refusal(code, text.upper().encode()) is refusal


def test_the_lines_of_a_long_reply_are_read_as_one() -> None:
	text = b"5.1.1 The email account that you tried to reach does\n5.1.1 not exist. Please try\n5.1.1 again"
	assert classify_refusal(550, text) is Refusal.BOUNCED


def test_an_ip_address_is_no_status() -> None:
	assert classify_refusal(554, "rejected from 10.5.1.1 and 5.1.1.7") is Refusal.REJECTED


@pytest.mark.parametrize("code", [-1, 0, 220, 250, 354, 399, 600])
def test_what_is_no_refusal_is_not_taken_for_one(code: int) -> None:
	with pytest.raises(ValueError):
		classify_refusal(code, "connection unexpectedly closed")


@given(st.integers(400, 599), st.one_of(st.text(), st.binary()))
def test_every_refusal_has_a_meaning(code: int, message: bytes | str) -> None:
	assert (classify_refusal(code, message) is Refusal.RETRY) or code >= 500


def test_a_huge_reply_takes_no_time() -> None:
	assert classify_refusal(554, b"mailbox message size from address " * 300_000) in Refusal


def test_delays_grow_and_end() -> None:
	delays = [retry_delay(attempt) for attempt in range(1, 8)]
	assert delays == [300, 900, 3600, 14_400, 43_200, None, None]


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_count_from_one(attempt: int) -> None:
	with pytest.raises(ValueError):
		retry_delay(attempt)
