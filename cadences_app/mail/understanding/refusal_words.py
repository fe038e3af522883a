"""How servers word a refusal, by what it is about (`refusals`). Matched against folded words on one line."""

# A phrase stands on one line, however long it is.
# ruff: noqa: E501

from __future__ import annotations

from cadences_app.mail.understanding.phrases import any_of

_PERSON = r"(?:user|user ?id|recipient|mailbox|mail[ -]?box|address|addressee|account|person|inbox|alias|local[ -]part)"
_OF_OURS = (
	r"(?:sender|from|return[- ]path|envelope[- ]from|mail ?from|originator|sending (?:domain|server|host))"
)
# In other languages: who sends, who is written to, and what is said of them.
_SENDER_ABROAD = (
	r"(?:absender\w{0,10}|expediteur|emetteur|remitente|mittente|remetente|afzender|avsandare\w{0,8}|afsender\w{0,8}|avsender\w{0,8}"
	r"|lahettaj\w{1,3}|nadawc\w{1,3}|odesilatel\w{0,2}|odosielatel\w{0,2}|felado\w{0,3}|expeditor\w{0,4}|gonder[ei]\w{1,6}"
	r"|отправител\w{1,3}|відправник\w{0,2}|发件人|发信人|寄件人|寄件者|差出人|送信者|送信元|송신자|발신자)"
)
_PERSON_ABROAD = (
	r"(?:mottagar|modtager|mottaker|brugere?n|bruker|anvandar|kontot|vastaanottaj|kayttaj|postilaatiko|uzytkownik|odbiorc|adresat"
	r"|uzivatel|prijemc|prijimatel|adres[ay]?\b|cimzett|felhasznalo|postafiok|utilizator|destinatarul|kullanici|alici|alıcı|kullanıcı"
	r"|adresse|adress)"
)
_NONE_ABROAD = (
	r"(?:finns (?:inte|ej)|findes ikke|finnes ikke|eksisterer ikke|ei loydy|ei ole olemassa|tuntematon|okand|ukendt|ukjent"
	r"|nie istnieje|nieznan\w|neexistuj\w{1,2}|neznam\w|nenalezen\w?|nem letezik|ismeretlen|nu exista|inexistent|necunoscut"
	r"|bulunamadi|bulunamadı|mevcut degil|gecersiz)"
)
_REFUSED_ABROAD = (
	r"(?:abgelehnt|abgewiesen|unbekannt|ungultig|existiert nicht|nicht (?:gefunden|erlaubt|zulassig|verifiziert|autorisiert)|gesperrt|blockiert"
	r"|inconnue?|invalide|rejete|refuse|introuvable|n'existe|bloque|interdit|non (?:autorise|valid|valable)"
	r"|desconocid|no (?:existe|valid|autorizad|permitid|es valid|esta autorizad)|rechazad|invalid|inexistente|bloquead"
	r"|sconosciut|non (?:esiste|e valid|trovat|autorizzat)|rifiutat|bloccat|desconhecid|nao (?:existe|encontrad|autorizad)|rejeitad|recusad"
	r"|onbekend|ongeldig|geweigerd|bestaat niet|geblokkeerd|avvisa|nekad|avvist|afvist|hylatty|odrzucon|zablokowan|nieprawidlow|odmitnut|zamietnut"
	r"|elutasit|respins|reddedil|отклонен|не (?:наиден|существует|разрешен)|неизвест|заблокирован|запрещ|не існує"
	rf"|不存在|被拒|拒绝|拒絕|无效|無效|存在しません|拒否|無効|존재하지|거부|{_NONE_ABROAD})"
)
_NOT_OTHERS = r"(?:(?!empfanger|destinata|ontvanger|odbiorc|mottag|modtag|получател|收件|宛先|受信)[^:])"

