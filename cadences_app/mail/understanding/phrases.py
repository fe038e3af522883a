"""What machines write, in the languages that business mail is written in.

Every phrase is matched against folded text (`incoming.fold`): lower case, without accents. The tables may
be written with accents: they are folded when they are compiled.
"""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.folding import fold

# A title ends with the text, a mark, or a word that leads to a date or to the title of another mail.
_TITLE_END = (
	r"$|[:：\-–—(\[,.!|*]"
	r"|(?:re|aw|until|till|from|bis|ab|vom|du|hasta|fino|tot|ate|til|tills|t/m|do|до)\b|jusqu"
)


_CLASS = re.compile(r"(\\[A-Za-z])")


def any_of(table: str) -> re.Pattern[str]:
	"""One pattern for a table with a phrase on each line."""
	return re.compile(_joined(table))


def title_of(table: str) -> re.Pattern[str]:
	"""A pattern to `match` subjects that open with a phrase of the table and end it as a title ends."""
	return re.compile(rf"\s{{0,20}}{_joined(table)}(?=\s{{0,20}}(?:{_TITLE_END}))")


def line_opening(table: str) -> re.Pattern[str]:
	"""A pattern to `search` for a line that opens with a phrase of the table, behind dashes or bullets."""
	return re.compile(rf"^[^\w\n]{{0,80}}{_joined(table)}", re.MULTILINE)


def _joined(table: str) -> str:
	phrases = (_folded(line.strip()) for line in table.splitlines() if line.strip())
	return f"(?:{'|'.join(phrases)})"


def _folded(phrase: str) -> str:
	"""The phrase as folded text has it; what stands for a class of characters, such as `\\S`, stays."""
	parts = _CLASS.split(phrase)
	return "".join(part if at % 2 else fold(part) for at, part in enumerate(parts))


REPLY_PREFIX = re.compile(
	r"\s{0,20}(?:\[[^\]]{1,40}\]\s{0,20})?(?:re|aw|antw|sv|vs|rv|ref|res|ris|r|odp|vb|ynt|vl|tr|fw|fwd|wg|doorst|enc|回复|答复|转发)"
	r"(?:\[\d{1,9}\]|\(\d{1,9}\))?\s{0,20}[:：]"
)

