"""A person's mail is a person's, however it is titled, and a machine's is none (S4.1, S4.2)."""

# Each case stands on one line.

from datetime import date

import pytest

from cadences_app.mail.understanding.verdict import MailKind
from cadences_app.tests.mail.letters import block, judge, letter, parts, plain, report, returned, status

HUMAN, AWAY, AUTO = MailKind.HUMAN_REPLY, MailKind.OUT_OF_OFFICE, MailKind.AUTO_REPLY


@pytest.mark.parametrize(
	"subject",
	[
		"Delivery failed: wrong pallets",
		"Delivery report March",
		"Undeliverable: pallets 550 to 560",
		"Returned mail order 17",
		"Failure notice for pump 5.1.1",
		"Message not delivered to the board",
		"Zustellung fehlgeschlagen: Paket 12",
		"Unzustellbar - Lieferung vom Montag",
		"Échec de livraison: palettes",
		"Error de entrega: pedido 550",
		"Address not found on your map",
		"Mancata consegna ordine 5512",
		"Falha na entrega: pedido",
		"Non remis",
		"Bounced mail",
	],
)
@pytest.mark.parametrize(
	"text", ["The pallets are wrong, 550 of them.", "Please call.", "550 pallets are missing"]
)
def test_a_subject_alone_proves_nothing(subject, text):
	if text.startswith("550"):
		text = "There are " + text
	assert judge(letter(text, Subject=subject)).kind is HUMAN


@pytest.mark.parametrize(
	("proof", "headers"),
	[
		("550 5.1.1 gone@buyer.example user unknown", {}),
		("<gone@buyer.example>: host mx.example[192.0.2.1]: 550 user unknown", {}),
		("gone@buyer.example: user unknown", {"Return_Path": "<>"}),
		("gone@buyer.example #5.1.1 SMTP; user unknown", {}),
	],
)
def test_a_subject_with_proof_does(proof, headers):
	found = judge(letter(proof, Subject="Delivery failed", From="mta@relay.example", **headers))
	assert (found.kind, found.recipients) == (MailKind.HARD_BOUNCE, ("gone@buyer.example",))


def test_a_subject_with_the_returned_mail_does():
	raw = parts(
		plain("gone@buyer.example: user unknown"),
		returned(),
		Subject="Delivery failed",
		From="mta@relay.example",
	)
	assert judge(raw).kind is MailKind.HARD_BOUNCE


@pytest.mark.parametrize(
	"sender",
	[
		"Direct Mail Systems <sales@direct.example>",
		"Mail System Solutions <info@mss.example>",
		"Postmaster Coffee <hello@coffee.example>",
		'"Mail Delivery Systems GmbH" <office@mds.example>',
		"Nadia D. Rossi <ndr@rossi.example>",
		"Anna <postmasters@club.example>",
		"<mailer-daemon-fans@music.example>",
		"Ada (works at Mail System Inc) <ada@buyer.example>",
	],
)
def test_a_daemons_word_must_be_the_whole_name(sender):
	assert judge(letter(From=sender)).kind is HUMAN


@pytest.mark.parametrize(
	"sender",
	[
		"Mail Delivery System <x@buyer.example>",
		'"Mail Delivery Subsystem" <x@buyer.example>',
		"MAILER-DAEMON@buyer.example (Mail Delivery System)",
		"Mail Delivery System at mx.example <x@buyer.example>",
		"Postmaster <p@buyer.example>",
		"postmaster@buyer.example",
		"mailer-daemon+abc=def@buyer.example",
		"MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@buyer.example",
		"bounce-12-34@lists.example",
	],
)
def test_a_daemon_is_one(sender):
	assert judge(letter("Hello", From=sender)).kind is MailKind.NOT_UNDERSTOOD


