"""How bounces are worded where they follow no standard: by server, by provider and by language.

Matched against folded text, as in `phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cadences_app.mail.phrases import any_of, line_opening, title_of

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
	배달되지 않음
	전송 실패.{0,20}
	메일 전송 실패
	배달 실패.{0,20}
	"""
)


@dataclass(frozen=True, slots=True)
class Shape:
	"""One way to word a bounce: what gives it away, and how its failed addresses stand in it."""

	code: str
	marker: re.Pattern[str]
	address: re.Pattern[str] | None = None


def _line(pattern: str) -> re.Pattern[str]:
	return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


_A = r"[\"'<\[(*]{0,3}([^\s@<>\"'\[\]()*]{1,64}@[^\s<>\"'\[\]()*,;:]{3,253})"

# From the particular to the general: the first that fits names the bounce.
SHAPES = (
	Shape(
		"gmail",
		any_of(
			r"""
			your message (?:wasn't delivered|to [^\s]{3,254} has been blocked)
			there was a (?:temporary )?problem delivering your message to
			address not found
			recipient inbox full
			message (?:not delivered|blocked)\s*\*\*
			delivery to the following recipients? (?:failed|has been delayed)
			"""
		),
		_line(rf"(?:delivered to|message to|recipients? (?:failed|has been)[^\n@]{{0,40}}\n\s*)\s*{_A}"),
	),
	Shape(
		"exchange-online",
		any_of(
			r"""
			your message to [^\s]{3,254} couldn't be delivered
			remote server returned
			generating server:
			diagnostic information for administrators
			office 365
			microsoft 365
			delivery has failed to these recipients or groups
			fehler bei der nachrichtenzustellung an folgende
			échec de la remise (?:aux|à) (?:ces )?destinataires
			remote server hat
			le serveur distant a renvoyé
			error de entrega a estos destinatarios
			recapito non riuscito ai destinatari
			"""
		),
		_line(rf"(?:message to|nachricht an|message à|mensaje para|^)[ \t]*{_A}"),
	),
	Shape(
		"exchange",
		any_of(
			r"""
			did not reach some or all of the intended recipients
			the following recipient\(?s?\)? (?:cannot|could not) be reached
			hat einige oder alle empfanger nicht erreicht
			folgende\(?r?\)? empfänger (?:kann|können|konnte|konnten) nicht erreicht
			n'est pas parvenu à (?:certains|tous|l'un)
			le\(?s?\)? destinataire\(?s?\)? suivant\(?s?\)? (?:ne peut|ne peuvent|n'a)
			no (?:ha )?llegó a todos o (?:a )?algunos
			non ha raggiunto (?:alcuni|tutti)
			your message was not delivered to:? .{0,80}? because
			"""
		),
	),
	Shape(
		"notes",
		any_of(
			r"""
			your (?:document|message):? .{0,200}was not delivered to
			domino directory
			delivery failure report
			"""
		),
		_line(rf"(?:delivered to:?\s*|^[ \t]*){_A}"),
	),
	Shape(
		"ses",
		any_of(
			r"""
		an error occurred while trying to deliver the mail to the following recipients
		"""
		),
		_line(rf"^[ \t]*{_A}"),
	),
	Shape(
		"postfix",
		any_of(
			r"""
			this is the mail system at host
			your message could not be delivered to one or more recipients
			"""
		),
		_line(rf"^[ \t]*{_A}>?\s*:|<{_A}>:?"),
	),
	Shape(
		"exim",
		any_of(
			r"""
			created automatically by mail delivery software
			the following address(?:es|\(es\))? failed
			"""
		),
		_line(rf"^[ \t]*{_A}>?[ \t]*:?[ \t]*$"),
	),
	Shape(
		"qmail",
		any_of(
			r"""
		this is the qmail-send program
		made a bounce for me to deliver
		i've given up
		"""
		),
		_line(rf"<{_A}>:"),
	),
	Shape(
		"sendmail",
		any_of(
			r"""
			the following addresses had (?:permanent fatal errors|transient)
			transcript of session follows
			"""
		),
		_line(rf"^[ \t]*<?{_A}>?[ \t]*$"),
	),
	Shape(
		"tencent",
		any_of(
			r"""
			您(?:发送)?的邮件.{0,20}(?:被退回|退信|无法)
			抱歉.{0,10}您的邮件
			收件人.{0,40}(?:不存在|被拒)
			退信原因
			退信代码
			"""
		),
	),
	Shape(
		"naver",
		any_of(
			r"""
		메일.{0,40}(?:전송하지|전송되지|전달되지|실패)
		수신자.{0,40}(?:없|존재하지)
		"""
		),
	),
	Shape(
		"russian",
		any_of(
			r"""
			не (?:может быть|было|был|удалось|удаётся) (?:\w+ )?достав
			(?:пользовател|адресат|ящик).{0,40}не (?:найден|существует)
			ваше (?:письмо|сообщение) не
			почтов(?:ый|ая|ым) (?:сервер|систем|робот)
			"""
		),
	),
	Shape(
		"german",
		any_of(
			r"""
			konnte(?:n)? (?:\w+ ){0,6}nicht (?:zugestellt|ausgeliefert|übermittelt)
			nicht zustellbar
			unzustellbar
			(?:empfänger|postfach|adresse).{0,40}(?:existiert nicht|unbekannt|nicht gefunden|voll)
			"""
		),
	),
	Shape(
		"french",
		any_of(
			r"""
			n'a (?:pas )?pu être (?:\w+ )?(?:remis|délivré|distribué|livré|acheminé|transmis)
			n'a pas été (?:remis|délivré|distribué)
			impossible de (?:remettre|délivrer|distribuer)
			(?:destinataire|adresse|boîte).{0,40}(?:n'existe|inconnu|introuvable|pleine)
			"""
		),
	),
	Shape(
		"spanish",
		any_of(
			r"""
			no (?:se )?(?:pudo|ha podido|puede|ha sido posible)(?: ser)? entreg
			no fue posible entregar
			(?:destinatario|usuario|dirección|cuenta|buzón).{0,40}(?:no existe|desconocid|no encontrad|llen)
			"""
		),
	),
	Shape(
		"italian",
		any_of(
			r"""
			impossibile (?:recapitare|consegnare)
			non (?:può|ha potuto) essere (?:recapitat|consegnat)
			non è stato possibile (?:recapitare|consegnare)
			non è stato (?:recapitato|consegnato)
			(?:destinatario|utente|indirizzo|casella).{0,40}(?:non esiste|inesistente|sconosciut|piena)
			"""
		),
	),
	Shape(
		"portuguese",
		any_of(
			r"""
			não (?:pôde|pode|foi possível)(?: ser)? (?:entreg|enviar|enviad)
			não foi entregue
			(?:destinatário|usuário|endereço|conta|caixa).{0,40}(?:não (?:existe|encontrad)|inexistente)
			(?:destinatário|usuário|endereço|conta|caixa).{0,40}(?:desconhecid|cheia)
			"""
		),
	),
	Shape(
		"dutch",
		any_of(
			r"""
		kon(?:den)? niet worden (?:bezorgd|afgeleverd)
		(?:ontvanger|adres|mailbox).{0,40}(?:bestaat niet|onbekend|vol)
		"""
		),
	),
	Shape(
		"english",
		any_of(
			r"""
			(?:could not|couldn't|cannot|can't|unable to) be (?:delivered|sent to|reached)
			(?:was not|wasn't|were not|has not been|have not been|not yet been) (?:delivered|sent to)
			(?:unable|failed|not able|couldn't|could not) (?:to )?deliver
			undeliver(?:able|ed)
			delivery (?:to .{1,254} )?(?:has |was )?(?:failed|delayed)
			user unknown
			unknown user
			no such (?:user|address|recipient|mailbox)
			mailbox (?:unavailable|is full|full|not found)
			over quota
			address rejected
			recipient rejected
			account (?:is )?(?:disabled|inactive)
			(?:user|address|mailbox) does(?: not|n't) exist
			returned to (?:the )?sender
			permanent(?:ly)? (?:fail|error)
			message (?:was |has been )?(?:rejected|bounced)
			"""
		),
	),
)

# From here on a bounce shows the mail that it returns.
RETURNED_COPY = line_opening(
	r"""
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
