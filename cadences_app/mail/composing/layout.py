"""What surrounds the text of every mail of an Email Account: Frappe's mail template, footer and styles."""

import os
from functools import partial
from html import escape
from typing import Any

import frappe
from frappe import _
from frappe.email.email_body import get_footer
from frappe.utils import cint, get_url
from frappe.utils.jinja_globals import bundled_asset

from cadences_app.mail.composing.frame import Frame
from cadences_app.mail.composing.mail_shapes import Shapes
from cadences_app.mail.composing.picture_files import Origin, PictureFiles, Signature
from cadences_app.mail.composing.styles import Styles
from cadences_app.store.languages import direction_of

_CONTENT = "<!--cadence mail content-->"
_TITLE = "cadence-mail-title"


class MailLayout:
	"""Made once for an account and a batch."""

	def __init__(self, account: Any) -> None:
		shell = frappe.get_template("templates/emails/standard.html").render(
			{
				"content": _CONTENT,
				"footer": get_footer(account),
				"title": _TITLE,
				"subject": _TITLE,
				"site_url": get_url(),
			}
		)
		self.mailbox = account.email_id if cint(account.enable_incoming) else ""
		"""The account's address, if what comes to it is read."""
		self.site = get_url().rstrip("/")
		self.shapes = Shapes()
		self._shows_unsubscribe = bool(cint(account.send_unsubscribe_message))
		self.frame = Frame(
			shell,
			content_mark=_CONTENT,
			title_mark=_TITLE,
			site=self.site,
			language=frappe.local.lang or "en",
			styles=Styles(_email_css()),
			find_picture=partial(PictureFiles().find, origin=Origin(signatures=(Signature(shell),))),
		)

	def unsubscribe_line(self, text: str, url: str, language: str = "") -> str:
		"""A visible way to unsubscribe, where the account wants one and the text has none, in this language;
		blank for the site's (S15.4)."""
		if not self._shows_unsubscribe or escape(url, quote=False) in text or escape(url) in text:
			return ""
		return _unsubscribe_line(url, language or None)


# Frappe's own colours for links fall short of the contrast of 4.5:1 that small text needs (WCAG 2.1, 1.4.3).
_READABLE = "color: #505a62"


def _unsubscribe_line(url: str, language: str | None) -> str:
	link = (
		f'<a href="{escape(url)}" data-no-track style="{_READABLE}; text-decoration: underline">'
		f"{escape(_('Unsubscribe', language))}</a>"
	)
	sentence = _("{0} to stop receiving emails of this type", language).format(link)
	spoken = f' lang="{escape(language)}" dir="{direction_of(language)}"' if language else ""
	return f'<div class="email-unsubscribe"{spoken} style="{_READABLE}; margin-bottom: 5px">{sentence}</div>'


def _email_css() -> str:
	"""The style sheets that Frappe and the apps give for mails."""
	found = []
	for hook in frappe.get_hooks("email_css"):
		path = os.path.abspath(bundled_asset(hook).lstrip("/"))
		if os.path.exists(path):
			with open(path, encoding="utf-8") as sheet:
				found.append(sheet.read())
	return "\n".join(found)
