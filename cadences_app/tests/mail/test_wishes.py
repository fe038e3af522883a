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
		"Peruuta tilaus",
		"Proszę o usunięcie mnie z listy",
		"Odhlásit",
		"отписаться",
		"Стоп",
		"退订",
		"配信停止",
		"수신거부",
		"stop\n-- \nAda Example\nBuyer Ltd., London",
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
	],
)
def test_a_text_message_that_says_stop(text):
	assert says_stop(text)


@pytest.mark.parametrize(
	"text",
	["", "Don't stop", "stop by at nine", "I can stop over at 5", "Yes", "12345", "end of May", "x" * 9000],
)
def test_a_text_message_that_says_something_else(text):
	assert not says_stop(text)


def test_a_text_message_that_takes_a_stop_back():
	assert [says_start(each) for each in ("START", "unstop", "start over please?")] == [True, True, False]
