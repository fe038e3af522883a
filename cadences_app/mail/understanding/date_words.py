"""The words around a date of return in an absence note, in seven languages, folded as in `incoming.fold`."""

from __future__ import annotations

import re

_MONTHS = (
	"january jan januar janner janvier janv enero ene gennaio gen januari janeiro",
	"february feb februar fevrier fevr fev febrero febbraio febb februari fevereiro",
	"march mar marz mars marzo maart mrt marco maerz mrz",
	"april apr avril avr abril abr aprile",
	"may mai mayo maggio mag mei maio",
	"june jun juni juin junio giugno giu junho",
	"july jul juli juillet juil julio luglio lug julho",
	"august aug aout agosto ago augustus",
	"september sep sept septembre septiembre setiembre settembre set setembro",
	"october oct oktober okt octobre octubre ottobre ott outubro out",
	"november nov novembre noviembre novembro",
	"december dec dezember dez decembre diciembre dic dicembre dezembro",
)
_WEEKDAYS = (
	"monday mon montag lundi lunes lunedi maandag segunda-feira segunda",
	"tuesday tue tues dienstag mardi martes martedi dinsdag terca-feira terca",
	"wednesday wed mittwoch mercredi miercoles mercoledi woensdag quarta-feira quarta",
	"thursday thu thur thurs donnerstag jeudi jueves giovedi donderdag quinta-feira quinta",
	"friday fri freitag vendredi viernes venerdi vrijdag sexta-feira sexta",
	"saturday sat samstag sonnabend samedi sabado sabato zaterdag",
	"sunday sun sonntag dimanche domingo domenica zondag",
)

MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split()}

# The person is back on the date that follows, also "not back until".
BACK = re.compile(
	r"\b(?:(?:will |i'll |am |i'm |be |is )?(?:back|return(?:ing|s)?|available again|reachable again)"
	r"|resum(?:e|ing)|in the office again|date of return"
	r"|wieder|zuruck|zurueck|ruckkehr"
	r"|retour|reviens|reviendrai|rentre|rentrerai|reprendrai|reprise|joignable a (?:partir|compter)"
	r"|de vuelta|vuelvo|volvere|regres\w{1,6}|reincorpor\w{1,8}|retorno"
	r"|rientr\w{1,6}|tornero|torno|ritorn\w{1,5}|di ritorno|di nuovo"
	r"|terug|weer|de volta|retorn\w{1,6}|volto|voltarei|voltar)\b"
)

# The person is away up to and including the date that follows.
UNTIL = re.compile(
	r"\b(?:until|till|til|through|thru|up to(?: and including)?|ending"
	r"|bis(?: einschliesslich| inkl\.?)?(?: zum)?|jusqu'(?:au|a)|jusque|hasta(?: el)?|fino (?:al|a)|sino al"
	r"|tot(?: en met)?|t/m|ate(?: o)?(?: dia)?)(?=\W)"
)

# The absence is over on the date that follows, unless the clause goes on to say that it starts there.
FROM = re.compile(
	r"\b(?:ab(?: dem)?|as of|a partir (?:du|de|del|da)|a compter du|a partire (?:dal|da)|vanaf)(?=\W)"
)
STARTS_AWAY = re.compile(
	r"nicht|urlaub|abwesen|\bnot\b|out of|away|absen|conge|vacanc|vacacion|ausen|ferie|assen|afwezig|verlof"
	r"|\bbis\b|\bto\b|until|\bau\b|\bal\b|jusqu|hasta|\btot\b|\bate\b|\bhors\b|fuera|fuori"
)

# German and Dutch put the word for coming back behind the date.
VERB_LAST = re.compile(r"\b(?:am|erst am|op)(?=\s)")
COMES_BACK = re.compile(r"wieder|zuruck|zurueck|terug|\bweer\b")

# Coming back "after" a date is coming back on the next day.
AFTER = re.compile(r"\b(?:after|nach(?: dem)?|apres|despues|dopo|na|depois|following)\b")

NEGATION = re.compile(r"\bnot\b|n't\b|\bnicht\b|\berst\b|\bpas\b|\bno\b|\bnon\b|\bniet\b|\bnao\b")

# Between the first and the last day of an absence.
TO = (
	r"(?:to(?: the)?|through|thru|until|till|und|and|-|–|—|bis(?: zum)?|au|jusqu'au|al|hasta(?: el)?"
	r"|tot(?: en met)?|t/m|a|ate(?: o)?(?: dia)?)"
)
