"""Answers that say nothing but "no more mail" (S4.1c)."""

# Each case stands on one line.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadences_app.mail.understanding.verdict import MailKind
from cadences_app.mail.understanding.wishes import says_start, says_stop
from cadences_app.tests.mail.letters import judge, letter, parts, plain

QUOTE = "\n\nOn Mon, 4 May 2026 at 10:00, Rep <rep@sales.example> wrote:\n> Shall we talk?\n> Unsubscribe: https://x.example\n"
OUTLOOK = "\n\n________________________________\nFrom: Rep\nSent: Monday\nTo: Ada\nSubject: A question\n\nShall we talk?"


@pytest.mark.parametrize(
	"text",
	[
		"stop",
		"STOP!",
		"Stop.",
		"Please stop",
		"stop emailing me",
		"Stop sending me these emails!!",
		"Unsubscribe",
		"unsubscribe me please",
		"Please unsubscribe me from your list. Thanks, Ada",
		"UNSUBSCRIBE\n\nSent from my iPhone",
		"remove me",
		"Please remove me from your mailing list",
		"Hi Rep,\n\nplease remove me from this list.\n\nRegards,\nAda Example",
		"take me off your list",
		"opt out",
		"Do not contact me again.",
		"no more emails",
		"Stopp",
		"Bitte abmelden",
		"Abmelden!\n\nVon meinem iPhone gesendet",
		"Bitte nehmen Sie mich aus dem Verteiler",
		"Bitte keine weiteren E-Mails",
		"Streichen Sie mich von der Liste. Danke",
		"Désabonner",
		"Merci de me désabonner",
		"Désinscription svp",
		"Retirez-moi de votre liste",
		"Baja",
		"Darme de baja por favor",
		"No envíen más correos",
		"Cancellatemi",
		"Rimuovetemi dalla lista, grazie",
		"Afmelden",
		"Schrijf mij uit",
		"Geen mails meer graag",
		"Descadastrar",
		"Por favor, me remova da lista",
		"Avregistrera mig",
		"Frameld mig",
		"unsuscribe",
		"Un-subscribe!",
		"Leave me alone",
		"No thanks, unsubscribe",
		"Hi Walter, please remove me from your list. Thanks, Ada",
		"Dear Mr. Roe:\n\nplease stop",
		"Sehr geehrter Herr Roe,\n\nbitte meine Daten löschen",
		"Je ne souhaite plus recevoir vos mails",
		"No quiero recibir más correos",
		"Non voglio più ricevere mail",
		"Wilt u mij uitschrijven",
		"Haal mij van de lijst",
		"Ta bort mig från listan",
		"Proszę usunąć mój adres",
		"Nie chcę otrzymywać maili",
		"Прошу удалить мой адрес из рассылки",
		"Не пишите мне больше",
		"Listeden çık",
		"请不要再发邮件",
		"メール不要です",
		"Peruuta tilaus",
		"Proszę o usunięcie mnie z listy",
		"Odhlásit",
		"отписаться",
		"Стоп",
		"退订",
		"配信停止",
		"수신거부",
		"stop\n-- \nAda Example\nBuyer Ltd., London",
		"Hello,\n\nplease unsubscribe.\n\nBest regards\n\nAda Example\nHead of Sales\nBuyer Inc.\n+1 555 0100",
		"Bitte abmelden.\n\nMit freundlichen Grüßen\n\nAda Example\nLeiterin Einkauf\nBuyer GmbH, Köln",
		"Merci de me retirer de votre liste.\n\nCordialement,\nAda Example\nDirectrice des achats",
		"Please stop.\n\nThis e-mail and any attachments are confidential and may be privileged. Delete it otherwise.",
		"Could you please remove me from your list?",
		"Kindly unsubscribe me from this mailing list.",
		"Please remove my email from your database",
		"Please unsubscribe ada@buyer.example",
		"Not interested, please remove me",
		"remove please",
		"Please delete my data",
		"Hören Sie auf, mir zu schreiben",
		"Bitte aus dem Verteiler nehmen",
		"Kein Interesse. Bitte keine weiteren Mails.",
		"Veuillez me désinscrire",
		"Merci de ne plus me contacter",
		"Arrêtez de m'envoyer des mails",
		"Vorrei essere cancellato",
		"Uitschrijven a.u.b.",
		"Wypiszcie mnie z listy",
		"Прошу отписать меня",
		"Afmeld mig venligst",
		"Sluta maila mig",
		"配信停止してください",
		"Remove me\n\nAda Example\nHead of Purchasing\nBuyer Ltd, 4 High Street\n+44 20 7946 0958",
		"Bitte abmelden\n\nAda Example\nEinkauf\nada@buyer.example",
	],
)
@pytest.mark.parametrize("rest", ["", QUOTE, OUTLOOK])
def test_the_wish_is_heard(text, rest):
	found = judge(letter(text + rest, Content_Type="text/plain; charset=utf-8"))
	assert (found.kind, found.wants_out) == (MailKind.HUMAN_REPLY, True)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"Yes",
		"No",
		"No, thanks.",
		"Stop by on Monday",
		"Non-stop flights?",
		"Please stop the delivery of order 12",
		"Unsubscribe? No, I like your mails!",
		"How do I unsubscribe?",
		"Remove me from the Tuesday slot, Wednesday is better",
		"Stop. Call me instead.",
		"Ada",
		"I want out of the contract",
		"Baja California?",
		"Basta così? Vorrei un prezzo.",
		"Wann kann ich mich abmelden lassen?",
		"sair em maio",
		"Stop that truck at gate 4 please",
		"unsubscribe my colleague Bob, but keep me",
		"Stop\nThanks\nbut keep Bob in the loop, he decides",
		"Stop the mails.\nBest regards\nAda\nPS: call me on Monday instead",
		"Stop. What I say next is confidential, so let us talk about the price on Monday at ten.",
		"Please delete my data of May from the report",
		"Not interested",
		"Remove the second pallet",
		"Hi Walter, please stop by on Tuesday.",
		"Dear Walter,\n\nplease remove Tom from your list, he has left.",
		"Please don't unsubscribe me",
		"Not interested in A, but in B",
		"Bitte löschen Sie die Rechnung",
		"Basta con la parte A",
		"Stop\n\nAda Example\nCall me instead\n+44 20 7946 0958",
		"Stop\n\nAda Example\nWe take the small one\nwww.buyer.example",
		"Stop\n\nAda Example\nThe red one",
	],
)
def test_other_words_are_no_wish(text):
	found = judge(letter(text + QUOTE, Content_Type="text/plain; charset=utf-8"))
	assert (found.kind, found.wants_out) == (MailKind.HUMAN_REPLY, False)


