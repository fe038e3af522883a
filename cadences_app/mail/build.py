"""One mail, built from its Communication at the moment at which it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr

from frappe.utils import expand_relative_urls

from cadences_app.mail import mime
from cadences_app.mail.frame import Frame
from cadences_app.mail.headers import (
	check_address,
	clean_address,
	clean_header,
	list_unsubscribe_headers,
	thread_headers,
)
from cadences_app.mail.links import rewrite_links
from cadences_app.mail.plain_text import text_of
from cadences_app.mail.references import ACTIVITY_HEADER
from cadences_app.mail.tokens import Purpose, sign
from cadences_app.mail.urls import SignedUrls


@dataclass(frozen=True, slots=True)
class Attachment:
	filename: str
	content: bytes
	maintype: str = "application"
	subtype: str = "octet-stream"


@dataclass(frozen=True, slots=True)
class Letter:
	"""What one mail is made of. `sender` and `reply_to` may carry a name; `thread` are the Message-IDs of
	the earlier mails of its thread, the oldest first; `invite` is an .ics file (RFC 5545)."""

	activity: str
	message_id: str
	sender: str
	recipient: str
	subject: str
	content: str
	reply_to: str = ""
	thread: Sequence[str] = ()
	attachments: Sequence[Attachment] = ()
	invite: bytes | None = None
	track_opens: bool = True
	track_clicks: bool = True


@dataclass(frozen=True, slots=True)
class Built:
	"""`links` are the targets of the tracked links, by the numbers that stand in them."""

	message: bytes
	links: tuple[str, ...]


def build(letter: Letter, frame: Frame, urls: SignedUrls, now: datetime) -> Built:
	"""The message as it goes over the wire. ValueError for an address that can't stand in a header."""
	unsubscribe = urls.unsubscribe(letter.activity)
	content = expand_relative_urls(letter.content)
	tracked, links = content, ()
	if letter.track_clicks:
		tracked, links = rewrite_links(
			content, lambda number, _target: urls.click(letter.activity, number), (unsubscribe,)
		)
	pixel = urls.opening(letter.activity) if letter.track_opens else ""
	html = frame.wrap(letter.subject, tracked, unsubscribe, pixel)
	token = sign(urls.keys, Purpose.REPLY, letter.activity)
	headers = _headers(letter, unsubscribe, now) | {ACTIVITY_HEADER: token}
	return Built(mime.write(headers, _body(letter, text_of(content), html)), links)


def _headers(letter: Letter, unsubscribe: str, now: datetime) -> dict[str, str]:
	headers = {
		"From": _person(letter.sender),
		"To": check_address(letter.recipient),
		"Subject": mime.encode_words(clean_header(letter.subject)),
		"Date": format_datetime(now),
		"Message-ID": f"<{letter.message_id}>",
	}
	if letter.reply_to:
		headers["Reply-To"] = _person(letter.reply_to)
	return headers | thread_headers(letter.thread) | list_unsubscribe_headers(unsubscribe)


def _person(text: str) -> str:
	"""Name and address as a header has them (RFC 5322); the name quoted or encoded."""
	name, address = parseaddr(text)
	if name and not name.isascii():
		return f"{mime.encode_words(clean_header(name))} <{check_address(address)}>"
	return clean_address("" if name == address else name or "", address)


def _body(letter: Letter, text: str, html: str) -> mime.Part:
	"""The invite stands beside the text, as calendars expect it, and among the attachments for the others."""
	texts = [mime.text_part(text, "plain"), mime.text_part(html, "html")]
	enclosed = [
		mime.binary_part(each.content, f"{each.maintype}/{each.subtype}", each.filename)
		for each in letter.attachments
	]
	if letter.invite:
		texts.append(mime.binary_part(letter.invite, "text/calendar; charset=utf-8; method=REQUEST"))
		enclosed.insert(0, mime.binary_part(letter.invite, "application/ics", "invite.ics"))
	body = mime.multipart("alternative", texts, f"text_{letter.activity}")
	return mime.multipart("mixed", [body, *enclosed], f"mail_{letter.activity}") if enclosed else body