SENDER = any_of(
	rf"""
	\b{_SENDER_ABROAD}{_NOT_OTHERS}{{0,30}}{_REFUSED_ABROAD}|(?:发件人|寄件人|寄件者|差出人|送信者){_NOT_OTHERS}{{0,12}}{_REFUSED_ABROAD}
	(?:ungultig|unbekannt|gesperrt|falsch|nicht existierend|nieznan|nieprawidlow|ongeldig|onbekend|okand|ukendt)\w{{0,2}} {_SENDER_ABROAD}
	(?:\bip-? ?(?:adresse?|adres|адрес\w{{0,2}}|地址)|\b(?:adresse|direccion|indirizzo|endereco|adres|адрес) ip\b|ipアドレス){_NOT_OTHERS}{{0,40}}{_REFUSED_ABROAD}
	\b(?:ihre?|votre|vostr[oa]|uw) (?:server|serveur|host|domain|domaine|dominio|provider|adresse|indirizzo|adres)\b.{{0,30}}{_REFUSED_ABROAD}
	schwarze\w? liste|liste noire|lista neg?ra|zwarte lijst|czarn\w{{1,3}} li[sś]\w{{1,3}}|черн\w{{1,3}} спис\w{{1,3}}|黑名单|黑名單|ブラックリスト
	(?:recipients?|rcpt) (?:\w{{1,20}} )?limit|(?:max\w{{0,5}}|number of) (?:\w{{1,20}} ){{0,3}}recipients?(?: \w{{1,20}}){{0,4}} (?:exceeded|reached)|exceeded the max (?:e-?mails|defers)
	auth\w{{0,20}} (?:\w{{1,20}} ){{0,2}}(?:is )?(?:required|failed|failure|unsuccessful|disabled|invalid|incorrect)|(?:incorrect|invalid|bad) (?:auth|credential)\w{{0,20}}|advertise auth
	(?:send mail as|settings for your)\b
	(?:after|in reply to) (?:the |pipelined )?(?:mail (?:from|x)|initial connection)\b|>>> mail (?:from|x)\b(?: \S{{1,60}}){{0,3}} <<<(?! ?[23])
	not authenticated|unauthenticated|(?:log ?in|authenticate) (?:first|required|denied)
	must (?:be )?(?:authenticat|log ?in)
	starttls (?:command )?(?:first|required)|must issue a starttls
	relay(?:ing)? (?:\w{{1,20}} ){{0,2}}(?:denied|prohibited|forbidden|not (?:permitted|allowed))|unable to relay
	(?:not|n't) (?:\w{{1,20}} )?(?:allowed|permitted|authori[sz]ed) to (?:relay|send)
	no relaying|relaying (?:mail )?(?:to|for)\b|(?:as a|insecure|open)(?: mail)? relay\b|(?:not|n't) relay\b|not a gateway|not (?:a )?local host|\brelay (?:is )?not (?:allowed|permitted|enabled)
	\bsender\b[>:]{{0,2}} (?:is |was |user |address ){{0,2}}(?:unknown|not (?:\w{{1,20}} )?(?:verified|found|allowed|valid|known))|as (?:a )?sender domain|\bsender (?:domain )?has no\b|invalid dns|unroute?able sender|bogus mail from|emetteur invalide|\bbatv\b|purported responsible
	permissions? to send|send ?as ?denied|not owned by|does not match (?:the )?(?:auth|log ?in|user)
	\b{_OF_OURS}(?: header)?(?: e-?mail| ip)?(?: address| domain| verify| verification)?:?(?: is| was| has been)? (?:rejected|refused|denied|blocked|unverified|invalid|fail\w{{0,3}}|unknown|banned|suspended)
	\b{_OF_OURS}(?: header)?(?: address| domain)?:?(?: is| was| has been)? not (?:owned|allowed|authori[sz]ed|verified|valid|accepted|found|exist)
	\b{_OF_OURS}(?: address| domain)? (?:does not|doesn't|must|could not be|couldn't be|can't be)\b
	\bdomain of (?:the |your )?{_OF_OURS}
	\b(?:verify|verifying|validate|resolve|find) (?:your |the )?{_OF_OURS}
	(?:bad|invalid|unverified|unauthori[sz]ed|banned|blocked|untrusted|unknown) (?:outbound )?sender
	domain of sender address
	(?:callout|callback) (?:verification |setup )?fail|verification failed for (?!recipient)|route to sender
	(?:email )?(?:address|identity|domain) (?:is )?not verified
	too many (?:(?:invalid|bad|unknown) )?(?:messages|mails|e-?mails)\b(?! (?:on|in) )|too many (?:(?:invalid|bad|unknown) )?(?:recipients|connections|sessions|errors)|limit for sending
	trop de (?:connexions|messages)|zu viele (?:verbindungen|empfanger)|demasiad[ao]s conexiones|troppe connessioni
	(?:frequency|rate|volume) (?:is )?limit\w{{0,3}}
	(?:daily|hourly|sending|rate|outgoing|submission|message rate|connection) (?:\w{{1,20}} ){{0,2}}(?:limit|quota)
	rate[- ]?limit|throttl|sending (?:too|at too)
	internet service provider|\bmessages from \S{{1,60}} (?:weren't|were not|was not) (?:sent|accepted|delivered)
	\byour (?:country|region|location)\b
	client host.{{0,80}}(?:blocked|rejected|refused|denied)|client host rejected
	\byour .{{0,30}}(?:account|mailbox).{{0,30}}(?:suspended|locked|blocked|disabled)
	\byour (?:mail ?|sending |smtp )?(?:server|host|ip|network|domain|isp|mta)\b
	\byour (?:e-?mail |ip )?address (?:is|was|has)\b
	(?:ip|ips|ip address|host|network|server|domain|range|\]) (?:\S{{1,60}} )?(?:is |was |has been |are )?(?:black ?-?listed|block ?-?listed|blocked|banned|listed (?:in|on|by|at))|banned sending|(?:not |isn't |be )?white ?-?listed
	\b(?:listed|blocked|found|rejected|refused) (?:in|on|by|at|using|via) .{{0,40}}(?:rbl|dnsbl|spamhaus|spamcop|barracuda|sorbs|uceprotect|proofpoint|cloudmark|abuseat|senderbase|talos|invaluement|list)
	\b(?:dns)?rbl\b|dnsbl|black ?-?list|block ?-?list|spamhaus|spamcop|uceprotect|\bsorbs\b|barracudacentral
	(?:bad|poor|low|negative) (?:\w{{1,20}} )?reputation|reputation
	\bspf\b|\bdkim\b|\bdmarc\b|sender policy framework|domainkeys|sender id
	reverse (?:dns|lookup|hostname|name)|\brdns\b|\bptr\b|\bhelo\b|\behlo\b
	grey ?-?list|gray ?-?list
	"""
)
NO_ROOM = any_of(
	r"""
	quota
	(?:mailbox|mail ?box|inbox|folder|account|user|recipient|storage|disk)\b.{0,80}\bfull\b
	full (?:mailbox|inbox)
	(?:mailbox|inbox|account) (?:size )?(?:exceed|limit)
	insufficient (?:\w{1,20} )?(?:storage|space|disk)
	(?:exceeds?|exceeded|exceeding|over) (?:its |the |his |their |maximum |allowed |allocated ){0,4}(?:mailbox|storage|space)
	exceed\w{0,3} (?:\w{1,20} ){0,2}(?:quota|storage|space)
	(?:out of|not enough|no|without|lacks?) (?:\w{1,20} )?(?:storage|disk space|space left|space available|space for)
	receiving (?:e?-?mail|messages|mail) (?:too quickly|at a rate|too fast)
	(?:mailbox|user|account) (?:is )?(?:over|temporarily over)(?:quota| limit| its)
	postfach\b.{0,80}\bvoll|speicherplatz|postfach ist uberfullt
	(?:boite|messagerie)\b.{0,80}\bpleine|espace (?:disque|de stockage)
	(?:buzon|bandeja)\b.{0,80}\bllen[oa]|sin espacio
	casella\b.{0,80}\bpiena|spazio esaurito
	mailbox (?:is|zit) vol|postvak .{0,20}vol
	too many (?:messages|mails|e-?mails) (?:on|in) |zu ?viele (?:mails|e-?mails|nachrichten) (?:auf|im|in)|(?:storage|receiving) limit|overdrawn|(?:no|not|n't) (?:have )?(?:enough |sufficient )(?:\w{1,20} )?(?:room|space)|(?:mail ?)?box space
	caixa\b.{0,80}\bcheia|sem espaco
	skrzynk\w{1,5} .{0,30}(?:przepe[lł]nion|pe[lł]na)
	(?:postafiok|postalad|schrank|inkorg|postkasse|postboks|brevlad|postilaati|sapostilaati|cutia|posta kutu|γραμματοκιβ)\w{0,6}.{0,40}(?:megtelt|\btele\b|\bpln[aey]\b|\bfullt?\b|\bfuld\b|taynna|\bplina\b|\bdolu\b|πλήρ)
	speicher .{0,20}voll|переполнен|квот
	(?:邮箱|信箱|邮件箱|メールボックス|受信箱|受信トレイ).{0,20}(?:满|滿|一杯|いっぱい)|容量不足|空间不足|一杯のため|容量を超え
	메일함.{0,20}(?:초과|가득)|용량
	"""
)
SIZE = any_of(
	r"""
	(?:message|mail|line|size|content|attachments?|e-mail)\b.{0,30}\b(?:too (?:large|big)|limit exceeded|exceeds|exceeded)|(?:message|mail|line|content|e-mail)\w{0,2} (?:\w{1,20} ){0,2}too long
	(?:maximum|max|fixed|maximal) (?:\w{1,20} ){0,3}size|size limit|exceed\w{0,3} (?:\w{1,20} ){0,3}(?:message |mail )?size
	"""
)
CONTENT = any_of(
	r"""
	\bspam|unsolicited|\bubes?\b|\buces?\b|\bbulk mail
	(?<!scanned for )(?<!scanned for all )(?<!checked for )(?<!anti)(?<!anti-)virus(?!\w{0,3} (?:scan|signature|free|protection|database))|malware|phish|trojan
	not accept\w{0,3} (?:mails?|messages?|e-?mails?) with|recipient(?:'s)? preferences|preferences of the (?:person|recipient|user)
	(?:permission|permitted|authori[sz]ed|allowed) to post|post(?:ing)? permission|投稿する権限|berechtigt, nachrichten|autorise a (?:y )?publier|permisos? para publicar|autorizzazione a pubblicare
	(?:duplicate|missing|invalid|malformed|bad|mime|resent-\w{1,10}) (?:\w{1,20} ){0,2}(?:headers?|fields?)\b|header error|closed (?:mailing )?list|without to: fields?|\brfc ?-?\d{3,4}\b|non-?compliant|not compliant
	contain\w{0,3} .{0,60}\b(?:banned|offensive|prohibited)\b|banned (?:\w{1,20} ){0,3}(?:material|text|language|words)|(?:mail|message) rejected by (?:the )?destination|delivery not authori[sz]ed|\bgoogle groups\b
	(?:message |mail )?content (?:\w{1,20} ){0,3}(?:reject|block|not|fail|filter|scan|polic|denied|presents|violat)|(?:prohibited|banned|bad|objectionable|rejected by|because of|due to) (?:\w{1,20} ){0,2}content
	(?:banned|blocked|prohibited|dangerous) (?:\w{1,20} )?(?:attachment|file|url|link|word)
	(?:inhalt|contenu|contenido|contenuto|conteudo|inhoud)s?\b.{0,30}(?:nicht|indesirable|no permitid|non |nao |niet |abgelehnt|bloque|refuse)|(?:wegen|en raison|a cause|por|per|vanwege) .{0,20}\b(?:inhalt|contenu|contenido|contenuto|conteudo|inhoud)
	\bpolic(?:y|ies)\b|richtlinie|politique de|politica de
	\bblocked\b(?! (?:due to|for|because of) (?:\w{1,20} )?inactiv)|blockiert|bloque[e]?\b|bloquead|bloccat
	administrative(?:ly)? (?:prohibi|den|restrict|reject)|prohibited by administrator
	(?:message|mail|e-mail) (?:has been |was |is )?(?:quarantined|filtered|classified|considered|identified|detected)
	(?:refused|rejected) (?:by|due to) .{0,40}(?:filter|rule|recipient's|moderat|antispam)
	not (?:allowed|permitted|authori[sz]ed|accept\w{0,3}) (?:to post|mails? from|messages? from|external)
	only accepts? (?:mail|messages|e-mail) from|restricted (?:to|recipient)|moderated
	(?:security|safety) (?:issue|reason|risk|check)
	"""
)
PERSON = any_of(
	rf"""
	{_PERSON}[\w']{{0,9}}[:>]?(?: (?!envelope|message|delivery|retry|queue|server|system|service)\S{{1,80}}){{0,3}} (?:is |was |has been |address )?(?:unknown|unrecogni[sz]ed|not found|invalid|disabled|inactive|rejected(?! ?: ?[a-z])|unavailable|deactivated|suspended|expired|deleted|closed|terminated|removed|nonexist\w{{0,4}}|non-exist\w{{0,4}}|discontinued|illegal)
	{_PERSON}\w{{0,9}}[:>]?(?: \S{{1,80}}){{0,3}} not (?:found|listed|here|local|recogni[sz]ed|known|valid|active|activated|available|a valid|exist\w{{0,3}})
	{_PERSON} (?:name )?not (?:allowed|present)|userunknown|{_PERSON} unavaiable|(?:can't|cannot) accept user|unable to find (?:the |a )?{_PERSON}|no such id\b|mail receiv\w{{1,3}} disabled
	(?:due to|because of|for) (?:\w{{1,20}} )?inactivity|{_PERSON_ABROAD}\w{{0,6}}.{{0,40}}{_NONE_ABROAD}
	nie ma takie\w{{1,2}} |brak takie\w{{1,2}} |(?:нет|не существует) такого (?:пользовател|адрес|ящик)|无此用户|無此用戶|没有这个用户|mailbox gesperrt
	(?:unknown|no such|invalid|bad|undeliverable|unrouteable|unroutable|not an?|nonexistent|non-existent|inactive|disabled|deactivated|illegal) (?:\S{{1,40}} )?{_PERSON}
	unknown or illegal|invalid final delivery user|not (?:present |listed )?in (?:the |our |my )?(?:directory|validrcptto)|\bbadrcptto|badrecipientto|missing home directory|no ?one (?:here )?(?:at|by) (?:this|that)|final e-?mail delivery point
	(?:does|do|did)(?: not|n't) (?:exist|have an? .{{1,40}} account)|(?:{_PERSON}|employee|he|she) (?:has |is )?(?:left|moved|gone|retired)
	not (?:our|one of our|a) (?:user|customer|recipient)|(?:not|n't) know (?:this|that|the|any such) {_PERSON}
	(?:no longer|not|does not|doesn't) (?:work\w{{0,3}}|employed) (?:for|at|with|here|by)
	no (?:\w{{1,20}} )?(?:mail[ -]?box|user|recipient|account)(?: here| found| by| with| for| is|\b)
	(?:couldn't|could not|can't|cannot) (?:be found|find (?:the |a )?{_PERSON})
	\b(?:was not|wasn't|were not|weren't|is not|isn't) found (?:at|on)\b|wurde (?:unter|bei|in) .{{0,80}}nicht gefunden|adresse .{{0,60}}nicht gefunden|(?:est|sont) introuvable
	no se (?:ha |pudo )?encontr\w{{1,4}} (?:en|la direccion|el destinatario)|impossibile trovare (?:l'indirizzo|il destinatario)|(?:e-?mailadres|ontvanger|adres) .{{0,60}}(?:kan niet worden gevonden|niet gevonden)
	(?:endereco|destinatario) .{{0,60}}(?:nao pode ser|nao foi) encontrad|nie mozna (?:odnalezc|znalezc) .{{0,40}}adres|gick inte att hitta .{{0,20}}adress|(?:adressen|modtageren) .{{0,60}}(?:ikke finnes|ikke findes|ikke fundet)
	address not found|not listed in|nosuchuser|recipient ?notfound
	no longer (?:\S{{1,40}} ){{0,3}}(?:accept|valid|active|exist|in use|available|monitored|(?:on|at) (?:this |the )?server)
	(?:domain|host)(?: name)? (?:\S{{1,80}} )?(?:not found|unknown|does not accept|not accept|doesn't accept|does not exist|nonexistent)
	no such (?:domain|host)|unrouteable (?:mail )?domain|unknown (?:domain|host)|(?:host|domain) name not found|name or service not known|recipient domain must exist
	null ?-?mx|indicated no smtp service|no valid recipients?\b|(?:has|have) no (?:valid )?(?:mx|mail exchanger)|no mx (?:records? )?(?:found|for)|accepts? no (?:mail|e-?mail)\b|nxdomain|does not (?:accept|receive) (?:any )?(?:e-?mail|mail)\b
	(?:all |the )?(?:relevant )?mx records? (?:point to non-existent|invalid)
	(?:empfanger|adresse|benutzer|postfach|konto).{{0,40}}(?:existiert nicht|unbekannt|nicht gefunden|ungultig|nicht vorhanden|nicht verfugbar|deaktiviert|gesperrt)
	unbekannte[rsn]? (?:benutzer|empfanger|adresse|postfach|konto)|(?:utilisateur|destinataire) inconnu|(?:usuario|destinatario|utente) (?:desconocid|sconosciut)
	(?:destinataire|adresse|boite|utilisateur|compte).{{0,40}}(?:n'existe|inconnue?|introuvable|invalide|desactive|non valide)
	(?:destinatario|usuario|direccion|cuenta|buzon|casilla).{{0,40}}(?:no existe|desconocid|no encontrad|no valid|inexistente|desactivad|ha expirado|dada de baja)
	no existe (?:dicha |ese |esa |esta |este |la |el ){{0,2}}(?:persona|usuario|cuenta|direccion|buzon|casilla)|nessun utente
	(?:destinatario|utente|indirizzo|casella|account).{{0,40}}(?:non esiste|inesistente|sconosciut|non valid|non trovat|disabilitat)
	(?:destinatario|usuario|endereco|conta|caixa).{{0,40}}(?:nao (?:existe|encontrad)|inexistente|desconhecid|invalid|desativad)
	(?:ontvanger|adres|gebruiker|mailbox).{{0,40}}(?:bestaat niet|onbekend|niet gevonden|ongeldig)
	(?:uzytkownik|adres|odbiorc|skrzynk|konto).{{0,40}}(?:nie istnieje|nieznany|nie znaleziono)
	(?:пользовател|адресат|ящик|получател).{{0,40}}(?:не (?:наиден|найден|существует)|неизвестен|отключен|заблокирован)
	收件人.{{0,40}}(?:不存在|被拒)|(?:用户|帐号|邮箱|地址).{{0,10}}不存在
	找不到.{{0,40}}(?:地址|收件人|用户)
	(?:宛先|アドレス|メールボックス|ユーザ|ディレクトリ).{{0,40}}(?:見つかりません|存在しません|ありません)
	宛先不明|あて先不明|ユーザー?不明
	수신자.{{0,40}}(?:없|존재하지)
	"""
)
# Said of a mailbox, this beats what else is said of it.
FOR_NOW = any_of(
	r"""
	temporar(?:y|ily) (?:\w{1,20} )?(?:disabled|suspended|inactive|unavailable|locked|blocked|deferred|closed|rejected|not)
	(?:try|send|resend)(?: \w{1,20}){0,3} later
	spater (?:erneut|noch ?mal|wieder)|es spater|reessaye\w{0,2}|(?:reintent|intent)\w{1,3} .{0,20}mas tarde|riprova\w{0,2}|probeer .{0,20}later|tente .{0,20}mais tarde|sprobuj .{0,20}pozniej|позже|稍后(?:再试|重试)|後ほど
	(?:host|domain)(?: name)? not found,? try again|file does not exist|no such file|(?:mail|forwarding|routing) loop
	ue?berlast\w{0,5}|vorubergehend|momentan nicht|temporairement|temporalmente|temporaneamente|temporariamente|tijdelijk
	"""
)
NOT_NOW = any_of(
	r"""
	(?:delivery|message|mail)\b.{0,40}\b(?:is|has been|was|were) (?:being )?(?:delayed|deferred|postponed|queued)
	not yet been delivered
	(?:will|to) (?:be retried|retry|keep trying|continue (?:to be made|trying|to try))
	still being retried|do not need to resend|warning message only
	temporar(?:y|ily)|(?:try|again) later|try again|later please
	time-?d? ?-?out
	(?:envelope|message|delivery time|queue|retry time|retry timeout)(?: \w{1,20})? (?:has )?(?:been )?(?:expired|exceeded)
	did not accept our requests to connect|connection (?:was )?(?:refused|reset|lost|closed|dropped|attempt failed)
	(?:could not|couldn't|can't|cannot|unable to) (?:connect|establish|contact|reach)|failed to connect
	(?:not|isn't|is not|did not|didn't|no) (?:respond|answer|reachable|responding|response|route to host)\w{0,4}
	(?:host|server|network|service) (?:is )?(?:\w{1,20} )?(?:unreachable|down|busy|unavailable|not available)
	(?:for|after|than|within|in) (?:the (?:last|past) )?\d{1,4}(?:\.\d)? (?:day|hour|minute)
	(?:multiple|several|\d{1,4}) (?:retries|attempts)|failing for a long time|gave up|giving up
	\bloop|too many hops|hop count|routing loop|mail forwarding loop
	(?:couldn't|could not|can't|cannot|unable to|failed to) (?:create|open|write|lock|append|access|switch to)\b
	lock fail\w{0,4}|error (?:while )?writing|mailer error|pipe to \||command (?:output|failed|died)|text was generated during the delivery|insufficient permission|permission denied|config\w{0,7} error|system call|(?:mail )?system (?:is )?full|not unique|several matches
	not accept\w{0,3} connections|(?:host|domain) name lookup failure
	lost connection|overload|too busy|out of memory|resources? (?:temporarily )?(?:unavailable|exhausted)|internal (?:server )?error|local (?:error|problem)
	name service error|host lookup did not complete|dns (?:error|failure|timeout)|all hosts .{0,40}failing
	verzogert|weitere zustellversuche|zeituberschreitung|nicht erreichbar|spater
	retardee?|sera retent|delai (?:depasse|expire)|ulterieurement
	retrasad|ritardat|vertraagd|atrasad|mas tarde|piu tardi|mais tarde|tiempo de espera
	отложен|повторн|позже
	稍后|超时|しばらく
	"""
)
# With these, even a code that belongs to mailboxes says no more than "no".
REFUSED = any_of(
	r"""
	reject|denied|deny|refus|prohibit|forbid|not (?:allowed|permitted|accepted|authori[sz]ed)|unacceptable|disallow
	transaction|violat|abgelehnt|verweigert|refuse|rechaz|rifiutat|recusad|geweigerd|отклонен|拒
	"""
)
