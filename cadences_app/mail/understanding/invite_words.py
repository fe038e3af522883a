"""How calendars title answers to invites, in many languages. Matched against folded text, as in `phrases`."""

from __future__ import annotations

from cadences_app.mail.understanding.phrases import title_of

ACCEPTED_TITLE = title_of(
	r"""
	accepted
	(?:meeting )?(?:angenommen|zugesagt|zusage)
	acceptée?
	aceptad[oa]
	accettat[oa]
	geaccepteerd
	aceit[oae]
	accepterat|accepteret|akseptert|hyväksytty
	zaakceptowan[oey]|přijato|prijaté|elfogadva|acceptat
	принято|прийнято|kabul edildi
	承諾|已接受|수락|accepteret
	"""
)
TENTATIVE_TITLE = title_of(
	r"""
	tentative(?:ly accepted)?
	(?:mit vorbehalt|unter vorbehalt|vorläufig)(?: angenommen| zugesagt)?|mit vorbehalt
	provisoire|accepté(?:e)? provisoirement|peut-être
	provisional|aceptad[oa] provisionalmente|quizás
	provvisorio|con riserva|forse
	voorlopig(?: geaccepteerd)?|misschien
	provisóri[oa]|talvez|experimental
	preliminärt|foreløbig(?:t)?|foreløpig|alustava(?:sti)?
	wstępnie(?: zaakceptowan[oey])?|nezávazně|predbežne|feltételes
	под вопросом|предварительно|belirsiz
	仮承諾|暂定|미정
	"""
)
DECLINED_TITLE = title_of(
	r"""
	declined
	(?:abgelehnt|abgesagt|absage)
	refusée?|déclinée?
	rechazad[oa]
	rifiutat[oa]|declinat[oa]
	geweigerd|afgewezen
	recusad[oa]
	avböjt|tackat nej|afvist|avslått|hylätty
	odrzucon[oey]|odmítnuto|odmietnuté|elutasítva|refuzat
	отклонено|відхилено|reddedildi
	辞退|已拒绝|已謝絕|거절
	"""
)
