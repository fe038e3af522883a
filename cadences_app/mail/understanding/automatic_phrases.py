"""How machines title and word what they answer by themselves, in many languages; absences: `absence_phrases`.

Matched against folded text, as in `phrases`.
"""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.phrases import any_of, title_of

# What Exchange, Outlook and their like put before the subject of what they answer by themselves.
AUTOMATIC_SUBJECT = title_of(
	r"""
	automatic (?:reply|response|answer|message)
	automated (?:reply|response|answer)
	auto[- ]?(?:reply|response|responder|antwort|resposta)
	auto(?=\s?:\s?(?:re|aw|sv|antw|rv|r|odp)\s?:)
	automatische (?:antwort|eingangsbestätigung|empfangsbestätigung)
	automatisch antwoord
	réponse (?:automatique(?: d'absence(?: du bureau)?)?|d'absence)
	respuesta automática(?: de (?:fuera de (?:la )?oficina|ausencia))?
	contestación automática
	risposta automatica(?: (?:di )?(?:fuori (?:sede|ufficio)|assenza))?
	resposta automática(?: (?:de )?(?:ausência(?: do escritório)?|fora do escritório))?
	resposta automàtica
	autosvar
	automatiskt? svar(?: (?:ved fravær|vid frånvaro))?
	automaattinen vastaus
	automaatvastus
	odpowiedź automatyczna
	automatyczna odpowiedź
	autoodpowiedź
	automatická odpověď
	odpověď v nepřítomnosti
	automatické odpovede
	automatikus válasz
	răspuns automat
	автоматический ответ
	автоответ
	автоматична відповідь
	автоматичен отговор
	αυτόματη απάντηση
	(?:işyeri dışında )?otomatik (?:yanıtı?|cevap)
	automatski odgovor
	samodejni odgovor
	(?:ārpus biroja atrašanās )?automātisk[āa] atbilde
	automatinis atsakymas
	(?:不在|外出|休暇|休假)?(?:自動応答|自動返信|自动答复|自动回复|自動回覆)
	자동 회신
	자동 응답
	trả lời tự động
	(?:תשובה|מענה) אוטומטית?|תגובה אוטומטית
	رد تلقائي|الرد التلقائي
	پاسخ خودکار|خودکار جواب
	erantzun automatikoa|sjálfvirkt svar|ateb awtomatig|freagra uathoibríoch|risposta awtomatika
	balasan (?:otomatis|automatik)|awtomatikong (?:tugon|sagot)|outomatiese antwoord
	jibu la (?:kiotomatiki|otomatiki)
	автоматты (?:түрде )?жауап|аутоматски одговор|автоматски одговор|ავტომატური პასუხი|ավտոմատ պատասխան
	ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ
	स्वचालित (?:प्रत्युत्तर|उत्तर|जवाब)|স্বয়ংক্রিয় (?:উত্তর|প্রতিক্রিয়া)|தானியங்கு பதில்|స్వయంచాలక ప్రత్యుత్తరం
	përgjigje automatike|avtomatik cavab|avtomatik javob|ራስ-ሰር ምላሽ
	"""
)

RECEIVED_TEXT = any_of(
	r"""
	(?:have|has been|was) (?:successfully )?received
	we(?:'ve| have) received
	thank you for (?:contacting|reaching out)
	(?:ticket|case|request|inquiry)\b.{0,40}\b(?:number|created|opened|id\b|#)
	ist (?:bei uns )?eingegangen
	haben .{0,40} erhalten
	eingangsbestätigung
	accusons réception
	avons bien reçu
	accusé de réception
	hemos recibido
	abbiamo ricevuto
	hebben .{0,40} ontvangen
	recebemos (?:a )?sua
	"""
)

