"""Whom a report is about, and what became of each (S4.1, S4.1a)."""

# Each case stands on one line.
# ruff: noqa: E501

from email.header import Header

import pytest

from cadences_app.mail.understanding.fields import address_in, addresses_in, is_same_house
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
BOTH = "gone@buyer.example, full@buyer.example"
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


def test_a_service_may_name_its_user_without_a_domain():
	text = "Your mail to the following recipients could not be delivered, user unknown:\n    ada\n"
	found = judge(letter(text, From="MAILER-DAEMON@aol.com", Subject="Undeliverable"))
	assert (found.kind, found.recipients) == (HARD, ("ada@aol.com",))


@pytest.mark.parametrize(
	("kind", "is_a_receipt"),
	[("multipart/report", True), ("multipart/mixed", False)],
)
def test_a_receipt_is_one_as_a_whole(kind, is_a_receipt):
	read = "Content-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n"
	found = judge(parts(plain("Here is what I got."), read, kind=kind, Subject="Re: A question"))
	assert (found.reason == "read-receipt") is is_a_receipt


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "delayed", "failed"])
def test_an_action_without_a_status_says_what_became_of_it(action):
	said = status(f"Final-Recipient: rfc822; ada@buyer.example\nAction: {action}")
	expected = SOFT if action in ("delayed", "failed") else AUTO
	assert judge(report(plain("A notice."), said, returned("ada@buyer.example"))).kind is expected


def test_what_a_report_says_of_the_whole_mail_is_about_nobody():
	told = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n"
	told += f"Original-Recipient: rfc822; list@buyer.example\n\n{block('gone@buyer.example')}\n"
	found = judge(report(plain("Sorry"), told, returned()))
	assert found.recipients == ("gone@buyer.example",)
	assert not found.names("list@buyer.example")


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


@pytest.mark.parametrize(
	("value", "address"),
	[
		("Ada <ada@buyer.example> <mobile>", "ada@buyer.example"),
		("<Ada> ada@buyer.example", "ada@buyer.example"),
		("Ada <ada>", ""),
	],
)
def test_only_an_address_in_angle_brackets_is_one(value, address):
	assert address_in(value) == address


@pytest.mark.parametrize("text", ["@buyer.example", "'@buyer.example", "a@", "@", "''@x.y"])
def test_what_is_no_address_is_none(text):
	assert addresses_in(text) == ()


def test_recipients_explained_in_words_have_their_own_fates():
	text = (
		"<gone@buyer.example>: there is no such user here\n"
		"<full@buyer.example>: the mailbox is full, try again later\n"
	)
	found = judge(
		letter(text, From="MAILER-DAEMON@mx.example", Subject="Undelivered Mail", X_Failed_Recipients=BOTH)
	)
	assert found.about("full@buyer.example").cause is Cause.NO_ROOM
	assert found.about("gone@buyer.example").kind is HARD


@pytest.mark.parametrize(("code", "kind"), [("5.1.1", HARD), ("4.2.2", SOFT), ("2.0.0", AUTO)])
def test_a_block_without_an_action_is_judged_by_its_status(code, kind):
	found = judge(
		report(
			plain("A notice."),
			status(f"Final-Recipient: rfc822; ada@buyer.example\nStatus: {code}"),
			returned("ada@buyer.example"),
		)
	)
	assert found.kind is kind


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


DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"
OPENSMTPD = """Hi! An error has occurred while attempting to deliver a message for
the following list of recipients:

gone@buyer.example: 550 5.1.1 <gone@buyer.example>: Recipient address rejected: User unknown
full@buyer.example: 552 5.2.2 <full@buyer.example>: Recipient address rejected: Mailbox full
unsure@buyer.example: Envelope expired
"""
SENDMAIL = """   ----- Transcript of session follows -----
421 buyer.example (smtp)... Deferred: Connection reset by peer
554 <busy@buyer.example>... Remote protocol error: Connection reset by peer
550 gone.example (smtp)... 550 Host unknown
554 <gone@gone.example>... 550 Host unknown (Authoritative answer from name server)
"""


def test_a_report_without_diagnostics_says_in_its_text_what_became_of_each():
	blocks = [
		f"Final-Recipient: rfc822; {name}@buyer.example\nAction: failed\nStatus: 5.0.0"
		for name in ("gone", "full", "unsure")
	]
	found = judge(report(plain(OPENSMTPD), status(*blocks), returned()))
	assert (found.kind, found.recipients, found.status) == (HARD, ("gone@buyer.example",), "5.1.1")
	assert found.about("full@buyer.example").cause is Cause.NO_ROOM
	assert found.about("unsure@buyer.example").cause is Cause.NOT_NOW


def test_a_diagnostic_without_words_is_explained_by_the_text():
	told = plain("<ada@buyer.example>\n    (reason: 255)\n\n554 5.3.0 unknown mailer error 255")
	wordless = "Final-Recipient: rfc822; ada@buyer.example\nAction: failed\nDiagnostic-Code: X-Unix; 255"
	found = judge(report(told, status(wordless), returned("ada@buyer.example")))
	assert (found.kind, found.cause) == (SOFT, Cause.NOT_NOW)


