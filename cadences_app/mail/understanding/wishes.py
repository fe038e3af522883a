"""Answers that say nothing but that somebody wants no more mail (S4.1c), in the languages that we know."""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.fields import header
from cadences_app.mail.understanding.folding import fold
from cadences_app.mail.understanding.incoming import Incoming, own_texts
from cadences_app.mail.understanding.phrases import REPLY_PREFIX, any_of
from cadences_app.mail.understanding.quotes import without_quotes

MAX_SAID = 400

_LIST = r"(?:(?:your|this|the|my|any|all|all your) )?(?:(?:e-?mail|mailing|contact|distribution|marketing) )?(?:lists?|data ?bases?)"
_WISH = any_of(
	rf"""
	stop(?: (?:it|this|that|now|e-?mails?|e-?mailing(?: me)?|mailing(?: me)?|sending(?: me)?(?: (?:these|your|any more|more))?(?: (?:e-?mails?|mails|messages))?|contacting me|writing(?: to)? me|spamming(?: me)?|all))?
	(?:i (?:want|would like|wish) to )?unsubscribe(?: me| us| my (?:e-?mail|address|e-?mail address)| \S{{1,64}}@\S{{1,200}})?(?: from (?:{_LIST}|everything|all|this|these e-?mails))?
	unsub|unsubscribed?|un-?su[bs]?sc?r?i?be|leave (?:me|us) alone
	(?:remove|delete|drop|take) (?:me|us|my (?:e-?mail|address|e-?mail address))(?: (?:from|off) {_LIST})?|remove
	(?:delete|erase) (?:all )?my (?:personal )?(?:data|details|information)
	(?:ich (?:mochte|will) )?(?:(?:alle )?meine (?:daten|adresse) (?:loschen|entfernen)|(?:loschen|entfernen) sie (?:alle )?meine daten)
	take (?:me|us) off(?: {_LIST})?
	opt[- ]?(?:me )?out
	no more (?:e-?mails?|mails|messages)
	(?:do not|don't) (?:e-?mail|contact|mail|write(?: to)?|message) (?:me|us)(?: again| any ?more| anymore)?
	cancel(?: my)? subscription
	stopp?|aufhoren|abmelden|abmeldung|abbestellen|abbestellung|austragen|newsletter (?:abbestellen|abmelden)
	(?:ich (?:mochte|will) )?(?:mich |uns )?(?:abmelden|austragen|abbestellen)
	(?:melden|tragen|nehmen|streichen|loschen|entfernen) sie (?:mich|uns|meine (?:adresse|e-?mail-?adresse))(?: (?:aus|von) (?:dem|der|ihrem|ihrer) (?:verteiler|liste|mailingliste))?(?: (?:ab|aus|heraus))?
	(?:mich |uns )?(?:aus|von) (?:dem|der|ihrem|ihrer) (?:verteiler|liste) (?:nehmen|streichen|loschen|entfernen)
	horen sie auf(?: (?:mir|uns))?(?: (?:e-?mails?|mails) )?(?: ?zu (?:schreiben|senden|schicken))?|(?:schreiben|mailen|kontaktieren) sie (?:mir|uns|mich) nicht mehr
	(?:bitte )?keine (?:weiteren )?(?:e-?mails?|mails|nachrichten)(?: mehr)?(?: senden| schicken)?
	arretez?(?: (?:de (?:m'|nous |me )(?: ?ecrire|envoyer (?:des|vos|ces) (?:e-?mails?|mails|messages|courriels)|contacter)|ces (?:e-?mails?|mails|messages)|vos (?:e-?mails?|mails)))?|stop (?:pub|mail|e-?mails?)
	(?:(?:de )?me |se |je (?:veux|souhaite|voudrais) me )?(?:desabonner|desinscrire)|desabonnement|desinscription|desabonne[zr](?:-moi|-nous)?|desinscrivez(?:-moi|-nous)
	(?:(?:retirez|supprimez|enlevez)(?:-moi|-nous|- moi| mon adresse)|(?:me |nous )(?:retirer|supprimer|enlever)|(?:retirer|supprimer|enlever) mon adresse)(?: de (?:votre|vos|la|cette) (?:listes?|base)(?: de (?:diffusion|donnees))?)?
	(?:je|nous) ne (?:souhaite|veux|desire|voulons|souhaitons|desirons)(?:s)? plus (?:recevoir|avoir) (?:de |vos |ces |d')(?:mails?|e-?mails?|messages|courriels)
	ne (?:plus (?:me|nous) (?:contacter|ecrire|envoyer (?:de |d')?(?:mails?|e-?mails?|messages|courriels))|(?:me|nous) contactez plus)
	(?:ne m'(?:ecrivez|envoyez)|n'envoyez) plus(?: de (?:mails?|e-?mails?|messages)| rien)?|plus (?:de|d') ?(?:mails?|e-?mails?|messages)
	(?:dar(?:me|nos)? de )?baja|(?:deme|denme|dame) de baja|quiero darme de baja|cancelar (?:la |mi )?suscripcion|desuscribir(?:me)?|anular suscripcion
	no (?:quiero|queremos|deseo|deseamos) recibir (?:mas )?(?:correos|mensajes|e-?mails?|mails)(?: mas)?
	no (?:me )?(?:envien|envie|manden|mande|escriban)(?: mas)?(?: (?:correos|mensajes|e-?mails?|mails))?(?: mas)?|no mas (?:correos|mensajes|e-?mails?)
	(?:eliminen?|elimineme|eliminenme|borren?|borrenme|quiten?|quitenme|saquenme|retirenme)(?:me)?(?: (?:mi correo|mi direccion))?(?: de (?:la|su|esta) lista(?: de correo)?)?|basta|parar|pare
	cancella(?:mi|temi|rmi|re)(?: (?:dalla|dalle) (?:lista|mailing list|vostra lista))?|disiscri(?:vimi|vetemi|vermi|zione)|rimuov(?:imi|etemi|ermi)(?: (?:dalla|dalle) (?:lista|mailing list|vostra lista))?
	(?:voglio|vorrei) (?:cancellarmi|disiscrivermi)|non (?:voglio|vogliamo|desidero) (?:piu )?ricevere (?:piu )?(?:mail|e-?mail|messaggi)
	annulla(?:re)? (?:l')?iscrizione|(?:essere )?cancellat[oa](?: (?:dalla|dalle) (?:lista|mailing list|vostra lista))?|non (?:contattatemi|scrivetemi|mandatemi|inviatemi)(?: piu)?(?: (?:mail|e-?mail|messaggi))?|toglietemi(?: dalla (?:lista|mailing list))?
	afmelden|uitschrijven|(?:ik wil )?(?:me|mij) (?:afmelden|uitschrijven)|schrijf (?:me|mij|ons) uit|(?:wil|wilt|kun|kunt) (?:je|u) (?:me|mij|ons) (?:uitschrijven|afmelden)|haal (?:me|mij|ons) (?:van|uit) (?:de|deze|jullie|uw) (?:lijst|mailinglijst)|meld (?:me|mij|ons) af|geen (?:e-?mails?|mails|berichten) meer|verwijder (?:me|mij|ons|mijn (?:adres|e-?mail))(?: (?:van|uit) (?:de|deze|jullie|uw) (?:lijst|mailinglijst))?
	sair|remover|descadastrar|cancelar (?:a )?(?:inscricao|assinatura|subscricao)|descadastr(?:e-me|ar-me|o)|remov(?:a-me|am-me|er-me)(?: d(?:a|e sua) lista)?|(?:remover|remova|retirar|retire) (?:o )?meu (?:e-?mail|endereco)|me (?:remova|retire|descadastre|exclua)(?:m)?(?: d(?:a|e sua|esta) lista)?|retir(?:e-me|em-me)|nao (?:quero receber|me envie|enviem)(?: mais)?(?: (?:e-?mails?|mensagens))?(?: mais)?
	avregistrera(?: mig)?|avsluta(?: prenumeration(?:en)?)?|ta bort mig (?:fran|ur) (?:listan|er lista)|avprenumerera|avanmal(?: mig)?|sluta|ta bort mig|afmeld(?: mig)?|frameld(?: mig)?|slet mig|sluta (?:maila|mejla|skriva till|kontakta) (?:mig|oss)|stop venligst|avmeld(?: meg)?|meld meg av|fjern meg|peruuta(?: tilaus)?|poista(?:kaa)?(?: minut)?(?: listalta)?
	wypisz(?:cie)?(?: mnie)?(?: z listy)?|wypisac(?: mnie)?(?: z listy)?|rezygnuje|(?:o )?(?:wypisanie|usuniecie)(?: mnie)?(?: z listy)?|(?:mnie )?(?:wypisac|usunac)(?: mnie)?(?: z listy)?|(?:usunac|usuniecie) moj(?:ego)? (?:adres(?:u)?|e-?mail(?:a)?)|nie chce (?:juz )?(?:wiecej )?otrzymywac (?:maili|e-?maili|wiadomosci)|usun(?:cie)? mnie(?: z listy)?|odhlasit(?: se)?|odhlaste me|odhlasit sa|leiratkozas|leiratkozom|dezabonare|dezabonati-ma
	стоп|отписать(?:ся)?(?: меня)?|отписка|отпишите меня|(?:удалите|удалить) (?:меня|мои адрес|мой адрес)(?: из (?:списка|рассылки))?|не пишите (?:мне|нам)(?: больше)?|вiдписатися|відписатися
	aboneligi(?:mi)? iptal(?: et)?|abonelikten c[iı]k|listeden c[iı]k(?:ar)?|beni (?:listeden )?c[iı]kar(?:[iı]n)?
	διαγραφη|απεγγραφη|退订|退訂|取消订阅|取消訂閱|请(?:你们)?不要再(?:发|给我发)(?:邮件|邮件了)|請不要再(?:發|寄)郵件|メール(?:は)?不要(?:です)?|配信停止(?:してください|をお願いします)?|配信を停止してください|登録解除|수신거부|수신 거부|구독 취소
	"""
)
_WISHES = re.compile(rf"{_WISH.pattern}(?: (?:and |und |et |y |e |en )?{_WISH.pattern}){{0,2}}")
_WORD = re.compile(r"[^\W\d_]{1,40}")
_DEVICE = r"(?:i(?:phon|pad)\w{0,3}|android|galaxy|samsung|huawei|xiaomi|smartphone|handy|blackberry|phone|telefon|mobil|outlook|gmail|gmx|web\.de|yahoo|proton|mail|ios|windows)"
_SENT_FROM = any_of(
	rf"""
	(?:sent|envoye|gesendet|enviado|inviat[oa]|verzonden|verstuurd|skickat|sendt|wys[lł]an[eoy]|odeslano|trimis|отправлено|надіслано|στάλθηκε)\b.{{0,24}}\b(?:from|with|via|using|depuis|de|von|mit|über|desde|da|dal|do|vanaf|van|från|fra|z|ze|med|с|з|από)\b.{{0,40}}{_DEVICE}.{{0,60}}
	(?:get|download|obtenir|télécharger|obtener|descargar|ottieni|scarica|obtenha|hämta|hent|pobierz|hanki)(?: o)? outlook (?:for|pour|para|per|för|til|till|dla)\b.{{0,60}}
	outlook (?:für|voor|for)\b.{{0,24}} (?:beziehen|herunterladen|downloaden|holen).{{0,40}}
	(?:diese (?:nachricht|e-?mail) wurde )?(?:von|mit|aus) (?:meinem|der|dem|einem)\b.{{0,60}}{_DEVICE}.{{0,60}}\b(?:gesendet|verschickt|geschrieben)\.?
	lähetetty .{{0,30}}(?:sta|stä|lta|ltä)|.{{0,30}}(?:iphone|android|telefon).{{0,12}} gönderildi|elküldve .{{0,60}}{_DEVICE}.{{0,30}}
	.{{0,24}}{_DEVICE}.{{0,12}}(?:から送信.{{0,8}}|发送|發送|傳送|{fold("에서 보냄")}|{fold("보냄")})|(?:发自|發自|傳自).{{0,30}}
	"""
)
"""What mail programs add below a letter."""
_POLITE = any_of(
	r"""
	(?:could|can|would|will) you(?: please| kindly)?|(?:i )?(?:would )?(?:kindly )?(?:ask|request) you to|i(?:'d| would) like you to|(?:(?:sorry|no thanks?(?: you)?|thanks?)[, ]{1,3})?(?:(?:i am|i'm|we are|we're) )?not interested(?: any ?more| anymore)?(?: and)?|immediately|asap|now
	no,? thanks?(?: you)?|please|pls|kindly|thanks?(?: you)?|many thanks|kind regards|best regards|regards|best|cheers|hi|hello|dear|sir|madam|all|team
	(?:wir haben |ich habe )?kein interesse|bitte|danke|vielen dank|hallo|mfg|mit freundlichen grussen|freundliche grusse|viele grusse|gruss|grusse|guten tag
	merci(?: d'avance)?(?: de(?: bien vouloir)?)?|veuillez|priere de|pas interesse(?:e|s)?|svp|s'il vous plait|bonjour|cordialement|bien cordialement
	(?:no (?:me |nos )?(?:interesa|estoy interesad[oa]))|por favor|gracias|hola|saludos|buenos dias|un saludo
	(?:non (?:sono|siamo) interessat[oi])|(?:vorrei|vi prego di|si prega di)|per favore|grazie|buongiorno|cordiali saluti|saluti
	geen interesse|a\.?u\.?b|a u b|s\.?v\.?p|alsjeblieft|alstublieft|graag|bedankt|dank u|groeten|groet|met vriendelijke groet
	obrigad[oa]|ola|bom dia|atenciosamente
	tack|tak|takk|kiitos|hej|hei|venligst|prosze(?: o)?|dziekuje|dekuji|prosim|пожалуйста|прошу(?: вас)?|спасибо|lutfen|お願いします
	"""
)
_CLOSING = any_of(
	r"""
	(?:(?:kind|best|warm|many|with kind|with best) )?(?:regards|wishes)|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|cheers|best|thanks?(?: you)?(?: and (?:kind |best )?regards)?|many thanks
	mfg|lg|vg|(?:mit )?(?:freundlichen?|besten|schonen|herzlichen|liebe|viele|beste|freundliche|schone) grusse?n?|gruss
	(?:bien )?cordialement|(?:meilleures |sinceres )?salutations(?: distinguees)?|bien a vous|merci
	(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|gracias|(?:cordiali|distinti) saluti|saluti|grazie
	(?:met )?(?:vriendelijke groet(?:en)?|groeten?)|bedankt|atenciosamente|cumprimentos|obrigad[oa]
	(?:med )?(?:vanlig halsning|vennlig hilsen|venlig hilsen)(?:ar)?|mvh|(?:pozdrawiam|z powazaniem)|с уважением|спасибо
	"""
)
"""What stands on a line of its own before a name: what follows is a signature."""
_SECRECY = re.compile(
	r"\b(?:confidential|privileged|disclaimer|intended (?:only|solely|recipient)|vertraulich\w{0,3}|confidentiel\w{0,4}"
	r"|confidencial\w{0,5}|riservat[oaei]|vertrouwelijk\w{0,2})\b"
)
_OF_MAILS = re.compile(
	r"\b(?:intended|recipients?|addressees?|in error|attachments?|empfanger|adressat|nachricht|anhang|destinatai|destinatari"
	r"|message|mensaje|messaggio|ontvanger|bericht)"
)
_LEAST_SECRECY = 60
"""Characters of a line that is a lawyer's, not the writer's."""
MOST_WORDS_OF_A_NAME = 4
MOST_WORDS_OF_A_CARD = 7
_REACHED_BY = re.compile(r"@|\bwww\.|://|(?:\d[\s()/.-]{0,3}){6}")
_SPEAKS = re.compile(
	r"[?!]|\b(?:i|me|we|us|you|your|but|please|instead|call|write|ich|mich|mir|wir|sie|aber|bitte|nur|je|moi|vous|mais"
	r"|yo|pero|usted|io|ma|voi|ik|mij|maar|eu|mas|voce|jag|jeg|men)\b"
)
_POSTSCRIPT = re.compile(r"\s{0,20}p\.? ?s\b")
_ADDRESSED = re.compile(
	r"(?:hi|hello|hey|dear|hallo|guten tag|sehr geehrte\w?|lieber?|bonjour|cher|chere|hola|estimad[oa]|buongiorno|ciao|gentile"
	r"|beste|geachte|ola|prezad[oa]|hej|hei|ahoj|dobry den|здравствуите|merhaba)(?: [^\W\d_]{1,20}\.?){1,3}\s?(?:[,!:]\s{0,3}|$)"
)
"""A greeting with a name that need not stand in the headers, up to its mark or the end of its line."""
_MARKS = re.compile(r"[\s.!?,;:…\"'()\[\]*_~>|-]+")