# What a machine says of its own mail, at the beginning of a sentence that is no question. People who suspect
# one say so, too; so it is only read beside what else machines say.
SAYS_AUTOMATIC = re.compile(
	r"(?:^|[.!\n*#=(-])[ \t*#=(-]{0,40}"
	+ any_of(
		r"""
		(?:please note that )?this is an? (?:automat(?:ic|ed)|automatically (?:generated|sent)|auto-?generated|system[- ]generated) (?:\w{1,20} )?(?:e-?mail|mail|message|reply|response|answer|acknowledge?ment|notification|confirmation|receipt)
		this (?:e-?mail|message|reply|response) (?:is|was|has been) (?:automatically (?:generated|sent|created)|(?:generated|sent|created) automatically|auto-?generated)
		dies(?:e e?-?mail|e nachricht|e antwort|es)? (?:ist|wurde) (?:eine )?automatisch
		(?:ceci est|il s'agit d'|cet? (?:e-?mail|message|courriel|reponse) (?:est|a ete)).{0,20} ?automatique
		(?:este|esto) (?:es un|(?:mensaje|correo)(?: electronico)? (?:es|ha sido)).{0,40}automatic
		(?:questo|questa|la presente) (?:e (?:un|una)|(?:messaggio|e-?mail|mail) (?:e|e stat[oa])).{0,40}automatic
		(?:est[ae] (?:e uma?|(?:mensagem|e-?mail) (?:e|foi))|isto e uma?).{0,40}automatic
		(?:dit is een|deze? (?:e-?mail|bericht) (?:is|werd)) .{0,20}automatisch
		detta (?:är ett|meddelande) .{0,30}automatisk
		dette er (?:en|et) automatisk|denne (?:e-?mail|e-?post) .{0,20}automatisk
		(?:to jest|ta|niniejsza) (?:wiadomość )?.{0,30}automatyczn
		(?:toto je|tato zpráva|tento e-?mail) .{0,30}automatick
		это (?:письмо|сообщение)? ?.{0,30}автоматическ
		"""
	).pattern
	+ r"[^?\n]{0,200}(?:[.!)*\n]|$)"
)
FIRST_PERSON = re.compile(
	r"\b(?:i|i'(?:m|ve|ll|d)|ich|ik|jag|jeg|j'ai|je (?:ne|me|vous|te|suis|viens|recois|vois)|io|eu|yo)\b(?![.:)])"
)
NOT_TO_ANSWER = any_of(
	r"""
	(?:do not|don't) (?:reply|respond|answer)|not (?:monitored|read)|unmonitored|(?:replies|responses) (?:to this|are not)
	(?:nicht|keine) .{0,40}(?:antwort|beantwort)|antworten sie (?:bitte )?nicht|ne pas (?:y )?repondre|no (?:responda|conteste)|non rispond|niet (?:te )?(?:beantwoorden|antwoorden)|nao respond
	svara (?:inte|ej)|ikke (?:svar|besvar)|(?:nie|prosimy nie) odpowiada|neodpovidejte|не отвечайте
	"""
)
ACKNOWLEDGED_SUBJECT = re.compile(
	r"\s{0,20}(?:[\[(]?(?:ticket|case|request|#)[^\])\s]{0,30}[\])]?[\s:-]{0,5})?(?:your (?:support )?(?:request|ticket|case|inquiry|enquiry)"
	r"(?: \S{0,30}\d\S{0,10})? (?:has been|was|is) (?:received|registered|created|opened|logged)"
	r"|(?:we have|we've|we) received your (?:support )?(?:request|ticket|case|inquiry|enquiry)"
	r"|[\[(]?(?:ticket|case|request) (?:\S{0,30}\d\S{0,10} )?(?:received|created|opened|registered))"
)
"""How desks title what they say by themselves when somebody has written."""
AUTOMATIC_SUBJECT_END = re.compile(
	r"[\[(](?:automatic|automated|auto)[- ]?(?:reply|response|answer)[\])]\s{0,20}$"
	r"|[\[(](?:automatische antwort|reponse automatique|respuesta automatica|risposta automatica|resposta automatica"
	r"|automatisch antwoord)[\])]\s{0,20}$"
)
"""What some systems put behind the subject that they answer to, which may begin with "Re:"."""

OF_YOUR_MAIL = any_of(
	r"""
	\b(?:your|ihre[r]?|deine[r]?|votre|su|la (?:sua|tua|vostra)|(?:il )?(?:suo|tuo|vostro)|uw|je|sua|ditt?|twoj\w?|pansk\w?) (?:e-?mail|mail|e-?post|message|nachricht|courriel|correo|mensaje|messaggio|bericht|mensagem|meddelande|wiadomosc)
	"""
)
"""What absence notes say of the mail that they answer, and people rarely."""