@pytest.mark.parametrize(
	"subject", ["FW: Undeliverable: A question", "Undeliverable: A question", "Re: A question"]
)
def test_a_report_that_a_person_passes_on_is_a_persons_mail(subject):
	whole = report(plain("user unknown"), status(block("gone@buyer.example")), returned()).decode()
	attached = f"Content-Type: message/rfc822\n\n{whole}".replace("--b1", "--b2").replace(
		"boundary=b1", "boundary=b2"
	)
	assert judge(parts(plain("What is this? Ada"), attached, Subject=subject)).kind is HUMAN
	inline = parts(plain("What is this? Ada"), status(block("gone@buyer.example")), Subject=subject)
	assert judge(inline).kind is HUMAN
	quoted = "What is this?\n\n> 550 5.1.1 <gone@buyer.example>: user unknown\n"
	assert judge(letter(quoted, Subject=subject)).kind is HUMAN


def test_a_complaint_that_a_person_passes_on_is_a_persons_mail():
	feedback = "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
	assert judge(parts(plain("What is this?"), feedback, returned())).kind is HUMAN


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Auto: Leasingangebot", "Haben Sie auch Kombis?"),
		("Auto: repairs", "My car is broken."),
		("Urlaub: Ferienhaus", "Wir suchen im Urlaub ein Haus für vier."),
		("Urlaub, Sonne, Meer", "Im Urlaub möchten wir ans Meer."),
		("Vacances en Bretagne", "Nous serions en vacances chez vous."),
		("Vacaciones: hotel", "Estamos de vacaciones en mayo, ¿tiene sitio?"),
		("Absence of a part", "A part is missing."),
		("Absence: sick leave form", "How do I order the forms?"),
		("Holiday: price list", "What do the homes cost?"),
		("On leave management software", "We look for one."),
		("OOO GmbH: order", "Please send 4."),
		("Ferie-huse", "Har I ledigt?"),
		("Urlaub", "Was kostet ein Zimmer?"),
		("I'm on vacation rentals", "I am away on Monday, what about Tuesday?"),
		("Sick leave form", "Please send the form, I am on sick leave."),
		("Krank: Attest", "Das Attest liegt bei."),
		("Travelling to you", "Where shall we meet?"),
		("Annual leave", "How many days do you give?"),
	],
)
def test_everyday_subjects_are_no_absence_notes(subject, text):
	assert judge(letter(text, Subject=subject)).kind is HUMAN


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Urlaub", "Ich bin im Urlaub und ab Montag wieder da."),
		("Urlaub bis 12.12.", "Ich bin nicht im Büro."),
		("Abwesend: A question", "Bin ab Montag wieder da."),
		("Abwesenheitsnotiz: A question", "Bis Montag."),
		("OOO until Monday", "I am out of the office."),
		("On vacation (Re: A question)", "I am on vacation, with limited access to email."),
		("Congés du 3 au 7 mai", "Je suis en congés."),
		("Vacaciones", "Estoy de vacaciones hasta el lunes."),
		("Ferie", "Sono in ferie fino a lunedì."),
		("På semester", "Jag är på semester."),
		("Ikke på kontoret", "Jeg er tilbage mandag."),
		("Poissa toimistolta", "Palaan maanantaina."),
		("Mimo kancelář", "Vrátím se v pondělí."),
		("Szabadságon", "Hétfőn jövök."),
		("В отпуске", "Вернусь в понедельник."),
		("В отпуске до 12 мая", "Вернусь."),
		("Εκτός γραφείου", "Επιστρέφω τη Δευτέρα."),
		("Yıllık izin", "Pazartesi dönüyorum."),
		("Nepřítomnost", "Vrátím se v pondělí."),
		("不在办公室", "周一回来。"),
		("부재중", "월요일에 돌아옵니다."),
		("Ausência temporária", "Volto na segunda."),
		("I'm on vacation", "I'm on vacation until Monday."),
		("Annual leave", "I am on annual leave until 30 November and have no access to email."),
		("Sick leave", "I am on sick leave until further notice."),
		("Away from my desk", "I am away from my desk until Monday."),
		("Ich bin im Urlaub", "Ich bin bis 30.11. im Urlaub."),
		("Elternzeit", "Ich bin in Elternzeit bis 1.3.2027"),
		("Krank", "Ich bin krank und nicht erreichbar bis 30.11."),
		("Je suis en congés", "Je suis en congés jusqu'au 30 novembre."),
		("Congé maternité", "Je suis en congé maternité jusqu'au 1er mars."),
		("Estoy de vacaciones", "Vuelvo el 1 de diciembre"),
		("Jestem poza biurem", "Wracam 1 grudnia"),
		("Dovolená", "Jsem na dovolené do 30.11."),
		("Szabadságon vagyok", "November 30-ig szabadságon vagyok"),
		("Я в отпуске до 30 ноября", "Я в отпуске до 30 ноября"),
		("休暇中", "11月30日まで休暇をいただいております"),
		("我在休假", "我在休假,12月1日回来"),
		("부재중입니다", "부재중"),
	],
)
def test_absence_notes_without_headers(subject, text):
	assert judge(letter(text, Subject=subject)).kind is AWAY


