"""One sample for each shape of incoming mail, and what it is taken for (S4.1, S4.2).

The samples are written for these tests, after the shapes that servers and providers are known to send.
"""

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from cadences_app.mail.understanding.classify import MailKind, Verdict, classify
from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.phrases import REPLY_PREFIX
from cadences_app.mail.understanding.severity import find_code, find_status, judge_failure
from cadences_app.tests.mail.letters import block, judge, letter, plain, report, returned, status

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 11, 23)

HARD, SOFT = MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE
AWAY, AUTO, HUMAN = MailKind.OUT_OF_OFFICE, MailKind.AUTO_REPLY, MailKind.HUMAN_REPLY
COMPLAINT, CHALLENGE, UNKNOWN = MailKind.COMPLAINT, MailKind.CHALLENGE, MailKind.NOT_UNDERSTOOD

# sample, kind, the rule that decided, failed or complaining addresses, status
DELIVERY = (
	("dsn_postfix_unknown_user", HARD, "dsn", "ada.nobody@buyer.example.com", "5.1.1"),
	("dsn_delayed", SOFT, "dsn", "bob@slow.example.com", "4.4.1"),
	("dsn_delivered", AUTO, "dsn-delivered", "", "2.1.5"),
	("dsn_relayed", AUTO, "dsn-delivered", "", "2.0.0"),
	("dsn_two_recipients_mixed", HARD, "dsn", "gone@two.example.com", "5.1.1"),
	("dsn_two_failed", HARD, "dsn", "one@gone.example.com two@gone.example.com", "5.1.2"),
	("dsn_mailbox_full", SOFT, "dsn", "full@buyer.example.com", "5.2.2"),
	("dsn_vague_status_quota", SOFT, "dsn", "full@buyer.example.com", "5.0.0"),
	("dsn_vague_status_specific_diagnostic", HARD, "dsn", "gone@buyer.example.com", "5.1.1"),
	("dsn_failed_after_retries", SOFT, "dsn", "bob@slow.example.com", "4.4.7"),
	("dsn_spam_filter", SOFT, "dsn", "ada@buyer.example.com", "5.7.1"),
	("dsn_in_mixed_with_footer", HARD, "dsn", "gone@buyer.example.com", "5.1.1"),
	("dsn_base64", HARD, "dsn", "gone@buyer.example.com", "5.1.1"),
	("dsn_opensmtpd_error", SOFT, "dsn", "gone@buyer.example.com", "5.0.0"),
	("dsn_gmail_failure", HARD, "dsn", "gone@gmail.example.com", "5.1.1"),
	("dsn_ses", HARD, "dsn", "gone@buyer.example.com", "5.4.4"),
	("dsn_exchange_online", HARD, "dsn", "gone@buyer.example.com", "5.1.10"),
	("qmail", HARD, "flufl", "gone@buyer.example.com", "5.1.1"),
	("qmail_quota", SOFT, "flufl", "full@buyer.example.com", "5.2.2"),
	("exim", HARD, "x-failed-recipients", "gone@buyer.example.com", "5.1.1"),
	("exim_warning", SOFT, "flufl", "bob@slow.example.com", ""),
	("postfix_text_only", HARD, "flufl", "gone@buyer.example.com", "5.1.1"),
	("sendmail_text", HARD, "flufl", "gone@buyer.example.com", ""),
	("ms_smtpsvc", SOFT, "flufl", "gone@buyer.example.com", ""),
	("exchange_2003_text", HARD, "exchange", "gone@buyer.example.com", "5.1.1"),
	("exchange_2003_german", HARD, "exchange", "gone@buyer.example.com", "5.1.1"),
	("exchange_french_html", HARD, "exchange-online", "gone@buyer.example.com", "5.1.1"),
	("exchange_online_html_only", HARD, "exchange-online", "gone@buyer.example.com", "5.1.10"),
	("exchange_online_full", SOFT, "exchange-online", "full@buyer.example.com", "5.2.2"),
	("exchange_spanish", HARD, "exchange-online", "gone@buyer.example.com", "5.4.1"),
	("gmail_address_not_found_text", HARD, "gmail", "gone@gmail.example.com", "5.1.1"),
	("gmail_inbox_full", SOFT, "gmail", "full@gmail.example.com", "4.2.2"),
	("gmail_delay", SOFT, "flufl", "bob@slow.example.com", ""),
	("ses_text", SOFT, "ses", "gone@buyer.example.com", ""),
	("notes", HARD, "flufl", "gone@buyer.example.com", ""),
	("notes_report", HARD, "notes", "gone@buyer.example.com", "5.1.1"),
	("yahoo", HARD, "flufl", "gone@yahoo.example.com", ""),
	("mailru", HARD, "russian", "gone@mail.example.com", ""),
	("yandex", HARD, "russian", "gone@yandex.example.com", "5.7.1"),
	("qq", HARD, "tencent", "gone@qq.example.com", ""),
	("netease_163", HARD, "tencent", "gone@163.example.com", ""),
	("gmx", HARD, "flufl", "gone@gmx.example.com", ""),
	("webde_german", SOFT, "german", "gone@web.example.com", ""),
	("orange_fr", HARD, "french", "gone@orange.example.com", ""),
	("free_fr", SOFT, "french", "full@free.example.com", ""),
	("libero_it", HARD, "italian", "gone@libero.example.com", ""),
	("uol_br", HARD, "portuguese", "gone@uol.example.com", ""),
	("terra_full", SOFT, "portuguese", "full@terra.example.com", ""),
	("naver", HARD, "naver", "gone@naver.example.com", ""),
	("zoho", HARD, "exim", "gone@zoho.example.com", "5.1.1"),
	("rediff", HARD, "flufl", "gone@rediffmail.example.com", "5.1.1"),
	("spanish_isp", HARD, "spanish", "gone@correo.example.com", ""),
	("dutch_isp", HARD, "dutch", "gone@post.example.com", ""),
	("plain_550_line", HARD, "english", "gone@buyer.example.com", ""),
	("address_rejected_no_address", HARD, "english", "", ""),
	("dovecot_quota_receipt", SOFT, "rejected-by-filter", "full@dovecot.example.com", ""),
	("arf_abuse", COMPLAINT, "arf-abuse", "ada@isp.example.com", ""),
	("arf_redacted_recipient", COMPLAINT, "arf-abuse", "ada@isp.example.com", ""),
	("arf_opt_out", COMPLAINT, "arf-opt-out", "ada@isp.example.com", ""),
	("jmrp", COMPLAINT, "jmrp", "ada@outlook.example.com", ""),
)