def wants_out(mail: Incoming) -> bool:
	"""Whether the answer says nothing but that: beside greetings, thanks and a signature there is one wish.

	Where it says nothing at all, and is no answer by its subject, the subject speaks.
	"""
	names = _names(mail)
	said = [line for text in own_texts(mail.message) if (line := _said(text, names))]
	if not said and not REPLY_PREFIX.match(mail.folded_subject):
		said = [_bare(mail.folded_subject)]
	return bool(said) and all(_WISHES.fullmatch(each) for each in said)


def _names(mail: Incoming) -> frozenset[str]:
	"""The words in the names and addresses of who writes and who is written to, which open and sign letters."""
	heads = fold(" ".join(header(mail.message, name)[:MAX_SAID] for name in ("from", "to")))
	return frozenset(_WORD.findall(heads))


def _said(text: str, names: frozenset[str]) -> str:
	"""The words of an answer on one line, without quotes, signature, greetings, thanks and names."""
	own = without_quotes(text).split("\n-- \n")[0].split("\n--\n")[0]
	lines = _before_signature([fold(line).strip() for line in own[: 4 * MAX_SAID].strip().split("\n")], names)
	addressed = _ADDRESSED.match(lines[0]) if lines else None
	if addressed and (len(lines) > 1 or addressed.end() < len(lines[0])):
		lines[0] = lines[0][addressed.end() :]
	spoken = [_bare(line) for line in lines if not _SENT_FROM.fullmatch(line)]
	wish = _without_names(" ".join(each for each in spoken if not set(each.split()) <= names), names)
	return wish if len(wish) <= MAX_SAID else wish[:MAX_SAID] + " …"


