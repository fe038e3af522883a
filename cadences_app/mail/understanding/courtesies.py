"""What mail programs send in a person's name without the person writing: reactions and receipts (S4.1c)."""

from __future__ import annotations

import re

from cadences_app.mail.understanding.fields import content_type, header
from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.incoming import Incoming, own_parts
from cadences_app.mail.understanding.phrases import any_of, title_of
from cadences_app.mail.understanding.verdict import MailKind, Verdict

MAX_NOTE = 1000
MAX_REACTION = 300
_WORDS = re.compile(r"[^\W\d_]{1,40}")

_REACTION_TYPES = ("text/vnd.google.email-reaction+json", "text/vnd.google.email-reaction")
_QUOTES_WHAT_IT_LIKES = any_of(
	r"""
	(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,20} to) [“"«].{1,300}
	"""
)
_REACTED = any_of(
	r"""
	\b(?:has )?reacted (?:to|via|with)\b
	\bhat (?:mit .{1,20} )?auf (?:ihre|deine|die|eine) (?:nachricht|e-?mail).{0,20} reagiert\b
	\ba reagi (?:a|avec)\b
	\b(?:ha reaccionado|reacciono) (?:a|con)\b
	\bha (?:reagito|inserito una reazione) (?:a|al|con)\b
	\bheeft op (?:je|uw|jouw) bericht gereageerd met
	\bheeft gereageerd met een emoji
	\breagiu (?:a|ao|com)\b
	"""
)
_RECEIPT_TITLE = title_of(
	r"""
	(?:not )?read(?: receipt)?
	(?:return|read) receipt(?: \(displayed\))?
	(?:un)?gelesen|lesebestätigung|empfangsbestätigung
	(?:non )?lu|accusé de (?:lecture|réception)|confirmation de lecture
	(?:no )?leído|confirmación de lectura|acuse de recibo
	(?:non )?letto|conferma di lettura|ricevuta di ritorno
	(?:niet )?gelezen|leesbevestiging|ontvangstbevestiging
	(?:não )?lid[ao]|confirmação de leitura
	läst|läskvitto|læst|lest|lesekvittering|luettu|przeczytano|přečteno|прочитано|уведомление о прочтении
	開封済み|已读|읽음
	"""
)
_RECEIPT_TEXT = any_of(
	r"""
	(?:message|mail)\b.{0,300}\b(?:was|has been) (?:read|displayed|opened) (?:on|at)
	this is a (?:return|read) receipt for
	your message\b.{0,300}\bwas (?:read|deleted without being read)
	wurde (?:am .{0,40} )?(?:gelesen|angezeigt|geoffnet|ungelesen geloscht)
	a ete (?:lu|ouvert|affiche|supprime sans)
	(?:se leyo|fue leido|ha sido leido|se ha leido|fue abierto)
	(?:e stato (?:letto|visualizzato)|e stata letta)
	(?:is|werd) (?:gelezen|weergegeven) op
	foi lid[ao] em|foi exibid[ao]
	lastes|blev læst|ble lest|luettiin|zostala? (?:przeczytan|wyswietlon)|было прочитано
	"""
)


def read_courtesy(mail: Incoming) -> Verdict | None:
	"""The verdict of a reaction or of a receipt in words; None for any other mail."""
	if any(content_type(part) in _REACTION_TYPES for part in own_parts(mail.message)):
		return Verdict(MailKind.AUTO_REPLY, "reaction")
	note = " ".join(mail.folded_answer[:MAX_NOTE].split())
	if len(note) <= MAX_REACTION and (
		_QUOTES_WHAT_IT_LIKES.fullmatch(note)
		or _tells_reaction(note, mail)
		or _tells_reaction(mail.folded_subject[:MAX_REACTION], mail)
	):
		return Verdict(MailKind.AUTO_REPLY, "reaction")
	if _RECEIPT_TITLE.match(mail.folded_subject) and _RECEIPT_TEXT.search(mail.folded_text[:MAX_NOTE]):
		return Verdict(MailKind.AUTO_REPLY, "read-receipt")
	return None


def _tells_reaction(text: str, mail: Incoming) -> bool:
	"""Whether a mail program tells that the sender reacted: it calls them by name, as people don't."""
	found = _REACTED.search(text)
	if not found:
		return False
	writer = frozenset(_WORDS.findall(fold(header(mail.message, "from"))))
	return set(_WORDS.findall(text[: found.start()])) <= writer
