"""How bounces are titled, and how they set off the mail that they return, in many languages.

Matched against folded text, as in `phrases`.
"""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.phrases import any_of, line_opening, title_of

BOUNCE_SUBJECT = title_of(
	r"""
	undeliverable
	undelivered mail returned to sender
	undelivered mail
	returned mail
	(?:e?mail|message|mail) (?:delivery|system) (?:failed|failure|error|problem|status)\b.{0,60}
	(?:mail |message )?delivery (?:has )?(?:failed|failure|error|delayed|incomplete|problem|report)\b.{0,60}
	delivery status notification\b.{0,30}
	delivery notification\b.{0,40}
	delivery failure report
	failure notice
	failed delivery
	message (?:undeliverable|not delivered|delayed|bounced)
	non[- ]?deliver(?:y|able)\b.{0,30}
	warning: (?:message|could not send).{0,60}
	mail could not be delivered
	address not found
	bounced? (?:mail|message)
	mail system error - returned mail
	unzustellbar
	nicht zugestellt
	zustellung (?:fehlgeschlagen|verzögert)\b.{0,40}
	nicht zustellbar\b.{0,20}
	non remis
	non distribuable
	message non distribué
	échec (?:de la )?(?:remise|distribution|livraison)\b.{0,40}
	remise (?:différée|retardée)
	courrier non (?:remis|distribué)
	notification d'état de remise\b.{0,20}
	no se puede entregar
	no entregado
	no se pudo entregar\b.{0,40}
	correo (?:devuelto|no entregado)
	error (?:de|en la) entrega\b.{0,30}
	non recapitabile
	impossibile recapitare\b.{0,40}
	mancato recapito
	mancata consegna
	notifica di mancato recapito
	recapito (?:non riuscito|ritardato)
	onbestelbaar
	niet bezorgd
	bezorging (?:mislukt|vertraagd)
	não é possível entregar
	não entregue
	falha na entrega\b.{0,40}
	mensagem não entregue
	não foi possível entregar\b.{0,40}
	devolução de e-?mail
	nie można dostarczyć
	niedostarczalna
	olevererbart
	kan ikke leveres
	kan inte levereras
	ei voi toimittaa
	nelze doručit
	kézbesíthetetlen
	teslim edilemedi
	не удается доставить
	недоставленное сообщение
	недоставлено
	сообщение не доставлено
	не доставлено
	无法送达
	未送达
	系统退信.{0,40}
	退信通知
	退信
	邮件退回
	無法傳遞
	配信不能
	配信できません
	メールエラー通知
	配信エラー.{0,20}
	送信エラー.{0,20}
	배달되지 않음
	전송 실패.{0,20}
	메일 전송 실패
	배달 실패.{0,20}
	"""
)

# From here on a bounce shows the mail that it returns.
RETURNED_COPY = line_opening(
	r"""
	(?:received|return-path|dkim-signature|mime-version):
	this is a copy of (?:the|your) message
	(?:a |the )?(?:copy of (?:the|your) )?original message(?: headers?| follows|:|\b.{0,20}-)
	below (?:this|the next) line is a copy
	message headers? follows?
	here is (?:your|a copy of)
	(?:unsent|returned|your) (?:message|mail) (?:below|follows)
	included is a copy
	message d'origine
	en-têtes? (?:du message )?d'origine
	ursprüngliche (?:nachricht|kopfzeilen)
	kopie (?:der|ihrer) nachricht
	(?:encabezados? (?:de(?:l)? )?)?mensaje original
	(?:intestazioni )?messaggio original
	mensagem original
	oorspronkelijk
	исходно
	原邮件
	원본
	"""
)

# How mail systems begin to list whom a mail didn't reach; people name a street so, but no mail address.
FOLLOWING_RECIPIENTS = any_of(
	r"""
	(?:not|n't|cannot|unable to|failed to) (?:be )?(?:deliver\w{0,3}|sent|reach\w{0,2})\b.{0,60}\b(?:following|one or more)\b.{0,20}\b(?:recipient|address|destination)\w{0,5}.{0,120}@
	\bfolgende\w?\b.{0,20}\b(?:empfänger|adress)\w{0,5}.{0,120}@
	\b(?:destinataire|adresse)s? suivant.{0,120}@
	\bsiguientes? (?:destinatari|direccion).{0,120}@
	\bseguent[ei] (?:destinatari|indirizz).{0,120}@
	\bvolgende (?:ontvanger|adres).{0,120}@
	\bseguintes? (?:destinatári|endereç).{0,120}@
	"""
)

# How a letter begins that a person wrote, though it may quote what a mail system said.
_ANYBODY = (
	r"(?:sender|customer|user|subscriber|postmaster|kund\w{1,3}|absender|nutzer|teilnehmer|client|utilisateur|expediteur|abonne"
	r"|cliente|usuario|remitente|utente|mittente|klant|gebruiker|afzender|utilizador|remetente|anvandare|klient|nadawc\w"
	r"|клиент|пользователь|отправитель)"
)
"""Whom a machine greets."""
LETTER_OPENING = re.compile(
	rf"[\s>*]{{0,20}}(?![^\n,]{{0,40}}\b{_ANYBODY}\b)(?:"
	+ any_of(
		r"""
		(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen)|sehr geehrte\w?|lieber?|moin|servus|grussgott|grezi)\b(?!.{0,30}\bthis is\b)
		(?:bonjour|salut|cher|chere|madame|monsieur|hola|buen[oa]s|estimad[oa]s?|ciao|buongiorno|salve|gentile|caro|cara)\b
		(?:beste|geachte|goedemorgen|dag|ola|bom dia|boa tarde|prezad[oa]|hej|hei|dzien dobry|czesc|witam|szanown\w{1,3}|dobry den|jo napot|buna)\b
		(?:добрыи|здравствуите|уважаем\w{1,3}|merhaba|sayin)\b
		(?!sorry|unfortunately|however|note|attention|leider|desole|malheureusement|lo siento|lo sentimos|lamentablemente|purtroppo|spiacenti|helaas|infelizmente|desculpe|tyvarr|desvarre)[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?,\s
		(?:i|we) (?:tried|got|received|wrote|sent|answered|replied|have|just)\b|(?:ich|wir) (?:habe|haben|wollte|bekam)\b
		"""
	).pattern
	+ ")"
)
