"""Whom a report is about, and what became of each (S4.1, S4.1a)."""

# Each case stands on one line.

import pytest

from cadences_app.mail.understanding.fields import addresses_in, is_same_house
from cadences_app.mail.understanding.refusals import Cause
from cadences_app.mail.understanding.verdict import MailKind
from cadences_app.tests.mail.letters import OURS, block, judge, letter, parts, plain, report, returned, status

HARD, SOFT, AUTO = MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.AUTO_REPLY

EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients:

  gone@buyer.example
    host mx.buyer.example [192.0.2.1]: 550 5.1.1 unknown user
  full@buyer.example
    host mx.buyer.example [192.0.2.1]: 552 5.2.2 mailbox is full
  late@slow.example
    retry timeout exceeded
"""
POSTFIX = """This is the mail system at host mx.example.

<full@buyer.example>: host mx.buyer.example[192.0.2.1] said: 552 5.2.2 over quota

<gone@buyer.example>: host mx.buyer.example[192.0.2.1] said: 550 5.1.1 User
    unknown (in reply to RCPT TO command)
"""


@pytest.mark.parametrize("text", [EXIM, POSTFIX])
def test_recipients_of_one_text_have_their_own_fates(text):
	found = judge(
		letter(text, From="Mail Delivery System <MAILER-DAEMON@mx.example>", Subject="Undelivered Mail")
	)
	assert (found.kind, found.recipients) == (HARD, ("gone@buyer.example",))
	assert found.about("full@buyer.example").kind is SOFT
	assert found.about("full@buyer.example").cause is Cause.NO_ROOM
	assert found.about("gone@buyer.example").kind is HARD
	assert found.names("full@buyer.example") and not found.names("else@buyer.example")


def test_recipients_of_one_report_have_their_own_fates():
	full = block("full@buyer.example", "5.2.2", "552 5.2.2 mailbox full")
	fine = "Final-Recipient: rfc822; fine@buyer.example\nAction: delivered\nStatus: 2.0.0"
	found = judge(report(plain("Sorry"), status(full, block("gone@buyer.example"), fine), returned()))
	kinds = {name: found.about(f"{name}@buyer.example").kind for name in ("full", "gone", "fine")}
	assert kinds == {"full": SOFT, "gone": HARD, "fine": AUTO}
	assert found.about("Gone+tag@Buyer.example").kind is HARD


def test_a_dead_forwarding_target_is_not_whom_we_wrote_to():
	for fields in ({}, {"Original_Recipient": "rfc822; ada@buyer.example"}):
		found = judge(
			report(plain("Sorry"), status(block("ada@free.example", **fields)), returned("ada@buyer.example"))
		)
		assert found.recipients == ("ada@free.example",)
		assert not found.names("ada@buyer.example")
	text = EXIM.replace("gone@buyer.example\n", "ada@free.example\n    (generated from ada@buyer.example)\n")
	assert not judge(letter(text, From="MAILER-DAEMON@mx.example")).names("ada@buyer.example")
	text = POSTFIX.replace("<gone@buyer.example>", "<ada@free.example> (expanded from <ada@buyer.example>)")
	assert not judge(letter(text, From="MAILER-DAEMON@mx.example")).names("ada@buyer.example")


@pytest.mark.parametrize(
	"final", ["ada@mail.buyer.example", "ada@buyer.onmicrosoft.com", "ada.ex@buyer.example"]
)
def test_another_name_in_the_same_house_is(final):
	fields = {"Original_Recipient": "rfc822;ada@buyer.example"}
	found = judge(report(plain("Sorry"), status(block(final, **fields)), returned("ada@buyer.example")))
	assert found.recipients == ("ada@buyer.example",)


def test_houses():
	assert is_same_house("a@mx.shop.example", "b@shop.example")
	assert is_same_house("a@x.shop.co.uk", "b@shop.co.uk")
	assert not is_same_house("a@one.co.uk", "b@two.co.uk")
	assert not is_same_house("a@one.example", "b@two.example")


@pytest.mark.parametrize("recipient", ["@mx.buyer.example", "", "unknown"])
def test_a_report_that_names_nobody_is_about_whom_the_mail_was_for(recipient):
	found = judge(report(plain("Sorry"), status(block(recipient)), returned("gone@buyer.example")))
	assert found.recipients == ("gone@buyer.example",)


@pytest.mark.parametrize("where", ["Final-Recipient: rfc822; ", "text"])
def test_our_own_address_in_a_filters_report_is_nobodys(where):
	said = status(block(OURS, "5.7.1", "550 5.7.1 blocked")) if where != "text" else plain("x")
	found = judge(report(plain(f"Mail from {OURS} was refused."), said, returned("ada@buyer.example")))
	assert OURS not in found.recipients
	assert found.kind is not HARD


@pytest.mark.parametrize(
	("written", "address"),
	[
		("'ada@buyer.example'", "ada@buyer.example"),
		("'ada@buyer.example", "ada@buyer.example"),
		("`ada@buyer.example'", "ada@buyer.example"),
		("*ada@buyer.example*", "ada@buyer.example"),
		("rfc822;'ada@buyer.example'", "ada@buyer.example"),
		("mailto:ada@buyer.example.", "ada@buyer.example"),
		("o'brien@buyer.example", "o'brien@buyer.example"),
		("_ada@buyer.example", "_ada@buyer.example"),
		("ada+tag=x@buyer.example", "ada+tag=x@buyer.example"),
	],
)
def test_addresses_are_read_without_what_stands_around_them(written, address):
	assert addresses_in(f"To {written} today") == (address,)


@pytest.mark.parametrize("text", ["@buyer.example", "'@buyer.example", "a@", "@", "''@x.y"])
def test_what_is_no_address_is_none(text):
	assert addresses_in(text) == ()


def test_a_report_in_a_report_in_a_report():
	inner = report(plain("Sorry"), status(block("gone@buyer.example")), returned()).decode()
	for level in range(2, 4):
		boxed = f"Content-Type: message/rfc822\n\n{inner}".replace("--b1", f"--c{level}").replace(
			"=b1", f"=c{level}"
		)
		inner = parts(
			plain("A bounce came."), boxed, From="postmaster@gateway.example", Subject="Bounce"
		).decode()
	assert judge(inner.encode()).recipients == ("gone@buyer.example",)


@pytest.mark.parametrize(
	("code", "said", "kind"),
	[
		("5.1.10", "556 5.1.10 Recipient address has null MX", HARD),
		("5.7.1", "550 5.7.1 No mailbox found", HARD),
		("5.1.0", "550 5.1.0 the domain does not accept mail", HARD),
		("5.4.4", "buyer.example has no MX record", HARD),
		("5.7.27", "550 5.7.27 Sender address has null MX", SOFT),
		("5.1.1", "550 5.1.1 rejected, see our blocklist", SOFT),
		("5.0.0", "554 Transaction failed", SOFT),
		("5.0.0", "550 Access denied", SOFT),
		("5.4.6", "554 mail is looping", SOFT),
	],
)
def test_dead_and_living(code, said, kind):
	assert (
		judge(report(plain("Sorry"), status(block("ada@buyer.example", code, said)), returned())).kind is kind
	)