# sample, kind, the rule that decided, day of return
ANSWERS = (
	("dsn_unreadable", UNKNOWN, "daemon-sender", None),
	("read_receipt", AUTO, "read-receipt", None),
	("arf_auth_failure", AUTO, "arf-auth-failure", None),
	("dmarc_aggregate", AUTO, "statistics-report", None),
	("challenge_tmda", CHALLENGE, "tmda", None),
	("challenge_boxbe", CHALLENGE, "challenge-sender", None),
	("challenge_spamarrest", CHALLENGE, "challenge-sender", None),
	("challenge_earthlink", CHALLENGE, "challenge-sender", None),
	("challenge_header", CHALLENGE, "challenge-header", None),
	("challenge_french", CHALLENGE, "challenge-subject", None),
	("ooo_exchange", AWAY, "auto-submitted", date(2026, 12, 7)),
	("ooo_exchange_german", AWAY, "auto-submitted", date(2026, 12, 5)),
	("ooo_exchange_french_no_headers", AWAY, "automatic-reply-subject", date(2026, 12, 7)),
	("ooo_exchange_spanish_no_headers", AWAY, "automatic-reply-subject", date(2026, 12, 5)),
	("ooo_gmail", AWAY, "auto-submitted", date(2026, 12, 5)),
	("ooo_notes_agent", AWAY, "absence-subject", date(2026, 12, 7)),
	("ooo_subject_only", AWAY, "absence-subject", None),
	("ooo_subject_german", AWAY, "absence-subject", date(2026, 12, 12)),
	("ooo_italian", AWAY, "absence-subject", date(2026, 12, 7)),
	("ooo_dutch", AWAY, "auto-submitted", date(2026, 12, 5)),
	("ooo_portuguese", AWAY, "auto-submitted", date(2026, 12, 7)),
	("ooo_null_path_new_address", AWAY, "auto-submitted", None),
	("ooo_japanese", AWAY, "automatic-reply-subject", None),
	("auto_ticket", AUTO, "auto-submitted", None),
	("auto_exchange_shared_mailbox", AUTO, "x-auto-response-suppress", None),
	("auto_left_company", AUTO, "left-company", None),
	("auto_suppress_only", AUTO, "x-auto-response-suppress", None),
	("auto_autorespond", AUTO, "x-autorespond", None),
	("auto_precedence_junk", AUTO, "precedence", None),
	("auto_newsletter", AUTO, "precedence", None),
	("auto_firstclass", AUTO, "machine-generated", None),
	("unknown_null_path", UNKNOWN, "null-return-path", None),
	("unknown_no_reply_sender", UNKNOWN, "no-reply-sender", None),
	("unknown_daemon", UNKNOWN, "daemon-sender", None),
	("unknown_no_sender", UNKNOWN, "no-sender", None),
	("human_plain", HUMAN, "no-machine-sign", None),
	("human_quotes_bounce", HUMAN, "no-machine-sign", None),
	("human_forwards_bounce", HUMAN, "no-machine-sign", None),
	("human_says_out_of_office", HUMAN, "no-machine-sign", None),
	("human_mailing_list", HUMAN, "no-machine-sign", None),
	("human_ticket_system", HUMAN, "no-machine-sign", None),
	("human_answers_automatic_reply", HUMAN, "no-machine-sign", None),
	("human_forwarded_by_own_rule", HUMAN, "no-machine-sign", None),
	("human_asks_to_confirm", HUMAN, "no-machine-sign", None),
	("human_html_only", HUMAN, "no-machine-sign", None),
	("human_unknown_charset", HUMAN, "no-machine-sign", None),
	("human_vacation_home", HUMAN, "no-machine-sign", None),
)


