"""The words around a date of return in an absence note, in many languages, folded as in `incoming.fold`."""

# The words of a language stand on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

import re

from cadences_app.mail.understanding.folding import fold


def _numbered(table: str, count: int) -> dict[str, int]:
	"""The words of a table with one language on a line, each by its place there, counted from 0."""
	lines = [fold(line).split() for line in table.strip().splitlines()]
	assert all(len(line) == count for line in lines), "a word is missing"
	return {word: place for line in lines for place, word in enumerate(line)}


_MONTHS = """
	january february march april may june july august september october november december
	jan feb mar apr may jun jul aug sep oct nov dec
	januar februar marz april mai juni juli august sept oktober november dezember
	janner februar maerz april mai juni juli august sept okt november dez
	janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
	janv fevr mrz avr mai juin juil aout sept oct nov dec
	enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
	ene feb mar abr mayo jun jul ago setiembre oct nov dic
	gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
	gen febb mar apr mag giu lug ago set ott nov dic
	januari februari maart april mei juni juli augustus september oktober november december
	jan feb mrt apr mei jun jul aug sep okt nov dec
	janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
	jan fev mar abr mai jun jul ago set out nov dez
	gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
	januari februari mars april maj juni juli augusti september oktober november december
	januar februar marts april maj juni juli august september oktober november desember
	tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
	tammikuun helmikuun maaliskuun huhtikuun toukokuun kesakuun heinakuun elokuun syyskuun lokakuun marraskuun joulukuun
	stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
	styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
	ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
	leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec
	januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra
	januarja februarja marta aprila maja junija julija avgusta septembra oktobra novembra decembra
	januar februar mart april maj jun jul avgust septembar oktobar novembar decembar
	sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
	januar februar mart april maj jun jul avgust septembar oktobar studenog decembar
	januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december
	jan febr marc apr maj jun jul aug szept okt nov dec
	ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
	января февраля марта апреля мая июня июля августа сентября октября ноября декабря
	январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
	янв фев мар апр май июн июл авг сент окт нояб дек
	янв февр мар апр май июн июл авг сен окт ноя дек
	січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
	януари февруари март април май юни юли август септември октомври ноември декември
	јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра
	ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
	ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
	ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
	januari februari maret april mei juni juli agustus september oktober november desember
	jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
"""
_WEEKDAYS = """
	monday tuesday wednesday thursday friday saturday sunday
	mon tue wed thu fri sat sun
	mon tues wed thur fri sat sun
	mon tues wed thurs fri sat sun
	montag dienstag mittwoch donnerstag freitag samstag sonntag
	montag dienstag mittwoch donnerstag freitag sonnabend sonntag
	lundi mardi mercredi jeudi vendredi samedi dimanche
	lunes martes miercoles jueves viernes sabado domingo
	lunedi martedi mercoledi giovedi venerdi sabato domenica
	maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
	segunda-feira terca-feira quarta-feira quinta-feira sexta-feira sabado domingo
	segunda terca quarta quinta sexta sabado domingo
	dilluns dimarts dimecres dijous divendres dissabte diumenge
	mandag tisdag onsdag torsdag fredag lördag söndag
	mandagen tisdagen onsdagen torsdagen fredagen lördagen söndagen
	mandag tirsdag onsdag torsdag fredag lørdag søndag
	maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina
	maanantaihin tiistaihin keskiviikkoon torstaihin perjantaihin lauantaihin sunnuntaihin
	poniedziałek wtorek środę czwartek piątek sobotę niedzielę
	poniedziałku wtorku środy czwartku piątku soboty niedzieli
	poniedzialek wtorek sroda czwartek piatek sobota niedziela
	pondělí úterý středu čtvrtek pátek sobotu neděli
	pondělí úterka středy čtvrtka pátku soboty neděle
	pondelok utorok stredu štvrtok piatok sobotu nedeľu
	pondelka utorka stredy štvrtka piatka soboty nedele
	ponedjeljak utorak srijedu četvrtak petak subotu nedjelju
	ponedjeljka utorka srijede četvrtka petka subote nedjelje
	ponedeljak utorak sredu četvrtak petak subotu nedelju
	ponedeljek torek sredo četrtek petek soboto nedeljo
	hétfő kedd szerda csütörtök péntek szombat vasárnap
	hétfőn kedden szerdán csütörtökön pénteken szombaton vasárnap
	понедельник вторник среду четверг пятницу субботу воскресенье
	понедельника вторника среды четверга пятницы субботы воскресенья
	понеділок вівторок середу четвер п'ятницю суботу неділю
	понеділка вівторка середи четверга п'ятниці суботи неділі
	понеделник вторник сряда четвъртък петък събота неделя
	δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
	pazartesi salı çarşamba perşembe cuma cumartesi pazar
	senin selasa rabu kamis jumat sabtu ahad
"""

MONTHS = {word: place + 1 for word, place in _numbered(_MONTHS, 12).items()} | {
	"listopad": 11,
	"listopada": 11,
}
WEEKDAYS = _numbered(_WEEKDAYS, 7)
OTHER_MONTHS = {"listopad": 10, "listopada": 10}
"""What is November in Polish, and the month before in Croatian."""