def test_a_subject_speaks_where_the_text_is_empty():
	assert judge(letter("", Subject="Unsubscribe")).wants_out
	assert judge(letter("\n\n", Subject="STOP")).wants_out
	assert not judge(letter("", Subject="Re: unsubscribe")).wants_out
	assert not judge(letter("", Subject="A question")).wants_out


def test_html_says_the_same():
	html = "Content-Type: text/html\n\n<div>Stop</div><blockquote>Shall we talk?</blockquote>"
	assert judge(parts(html)).wants_out
	assert judge(parts(plain("Stop"), html, kind="multipart/alternative")).wants_out
	more = html.replace("Stop", "Stop the truck")
	assert not judge(parts(plain("Stop"), more, kind="multipart/alternative")).wants_out


def test_a_machine_wants_nothing():
	assert not judge(letter("stop", Auto_Submitted="auto-replied")).wants_out


@given(st.text(max_size=200))
def test_any_text_is_a_wish_or_none(text):
	assert judge(letter(text.replace("\r", " "), Content_Type="text/plain; charset=utf-8")).wants_out in (
		True,
		False,
	)


@pytest.mark.parametrize(
	"text",
	[
		"STOP",
		"stop.",
		"Stop 36180",
		"STOPALL",
		"UNSUBSCRIBE",
		"Arrêt",
		"please stop",
		"Abmelden",
		"quit",
		"стоп",
		"  StOp ! ",
		"«STOP»",
		"“Stop”",
		"¡Alto!",
		"stop 🙏",
		"STOP ALL",
		"stop sms",
		"STOP SMS svp",
		"stop texting me",
		"Please don't text me anymore",
		"No more texts.",
		"Revoke",
		"opt out",
		"OPT-OUT",
		"End",
		"Cancel",
		"ARRÊTER",
		"Plus de SMS, merci",
		"Stopp bitte",
		"Keine SMS mehr",
		"BAJA",
		"Cancelar",
		"No más SMS",
		"Ferma",
		"Basta!",
		"Geen sms meer",
		"Parar",
		"Sluta",
		"Lopeta",
		"退订",
	],
)
def test_a_text_message_that_says_stop(text):
	assert says_stop(text)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"All",
		"sms",
		"Out",
		"Opt",
		"!!",
		"No",
		"Cancel my order please",
		"Don't stop",
		"stop by at nine",
		"I can stop over at 5",
		"Yes",
		"12345",
		"end of May",
		"x" * 9000,
	],
)
def test_a_text_message_that_says_something_else(text):
	assert not says_stop(text)


