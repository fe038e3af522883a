"""Notices of those who keep a gate: lists that refuse a post, moderators, quarantines (S4.2).

They are written by a machine and answer nothing. That the mail has reached nobody so far is no bounce: the
person is there.
"""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.fields import headers
from cadences_app.mail.understanding.folding import flatten
from cadences_app.mail.understanding.incoming import Incoming
from cadences_app.mail.understanding.phrases import REPLY_PREFIX, any_of
from cadences_app.mail.understanding.verdict import MailKind, Verdict

MAX_NOTE = 4000

_KEEPER = re.compile(
	r"^(?:[^@]{1,60}[-_.](?:owner|bounces?|request|admin|moderators?|approval)(?:[+=][^@]{0,60})?"
	r"|(?:owner|request)-[^@]{1,60}"
	r"|(?:mailman|listserv|majordomo|sympa|ezmlm|listmaster|quarantine|spam|antispam|spamfilter|mailfilter"
	r"|mimecast|messagelabs|proofpoint|barracuda|mailguard|mailsecurity|groups)(?:[-_.+][^@]{0,60})?)@"
)
_TITLE = any_of(
	r"""
	(?:your )?(?:message|post|mail|e-?mail|submission|posting)\b.{0,120}\b(?:awaits|awaiting|waiting for|pending|requires|needs|held for|is held|was held) .{0,40}(?:moderator|moderation|approval|review)
	(?:moderation|approval) (?:notice|notification|required|request|pending)
	(?:post|message|mail|posting|request)\b.{0,60}\b(?:rejected|refused|declined|denied)\b.{0,60}
	(?:message|mail|e-?mail|\d{1,4} messages?)\b.{0,60}\b(?:quarantined|in quarantine|placed in quarantine)
	(?:spam )?quarantine (?:notification|summary|digest|report|message|release)
	(?:wartet auf|benotigt) .{0,30}(?:moderation|freigabe|genehmigung)
	(?:nachricht|e-?mail|mail)\b.{0,60}\b(?:quarantane|zuruckgehalten|moderiert)
	(?:quarantane|moderations)(?:bericht|benachrichtigung|meldung|hinweis)?
	(?:votre )?(?:message|courriel)\b.{0,60}\b(?:attente de (?:moderation|validation|approbation)|quarantaine)
	(?:su |tu )?(?:mensaje|correo)\b.{0,60}\b(?:espera|pendiente|cuarentena)
	(?:il (?:suo|tuo) )?messaggio\b.{0,60}\b(?:attesa|moderazione|quarantena)
	(?:uw |je )?bericht\b.{0,60}\b(?:wacht op|goedkeuring|quarantaine)
	(?:sua )?mensagem\b.{0,60}\b(?:aguarda|moderacao|quarentena)
	"""
)
_TEXT = any_of(
	r"""
	(?:awaits|awaiting|pending|waiting for|held for|is being held|held until|requires|subject to) (?:the |a |list )?(?:moderator|moderation|approval|review)
	(?:list |group )?moderators? (?:to|will|for|has|have|must)
	post(?:ing)? (?:by|from) (?:a )?non-?member|members?-only (?:list|group)|not (?:a )?(?:member|subscribed|subscriber)\b.{0,60}\b(?:list|group)
	(?:not|aren't) (?:allowed|authori[sz]ed|permitted) to (?:post|send|write)\b.{0,60}\b(?:list|group|address)
	(?:your )?(?:message|post|mail)\b.{0,80}\b(?:has been|was|is) (?:automatically )?(?:rejected|refused|discarded)\b.{0,80}\b(?:list|group|moderator)
	(?:message|mail|e-?mail|it)\b.{0,60}\b(?:has been |was |is |were |have been )(?:placed |put |moved |held )?(?:in |into )?(?:the )?quarantine
	quarantined|(?:in|unter) quarantane|zuruckgehalten|freigabe durch|wartet auf (?:die )?(?:freigabe|moderation|genehmigung)
	nicht (?:berechtigt|erlaubt|zugelassen)\b.{0,40}\b(?:liste|verteiler|gruppe)
	(?:attente de|soumis a) (?:la )?(?:moderation|validation|approbation)|en quarantaine|mis en quarantaine
	(?:pendiente de|espera de|a la espera de) (?:moderacion|aprobacion)|en cuarentena
	(?:in attesa di|attende) (?:moderazione|approvazione)|in quarantena
	wacht op (?:goedkeuring|moderatie)|in quarantaine
	(?:aguarda|aguardando) (?:moderacao|aprovacao)|em quarentena|na quarentena
	"""
)
_GATE = any_of(
	r"""
	\b(?:list|group|moderat\w{1,6}|post(?:ing|ed|s)?|liste|verteiler|gruppe|groupe|lista|grupo|gruppo|lijst|groep)\b|quarant|cuarent|quarent|zuruckgehalten
	(?:your|ihre?|votre|su|uw|sua) (?:message|mail|e-?mail|nachricht|mensaje|messaggio|bericht|mensagem)
	"""
)
"""What is waited at; people whose addresses sound like a gate's speak of approvals, too."""


def read_gatekeeper(mail: Incoming, *, from_machine: bool) -> Verdict | None:
	"""The verdict of such a notice: title and text say so, or one of them and the sender or another sign."""
	if REPLY_PREFIX.match(mail.folded_subject):
		return None
	titled = bool(_TITLE.search(mail.folded_subject[:300]))
	note = flatten(mail.folded_answer[:MAX_NOTE])
	told = bool(_TEXT.search(note))
	is_keeper = from_machine or bool(_KEEPER.match(mail.sender)) or _is_administrivia(mail)
	if (titled and told) or (is_keeper and (titled or (told and _GATE.search(note)))):
		return Verdict(MailKind.AUTO_REPLY, "gatekeeper")
	return None


def _is_administrivia(mail: Incoming) -> bool:
	return any(
		headers(mail.message, name) for name in ("x-list-administrivia", "x-sympa-command", "x-ezmlm-id")
	)