# The person is back on the date that follows, also "not back until".
_BACK_AGAIN = (
	r"tillbaka|ater|aterkommer|tilbage|tilbake|igen|igjen"
	r"|palaan|palaamme|palattuani|takaisin|jalleen|taas"
	r"|wracam|wracamy|wroce|powroce|powrot\w{0,3}|powrocie|ponownie|z powrotem|(?<!nie )bede (?:dostepn\w{1,3}|w (?:pracy|biurze))"
	r"|vratim|vracim|vraciam|zpet|zpatky|navrat\w{0,3}|opet|opat|znovu|(?:som|budem|budeme) spat"
	r"|vissza\w{0,10}|legkozelebb|ismet|ujra"
	r"|revin|reveni\w{0,3}|inapoi|din nou|ma intorc|ma voi intoarce"
	r"|вернусь|вернемся|возвращ\w{1,6}|снова|вновь|выиду|выхожу|(?<!не )буду (?:на (?:работе|связи|месте)|в офисе|доступ\w{1,3})"
	r"|повернус[ья]|повертаюс[ья]|знову|(?<!не )буду (?:на роботі|в офісі|доступн\w{1,2})|ще се върна|отново|вратићу"
	r"|επιστρεφω|επιστρεψω|επιστροφη|πισω|ξανα"
	r"|vracam|vratit|ponovo|ponovno|natrag|nazad|povrat\w{1,4}|vrnem|vrnil\w?|nazaj|spet"
	r"|tornare|tornada|kembali|quay lai|tro lai|tagasi|atgriez\w{1,6}|grisiu|donus tarih\w{1,6}"
)
BACK = re.compile(
	r"\b(?:(?:will |i'll |am |i'm |be |is )?(?:back|return(?:ing|s)?|available again|reachable again)"
	r"|resum(?:e|ing)|in the office again|date of return|re-?open(?:ing|s)?"
	r"|wieder|zuruck|zurueck|ruckkehr"
	r"|retour|reviens|reviendrai|rentre|rentrerai|reprendrai|reprise|joignable a (?:partir|compter)|rouvr\w{1,5}"
	r"|de vuelta|vuelvo|volvere|regres\w{1,6}|reincorpor\w{1,8}|retorno|reabr\w{1,6}"
	r"|rientr\w{1,6}|tornero|torno|ritorn\w{1,5}|di ritorno|di nuovo|riapr\w{1,6}"
	rf"|terug|weer|de volta|retorn\w{{1,6}}|volto|voltarei|voltar|{fold(_BACK_AGAIN)})\b"
)

# The person is away up to and including the date that follows.
UNTIL = re.compile(
	r"\b(?:until|till|til|through|thru|up to(?: and including)?|ending"
	r"|bis(?: einschliesslich| inkl\.?)?(?: zum)?|jusqu'(?:au|a)|jusque|hasta(?: el)?|fino (?:al|a)|sino al"
	r"|tot(?: en met)?|t/m|ate(?: o)?(?: dia)?|t\.? ?o\.? ?m\.?|indtil|inntil|pana|fins (?:al?|el)|sampai|hingga|kuni"
	rf"|{fold('έως|μέχρι|đến')})(?=\W)"
)

# So short, or so much else besides, that the date has to follow at once.
UNTIL_AT_ONCE = re.compile(
	rf"\b(?:do|lidz|{fold('до|по|ως')})(?: (?:dnia|dne|konce|{fold('конца')}|poniedzialek))?\s{{1,9}}|[至到]\s{{0,9}}"
)

# Some languages say behind the date that it is the last one.
UNTIL_BEHIND = re.compile(
	r"\A(?:\s{0,3}(?:\w{1,12} ){0,2}(?:asti|saakka)\b|\s?-(?:j?e)?ig\b|['\w]{0,6}(?: \w{1,12}){0,3} kadar\b"
	rf"|\s{{0,3}}(?:{fold('まで')}(?!{fold('に')})|{fold('까지')}|为止|為止))"
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
COMES_BACK = re.compile(
	r"wieder|zuruck|zurueck|terug|\bweer\b|de nouveau|de retour|de nuevo|de vuelta|di nuovo|de volta"
)

# Other languages may, and then nothing says before it that a date comes.
BACK_BEHIND = re.compile(
	rf"\b(?:{fold(_BACK_AGAIN)}|toissa|tavoitettavissa|elerheto|leszek|i(?: will|'ll) (?:be back|return)|ben ik (?:weer|terug)|je serai de retour|don(?:ecegim|uyorum|ecegiz|us)|ofiste|is ?basi\w{{0,6}})\b"
	rf"|{fold('戻|出社|復帰|出勤|通常|営業|回来|回來|返回|返岗|上班|回公司|恢复|복귀|돌아|출근')}"
)

# Coming back "after" a date is coming back on the next day.
AFTER = re.compile(r"\b(?:after|nach(?: dem)?|apres|despues|dopo|na|depois|following)\b")

NEGATION = re.compile(
	r"\bnot\b|n't\b|\bnicht\b|\berst\b|\bpas\b|\bno\b|\bnon\b|\bniet\b|\bnao\b|\binte\b|\bikke\b|\bforran\b"
)

# "Monday through Wednesday" are every week's, where it is said when somebody works.
HOURS = re.compile(
	r"hours|zeiten|\bopen\b|geoffnet|\bwork(?:ing)?\b|arbeit|heures|horaire|ouvert|travaill|horari|abiert|trabaj|orari"
	r"|lavor|openings|geopend|\bwerk|available|erreichbar|reachable|joignable|bereikbaar"
)

# Between the first and the last day of an absence.
TO = (
	r"(?:to(?: the)?|through|thru|until|till|und|and|et|y|e|en|-|–|—|bis(?: zum)?|au|jusqu'au|al|ao|hasta(?: el)?"
	r"|tot(?: en met)?|t/m|a|ate(?: o)?(?: dia)?|till? (?:och|og) med|til|och|og|do|pana (?:la|pe)|fins (?:al?|el)|sampai"
	rf"|{fold('по|до|έως|μέχρι')})"
)