def _before_signature(lines: list[str], names: frozenset[str]) -> list[str]:
	"""The lines without what stands below a closing line or the writer's whole name, and without the notice of
	secrecy that firms add. A postscript is no signature."""
	last = next((at for at, line in enumerate(lines) if _is_secrecy(line)), len(lines))
	lines = lines[:last]
	for at, line in enumerate(lines):
		if (
			at
			and _CLOSING.fullmatch(_MARKS.sub(" ", line[:MAX_SAID]).strip())
			and _is_signature(lines[at + 1 :])
		):
			return lines[:at]
		if at and _is_whole_name(line, names) and _is_card(lines[at + 1 :]):
			return lines[:at]
	return lines


def _is_whole_name(line: str, names: frozenset[str]) -> bool:
	words = _WORD.findall(line[:MAX_SAID])
	return 2 <= len(words) <= MOST_WORDS_OF_A_NAME and set(words) <= names


def _is_card(lines: list[str]) -> bool:
	"""Whether nothing is said: short lines of office and firm, and one by which somebody can be reached."""
	is_short = all(len(line.split()) <= MOST_WORDS_OF_A_CARD and not _SPEAKS.search(line) for line in lines)
	return is_short and any(map(_REACHED_BY.search, lines))


def _is_signature(lines: list[str]) -> bool:
	"""Whether it begins with a name, and nothing is added."""
	first = next(filter(None, lines), "")
	return len(first.split()) <= MOST_WORDS_OF_A_NAME and not any(map(_POSTSCRIPT.match, lines))


