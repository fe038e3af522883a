"""Mails that are too heavy to be shown whole (S1.6, S11.2)."""

from collections.abc import Iterator

import frappe
from frappe import _

from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence
from cadences_app.mail.composing.build import build
from cadences_app.mail.composing.layout import MailLayout
from cadences_app.mail.composing.outgoing import OutgoingMail
from cadences_app.mail.composing.senders import NoSender, find_sender
from cadences_app.mail.composing.urls import SignedUrls
from cadences_app.store import clock

CLIPPED_AT = 102 * 1024
"""Bytes of HTML after which Gmail cuts a mail off."""


def weigh(subject: str, text: str, account: str) -> int:
	"""The bytes of HTML that a mail of this text has when it goes out through the Email Account, with its
	frame and its styles written into its elements."""
	nobody = "nobody@nowhere.invalid"
	outgoing = OutgoingMail("sample", nobody, nobody, nobody, subject, text)
	layout = MailLayout(frappe.get_cached_doc("Email Account", account))
	return build(outgoing, layout, SignedUrls(), clock.now()).html_size


def heavy_mails(cadence: Cadence) -> list[str]:
	"""A sentence for each email of which Gmail would show the beginning only; what is filled in is not
	counted."""
	return [
		_("Email Template {0}: {1}").format(template, warning)
		for follow_up in cadence.follow_ups
		if isinstance(follow_up.content, EmailContent)
		for template, size in _weights(follow_up.content)
		if (warning := warning_of(size))
	]


def warning_of(size: int) -> str:
	"""What to say of a mail with so many bytes of HTML; blank if it is shown whole."""
	if size <= CLIPPED_AT:
		return ""
	sentence = _(
		"it has {0} KB of HTML. Gmail shows the first {1} KB and hides the rest, the unsubscribe line too."
	)
	return sentence.format(-(-size // 1024), CLIPPED_AT // 1024)


def _weights(content: EmailContent) -> Iterator[tuple[str, int]]:
	try:
		account = find_sender(content, owner=None).account
	except (NoSender, ValueError):
		return
	for variant in content.variants:
		if frappe.db.exists("Email Template", variant.template):
			doc = frappe.get_cached_doc("Email Template", variant.template)
			yield variant.template, weigh(doc.subject or "", doc.response_ or "", account)