# What Exchange, Outlook and their like put before the subject of what they answer by themselves.
AUTOMATIC_SUBJECT = title_of(
	r"""
	automatic (?:reply|response|answer|message)
	automated (?:reply|response|answer)
	auto[- ]?(?:reply|response|responder|antwort|resposta)
	auto(?=\s?:\s?(?:re|aw|sv|antw|rv|r|odp)\s?:)
	automatische antwort
	automatisch antwoord
	réponse automatique
	réponse d'absence
	respuesta automática
	contestación automática
	risposta automatica
	resposta automàtica
	autosvar
	automatisk svar
	automatiskt svar
	automaattinen vastaus
	automaatvastus
	odpowiedź automatyczna
	automatyczna odpowiedź
	automatická odpověď
	automatické odpovede
	automatikus válasz
	răspuns automat
	автоматический ответ
	автоответ
	автоматична відповідь
	автоматичен отговор
	αυτόματη απάντηση
	otomatik (?:yanıt|cevap)
	automatski odgovor
	samodejni odgovor
	automātiskā atbilde
	automatinis atsakymas
	自動応答
	自動返信
	自动答复
	自动回复
	自動回覆
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

# Titles that people and older systems give to an absence note.
ABSENCE_SUBJECT = title_of(
	r"""
	(?:i am |i'm )?out of (?:the )?office(?: auto-?reply| reply| alert| message| notification| response)?
	(?:auto-?reply|automatic reply).{0,20}out of (?:the )?office
	vacation (?:reply|response|message|notice)
	(?:automatische )?abwesenheit(?:snotiz|sinfo|smeldung|sbenachrichtigung|sassistent)?
	(?:bin )?(?:abwesend|im urlaub|nicht im büro|nicht im haus|außer haus)
	(?:urlaubs|abwesenheits)(?:notiz|meldung|nachricht|benachrichtigung|info|vertretung)
	absence du bureau
	(?:message|avis|notification) d'absence
	absente?(?: du bureau)?
	(?:estoy )?fuera de (?:la )?oficina
	mensaje de ausencia
	ausencia de la oficina
	fuori (?:ufficio|sede)
	messaggio di assenza
	assenza dall'ufficio
	afwezigheid(?:sbericht|smelding|sassistent)?
	afwezig
	niet (?:aanwezig|op kantoor)
	fora do escritório
	aviso de ausência|ausência temporária
	poza biurem
	nieobecność
	frånvaro(?:meddelande)?
	inte på kontoret|ej på kontoret|på semester
	fravær(?:smeddelelse|sbesked|smelding)?
	ikke til stede|ikke på kontoret|på ferie
	poissa(?: toimistolta| töistä)?|lomalla|poissaolo(?:ilmoitus|viesti)?
	mimo kancelář[ei]?|mimo kanceláriu|nepřítomnost|neprítomnosť|na dovolené
	házon kívül|szabadságon|távollét
	în afara biroului|absent din birou|în concediu
	ofis dışında(?:yım)?|ofis dışı|izindeyim|yıllık izin
	вне офиса|в отпуске|отсутствую|отсутствие на рабочем месте|нет в офисе
	поза офісом|у відпустці|відсутній
	εκτός γραφείου|απουσία(?: από το γραφείο)?
	izvan ureda|na godišnjem odmoru|odsoten|odsotnost|van kancelarije
	извън офиса|в отпуск
	kontorist väljas|puhkusel|ārpus biroja|atvaļinājumā|nesu biure|atostogose
	fora de l'oficina|bulegotik kanpo
	מחוץ למשרד|خارج المكتب
	ngoài văn phòng|vắng mặt|di luar kantor|sedang cuti|tiada di pejabat
	不在通知|不在のお知らせ|休暇のお知らせ|不在のため
	外出中|休假中|不在办公室|不在辦公室|我正在休假
	부재중(?: 알림)?|휴가중|휴가 중
	"""
)

# Words that people also title their own mail with: an absence only where the text speaks of it as well, and
# nothing else follows but its time, or the subject of the mail that it answers.
_VAGUE_ABSENCE = (
	r"\s{0,9}(?:(?:i am|i'm|we are|ich bin|wir sind|je suis|nous sommes|estoy|sono|ik ben|estou|jestem|jag ar"
	r"|jeg er|olen|jsem|som|я|我)\s{0,3}(?:currently |derzeit |actuellement |at the moment )?)?"
	r"(?:ooo|(?:on )?(?:annual |parental |maternity |paternity |sick |medical |family )?(?:leave|vacation|holidays?)"
	r"|on (?:pto|a business trip)|away(?: from (?:the |my )?(?:office|desk|e-?mails?))?|travell?ing|out of town"
	r"|(?:im )?(?:(?:sommer|winter|weihnachts|oster|jahres|erholungs)?urlaub|krankenstand)|(?:in )?(?:elternzeit|mutterschutz)"
	r"|krank(?:heitsbedingt abwesend|geschrieben)?|(?:auf )?dienstreise|ferien|absente?(?: du bureau)?|absence"
	r"|(?:en )?conges?(?: (?:annuels?|maternite|parental|paternite|maladie))?|(?:en )?(?:vacances|deplacement)"
	r"|ausencia|(?:de )?(?:vacaciones|baja(?: medica)?)|assenza|(?:in )?(?:ferie|malattia|maternita)"
	r"|(?:op |met )?(?:vakantie|verlof)|(?:em |de )?(?:ferias|licenca)"
	r"|(?:pa )?semester|(?:pa )?ferie|loma(?:lla)?|(?:na )?dovolen(?:a|e|ej)|(?:na )?urlop(?:ie)?|poza biurem"
	r"|(?:в )?отпуске?|szabadsagon(?: vagyok)?|(?:ofis dısında|izinde)(?:yim|yım)?"
	r"|休暇中|休暇|(?:外出|出張)(?:のため|中)?(?:不在)?|在?休假|出差"
	rf"|{fold('부재중')}(?:{fold('입니다')})?|{fold('휴가')}(?:{fold('입니다')})?)"
)
VAGUE_ABSENCE_BEFORE_A_SUBJECT = re.compile(_VAGUE_ABSENCE + r"\s{0,3}:\s{0,9}\S")
VAGUE_ABSENCE = re.compile(
	_VAGUE_ABSENCE + r"(?:\s{0,9}[:,(-]?\s{0,9}(?:\(?(?:re|aw|sv|rv|fw)\s?:.{0,300}"
	r"|(?:from|until|till|to|through|vom|von|bis|ab|du|au|jusqu.{1,6}|del|al|hasta|dal|fino al|van|tot|de|ate"
	r"|med|z|do|с|до)?\s{0,3}\d.{0,60}"
	r"|(?:until|till|bis|jusqu.{1,6}|hasta|fino al|tot|ate)\b.{0,60}))?\s{0,9}[.!)]{0,3}\s{0,9}$"
)

# IBM Notes puts the name of the person before it: "Ada Example is out of the office."
ABSENCE_SUBJECT_END = re.compile(
	r"(?:is (?:currently )?out of (?:the )?office"
	r"|ist (?:derzeit )?(?:nicht im (?:buro|haus)|ausser haus|abwesend)"
	r"|est absente?(?: du bureau)?|esta (?:ausente|fuera de la oficina)|e fuori (?:ufficio|sede)"
	r"|is (?:afwezig|niet aanwezig)|esta (?:ausente|fora do escritorio))"
	r"\s{0,20}[.!]?\s{0,20}(?:\([^()]{0,80}\)|(?:until|bis|jusqu'au|hasta|fino al|tot|ate)\b.{0,60})?"
	r"\s{0,20}[.!]?\s{0,20}$"
)

# Read only in what other signs have shown to be a machine's answer: people write these words too.
ABSENCE_TEXT = any_of(
	r"""
	out of (?:the |my )?(?:office|town|country)
	away from (?:the |my )?(?:office|desk|e-?mail|computer)
	on (?:\w{1,40} ){0,2}(?:leave|vacation|holidays?|pto)\b
	(?:i am|i'm|i will be|i'll be) (?:currently )?(?:away|absent|travell?ing|off)
	(?:limited|no) access to (?:my )?e-?mail
	(?:return|be back|am back) (?:to (?:the|my) (?:office|desk)|on|in the office)
	nicht im (?:büro|haus)
	außer haus
	abwesen
	im urlaub
	elternzeit
	mutterschutz
	nicht erreichbar
	betriebsferien
	\babsente?s?\b
	en congés?
	en vacances
	hors du bureau
	en déplacement
	mon absence
	de retour (?:le|au)
	fuera de (?:la |mi )?oficina
	de vacaciones
	\bausente\b
	ausencia
	de baja\b
	fuori (?:ufficio|sede)
	in ferie
	\bassente\b
	assenza
	afwezig
	niet aanwezig
	(?:op|met) vakantie
	buiten kantoor
	met verlof
	fora do escritório
	(?:de|em|estou) férias
	ausência
	de licença
	poza biurem
	nieobecn
	na urlopie
	frånvarande
	på semester
	ikke på kontoret
	på ferie
	fravær
	poissa
	lomalla
	mimo kancelář
	na dovolené
	házon kívül
	szabadság
	ofis dışında
	izindeyim
	в отпуске
	не в офисе
	вне офиса
	отсутств
	\bwracam\b|\bvuelvo (?:el|a)\b|\bvolvere el\b|\btorno il\b|\bwieder (?:da|erreichbar|zuruck|im (?:buro|haus))\b|\bback (?:on )?(?:monday|tuesday|wednesday|thursday|friday)\b
	\bna dovolenke\b|休暇|休業
	不在
	休假
	外出
	부재
	"""
)

# Someone who has left does not come back, so this is an automatic answer and no absence.
LEFT_TEXT = any_of(
	r"""
	no longer (?:with|works?|working|employed|part of|at)\b
	(?:has|have) left (?:the company|the organi[sz]ation|us)
	nicht mehr (?:im unternehmen|bei uns|für uns|beschäftigt|bei der)
	unternehmen verlassen
	ne (?:fait|fais) plus partie
	(?:a|ai) quitté (?:la société|l'entreprise|ses fonctions)
	ne travaille plus
	ya no (?:trabaja|trabajo|forma parte)
	non (?:lavora|lavoro|fa) più
	niet (?:meer|langer) (?:werkzaam|in dienst)
	não (?:trabalha|trabalho|faz) mais
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