def test_a_text_message_that_takes_a_stop_back():
	told = ("START", "unstop", "«Start»!", "start over please?")
	assert [says_start(each) for each in told] == [True, True, True, False]


@pytest.mark.parametrize(
	"line",
	"""
	Sent from my iPhone|Get Outlook for iOS|Sent with Proton Mail secure email.|Sent via BlackBerry
	Von meinem Samsung Galaxy Smartphone gesendet.|Outlook für Android herunterladen|Gesendet mit der GMX Mail App
	Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.|Télécharger Outlook pour iOS
	Envoyé de mon iPhone|Obtener Outlook para iOS|Enviado desde mi iPhone|Inviato dal mio iPhone
	Scarica Outlook per Android|Verstuurd vanaf mijn iPhone|Outlook voor iOS downloaden|Hämta Outlook för iOS
	Sendt fra min iPhone|Lähetetty iPhonesta|Wysłane z mojego iPhone'a|Odesláno z iPhonu|Obtenha o Outlook para iOS
	iPhone'umdan gönderildi|Надіслано з iPhone|Στάλθηκε από το iPhone μου|Elküldve az iPhone-omról|Trimis de pe iPhone
	iPhoneから送信|从我的iPhone发送|發自我的 iPhone|나의 iPhone에서 보냄
	""".replace("\n", "|")
	.replace("\t", "")
	.strip("|")
	.split("|"),
)
def test_what_mail_programs_add_is_nobodys_word(line):
	text = f"Stop\n\n{line}{QUOTE}"
	assert judge(letter(text, Content_Type="text/plain; charset=utf-8")).wants_out


@pytest.mark.parametrize(
	"text",
	[
		"Stop\n\nGet me an iPhone first.",
		"Stop. Send the samples from Galaxy Ltd by post.",
		"Unsubscribe\n\nWe have sent the order from the shop in Milan.",
	],
)
def test_what_sounds_like_it_is_a_word(text):
	assert not judge(letter(text)).wants_out


@pytest.mark.parametrize(
	"head",
	[
		"ma 23. marrask. 2026 klo 10.00 Rep (rep@sales.example) kirjoitti:",
		"---- On Mon, 23 Nov 2026 10:00:00 +0100 Rep <rep@sales.example> wrote ----",
		"*From:* Rep <rep@sales.example>\n*Sent:* Monday\n*To:* Ada",
		"Lähettäjä: Rep <rep@sales.example>\nLähetetty: maanantai\nVastaanottaja: Ada",
		"Gönderen: Rep <rep@sales.example>\nGönderildi: Pazartesi\nKime: Ada",
		"Feladó: Rep <rep@sales.example>\nElküldve: hétfő\nCímzett: Ada",
		"보낸 사람: Rep <rep@sales.example>\n보낸 날짜: 월요일\n받는 사람: Ada",
		"寄件者: Rep <rep@sales.example>\n寄件日期: 星期一\n收件者: Ada",
	],
)
def test_more_heads_of_quoted_mail(head):
	text = f"Stop\n\n{head}\n\nShall we talk?"
	assert judge(letter(text, Content_Type="text/plain; charset=utf-8")).wants_out
