"""What only the site can tell of an email that can't go out as it should (S1.6)."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_url

from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up
from cadences_app.enrolling.field_faults import DATES, STANDARD
from cadences_app.mail.addresses import read_addresses
from cadences_app.mail.composing.markup import TooMuchMarkup, read_markup
from cadences_app.mail.composing.picture_files import Origin, PictureFiles
from cadences_app.mail.composing.pictures import private_links, public_pictures, unsendable


def email_faults(definition: Cadence, module: str) -> list[ToldFault]:
	"""Every fault of the emails, with the follow-up that it is in."""
	files = PictureFiles()
	return [
		of_follow_up(follow_up, definition, text)
		for follow_up in definition.follow_ups
		if isinstance(follow_up.content, EmailContent)
		for text in (
			*_reply_to(follow_up.content),
			*_invite_dates(follow_up.content, module),
			*_pictures(follow_up.content, files),
		)
	]


def _reply_to(content: EmailContent) -> Iterator[str]:
	if content.reply_to:
		try:
			read_addresses(content.reply_to)
		except ValueError:
			yield _("its Reply To is no email address: {0}.").format(content.reply_to)


def _invite_dates(content: EmailContent, module: str) -> Iterator[str]:
	"""Fields of the invite that hold no date. One that doesn't exist is named by the engine."""
	if content.invite is None:
		return
	types = set()
	for fieldname in filter(None, (content.invite.starts_field, content.invite.ends_field)):
		field = frappe.get_meta(module).get_field(fieldname)
		fieldtype = STANDARD.get(fieldname, "Data") if field is None else field.fieldtype
		if field is not None and fieldtype not in DATES:
			label = _(field.label or fieldname)
			yield _("its calendar invite needs a date, which {0} is not.").format(f'"{label}"')
		types.add(fieldtype)
	if types == set(DATES):
		yield _("its calendar invite needs a start and an end that both have a time, or both have none.")


def _pictures(content: EmailContent, files: PictureFiles) -> Iterator[str]:
	"""Pictures of the templates that whoever publishes may not send, or that are none, and links to files
	that nobody outside can open."""
	for variant in content.variants:
		if frappe.db.exists("Email Template", variant.template):
			template = frappe.get_cached_doc("Email Template", variant.template)
			yield from _unopenable(template, files)


def _unopenable(template: Any, files: PictureFiles) -> Iterator[str]:
	origin = Origin((("Email Template", template.name),), (), frappe.session.user)
	site = get_url().rstrip("/")
	try:
		markup = read_markup(template.response_ or "")
	except TooMuchMarkup:
		text = _("its template {0} has more HTML than a mail holds, or too many elements in one another.")
		yield text.format(template.name)
		return
	for path in private_links(markup, site):
		yield _("its template {0} links to the private file {1}, which nobody outside can open.").format(
			template.name, path[:140]
		)
	for path in filter(files.is_missing, public_pictures(markup, site)):
		yield _("the picture {0} of its template {1} does not exist.").format(path[:140], template.name)
	for source in unsendable(markup, lambda path: files.find(path, origin), site):
		yield _("the picture {0} of its template {1} can't be sent.").format(source[:140], template.name)