def _is_secrecy(line: str) -> bool:
	return len(line) >= _LEAST_SECRECY and bool(_SECRECY.search(line) and _OF_MAILS.search(line))


def _without_names(wish: str, names: frozenset[str]) -> str:
	words = wish.split()
	while words and words[-1] in names:
		words.pop()
	return _bare(" ".join(words))


def _bare(line: str) -> str:
	"""The line without marks and politeness at its ends."""
	words = _MARKS.sub(" ", line[:MAX_SAID].replace("'", "\0").replace("-", "\1")).strip()
	words = words.replace("\0", "'").replace("\1", "-").strip("-' ")
	for _ in range(4):
		before = words
		for found in (_POLITE.match(words), _POLITE_END.search(words)):
			if found and _is_whole(words, found):
				words = (words[: found.start()] + words[found.end() :]).strip("-' ")
				break
		if words == before:
			break
	return words


_POLITE_END = re.compile(f"(?:{_POLITE.pattern})$")


def _is_whole(words: str, found: re.Match[str]) -> bool:
	"""Whether whole words were found."""
	before, after = words[: found.start()][-1:], words[found.end() :][:1]
	return not before.isalnum() and not after.isalnum()


_TEXT_WISH = any_of(
	r"""
	stop ?(?:all|sms|txt|texts?|messages?|whatsapp)?|end|quit|cancel|revoke|opt ?out
	stop (?:texting|messaging)(?: me)?|(?:do not|don't) text me(?: again| any ?more)?|no more (?:texts|text messages|sms)
	arret(?:er)?|plus (?:de |d')(?:sms|textos)|pas (?:de |d')(?:sms|textos)
	stopp|keine (?:weiteren )?sms(?: mehr)?|no mas sms|alto|cancelar|salir|ferma(?:te)?|niente (?:piu )?sms|geen sms(?: meer)?|lopeta
	"""
)
"""Beside the wishes of mails: operators' words, which in a letter could mean anything."""
_OUTSIDE = re.compile(r"[^\w\s'-]+")
_CODE_AT_END = re.compile(r" ?\d{2,8}$")
"""The number that operators ask people to answer with: "STOP 36180"."""


def says_stop(text: str) -> bool:
	"""Whether a text message says nothing but that no more are wanted; operators' words count as well."""
	said = _CODE_AT_END.sub("", _bare(_OUTSIDE.sub(" ", fold(text[: 2 * MAX_SAID]))))
	return bool(_TEXT_WISH.fullmatch(said) or _WISHES.fullmatch(said))


def says_start(text: str) -> bool:
	"""Whether a text message takes a STOP back, in operators' words."""
	return _CODE_AT_END.sub("", _bare(_OUTSIDE.sub(" ", fold(text[:MAX_SAID])))) in ("start", "unstop")
