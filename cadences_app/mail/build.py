"""One mail, built from its Communication at the moment at which it goes out."""

import email.utils
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from frappe.utils import expand_relative_urls, parse_addr

from cadences_app.mail import urls
from cadences_app.mail.frame import Frame
from cadences_app.mail.headers import (
	HEADER_POLICY,
	check_address,
	clean_address,
	clean_header,
	list_unsubscribe_headers,
	thread_headers,
)
from cadences_app.mail.links import rewrite_links
from cadences_app.mail.plain_text import text_of
from cadences_app.mail.references import ACTIVITY_HEADER
from cadences_app.mail.tokens import Keyring, Purpose, sign


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


def build(letter: Letter, frame: Frame, keys: Keyring, now: datetime) -> Built:
	"""The message as it goes over the wire. ValueError for an address that can't stand in a header."""
	unsubscribe = urls.unsubscribe_url(keys, letter.activity)
	content = expand_relative_urls(letter.content)
	tracked, links = content, ()
	if letter.track_clicks:
		tracked, links = rewrite_links(
			content, lambda number, _target: urls.click_url(keys, letter.activity, number), (unsubscribe,)
		)
	pixel = urls.open_url(keys, letter.activity) if letter.track_opens else ""
	message = EmailMessage(policy=HEADER_POLICY)
	_set_headers(message, letter, unsubscribe, sign(keys, Purpose.REPLY, letter.activity), now)
	message.set_content(text_of(content), cte="quoted-printable")
	html = frame.wrap(letter.subject, tracked, unsubscribe, pixel)
	message.add_alternative(html, subtype="html", cte="quoted-printable")
	_attach(message, letter)
	return Built(message.as_bytes(), links)


def _set_headers(message: EmailMessage, letter: Letter, unsubscribe: str, token: str, now: datetime) -> None:
	message["From"] = clean_address(*parse_addr(letter.sender))
	message["To"] = check_address(letter.recipient)
	message["Subject"] = clean_header(letter.subject)
	message["Date"] = email.utils.format_datetime(now)
	message["Message-ID"] = f"<{letter.message_id}>"
	if letter.reply_to:
		message["Reply-To"] = clean_address(*parse_addr(letter.reply_to))
	for name, value in (thread_headers(letter.thread) | list_unsubscribe_headers(unsubscribe)).items():
		message[name] = value
	message[ACTIVITY_HEADER] = token


def _attach(message: EmailMessage, letter: Letter) -> None:
	"""The invite stands beside the text, as calendars expect it, and among the attachments for the others."""
	if letter.invite:
		calendar = letter.invite.decode("utf-8")
		message.add_alternative(calendar, subtype="calendar", params={"method": "REQUEST"})
		message.add_attachment(letter.invite, maintype="application", subtype="ics", filename="invite.ics")
	for each in letter.attachments:
		message.add_attachment(
			each.content, maintype=each.maintype, subtype=each.subtype, filename=clean_header(each.filename)
		)
