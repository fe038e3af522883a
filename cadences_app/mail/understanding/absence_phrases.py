"""How absence notes are titled and worded, in many languages. Matched against folded text, as in `phrases`."""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.phrases import any_of, title_of

# Titles that people and older systems give to an absence note.
ABSENCE_SUBJECT = title_of(
	r"""
	(?:i am |i'm )?out of (?:the )?office(?: auto-?reply| reply| alert| message| notification| response)?
	(?:auto-?reply|automatic reply).{0,20}out of (?:the )?office
	vacation (?:reply|response|message|notice)
	(?:automatische )?abwesenheit(?:snotiz|sinfo|smeldung|sbenachrichtigung|sassistent)
	(?:bin )?(?:abwesend|im urlaub|nicht im büro|nicht im haus|außer haus)
	(?:urlaubs|abwesenheits)(?:notiz|meldung|nachricht|benachrichtigung|info|vertretung)
	absence du bureau
	(?:message|avis|notification) d'absence
	absente? du bureau
	(?:estoy )?fuera de (?:la )?oficina
	mensaje de ausencia
	ausencia de la oficina
	fuori (?:ufficio|sede)
	messaggio di assenza
	assenza dall'ufficio
	afwezigheid(?:sbericht|smelding|sassistent)
	niet (?:aanwezig|op kantoor)
	fora do escritório
	aviso de ausência|ausência temporária
	poza biurem
	nieobecność w (?:biurze|pracy)
	frånvaromeddelande
	inte på kontoret|ej på kontoret|på semester
	fravær(?:smeddelelse|sbesked|smelding)
	ikke til stede|ikke på kontoret|på ferie
	poissa (?:toimistolta|töistä)|lomalla|poissaolo(?:ilmoitus|viesti)
	mimo kancelář[ei]?|mimo kanceláriu|na dovolené
	házon kívül|szabadságon
	în afara biroului|absent din birou|în concediu
	ofis dışında(?:yım)?|ofis dışı|izindeyim|yıllık izin
	вне офиса|в отпуске|отсутствую|отсутствие на рабочем месте|нет (?:в офисе|на работе)
	поза офісом|у відпустці|відсутній
	εκτός γραφείου|απουσία από το γραφείο
	izvan ureda|na godišnjem odmoru|odsoten|van kancelarije
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
	r"|on (?:pto|a business trip)|away(?: from (?:the |my )?(?:office|desk|e-?mails?|mails?))?|travell?ing|out of town"
	r"|(?:im )?(?:(?:sommer|winter|weihnachts|oster|jahres|erholungs)?urlaub|krankenstand)|(?:in )?(?:elternzeit|mutterschutz)"
	r"|krank(?:heitsbedingt abwesend|geschrieben)?|(?:auf )?dienstreise|ferien|absente?(?: du bureau)?|absence"
	r"|(?:en )?conges?(?: (?:annuels?|maternite|parental|paternite|maladie))?|(?:en )?(?:vacances|deplacement)"
	r"|abwesenheit|abwesend|afwezig(?:heid)?|franvaro|fravær|nieobecnosc|poissa(?:olo)?|nepritomnost|tavollet|odsotnost"
	rf"|{fold('απουσία')}|holiday notice"
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

_ABSENCE_STATED = r"""
	out of (?:the |my )?(?:office|town|country)
	away from (?:the |my )?(?:office|desk|e-?mail|computer)
	on (?:\w{1,40} ){0,2}(?:leave|vacation|holidays?|pto)\b
	(?:i am|i'm|i will be|i'll be) (?:currently )?(?:away|absent|travell?ing|off)
	(?:limited|no) access to (?:my )?e-?mail
	(?:return|be back|am back) (?:to (?:the|my) (?:office|desk)|on|in the office)
	nicht im (?:büro|haus)
	außer haus
	nicht erreichbar
	en congés?
	en vacances
	hors du bureau
	en déplacement
	mon absence
	de retour (?:le|au)
	fuera de (?:la |mi )?oficina
	de vacaciones
	fuori (?:ufficio|sede)
	in ferie
	niet aanwezig
	(?:op|met) vakantie
	buiten kantoor
	met verlof
	fora do escritório
	(?:de|em|estou) férias
	de licença
	poza biurem
	na urlopie
	på semester
	ikke på kontoret
	på ferie
	lomalla
	mimo kancelář
	na dovolené
	házon kívül
	ofis dışında
	izindeyim
	в отпуске
	не в офисе
	вне офиса
	\bwracam\b|\bvuelvo (?:el|a)\b|\bvolvere el\b|\btorno il\b|\bwieder (?:da|erreichbar|zuruck|im (?:buro|haus))\b|\bback (?:on )?(?:monday|tuesday|wednesday|thursday|friday)\b
	\bna dovolenke\b|休暇|休業
	不在
	休假
	外出
	부재
	\bvrátím se\b|\bbudu zpět\b|\bvissza(?:térek|jövök)\b|\bkommer tillbaka\b|\btilbage (?:den|igen)\b|\btilbake (?:den|igjen|i)\b|\bpalaan\b|\bвернусь\b|\brevin\b|\bdöneceğim\b
	\babwesend\b|(?:während|in) meiner abwesenheit
	\b(?:bin|sind) (?:(?:ab|vom|bis|zum|noch|zur zeit|zurzeit|derzeit|aktuell|momentan|leider|heute|morgen|ich|wir|und|am|den|mit|[\d.,-]{1,12}) ){0,8}(?:im urlaub|in (?:elternzeit|mutterschutz))
	(?:suis|serai|sommes|serons|est|sera) (?:actuellement )?absente?s?\b
	(?:estoy|estare|estamos|me encuentro|se encuentra) (?:ausente|de baja)\b|(?:durante )?mi ausencia
	(?:sono|saro|siamo|saremo) assent[ei]|mia assenza
	(?:estou|estarei|estamos) ausente|minha ausência
	\bben (?:ik )?.{0,30}afwezig|mijn afwezigheid
	(?:är|er) (?:frånvarande|fraværende)|mitt? fravær|min frånvaro
	(?:jestem|będę) nieobecn|mojej nieobecności|\bolen .{0,30}poissa|szabadságon vagyok|(?:я|буду) .{0,30}отсутств
	"""
_ABSENCE_NAMED = r"""
	\batvaļinājum|\batostog|\bpuhkus|godišnj\w{1,3} odmor|\bdopust|відпустк|відпустц|отпуск|\bάδεια|εκτός γραφείου
	בחופש|חופשה|في إجازة|nghỉ phép|\bcuti\b|ลาพักร้อน|concediu|na dovolenke
	abwesen
	im urlaub
	elternzeit
	mutterschutz
	betriebsferien
	\babsente?s?\b
	\bausente\b
	ausencia
	de baja\b
	\bassente\b
	assenza
	afwezig
	ausência
	nieobecn
	frånvarande
	fravær
	poissa
	szabadság
	отсутств
	"""

# What somebody says of themselves who is away.
ABSENCE_STATED = any_of(_ABSENCE_STATED)

# Read only in what other signs have shown to be a machine's answer: people write these words too.
ABSENCE_TEXT = any_of(_ABSENCE_STATED + _ABSENCE_NAMED)

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

# What is said of the time of an absence.
MEANWHILE = any_of(
	r"""
	\b(?:meantime|meanwhile|in my absence|while i am|urgent\w{0,3}|immediate\w{0,2}|emergency)\b
	\bin der zwischenzeit|\bdringend\w{0,3}|\beilig|\bvertret\w{1,8}|\bwahrend meiner
	\bentre-?temps|\burgence|\ben mon absence|\bmientras tanto|\burgen\w{2,4}\b|\bnel frattempo|\bin mia assenza
	\btussentijd|\bin mijn afwezigheid|\bdringend|\bentretanto|\bsob urgencia|\bunder tiden|\bi mellomtiden|\bpilne\b
	"""
)