def judge_sample(name: str) -> Verdict:
	return classify((SAMPLES / f"{name}.eml").read_bytes(), TODAY)


@pytest.mark.parametrize(
	("name", "kind", "reason", "recipients", "status"), DELIVERY, ids=lambda value: str(value)
)
def test_reports_bounces_and_complaints(name, kind, reason, recipients, status):
	found = judge_sample(name)
	assert (found.kind, found.reason, found.recipients, found.status) == (
		kind,
		reason,
		tuple(recipients.split()),
		status,
	)
	assert found.back_on is None


@pytest.mark.parametrize(("name", "kind", "reason", "back_on"), ANSWERS, ids=lambda value: str(value))
def test_answers_of_people_and_machines(name, kind, reason, back_on):
	found = judge_sample(name)
	assert (found.kind, found.reason, found.back_on) == (kind, reason, back_on)
	assert found.recipients == ()


def test_every_sample_stands_in_a_table():
	listed = [row[0] for row in DELIVERY + ANSWERS]
	assert sorted(listed) == sorted(path.stem for path in SAMPLES.glob("*.eml"))
	assert len(set(listed)) == len(listed)


def test_the_refusing_server_is_quoted():
	assert judge_sample("dsn_postfix_unknown_user").diagnostic.startswith("smtp; 550 5.1.1")
	assert judge_sample("gmail_address_not_found_text").diagnostic.startswith("550 5.1.1 The account")
	assert judge_sample("ooo_exchange").diagnostic == ""


def mail(**headers: str) -> EmailMessage:
	message = EmailMessage()
	fields = {"From": "ada@buyer.example.com", "To": "rep@sales.example.com", "Subject": "Re: A question"}
	for name, value in (fields | {key.replace("_", "-"): value for key, value in headers.items()}).items():
		message[name] = value
	message.set_content("Thank you, that is fine.")
	return message


@pytest.mark.parametrize(
	("headers", "kind"),
	[
		({}, HUMAN),
		({"Auto_Submitted": "auto-generated (failure)"}, AUTO),
		({"Auto_Submitted": "AUTO-REPLIED; owner-email=x"}, AUTO),
		({"Auto_Submitted": "no"}, HUMAN),
		({"Auto_Submitted": "(a person wrote this) no"}, HUMAN),
		({"X_Autoreply": "yes"}, AUTO),
		({"X_Autoreply": "no"}, HUMAN),
		({"X_Auto_Response_Suppress": "None"}, HUMAN),
		({"X_Auto_Response_Suppress": "All"}, AUTO),
		({"Precedence": "bulk", "In_Reply_To": "<a@b.example.com>"}, HUMAN),
		({"Precedence": "list", "In_Reply_To": "<a@b.example.com>"}, HUMAN),
		({"Precedence": "list", "Subject": "Digest 12"}, AUTO),
		({"Precedence": "auto_reply"}, AUTO),
		({"X_MS_Exchange_Inbox_Rules_Loop": "ada@buyer.example.com"}, AUTO),
		({"X_MS_Exchange_Inbox_Rules_Loop": "rep@sales.example.com"}, HUMAN),
		({"X_MS_Exchange_Generated_Message_Source": "Mailbox Rules Agent"}, AUTO),
		({"Return_Path": "<>"}, UNKNOWN),
		({"Return_Path": "<ada@buyer.example.com>"}, HUMAN),
		({"From": "no-reply@buyer.example.com"}, UNKNOWN),
		({"From": "Mail Delivery Subsystem <x@buyer.example.com>"}, UNKNOWN),
		({"From": "Norbert Reply <norbert.reply@buyer.example.com>"}, HUMAN),
	],
)
def test_a_single_header_decides(headers, kind):
	assert classify(mail(**headers), TODAY).kind is kind