ANSWERS = {"In-Reply-To": "<a-question@seller.example>"}


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Away: A question about Acme", "I am away from the office until Monday."),
		("OOO: A question", "I'm on vacation and will be back on Monday."),
		("Urlaub: Eine Frage", "Ich bin im Urlaub und ab Montag wieder da."),
		("En congés : une question", "Je suis en congés jusqu'au 30 novembre."),
	],
)
def test_an_absence_before_the_subject_that_it_answers(subject, text):
	"""S4.2: people answer with "Re:", so what puts other words before a subject is a machine."""
	assert judge(letter(text, Subject=subject, **ANSWERS)).kind is AWAY
	assert judge(letter(text, Subject=f"Re: {subject}", **ANSWERS)).kind is HUMAN
	assert judge(letter("Four of them, please.", Subject=subject, **ANSWERS)).kind is HUMAN


@pytest.mark.parametrize(
	"prefix",
	[
		"Balasan otomatis",
		"Sjálfvirkt svar",
		"Erantzun automatikoa",
		"پاسخ خودکار",
		"ตอบกลับอัตโนมัติ",
		"מענה אוטומטי",
		"Automaatvastus",
		"Awtomatikong tugon",
		"Avtomatik cavab",
		"Përgjigje automatike",
		"स्वचालित उत्तर",
		"Auto: Re",
	],
)
def test_more_prefixes_of_exchange(prefix):
	assert judge(letter("Hello", Subject=f"{prefix}: A question")).kind is AWAY


@pytest.mark.parametrize(
	("sender", "subject", "text"),
	[
		(
			"team-owner@lists.example",
			"Your message to Team awaits moderator approval",
			"Your mail is being held until the list moderator can review it.",
		),
		(
			"team-bounces@lists.example",
			"Request to mailing list Team rejected",
			"Your request has been rejected.",
		),
		("list@lists.example", "Post rejected", "You are not allowed to post to this mailing list."),
		("quarantine@filter.example", "Message quarantined", "It has been placed in quarantine."),
		("Filter <x@filter.example>", "Quarantine notification", "Your message was quarantined."),
		("sympa@lists.example", "Message soumis", "Votre message est en attente de modération."),
		(
			"it@buyer.example",
			"Nachricht zurückgehalten",
			"Sie wurde unter Quarantäne gestellt, Freigabe durch die IT.",
		),
		("x@buyer.example", "Su mensaje espera aprobación", "El mensaje está pendiente de aprobación."),
		("x@buyer.example", "E-mail in quarantine", "Uw bericht staat in quarantaine."),
	],
)
def test_those_who_keep_a_gate_are_no_persons(sender, subject, text):
	found = judge(letter(text, From=sender, Subject=subject))
	assert (found.kind, found.reason) == (AUTO, "gatekeeper")


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Request rejected", "Your price was rejected by our board."),
		("Re: Your message to Team awaits moderator approval", "Approved!"),
		("Offer refused", "Sorry, too dear."),
		("Read: my proposal", "It was read by the board on Monday."),
		("Moderation of our panel", "Would you moderate our panel in May?"),
		("Quarantine", "Our cows are in quarantine, call next month."),
	],
)
def test_people_write_of_refusals_too(subject, text):
	assert judge(letter(text, Subject=subject)).kind is HUMAN


