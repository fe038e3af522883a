"""How bounces are worded where they follow no standard: by server, by provider and by language.

Matched against folded text, as in `phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cadences_app.mail.understanding.phrases import any_of


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
			message (?:not delivered|blocked)\s{0,20}\*\*
			delivery to the following recipients? (?:failed|has been delayed)
			"""
		),
		_line(
			r"(?:delivered to|message to|recipients? (?:failed|has been)[^\n@]{0,40}\n\s{0,20})"
			rf"\s{{0,20}}{_A}"
		),
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
			delivery is delayed to these recipients or groups
			zustellung an (?:diese|folgende) empfänger oder gruppen
			bezorging (?:aan|bij) deze ontvangers
			falha na entrega (?:para|a) est
			nie można dostarczyć do następujących
			gick inte att leverera till
			kunne ikke leveres til (?:disse|følgende)
			未能传递到以下|無法傳遞(?:給|到)|次の受信者または
			"""
		),
		_line(rf"(?:message to|nachricht an|message à|mensaje para|^)[ \t]{{0,20}}{_A}"),
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
		_line(rf"(?:delivered to:?\s{{0,20}}|^[ \t]{{0,20}}){_A}"),
	),
	Shape(
		"ses",
		any_of(
			r"""
		an error occurred while trying to deliver the mail to the following recipients
		"""
		),
		_line(rf"^[ \t]{{0,20}}{_A}"),
	),
	Shape(
		"postfix",
		any_of(
			r"""
			this is the (?:\w{1,40} )?(?:mail system|postfix program) at host
			your message could not be delivered to one or more recipients
			below could not be delivered to one or more destinations
			"""
		),
		_line(rf"^[ \t]{{0,20}}{_A}>?\s{{0,20}}:|<{_A}>:?"),
	),
	Shape(
		"exim",
		any_of(
			r"""
			created automatically by mail delivery software
			the following address(?:es|\(es\))? failed
			"""
		),
		_line(rf"^[ \t]{{0,20}}{_A}>?[ \t]{{0,20}}:?[ \t]{{0,20}}$"),
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
		_line(rf"^[ \t]{{0,20}}<?{_A}>?[ \t]{{0,20}}$"),
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
			не (?:может быть|было|был|удалось|удаётся) (?:\w{1,40} )?достав
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
			konnte(?:n)? (?:\w{1,40} ){0,6}nicht (?:zugestellt|ausgeliefert|übermittelt)
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
			n'a (?:pas )?pu être (?:\w{1,40} )?(?:remis|délivré|distribué|livré|acheminé|transmis)
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
			no se ha entregado|no fue entregad
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
		is niet (?:bezorgd|afgeleverd)
		(?:ontvanger|adres|mailbox).{0,40}(?:bestaat niet|onbekend|vol)
		"""
		),
	),
	Shape(
		"nordic",
		any_of(
			r"""
			(?:levererades|leverades) inte|kunde inte levereras
			(?:blev|ble) ikke levere|kunne ikke levere
			ei voitu toimittaa|toimitus epäonnistui
			"""
		),
	),
	Shape(
		"slavic",
		any_of(
			r"""
			nie (?:została|mogła zostać|można było) (?:\w{1,40} )?dostarcz
			(?:nebylo možné|nepodařilo se|nelze) (?:\w{1,40} )?doruč|nebyla doručena
			"""
		),
	),
	Shape("turkish", any_of(r"""(?:teslim edilemedi|iletilemedi)""")),
	Shape(
		"japanese",
		any_of(
			r"""
			送信できません|配信できません|配信に失敗|お届けできません|届けることができません
			(?:宛先|メールアドレス|メールボックス).{0,40}(?:見つかりません|存在しません|一杯)
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
			message is delayed for more than
			had delivery (?:errors|problems)|encountered delivery problems
			user not known|unable to find user
			(?:message|mail) to .{1,254} (?:was|has been|is) (?:rejected|refused|returned|bounced)
			not a valid (?:user|recipient|address|mailbox) here
			mail ?box space not enough
			user unknown
			unknown user
			unknown host
			(?:failed|undelivered|unreachable) (?:addresses|recipients) follow
			no valid recipients
			no such (?:user|address|recipient|mailbox)
			mailbox (?:unavailable|is full|full|not found)
			over quota
			address rejected
			recipient rejected
			account (?:is )?(?:disabled|inactive)
			(?:user|address|mailbox) does(?: not|n't) exist
			error (?:has )?(?:occurred while attempting to deliver|delivering your mail)
			del[ie]very to the following recipients? was aborted
			the following addresses had (?:delivery problems|permanent)
			recipients? (?:was|were) rejected
			malformed address|addresses that were\s{1,20}incorrectly constructed
			returned to (?:the )?sender
			permanent(?:ly)? (?:fail|error)
			message (?:was |has been )?(?:rejected|bounced)
			"""
		),
	),
)