@pytest.mark.parametrize(
	"prefix",
	"""
	Automatic reply|Automatische Antwort|Réponse automatique |Respuesta automática|Risposta automatica
	Resposta automática|Automatisch antwoord|Autosvar|Automatisk svar|Automatiskt svar|Automaattinen vastaus
	Odpowiedź automatyczna|Automatická odpověď|Automatikus válasz|Răspuns automat|Автоматический ответ
	Автоматична відповідь|Αυτόματη απάντηση|Otomatik yanıt|自動応答|自动答复|自動回覆|자동 회신
	Trả lời tự động
	""".strip()
	.replace("\n", "|")
	.replace("\t", "")
	.split("|"),
)
def test_the_prefix_of_exchange_is_known_in_many_languages(prefix):
	assert classify(mail(Subject=f"{prefix}: A question"), TODAY).kind is AWAY
	assert classify(mail(Subject=f"Re: {prefix}: A question"), TODAY).kind is HUMAN


@pytest.mark.parametrize(
	"subject",
	["Automatic doors for your office", "Holiday homes", "Out of office furniture", "Autoteile", "Absences"],
)
def test_a_subject_that_only_begins_alike_is_a_persons(subject):
	assert classify(mail(Subject=subject), TODAY).kind is HUMAN


@pytest.mark.parametrize("prefix", ["Re", "AW", "SV", "RE[2]", "Fwd", "[crm] Re", "回复"])
def test_prefixes_of_answers(prefix):
	assert REPLY_PREFIX.match(fold(f"{prefix}: A question"))


@pytest.mark.parametrize(
	("status", "text", "kind"),
	[
		("5.1.1", "quota", SOFT),
		("5.1.1", "", HARD),
		("4.1.1", "user unknown", SOFT),
		("5.2.2", "", SOFT),
		("5.2.1", "This account is disabled", HARD),
		("5.2.1", "The user is receiving mail at a rate that prevents delivery", SOFT),
		("5.0.0", "550 user unknown", HARD),
		("5.0.0", "said: 421 try later", SOFT),
		("5.7.1", "554 5.7.1 blocked by policy", SOFT),
		("5.7.1", "550 5.7.1 recipient unknown", HARD),
		("5.7.17", "550 5.7.17 the mailbox has a new owner", HARD),
		("5.3.4", "552 5.3.4 message too big", SOFT),
		("", "said: 552 no space", SOFT),
		("", "said: 450 busy", SOFT),
		("", "said: 550 no", HARD),
		("", "said: 550 mailbox full", SOFT),
		("", "said: 554 rejected as spam", SOFT),
		("", "The mailbox is full.", SOFT),
		("", "It will be retried for two days.", SOFT),
		("", "No such user.", HARD),
	],
)
def test_status_goes_before_code_and_code_before_words(status, text, kind):
	assert judge_failure(status, text) is kind


@pytest.mark.parametrize(
	("text", "status"),
	[
		("Exim 4.2.1 said 550 5.1.1 unknown", "5.1.1"),
		("(#5.2.2)", "5.2.2"),
		("host 5.1.1.7 did not answer", ""),
		("550-5.7.26 not authenticated", "5.7.26"),
		("postfix/4.1.2 here", ""),
	],
)
def test_a_status_is_not_a_version_or_an_address(text, status):
	assert find_status(text) == status


def test_a_code_is_only_read_where_a_server_speaks():
	assert find_code("host mx said: 550 no") == "550"
	assert find_code("room 450, floor 5") == ""


def test_a_log_that_names_who_failed_below_it():
	log = (
		"|------------------------- Message log follows: -------------------------|\n"
		" no valid recipients were found for this message\n"
		"|------------------------- Failed addresses follow: ---------------------|\n"
		" <gone@buyer.example> ... unknown host\n"
		"|------------------------- Message text follows: ------------------------|\n"
		"Received: from x\n"
	)
	found = judge(letter(log, From="postmaster@provider.example", Subject="Returned mail"))
	assert (found.kind, found.recipients) == (MailKind.HARD_BOUNCE, ("gone@buyer.example",))


def test_a_mailbox_that_could_not_be_written_is_alive():
	told = block("gone@buyer.example", "5.3.0", 'procmail: Couldn\'t create "/var/mail/gone"')
	assert judge(report(plain("x"), status(told), returned())).kind is MailKind.SOFT_BOUNCE
