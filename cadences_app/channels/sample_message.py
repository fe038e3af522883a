"""The email of a follow-up as it would go out, sent to oneself (S11.2): the same frame, headers, pictures and
enclosures, made by the same `build`.

Nothing of it counts: it carries no pixel and no counted links, and its unsubscribe line, which is to be
looked at, belongs to no follow-up of anybody. Files and prints go along as far as the session's user may
read them.
"""

import frappe
from frappe import _

from cadences_app.channels.sample_email import SampleEmail
from cadences_app.engine.content import EmailContent
from cadences_app.mail.composing import enclosures
from cadences_app.mail.composing.build import build
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.composing.outgoing import Attachment, OutgoingMail
from cadences_app.mail.composing.picture_files import Origin, PictureFiles
from cadences_app.mail.composing.senders import signatures
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.store import clock, markup
from cadences_app.store.enrollment_rows import EnrollmentInWork
from cadences_app.store.facts import Records
from cadences_app.store.languages import language_of


def send_sample(current: EnrollmentInWork, follow_up: str, email: SampleEmail, address: str) -> None:
	"""Put the email into Frappe's Email Queue, for this address alone. Raises what is wrong with its
	enclosures."""
	content = current.cadence.by_key[follow_up].content
	assert isinstance(content, EmailContent)
	user = frappe.session.user
	owner = Records([current]).shown(current).get("record_owner") or ""
	under = signatures(email.account, email.sender, owner)
	origin = Origin((("Email Template", email.template),), under, user)
	pictures = PictureFiles()
	outgoing = OutgoingMail(
		activity=email.activity,
		message_id=email.message_id,
		sender=email.sender,
		recipient=address,
		subject=_("[Test] {0}").format(email.subject),
		content=markup.clean_html(email.body),
		reply_to=content.reply_to or email.reply_to,
		attachments=_attachments(content, current, user),
		invite=_invite(content, current, email, address),
		language=language_of(Records([current]).row(current) or {}),
		track_opens=False,
		track_clicks=False,
		find_picture=lambda source: pictures.find(source, origin),
	)
	layout = MailLayout(frappe.get_cached_doc("Email Account", email.account))
	message = build(outgoing, layout, SignedUrls(), clock.now()).message
	frappe.get_doc(
		{
			"doctype": "Email Queue",
			"status": "Not Sent",
			"sender": email.sender[:140],
			"message": message.decode("ascii"),
			"message_id": email.message_id,
			"email_account": email.account,
			"recipients": [{"recipient": address, "status": "Not Sent"}],
		}
	).insert(ignore_permissions=True)


def _attachments(content: EmailContent, current: EnrollmentInWork, user: str) -> list[Attachment]:
	found = enclosures.files_of(content, user)
	if content.print_format:
		doctype, name = current.row["reference_doctype"], current.row["reference_name"]
		found.append(enclosures.print_of(doctype, name, content.print_format, user))
	return found


def _invite(
	content: EmailContent, current: EnrollmentInWork, email: SampleEmail, address: str
) -> bytes | None:
	if not content.invite:
		return None
	span = enclosures.span_of(content.invite, Records([current]).row(current))
	texts = (content.invite.summary or email.subject, content.invite.location)
	return enclosures.invite_of(span, email.message_id, (email.sender, address), texts)