def test_bulk_on_an_answer_is_no_machines_sign():
	answer = {"In_Reply_To": "<act-1@sales.example>", "Precedence": "bulk"}
	assert judge(letter(**answer)).kind is HUMAN
	assert judge(letter("I am out of the office until Monday.", **answer)).kind is AWAY
	assert judge(letter("We have received your message, ticket #12.", **answer)).kind is AUTO
	assert judge(letter(Precedence="bulk", Subject="News")).kind is AUTO


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Re: A question", "Ada Example reacted to your message:\n\n👍"),
		("👍 Ada reacted to your message", "👍"),
		("Re: A question", "Liked “Shall we talk?”"),
		("AW: A question", "Ada hat auf Ihre Nachricht reagiert"),
		("RE: A question", "Ada a réagi à votre message : 👍"),
		("Re: A question", "Ada ha reaccionado a tu mensaje"),
		("Read: A question", "Your message was read on Monday, May 4."),
		("Gelesen: A question", "Ihre Nachricht wurde am Montag gelesen."),
		("Lu : A question", "Votre message a été lu le lundi 4 mai."),
		("Leído: A question", "El mensaje se leyó el lunes."),
		("Letto: A question", "Il messaggio è stato letto lunedì."),
		("Not read: A question", "Your message was deleted without being read on Monday."),
	],
)
def test_reactions_and_receipts_are_no_answers(subject, text):
	"""S4.1c."""
	assert judge(letter(text, Subject=subject)).kind is AUTO


def test_a_reaction_of_gmail_is_none():
	emoji = 'Content-Type: text/vnd.google.email-reaction+json\n\n{"emoji": "👍", "version": 1}'
	raw = parts(plain("👍"), emoji, kind="multipart/alternative", In_Reply_To="<act-1@sales.example>")
	assert (judge(raw).kind, judge(raw).reason) == (AUTO, "reaction")


@pytest.mark.parametrize(
	"text",
	[
		"👍",
		"He reacted badly to the paint, so no.",
		"I reacted to your message late, sorry.",
		"Our boss has reacted to your offer: he wants it.",
		"Unser Chef hat auf Ihre Nachricht positiv reagiert. Rufen Sie an.",
		"Notre équipe a réagi à votre offre, appelez-nous.",
		"I liked it. Let's talk.",
		"Read it, fine.",
		"It was read by the board on Monday.",
	],
)
def test_people_write_of_reactions_too(text):
	assert judge(letter(text)).kind is HUMAN


@pytest.mark.parametrize(
	"opening",
	[
		"Hi Bob,\n\n",
		"Hello Bob, ",
		"Sehr geehrter Herr Roe, ",
		"Bonjour, ",
		"Buenos días, ",
		"Gentile signor Roe, ",
		"Beste Bob, ",
		"Bob, ",
		"I tried to write to you and this came back: ",
		"> quoted\n\nDzień dobry, ",
	],
)
def test_a_letter_that_quotes_what_a_server_said_is_a_persons(opening):
	text = f"{opening}\n\n550 5.1.1 <else@sales.example> user unknown\n\nWhat is the right address?"
	assert judge(letter(text, Subject="Delivery failed")).kind is HUMAN
	assert judge(letter(text, Subject="Delivery failed", From="MAILER-DAEMON@mx.example")).kind is not HUMAN


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Abwesenheit", "Kann man mit dem System auch die Abwesenheit von vielen Mitarbeitern verwalten?"),
		("Vacation", "How do you count the vacation days of people? I am on vacation next week."),
		("Urlaub", "Wir suchen ein Programm für Urlaub und Abwesenheiten. Bitte rufen Sie an."),
		("Ausencia", "Buscamos un programa para registrar la ausencia del personal."),
		("Out of office", "Is your installer out of the office on the day that we agreed on?"),
		("Out of office", "Thanks for your mail. Can you send me the price list for 300 pallets by Friday?"),
		("Out of office", "It is urgent: can you send us the quote for the chairs today?"),
		("Urlaub", "Danke für Ihre E-Mail. Was kostet ein Zimmer mit Frühstück im August pro Nacht?"),
		("Absence du bureau", "Merci pour votre message. Pouvez-vous m'envoyer le tarif pour dix licences ?"),
	],
)
def test_who_asks_about_absences_is_here(subject, text):
	assert judge(letter(text, Subject=subject)).kind is HUMAN


