"""What surrounds the text of every mail of an Email Account: Frappe's mail template, footer and styles."""

import os
from html import escape
from typing import Any

import css_inline
import frappe
from frappe import _
from frappe.email.email_body import get_footer
from frappe.utils import cint, expand_relative_urls, get_url
from frappe.utils.jinja_globals import bundled_asset

from cadences_app.mail.composing.links import add_pixel

_CONTENT = "<!--cadence mail content-->"
_TITLE = "cadence-mail-title"
_UNSUBSCRIBE = "<!--unsubscribe link here-->"
_PIXEL = "<!--email_open_check-->"


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
		self._shell = expand_relative_urls(shell)
		self._shows_unsubscribe = bool(cint(account.send_unsubscribe_message))
		self._inliner = css_inline.CSSInliner(
			extra_css=_email_css(), load_remote_stylesheets=False, keep_style_tags=True
		)

	def wrap(self, subject: str, content: str, unsubscribe_url: str, pixel_url: str = "") -> str:
		"""The whole HTML with its styles inlined. A visible way to unsubscribe is added where the account
		wants one and the text has none."""
		link = ""
		if self._shows_unsubscribe and escape(unsubscribe_url) not in content:
			link = _unsubscribe_line(unsubscribe_url)
		html = self._shell.replace(_TITLE, escape(subject)).replace(_UNSUBSCRIBE, link)
		pixel = add_pixel("", pixel_url) if pixel_url else ""
		if _PIXEL in html:
			html = html.replace(_PIXEL, pixel)
		else:
			content += pixel
		return self._inliner.inline(html.replace(_CONTENT, content))


def _unsubscribe_line(url: str) -> str:
	link = f'<a href="{escape(url)}" data-no-track>{escape(_("Unsubscribe"))}</a>'
	return (
		f'<div class="email-unsubscribe">{_("{0} to stop receiving emails of this type").format(link)}</div>'
	)


def _email_css() -> str:
	"""The style sheets that Frappe and the apps give for mails."""
	found = []
	for hook in frappe.get_hooks("email_css"):
		path = os.path.abspath(bundled_asset(hook).lstrip("/"))
		if os.path.exists(path):
			with open(path, encoding="utf-8") as sheet:
				found.append(sheet.read())
	return "\n".join(found)
