"""One mail, built from its Communication at the moment at which it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr

from cadences_app.mail.addresses import check_address, clean_header
from cadences_app.mail.composing import mime
from cadences_app.mail.composing.access import give_alternative_texts, name_layout_tables
from cadences_app.mail.composing.headers import (
	list_unsubscribe_headers,
	thread_headers,
	write_people,
	write_person,
)
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.composing.links import make_absolute, pixel, track_links
from cadences_app.mail.composing.lists import write_out_indents, write_out_lists
from cadences_app.mail.composing.markup import read_markup
from cadences_app.mail.composing.pictures import Embedded, Find, embed_pictures, find_none
from cadences_app.mail.composing.plain_text import text_of
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.tracking.tokens import Purpose, sign
from cadences_app.mail.understanding.references import ACTIVITY_HEADER


@dataclass(frozen=True, slots=True)
class Attachment:
	filename: str
	content: bytes
	maintype: str = "application"
	subtype: str = "octet-stream"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
	"""What one mail is made of. `sender` may carry a name; `reply_to` are one or several,
	with or without names; `thread` are the Message-IDs of
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
	invite_method: str = "REQUEST"
	track_opens: bool = True
	track_clicks: bool = True
	find_picture: Find = find_none
	language: str = ""
	"""The recipient's; blank for the site's."""


@dataclass(frozen=True, slots=True)
class Built:
	"""`links` are the targets of the tracked links, by the numbers that stand in them; `html_size` the
	bytes of the HTML before it is encoded."""

	message: bytes
	links: tuple[str, ...]
	html_size: int


def build(outgoing: OutgoingMail, layout: MailLayout, urls: SignedUrls, now: datetime) -> Built:
	"""The message as it goes over the wire. ValueError for an address that can't stand in a header."""
	unsubscribe = urls.unsubscribe(outgoing.activity)
	markup = read_markup(outgoing.content)
	make_absolute(markup, layout.site)
	write_out_lists(markup.tree)
	write_out_indents(markup.tree)
	name_layout_tables(markup.tree)
	give_alternative_texts(markup.tree, outgoing.subject)
	pictures = embed_pictures(markup, outgoing.find_picture, layout.site, outgoing.message_id)
	pictures = (*layout.frame.pictures, *pictures)
	line = layout.unsubscribe_line(markup.html, unsubscribe, outgoing.language)
	text = text_of(layout.frame.plain(markup, line), outgoing.subject)
	links: tuple[str, ...] = ()
	if outgoing.track_clicks:
		links = track_links(
			markup.tree, lambda number, _target: urls.click(outgoing.activity, number), (unsubscribe,)
		)
	seen = pixel(urls.opening(outgoing.activity)) if outgoing.track_opens else ""
	html = layout.frame.fill(markup, outgoing.subject, line, seen)
	token = sign(urls.keys, Purpose.REPLY, outgoing.activity)
	leave = list_unsubscribe_headers(
		unsubscribe, layout.mailbox or None, sign(urls.keys, Purpose.UNSUBSCRIBE, outgoing.activity)
	)
	headers = _headers(outgoing, now) | leave | {ACTIVITY_HEADER: token}
	message = mime.write(headers, _body(outgoing, text, html, pictures))
	return Built(message, links, len(html.encode("utf-8", "replace")))


def _headers(outgoing: OutgoingMail, now: datetime) -> dict[str, str]:
	headers = {
		"From": write_person(*parseaddr(outgoing.sender), "From"),
		"To": check_address(outgoing.recipient),
		"Subject": mime.encode_words(clean_header(outgoing.subject), "Subject"),
		"Date": format_datetime(now),
		"Message-ID": f"<{outgoing.message_id}>",
	}
	if outgoing.reply_to:
		headers["Reply-To"] = write_people(outgoing.reply_to, "Reply-To")
	return headers | thread_headers(outgoing.thread)


def _body(outgoing: OutgoingMail, text: str, html: str, pictures: Sequence[Embedded]) -> mime.Part:
	"""The invite stands beside the text, as calendars expect it, and among the attachments for the others."""
	texts = [mime.text_part(text, "plain"), _with_pictures(outgoing, mime.text_part(html, "html"), pictures)]
	enclosed = [
		mime.binary_part(each.content, f"{each.maintype}/{each.subtype}", each.filename)
		for each in outgoing.attachments
	]
	if outgoing.invite:
		texts.append(
			mime.binary_part(
				outgoing.invite, f"text/calendar; charset=utf-8; method={outgoing.invite_method}"
			)
		)
		enclosed.insert(0, mime.binary_part(outgoing.invite, "application/ics", "invite.ics"))
	body = mime.multipart("alternative", texts, f"text_{outgoing.activity}")
	return mime.multipart("mixed", [body, *enclosed], f"mail_{outgoing.activity}") if enclosed else body


def _with_pictures(outgoing: OutgoingMail, html: mime.Part, pictures: Sequence[Embedded]) -> mime.Part:
	if not pictures:
		return html
	parts = [
		mime.inline_part(
			each.picture.content, each.picture.content_type, each.picture.filename, each.content_id
		)
		for each in pictures
	]
	return mime.multipart("related", [html, *parts], f"html_{outgoing.activity}")
