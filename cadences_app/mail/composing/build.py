"""One mail, built from its Communication at the moment at which it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr

from cadences_app.mail.addresses import check_address, clean_header
from cadences_app.mail.composing import mime
from cadences_app.mail.composing.headers import (
	list_unsubscribe_headers,
	thread_headers,
	write_people,
	write_person,
)
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.pictures import Embedded
from cadences_app.mail.composing.shown import Shown
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.mail.tracking.tokens import Purpose, sign
from cadences_app.mail.understanding.references import ACTIVITY_HEADER


@dataclass(frozen=True, slots=True)
class Built:
	"""`links` are the targets of the tracked links, by the numbers that stand in them; `html_size` the
	bytes of the HTML before it is encoded."""

	message: bytes
	links: tuple[str, ...]
	html_size: int


def build(outgoing: OutgoingMail, layout: MailLayout, urls: SignedUrls, now: datetime) -> Built:
	"""The message as it goes over the wire. ValueError for an address that can't stand in a header."""
	shown = layout.shapes.show(outgoing, layout, urls)
	unsubscribe = urls.unsubscribe(outgoing.activity)
	leave = list_unsubscribe_headers(unsubscribe, layout.mailbox or None, unsubscribe.rpartition("=")[2])
	reply = {ACTIVITY_HEADER: sign(urls.keys, Purpose.REPLY, outgoing.activity)}
	message = mime.write(_headers(outgoing, now) | leave | reply, _body(outgoing, shown))
	return Built(message, shown.links, len(shown.html.encode("utf-8", "replace")))


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


def _body(outgoing: OutgoingMail, shown: Shown) -> mime.Part:
	"""The invite stands beside the text, as calendars expect it, and among the attachments for the others."""
	html = _with_pictures(outgoing, mime.text_part(shown.html, "html"), shown.pictures)
	texts = [mime.text_part(shown.text, "plain"), html]
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