@pytest.mark.parametrize(
	"text",
	[
		"Thanks for your mail. I am out of the office. Can your matter not wait until I am back? Call Bob.",
		"I am on leave. Do you need help with your order in the meantime? Write to bob@buyer.example",
	],
)
def test_a_note_may_ask_who_cannot_wait(text):
	assert judge(letter(text, Subject="Out of office")).kind is AWAY


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("Abwesenheit", "Ich bin bis zum 4.12. abwesend."),
		("Urlaub", "Wir sind vom 1.12. bis 4.12. im Urlaub. Dringend? Rufen Sie an."),
		("Absence", "Je suis absente toute la semaine."),
		("Ausencia", "Estoy ausente hasta el lunes."),
		("Frånvaro", "Jag är frånvarande hela veckan."),
		(
			"Out of office",
			"I am out of the office. Do you need help from us in the meantime? Call Tom.",
		),
		("Abwesenheit", "Ich bin abwesend. Brauchen Sie in der Zwischenzeit jemanden von uns? Tom hilft."),
		("Re: A question (Automatic Response)", "I am out of the office."),
		("AW: A question [automatische Antwort]", "Ich bin nicht im Büro."),
	],
)
def test_more_absence_notes_without_headers(subject, text):
	assert judge(letter(text, Subject=subject)).kind is AWAY


@pytest.mark.parametrize(
	"prefix",
	"""
	Réponse automatique d'absence du bureau |Risposta automatica Fuori sede
	Respuesta automática de Fuera de la oficina
	Resposta automática de ausência do escritório|Automatisk svar ved fravær|Automatiskt svar vid frånvaro
	Autoodpowiedź|[Automatyczna odpowiedź]|Odpověď v nepřítomnosti|Нет на работе
	İşyeri Dışında Otomatik Yanıtı
	外出自動回覆|Ārpus biroja atrašanās automātiska atbilde|Nieobecność w biurze
	""".strip()
	.replace("\n", "|")
	.replace("\t", "")
	.split("|"),
)
def test_older_and_rarer_prefixes(prefix):
	assert judge(letter("Thank you for writing.", Subject=f"{prefix}: A question")).kind is AWAY
	assert judge(letter("Thank you for writing.", Subject=f"Re: {prefix}: A question")).kind is HUMAN


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("[#4711] Your request has been received", "Your request (#4711) has been received."),
		("Ticket #4711 created", "We have received your mail."),
		("Re: A question", "*** This is an automated message, please do not reply ***\n\nThank you."),
		(
			"Re: A question",
			"Dear Bob,\nthis is an automatically generated response. We have received your mail.",
		),
		("A question", "Dies ist eine automatisch erstellte Nachricht. Bitte antworten Sie nicht darauf."),
		("A question", "Bonjour,\n\nceci est un message automatique, merci de ne pas y répondre."),
		("A question", "Este es un mensaje automático. Por favor, no responda."),
		("A question", "Questo è un messaggio automatico. Si prega di non rispondere."),
		("A question", "Dit is een automatisch bericht. Gelieve niet te beantwoorden."),
		("A question", "Esta é uma mensagem automática. Por favor, não responda."),
		("A question", "Detta är ett automatiskt meddelande. Svara inte på det."),
		("Automatische Eingangsbestätigung", "Ihre Nachricht ist bei uns eingegangen."),
		("[Request received] A question", "Your request (123) has been received and is being reviewed."),
	],
)
def test_a_machine_that_says_so(subject, text):
	assert judge(letter(text, Subject=subject, In_Reply_To="<act-1@sales.example>")).kind is AUTO


@pytest.mark.parametrize(
	"text",
	[
		"This is an automated message, isn't it? Do not reply with a machine, please, but call me.",
		"I know that this is an automated message. Please do not reply by mail, but call.",
		"This is an automated warehouse, so call before you come.",
		"Is this an automated reply? We received your offer.",
		"We have received your request and like it. Ticket to the fair?",
		"Our automatic doors are broken. Do not reply before Monday.",
		"I get this when I write to you:\n\nThis is an automated message. Please do not reply.",
		"Ich bekomme das hier:\n\nDies ist eine automatisch erzeugte Nachricht. Bitte nicht antworten.",
	],
)
def test_who_speaks_of_machines_may_be_a_person(text):
	assert judge(letter(text, In_Reply_To="<act-1@sales.example>")).kind is HUMAN


