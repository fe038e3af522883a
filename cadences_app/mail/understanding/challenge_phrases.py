"""How filters word a request to prove that a person wrote. Matched against folded text, as in `phrases`."""

# A phrase stands on one line, however long it is.

from __future__ import annotations

import re

from cadences_app.mail.understanding.phrases import any_of

CHALLENGE_SUBJECT = any_of(
	r"""
	(?:action required: ?)?please (?:confirm|verify) your (?:message|e-?mail|mail|address)
	please (?:authenticate|validate) your (?:message|e-?mail|mail|address)
	(?:confirm|verify) your (?:message|e-?mail|mail)
	(?:your )?(?:message|e-?mail) (?:to .{1,80} )?(?:is |has been )?(?:on hold|held)
	(?:your )?(?:message|e-?mail) (?:to .{1,80} )?(?:is )?(?:awaiting|requires) (?:your )?(?:confirm|verif)
	(?:your )?(?:message|e-?mail) (?:to .{1,80} )?(?:is )?(?:awaiting|requires) (?:your )?(?:approv|auth)
	sender (?:address )?(?:verification|confirmation|authentication)
	.{0,120}\[permission request\]
	(?:veuillez|merci de) (?:confirmer|valider|authentifier) votre (?:message|e-?mail|courriel|envoi)
	bitte (?:bestätigen|verifizieren) sie ihre (?:nachricht|e-?mail)
	(?:por favor,? )?(?:confirme|verifique) su (?:mensaje|correo)
	(?:si prega di )?(?:confermare|conferma) (?:il (?:suo|tuo) )?(?:messaggio|e-?mail)
	(?:por favor,? )?(?:confirme|confirmar) (?:a )?sua mensagem
	confirmação de mensagem
	bevestig (?:uw|je) (?:bericht|e-?mail)
	"""
)

CHALLENGE_SENDER = re.compile(
	r"@(?:[\w-]{1,63}\.){0,5}(?:boxbe\.com|spamarrest\.com|bluebottle\.com|knowspam\.net|mailinblack\.com|sendio\.com"
	r"|cleanmymailbox\.com|0spam\.com|digiportal\.com|antispam\.uol\.com\.br)$|spamblocker-challenge"
)

CHALLENGE_ACT = any_of(
	r"""
	\b(?:click|tap|press|follow|visit|open|go to|link|button|url|klick\w{0,3}|klikk?\w{0,3}|cliqu\w{1,3}|haga clic|clicca\w{0,2}|lien|enlace|collegamento|knop)\b.{0,120}https?://
	(?:reply|respond|replying) to this (?:message|e-?mail|request)
	antworten sie (?:einfach )?auf diese
	répondez à ce
	responda a este
	rispondere a questo
	beantwoord dit
	"""
)