def test_the_text_says_that_it_was_the_sender_who_was_refused():
	said = "host mx.example[192.0.2.1] said: 550 User\n    unknown (in reply to MAIL\n    FROM command)"
	told = plain(f"<ada@buyer.example>: {said}")
	found = judge(report(told, status(block("ada@buyer.example", "5.0.0", "550 User unknown")), returned()))
	assert (found.kind, found.cause) == (SOFT, Cause.SENDER)


def test_a_code_that_stands_before_an_address_is_its_own():
	found = judge(letter(SENDMAIL, From=DAEMON, Subject="Returned mail"))
	assert (found.kind, found.recipients) == (HARD, ("gone@gone.example",))
	assert found.about("busy@buyer.example").kind is SOFT


@pytest.mark.parametrize(
	"line",
	[
		"For help, please contact <{}>.",
		"Kontakt: {}",
		"Contactez {} en cas de doute",
		"{} へご連絡ください。",
	],
)
def test_who_helps_has_not_failed(line):
	helper = line.format("support@provider.example")
	text = f"This is the mail system at host mx.example.\n\nYour mail could not be delivered.\n{helper}\n"
	assert judge(letter(text, From=DAEMON, Subject="Undelivered Mail")).recipients == ()
	text += "\n<gone@buyer.example>: 550 5.1.1 unknown user\n"
	assert judge(letter(text, From=DAEMON, Subject="Undelivered Mail")).recipients == ("gone@buyer.example",)


def test_whom_the_mail_was_for_need_not_be_whom_it_did_not_reach():
	text = (
		"This report is about a message with these fields:\n\n  To: list@buyer.example\n  Subject: Hello\n\n"
		"It could not be delivered to:\n\n  Recipient: gone@buyer.example\n  Reason: 550 User unknown\n"
	)
	found = judge(
		letter(text, From="postmaster@mx.example", Subject="Delivery Notification: Delivery has failed")
	)
	assert (found.kind, found.recipients) == (HARD, ("gone@buyer.example",))


@pytest.mark.parametrize("sender", ["<>", "Mail Gateway <>", '"Some Mail System" <>'])
def test_a_mail_that_gives_no_sender_is_a_mail_systems(sender):
	text = "Your mail can not be delivered:\n\ngone@buyer.example: that's not a valid user here"
	found = judge(letter(text, From=sender, Subject="Mail error", Auto_Submitted="auto-replied"))
	assert (found.kind, found.recipients) == (HARD, ("gone@buyer.example",))


@pytest.mark.parametrize(
	("subject", "text", "kind"),
	[
		("Delivery status", "A message is delayed for more than 10 minutes for ada@buyer.example", SOFT),
		("Warning", "The following addresses had delivery errors\n\nada@buyer.example [timed out]", SOFT),
		("Hello", "Your message to ada@buyer.example was rejected: the user exceeds the quota", SOFT),
		(
			"Delivery failure",
			"It has encountered delivery problems.\n\nada@buyer.example: user not known",
			HARD,
		),
		("Mail error", "ada@buyer.example (mail box space not enough)", SOFT),
	],
)
def test_more_ways_of_mail_systems_to_put_it(subject, text, kind):
	found = judge(letter(text, From="MAILER-DAEMON@mx.example", Subject=subject))
	assert (found.kind, found.recipients) == (kind, ("ada@buyer.example",))


@pytest.mark.parametrize(
	("text", "kind"),
	[
		("Your message could not be delivered to the following recipients:\n\nada@buyer.example", SOFT),
		("Ihre Mail konnte an folgende Empfänger nicht zugestellt werden:\nada@buyer.example", SOFT),
		("ada@buyer.example: mailbox unavailable [SMTP Error Code 550]", HARD),
		(
			"We could not deliver to the following address: 12 Harbour Road. Which one is right?",
			MailKind.HUMAN_REPLY,
		),
		("500 pallets came, 450 were wrong.", MailKind.HUMAN_REPLY),
		("Room 550, 5.1.1 stock", MailKind.HUMAN_REPLY),
	],
)
def test_what_proves_a_bounce_beside_its_subject(text, kind):
	assert (
		judge(letter(text, From="gateway@buyer.example", Subject="Delivery failure notification")).kind
		is kind
	)


def test_japanese_without_a_charset_in_a_header():
	said = b"X-Notes; " + "ユーザー Ada は Domino ディレクトリには見つかりません。".encode("iso-2022-jp")
	raw = report(plain("Failed."), status(block("ada@buyer.example", "5.0.0", "WORDS")), returned())
	found = judge(raw.replace(b"smtp; WORDS", said))
	assert (found.kind, found.cause) == (HARD, Cause.PERSON)
	assert "見つかりません" in found.diagnostic


