"""What a person writes in an answer, apart from what the mail program quotes beneath or between (S4.2)."""

from __future__ import annotations

import re

_WROTE = (
	r"wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|skrifaði|kirjoitti"
	r"|napisał(?:\(?a\)?)?|napsala?|napísala?|písal|je napisala?"
	r"|írta|a scris|написала?|пишет|писала?|написа|έγραψε|yazdı|viết|כתב"
)
_SENDER = (
	r"from|von|de|da|van|från|fra|od|от|发件人|差出人|寄件者|寄件人|보낸 ?사람"
	r"|lähettäjä|gönderen|feladó|expéditeur|afzender"
	r"|avsändare|afsender|odesílatel|expeditor|отправитель|від|αποστολέας|người gửi"
)
_SENT = (
	r"sent|gesendet|envoyé|enviado|inviato|verzonden|skickat|sendt|wysłano|odesláno|отправлено|发送时间|送信日時|寄件日期"
	r"|보낸 ?날짜|lähetetty|gönderildi|elküldve|trimis|надіслано|στάλθηκε"
)
_HEAD = re.compile(
	r"^\s{0,20}(?:-{2,40}\s{0,5}(?:original|urspr|mensaje|message d|messaggio|oorspronkelijk|mensagem"
	r"|forwarded|weitergeleitet|message transféré|reenviado|inoltrato|doorgestuurd|encaminhada)"
	rf"|-{{2,40}}\s{{0,5}}.{{4,200}}\b(?:{_WROTE})\s{{0,5}}-{{2,40}}\s{{0,20}}$"
	r"|_{20,200}\s{0,20}$"
	rf"|(?:on|am|le|el|il|op|em|den|dne|dňa|pe|pon|wt|śr|czw|pt|sob|niedz|w dniu|στις|ngày)\b.{{4,200}}"
	rf"\b(?:{_WROTE})\b.{{0,80}}:\s{{0,20}}$"
	r"|.{0,200}[<(][^<>()\s]{1,100}@[^<>()\s]{1,100}[>)].{0,60}[:：]\s{0,20}$"
	rf"|\*{{0,2}}(?:{_SENDER})\*{{0,2}}\s?[:：]\*{{0,2}}\s.{{0,200}}@"
	rf"|\*{{0,2}}(?:{_SENT})\*{{0,2}}\s?[:：]\*{{0,2}}\s)",
	re.IGNORECASE,
)
_FROM = re.compile(rf"^\s{{0,20}}\*{{0,2}}(?:{_SENDER})\*{{0,2}}\s?[:：]", re.IGNORECASE)


def without_quotes(text: str) -> str:
	"""What the writer adds: without quoted lines, and without everything from the quoted mail's head on."""
	kept: list[str] = []
	lines = text.split("\n")
	for number, line in enumerate(lines):
		following = lines[number + 1] if number + 1 < len(lines) else ""
		if _HEAD.match(line) or (_is_first_half(line) and _HEAD.match(f"{line[:300]} {following[:200]}")):
			_drop_sender(kept)
			break
		if not line.lstrip().startswith(">"):
			kept.append(line)
	return "\n".join(kept)


def _is_first_half(line: str) -> bool:
	"""Whether a head may have been broken here: it is long, or holds the address, and is no sentence."""
	return ("@" in line or len(line) > 40) and not line.rstrip().endswith((".", "!", "?", ":"))


def _drop_sender(kept: list[str]) -> None:
	"""Outlook begins a head with the sender's name, which looks like any line until the next one comes."""
	while kept and not kept[-1].strip():
		kept.pop()
	if kept and len(kept[-1]) < 120 and _FROM.match(kept[-1]):
		kept.pop()