@pytest.mark.parametrize(
	"text",
	[
		"I'm back, was out of the office until Friday and read your offer on the train. Let's go ahead.",
		"I'll be on leave from Monday on, so please send us the contract today, and the price list with it.",
	],
)
def test_bulk_on_an_answer_that_speaks_of_an_absence_is_no_machines_sign_either(text):
	bulk = {"In_Reply_To": "<act-1@sales.example>", "Precedence": "bulk"}
	assert judge(letter(text, **bulk)).kind is HUMAN
	note = "Your message has reached me, but I am out of the office this week and will read it afterwards."
	assert judge(letter(note, **bulk)).kind is AWAY


def test_a_mail_program_with_vacation_in_its_name_is_no_machine():
	assert judge(letter(X_Mailer="Vacation Planner 3")).kind is HUMAN
	assert judge(letter("I am away.", X_Mailer="vacation 1.2.6")).kind is AWAY


@pytest.mark.parametrize(
	"opening",
	[
		"Sorry, ",
		"Unfortunately, ",
		"Désolé, ",
		"Lo sentimos, ",
		"Sehr geehrter Kunde, ",
		"Cher client,\n",
		"Estimado usuario: ",
		"Hello! This is the mail gateway. ",
	],
)
def test_what_opens_a_bounce_is_no_letter(opening):
	text = f"{opening}mail could not be delivered.\n\n550 5.1.1 <gone@buyer.example> user unknown"
	assert (
		judge(letter(text, Subject="Delivery failed", From="gateway@buyer.example")).kind
		is MailKind.HARD_BOUNCE
	)


@pytest.mark.parametrize(
	"text",
	[
		"Esmu atvaļinājumā.",
		"Aš atostogauju.",
		"Olen puhkusel.",
		"Na godišnjem odmoru sam.",
		"Я у відпустці.",
		"Βρίσκομαι σε άδεια.",
		"אני בחופשה",
		"أنا في إجازة",
		"Tôi đang nghỉ phép",
	],
)
def test_a_note_that_calls_itself_automatic_speaks_of_an_absence(text):
	assert judge(letter(text, Auto_Submitted="auto-replied")).kind is AWAY


@pytest.mark.parametrize(
	"subject",
	["Please confirm your message", "Bitte bestätigen Sie Ihre Nachricht", "Confirm your mail address"],
)
def test_who_asks_for_a_word_is_no_filter(subject):
	text = "What did you mean with the price?\n\nAda Example\nBuyer Ltd\nhttps://www.buyer.example"
	assert judge(letter(text, Subject=subject)).kind is HUMAN
	filtered = "To let your mail through, click here:\nhttps://filter.example/confirm"
	assert judge(letter(filtered, Subject=subject)).kind is MailKind.CHALLENGE


@pytest.mark.parametrize(
	"sender", ["office-admin@buyer.example", "groups@buyer.example", "spam@buyer.example"]
)
def test_whose_address_sounds_like_a_gates_may_be_a_person(sender):
	text = "The budget is pending approval by the board and requires review. I'll call you."
	assert judge(letter(text, Subject="Budget", From=f"Ada Example <{sender}>")).kind is HUMAN
	text = "Your message to the group is pending approval."
	assert judge(letter(text, Subject="Notice", From=sender)).kind is AUTO


@pytest.mark.parametrize(
	("subject", "text", "back_on"),
	[
		("Automatic reply: Offer until 31 December", "I am out of the office until 27 November.", (11, 28)),
		("Automatische Antwort: Messe bis 31.12.", "Ich bin im Urlaub.", None),
		("Out of office until 27 November", "I am out of the office.", (11, 28)),
		("Automatic reply: I am out of the office until 27 November", "Write to Bob.", (11, 28)),
	],
)
def test_the_date_in_the_title_that_a_note_answers_is_ours(subject, text, back_on):
	found = judge(letter(text, Subject=subject))
	assert (found.kind, found.back_on) == (AWAY, date(2026, *back_on) if back_on else None)