@pytest.mark.parametrize(
	("subject", "head", "said"),
	[
		("Unzustellbar: Hallo", "Fehler bei der Nachrichtenzustellung an folgende Empfänger:", "Die E-Mail-Adresse konnte nicht gefunden werden."),
		("Non remis : Bonjour", "Échec de la remise à ces destinataires :", "Cette adresse est introuvable."),
		("No se puede entregar: Hola", "Error de entrega a estos destinatarios:", "No se encontró la dirección especificada."),
		("Non recapitabile: Salve", "Recapito non riuscito ai destinatari seguenti:", "Impossibile trovare l'indirizzo immesso."),
		("Onbestelbaar: Hallo", "Bezorging aan deze ontvangers is mislukt:", "Dit e-mailadres kan niet worden gevonden."),
		("Não é possível entregar: Olá", "Falha na entrega para estes destinatários:", "Este endereço não pôde ser encontrado."),
		("Niedostarczalna: Witam", "Nie można dostarczyć do następujących adresatów:", "Nie można odnaleźć tego adresu."),
		("Olevererbart: Hej", "Det gick inte att leverera till följande mottagare:", "Det gick inte att hitta adressen."),
		("配信不能: こんにちは", "次の受信者またはグループに配信できません:", "電子メール アドレスが見つかりませんでした。"),
		("无法送达: 你好", "未能传递到以下收件人:", "找不到您输入的地址。"),
		("Delivery Status", "Tu mensaje no se ha entregado:", "No se ha encontrado la dirección."),
		("Undeliverable: Hello", "Your message couldn't be delivered.", "gone wasn't found at buyer.example."),
	],
)  # fmt: skip
@pytest.mark.parametrize("is_html", [False, True])
def test_a_bounce_in_the_words_of_a_language(subject, head, said, is_html):
	text = f"{head}\n\ngone@buyer.example\n{said}"
	kind = "text/plain"
	if is_html:
		lines = "".join(f"<p>{line}</p>\n" for line in text.replace("'", "&#39;").split("\n"))
		text, kind = f"<html><head><style>p {{}}</style></head><body>{lines}</body></html>", "text/html"
	raw = letter(
		text,
		From="postmaster@buyer.example",
		Subject=Header(subject, "utf-8").encode(),
		Content_Type=f"{kind}; charset=utf-8",
	)
	found = judge(raw)
	assert (found.kind, found.recipients) == (HARD, ("gone@buyer.example",))


def test_a_delay_in_german_is_one():
	text = "Die Zustellung an diese Empfänger oder Gruppen hat sich verzögert:\n\nada@buyer.example"
	found = judge(letter(text, From="postmaster@buyer.example", Subject="Zustellung verzögert: Hallo"))
	assert (found.kind, found.cause) == (SOFT, Cause.NOT_NOW)


def test_a_report_in_utf_8():
	told = status(
		block("x").replace("rfc822; x", "utf-8; gone@buyer.example"),
		block("full@buyer.example", "5.2.2", "552 mailbox full"),
	)
	raw = report(plain("Sorry"), told.replace("message/delivery", "message/global-delivery"), returned())
	found = judge(raw)
	assert (found.kind, found.reason, found.recipients) == (HARD, "dsn", ("gone@buyer.example",))
	assert found.about("full@buyer.example").kind is SOFT


@pytest.mark.parametrize(
	"said",
	[
		f"550 5.1.1 <{OURS}> is not verified",
		f"550 5.1.1 <{OURS}>: user unknown",
		f"550 {OURS} does not exist",
		"553 sales.example does not exist",
		"550 5.1.2 Domain sales.example not found",
	],
)
def test_what_is_said_of_us_is_not_said_of_the_person(said):
	found = judge(
		report(plain("x"), status(block("ada@buyer.example", "5.0.0", said)), returned("ada@buyer.example"))
	)
	assert (found.kind, found.recipients) == (SOFT, ("ada@buyer.example",))
	text = f"<ada@buyer.example>: host mx.buyer.example[192.0.2.1] said: {said}"
	assert judge(letter(text, From=DAEMON, Subject="Undelivered Mail")).kind is SOFT


@pytest.mark.parametrize(
	("recipient", "said"),
	[
		(
			"gone@buyer.example",
			f"550 5.1.1 <gone@buyer.example>: user unknown, so nothing from {OURS} gets there",
		),
		("gone@buyer.example", "550 5.1.1 unknown user, says mx.sales.example"),
		("gone@sales.example", "550 5.1.1 <gone@sales.example>: user unknown at sales.example"),
	],
)
def test_a_dead_address_is_dead_though_we_are_named(recipient, said):
	found = judge(report(plain("x"), status(block(recipient, "5.1.1", said)), returned(recipient)))
	assert (found.kind, found.recipients) == (HARD, (recipient,))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_way(end):
	text = "This is the mail system at host mx.\n\n<gone@buyer.exam=\nple>: 550 5.1.1 unknown =\nuser\n"
	raw = letter(text, From=DAEMON, Subject="Undelivered Mail", Content_Transfer_Encoding="quoted-printable")
	found = judge(raw.replace(b"\n", end))
	assert (found.kind, found.recipients) == (HARD, ("gone@buyer.example",))
