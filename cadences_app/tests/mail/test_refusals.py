"""Which refusals say that an address is dead, while sending and in reports alike (S4.1, S13.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.sending.smtp_replies import Refusal, classify_refusal
from cadences_app.mail.understanding.passages import telling_passage
from cadences_app.mail.understanding.refusals import Cause
from cadences_app.mail.understanding.severity import (
	fate_of,
	find_code,
	find_status,
	judge_failure,
	more_telling,
	server_words,
)
from cadences_app.mail.understanding.verdict import MailKind

EXIM = (
	"SMTP error from remote mail server after RCPT TO:<ada@buyer.example>:\n"
	"    host mx.buyer.example [192.0.2.1]: "
)

DEAD = [
	"550 5.1.1 <ada@buyer.example>: Recipient address rejected: User unknown in virtual mailbox table",
	"550-5.1.1 The email account that you tried to reach does\n550-5.1.1 not exist. Please try again.",
	"550 #5.1.0 Address rejected.",
	"550 No Such User Here",
	"550 Invalid recipient ada@buyer.example",
	"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@buyer.example not found by SMTP address lookup",
	"550 5.4.1 Recipient address rejected: Access denied. [AM6EUR05FT047.example]",
	"554 delivery error: dd This user doesn't have a yahoo.example account (ada@yahoo.example) [0]",
	"554 5.1.1 <ada@buyer.example>: Recipient address\n  rejected: User\n  unknown",
	"550 Requested action not taken: mailbox unavailable",
	"550 5.7.1 No mailbox found",
	"550 5.7.1 <ada@buyer.example>... No such user",
	"556 5.1.10 Domain buyer.example does not accept mail (nullMX)",
	"550 5.1.2 The domain has a null MX record",
	"553 sorry, no mailbox here by that name (#5.7.1)",
	"550 5.2.1 The email account that you tried to reach is disabled",
	"550 5.1.6 recipient no longer on server",
	"551 5.1.6 User has moved",
	"550 unrouteable address",
	"550 5.5.0 unknown user",
	"550 Mailbox does not exist!",
	"550 Account deactivated",
	"550 5.1.1 <info@spam-policy.example> User unknown; see https://blocked.example/spam?quota=1",
	"550 Unbekannter Empfänger: Postfach existiert nicht",
	"550 5.1.1 Adresse d'au moins un destinataire invalide. Adresse inconnue",
	"551 not our user",
	"550 gone@buyer.example... we do not know this person",
	"550 the recipient has left the company",
	"550 5.7.1 The user ada of ours is unknown",
	"550 She no longer works for us",
	"550 5.1.1 La cuenta de correo no existe",
	"550 5.7.17 Mailbox owner has changed",
	"550 5.4.310 DNS domain buyer.example does not exist",
	"550",
	"553 5.3.0",
	"551 <ada@buyer.example> is a deactivated mailbox",
	"552 mailbox not found",
	"550 unknown local-part",
	"550 no MX for this domain",
	"550 Unbekannter Benutzer",
	"550 Verification failed for recipient: no such user",
	"553 sorry, no mail-box here by that name",
	"550 recipient unrecognized",
	"550 ada was not found at buyer.example",
	"550 User account not activated",
	"550 ** no mail box available for ada **",
	"550 an MX or SRV record indicated no SMTP service",
	"550 5.1.1 unknown or illegal alias: ada@buyer.example",
	"554 No valid recipients, bye",
	"550 Invalid final delivery userid",
	"550 #5.1.0 unrouteable address; bounced",
	"550 5.0.0 Address not present in directory",
	"550 Esta casilla ha expirado",
	"5.1.0 - Unknown address error 550-'5.1.1 No such user here' (delivery attempts: 0)",
	# abroad
	"550 Destinataire inconnu, veuillez informer l'expéditeur",
	"550 Absender: rep@sales.example, Empfänger: ada@buyer.example unbekannt",
	"550 Nie ma takiego użytkownika",
	"550 Uživatel neexistuje",
	"550 Mottagaren finns inte",
	"550 Brugeren findes ikke",
	"550 A címzett nem létezik",
	"550 Kullanıcı bulunamadı",
	"550 Utilizator inexistent",
	"550 Нет такого пользователя",
	"550 发件人: rep@sales.example 收件人: ada@buyer.example 不存在",
	"550 用户不存在",
	"550 宛先不明",
	"554 5.7.1 Mailbox gesperrt",
	"550 5.2.1 This mailbox has been blocked due to inactivity",
]

# words, and what they are about
ALIVE = [
	(EXIM + "550 Message rejected: 192.0.2.7 is on our block list", Cause.SENDER),
	(EXIM + "550-Sender verify failed\n    550 Verification failed for <rep@sales.example>", Cause.SENDER),
	(
		"host mx.buyer.example[192.0.2.1]: 554 5.7.1 blocked using zen.spamhaus.org",
		Cause.SENDER,
	),
	("550 5.1.1 rejected: your IP address is listed by SpamCop", Cause.SENDER),
	("550 5.7.23 The message was rejected because of Sender Policy Framework violation", Cause.SENDER),
	("550 SPF check failed for sales.example", Cause.SENDER),
	("550 5.7.515 Access denied, sending domain does not meet the required level", Cause.SENDER),
	("550 5.7.606 Access denied, banned sending IP [192.0.2.7]", Cause.SENDER),
	("550 5.1.8 Access denied, bad outbound sender", Cause.SENDER),
	("550 5.1.1 Your server is not allowed to connect", Cause.SENDER),
	("550 Your mail server has a bad reputation", Cause.SENDER),
	("550 unverified sender", Cause.SENDER),
	("553 5.1.8 Domain of sender address rep@sales.example does not exist", Cause.SENDER),
	("550 5.7.25 The sending IP has no PTR record", Cause.SENDER),
	("550 HELO argument does not match calling host", Cause.SENDER),
	("550 Sending rate limit exceeded", Cause.SENDER),
	("554 Too many connections from your host", Cause.SENDER),
	("571 5.7.1 message refused by DMARC policy", Cause.SENDER),
	("550 5.7.1 Greylisted, please come back", Cause.SENDER),
	("550 5.1.1 mailbox over quota", Cause.NO_ROOM),
	("550 5.1.1 <ada@buyer.example> user is over quota", Cause.NO_ROOM),
	("552 5.2.2 mailbox is full", Cause.NO_ROOM),
	("550 5.2.1 The user is receiving mail at a rate that prevents delivery", Cause.NO_ROOM),
	("554 5.7.1 Postfach ist voll", Cause.NO_ROOM),
	("550 mailbox\n size limit exceeded", Cause.NO_ROOM),
	("552 5.3.4 message size exceeds fixed limit", Cause.SIZE),
	("577 message too large", Cause.SIZE),
	("554 5.7.1 Message rejected as spam", Cause.CONTENT),
	("550 5.1.1 rejected by policy", Cause.CONTENT),
	("550 Administrative prohibition", Cause.CONTENT),
	("550 5.7.0 Local policy violation", Cause.CONTENT),
	("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", Cause.CONTENT),
	("550 High probability of spam", Cause.CONTENT),
	("571 Delivery not authorized, message refused", None),
	("590 closed for today", None),
	("550 Verification failed for <rep@sales.example>", Cause.SENDER),
	("550 Callback setup failed while verifying <rep@sales.example>", Cause.SENDER),
	("550 Too many invalid recipients", Cause.SENDER),
	("550 5.1.1 Mailbox temporarily disabled", Cause.NOT_NOW),
	("550 5.2.1 mailbox unavailable, please try again later", Cause.NOT_NOW),
	("550 5.1.1 Postfach vorübergehend gesperrt", Cause.NOT_NOW),
	("554 Transaction failed", None),
	("554 5.0.0 Service unavailable", None),
	("550 Rejected", None),
	("550 5.0.0 Denied for reasons that we do not tell anybody", None),
	("541 the recipient's server refused the message", None),
	("500 unrecognized command", None),
	("550 5.1.1 Recipient rejected: the domain of the sender has no MX record", Cause.SENDER),
	('550 5.3.0 procmail: Couldn\'t create "/var/mail/gone"', Cause.NOT_NOW),
	("550 5.2.0 mailbox: unable to open /var/spool/mail/ada, disk trouble", Cause.NOT_NOW),
	("550 Postfach gesperrt wegen Überlastung", Cause.NOT_NOW),
	("550 5.4.7 delivery time expired", Cause.NOT_NOW),
	("554 5.4.6 too many hops, this message is looping", Cause.NOT_NOW),
	("550 5.4.4 mx.buyer.example: host did not respond", Cause.NOT_NOW),
	("550 5.4.1 connection timed\n out", Cause.NOT_NOW),
	("550 retry timeout exceeded", Cause.NOT_NOW),
	("550 5.4.316 Message expired, connection refused", Cause.NOT_NOW),
	("550 Unroutable sender address", Cause.SENDER),
	("550 Sender e-mail address rejected", Cause.SENDER),
	("550 BATV check failed", Cause.SENDER),
	("550 Multiple authentication checks failed", Cause.SENDER),
	("535 incorrect authentication data", Cause.SENDER),
	("550 Frequency limited for this network", Cause.SENDER),
	("550 No relaying, please", Cause.SENDER),
	("550 We are not a gateway for that", Cause.SENDER),
	("550 Mail from your country is not wanted", Cause.SENDER),
	("553 http://www.spamhaus.example.org/query?ip=192.0.2.7", Cause.SENDER),
	("550 5.1.3 see https://dnsbl.lists.example/192.0.2.7", Cause.SENDER),
	# a prefix that servers put before any reason
	("550 5.0.0 <ada@buyer.example>: Recipient address rejected: Internal system error", None),
	("551 5.7.1 <ada@buyer.example>: Recipient address rejected: Delivery not authorized", Cause.CONTENT),
	("550 <ada@buyer.example>: Recipient address rejected: on hold for now", None),
	("5.1.0 - Unknown address error 550-'5.7.1 <rep@sales.example>... Access denied'", None),
	# a code with a word or two
	("550 Go away", None),
	("550 5.5.1 Protocol error", None),
	(
		"550-Requested action not taken: mailbox unavailable\n550 invalid DNS record of the domain",
		Cause.SENDER,
	),
	("550 5.1.1 Recipient rejected - sender has no MX", Cause.SENDER),
	("550 5.1.1 Mail loop detected for ada", Cause.NOT_NOW),
	("550 Recipient server is unavailable", Cause.NOT_NOW),
	("554 This contains banned or offensive material", Cause.CONTENT),
	("550 Header error", None),
	("550 Local configuration error", Cause.NOT_NOW),
	# the machine that takes the mail in
	("550 5.2.0 procmail: Lock failure on /var/mail/ada.lock; Error while writing", Cause.NOT_NOW),
	("550 5.3.0 unknown mailer error 255", Cause.NOT_NOW),
	("550 ada is not unique, several matches found in the directory", Cause.NOT_NOW),
	("550 /srv/mail/ada: file does not exist", Cause.NOT_NOW),
	("Name service error for buyer.example: Host not\n    found, try again", Cause.NOT_NOW),
	("Recipients: ada@buyer.example: Envelope expired", Cause.NOT_NOW),
	("(#4.4.1) this message has been in the queue too long", Cause.NOT_NOW),
	# room and rules
	("550 User has too many messages on the server", Cause.NO_ROOM),
	("550 Benutzer hat zuviele Mails auf dem Server", Cause.NO_ROOM),
	("552 Account does not have enough space", Cause.NO_ROOM),
	("550 5.1.1 Refused due to recipient preferences", Cause.CONTENT),
	("550 They are not accepting mail with attachments", Cause.CONTENT),
	("550 The group may not exist, or you have no permission to post to it", Cause.CONTENT),
	("554 No Resent-From field in the message header: missing header", Cause.CONTENT),
	("541 5.4.1 Mail rejected by destination domain", Cause.CONTENT),
	("550 You send mail as another address with settings for your account that are wrong", Cause.SENDER),
	# of our side, abroad
	("550 Ihre IP-Adresse 192.0.2.7 ist gesperrt", Cause.SENDER),
	("550 5.1.1 Ihre Adresse ist gesperrt", Cause.SENDER),
	("550 Absenderadresse unbekannt", Cause.SENDER),
	("550 Die Adresse des Absenders existiert nicht", Cause.SENDER),
	("550 5.1.1 Unbekannter Absender", Cause.SENDER),
	("550 Adresse de l'expéditeur inconnue", Cause.SENDER),
	("550 Votre adresse IP est sur liste noire", Cause.SENDER),
	("550 La dirección del remitente no existe", Cause.SENDER),
	("550 5.1.1 Remitente rechazado", Cause.SENDER),
	("550 dirección IP no válida", Cause.SENDER),
	("550 L'indirizzo del mittente non esiste", Cause.SENDER),
	("550 Endereço do remetente inexistente", Cause.SENDER),
	("550 Adres van afzender onbekend", Cause.SENDER),
	("550 Adres nadawcy nie istnieje", Cause.SENDER),
	("550 5.1.1 Avsändaren nekad", Cause.SENDER),
	("550 5.1.1 отправитель отклонен", Cause.SENDER),
	("550 发件人地址不存在", Cause.SENDER),
	("550 送信者のアドレスが存在しません", Cause.SENDER),
	("550 5.1.1 Recipient limit exceeded for sender", Cause.SENDER),
	("550 您的服务器信誉太低", None),
	# room, content and another day, abroad
	("550 5.1.1 Postafiók megtelt", Cause.NO_ROOM),
	("550 5.1.1 Schránka je plná", Cause.NO_ROOM),
	("550 5.1.1 Postkassen er fuld", Cause.NO_ROOM),
	("550 5.1.1 Brevlådan är full", Cause.NO_ROOM),
	("550 5.1.1 Postilaatikko on täynnä", Cause.NO_ROOM),
	("550 5.1.1 Skrzynka jest pełna", Cause.NO_ROOM),
	("550 5.1.1 Cutia este plină", Cause.NO_ROOM),
	("550 5.1.1 Posta kutusu dolu", Cause.NO_ROOM),
	("550 メールボックスがいっぱいです", Cause.NO_ROOM),
	("550 5.1.1 메일함이 가득 찼습니다", Cause.NO_ROOM),
	("550 5.1.1 Inhalt nicht erlaubt", Cause.CONTENT),
	("550 5.1.1 Message refusé: contenu indésirable", Cause.CONTENT),
	("550 5.1.1 Bitte später erneut versuchen", Cause.NOT_NOW),
	("550 5.1.1 Réessayez plus tard", Cause.NOT_NOW),
]


@pytest.mark.parametrize("text", DEAD)
def test_what_is_about_the_person_is_hard(text):
	assert fate_of(find_status(text), text) == (MailKind.HARD_BOUNCE, Cause.PERSON)


@pytest.mark.parametrize(("text", "cause"), ALIVE)
def test_nobody_is_declared_dead_for_what_is_not_about_them(text, cause):
	kind, found = fate_of(find_status(text), text)
	assert kind is MailKind.SOFT_BOUNCE
	assert cause in (found, None)


@pytest.mark.parametrize(
	"text",
	[
		"SMTP error from remote mail server after MAIL FROM:<rep@sales.example> SIZE=9:\n550 no such user",
		"SMTP error from remote mail server after initial connection:\n    550 no such user",
		"host mx.example[192.0.2.1] said: 550 User unknown (in reply to MAIL FROM command)",
		">>> MAIL FROM:<rep@sales.example>\n<<< 550 no such domain here",
	],
)
def test_what_is_refused_before_a_recipient_is_named_is_about_the_sender(text):
	assert fate_of(find_status(text), text) == (MailKind.SOFT_BOUNCE, Cause.SENDER)


def test_what_the_server_says_of_the_recipient_after_it_took_the_sender():
	text = ">>> MAIL FROM:<rep@sales.example>\n<<< 250 ok\n>>> RCPT TO:<gone@buyer.example>\n<<< 550 no user"
	assert fate_of("", text) == (MailKind.HARD_BOUNCE, Cause.PERSON)


@pytest.mark.parametrize("text", [*DEAD, *(text for text, _cause in ALIVE)])
def test_sending_and_reading_reports_agree(text):
	code = int(find_code(text) or 550)
	said = text.removeprefix(EXIM).partition(str(code))[2].strip() or text
	refusal = classify_refusal(code, said)
	is_hard = judge_failure(find_status(text), text) is MailKind.HARD_BOUNCE
	assert (refusal is Refusal.BOUNCED) == is_hard, refusal


@pytest.mark.parametrize(
	"text",
	["scanned for viruses by our gateway", "checked for viruses", "an antivirus program looked at this"],
)
def test_the_footer_of_a_scanner_is_no_refusal(text):
	assert fate_of("5.1.1", f"Delivery to ada@buyer.example failed.\n\n{text}") == (
		MailKind.HARD_BOUNCE,
		Cause.PERSON,
	)


@pytest.mark.parametrize("text", ["Delivery to ada@buyer.example failed.", "X-Unix; 77", "smtp; 554", ""])
def test_a_failure_without_a_reason_is_nobodys_death(text):
	assert fate_of("", text) == (MailKind.SOFT_BOUNCE, Cause.UNKNOWN)


@pytest.mark.parametrize(
	("text", "code"),
	[
		("host mx.buyer.example [192.0.2.1]: 550 no", "550"),
		("host mx.buyer.example[192.0.2.1]: 571 no", "571"),
		("host mx.buyer.example [IPv6:2001:db8::1]: 577 no", "577"),
		("(host mx.buyer.example): 554 no", "554"),
		("590 no", "590"),
		("room [12]: 550pt", ""),
	],
)
def test_codes_are_read_where_servers_speak(text, code):
	assert find_code(text) == code


@given(st.text(max_size=300), st.sampled_from(["", "5.1.1", "4.2.2", "5.7.1", "9.9.9", "x"]))
def test_any_text_has_a_fate(text, status):
	kind, cause = fate_of(status, text)
	assert kind in (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE)
	assert (cause is Cause.PERSON) == (kind is MailKind.HARD_BOUNCE)


@pytest.mark.parametrize(
	("status", "said", "telling"),
	[
		("5.7.1", "550 5.1.1 no such user", "5.1.1"),
		("4.2.2", "550 5.1.1 no such user", "4.2.2"),
		("5.7.1", "see rule 5.1.1", "5.7.1"),
		("5.0.0", "see rule 5.1.1", "5.1.1"),
		("4.0.0", "see rule 5.1.1", "4.0.0"),
		("", "see rule 5.1.1", "5.1.1"),
		("5.0.0", "no", "5.0.0"),
	],
)
def test_a_servers_own_status_may_say_more_than_the_reports(status, said, telling):
	assert more_telling(status, said) == telling


def test_the_servers_words_go_before_what_stands_around_them():
	text = "Write to us if your message looks like spam.\n\n550 no such user here"
	assert fate_of("", text) == (MailKind.HARD_BOUNCE, Cause.PERSON)


@pytest.mark.parametrize(
	("text", "said"),
	[
		("mx.buyer.example said:\n550 no such user", "mx.buyer.example said:\n550 no such user"),
		("Our policy is strict.\n550 no such user", "550 no such user"),
		("550 no such user\na\nb\nc\nd\nYou wrote:", "550 no such user\na\nb\nc"),
		("Nobody says a code.\nNor here.", "Nobody says a code.\nNor here."),
	],
)
def test_a_servers_words_are_its_lines_and_the_one_that_leads_to_them(text, said):
	assert server_words(text).strip() == said


def test_of_what_is_said_about_an_address_the_part_counts_in_which_a_server_speaks():
	"""Of several, each up to the next that is about somebody else."""
	text = (
		"Your mail to ada@buyer.example was looked at.\nbo@buyer.example has it.\n"
		"ada@buyer.example: 550 5.1.1 User unknown\n"
	)
	passage = telling_passage(text, "ada@buyer.example", ("ada@buyer.example", "bo@buyer.example"))
	assert passage == ": 550 5.1.1 User unknown\n"
